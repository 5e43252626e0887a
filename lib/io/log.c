#include "lib/io/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/buffer.h"
#include "lib/base/date.h"
#include "lib/base/json.h"
#include "lib/io/clock.h"

enum { TEXT_MAX = 1024, BAR_WIDTH = 32, DRAW_MS = 100 };

static const char *const level_names[] = { "error", "warning", "info", "debug" };

static struct {
    const char *program;
    enum log_format format;
    enum log_level least;
} settings = { "olive", LOG_FORMAT_TEXT, LOG_LEVEL_INFO };

void log_start(const char *program, enum log_format format, enum log_level least)
{
    settings.program = program;
    settings.format = format;
    settings.least = least;
}

void log_set(enum log_format format, enum log_level least)
{
    settings.format = format;
    settings.least = least;
}

static void write_json(struct buffer *line, enum log_level level, const char *event, const char *text)
{
    char at[INSTANT_TEXT_SIZE];
    struct json json = json_to(line);

    json_open(&json, '{');
    json_key(&json, "at");
    json_str(&json, instant_text(wall_ms(), at));
    json_key(&json, "level");
    json_str(&json, level_names[level]);
    json_key(&json, "program");
    json_str(&json, settings.program);
    json_key(&json, "event");
    json_str(&json, event);
    json_key(&json, "text");
    json_str(&json, text);
    json_close(&json, '}');
    buffer_add_byte(line, '\n');
}

static void write_text(struct buffer *line, enum log_level level, const char *event, const char *text)
{
    char at[INSTANT_TEXT_SIZE];

    buffer_printf(line, "%s %s %s: %s: %s\n", instant_text(wall_ms(), at), level_names[level],
                  settings.program, event, text);
}

/* One write(2) a line: lines of several processes do not mix. */
static void log_line(enum log_level level, const char *event, const char *text)
{
    CLEANUP(buffer_free) struct buffer line = { 0 };

    if (level > settings.least)
        return;
    (settings.format == LOG_FORMAT_JSON ? write_json : write_text)(&line, level, event, text);
    fwrite(line.data, 1, line.size, stderr);
    fflush(stderr);
}

void log_event(enum log_level level, const char *event, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    log_line(level, event, text);
}

void log_err(enum log_level level, const char *event, const struct err *err)
{
    log_line(level, event, err->text);
}

int log_fatal(const struct err *err)
{
    log_line(LOG_LEVEL_ERROR, "failed", err->text);
    return err->code ? err->code : EXIT_FAILED;
}

/* --- progress --- */

struct progress progress_of(const char *what, uint64_t total)
{
    return (struct progress){
        .what = what, .total = total, .began_ms = ticks_ms(), .shown = isatty(STDERR_FILENO)
    };
}

/* Three digits at the most, and k, M or G. */
static void rate_text(double rate, struct buffer *out)
{
    static const char *const units[] = { "", "k", "M", "G" };
    int unit = 0;

    for (; rate >= 1000 && unit < 3; unit++)
        rate /= 1000;
    buffer_printf(out, "  %.*f%s%s/s", rate < 10 && unit ? 1 : 0, rate, unit ? " " : "", units[unit]);
}

static void left_text(uint64_t seconds, struct buffer *out)
{
    if (seconds < 3600)
        buffer_printf(out, "  %" PRIu64 ":%02" PRIu64 " left", seconds / 60, seconds % 60);
    else
        buffer_printf(out, "  %" PRIu64 " h %02" PRIu64 " min left", seconds / 3600, seconds / 60 % 60);
}

void progress_text(const struct progress *progress, int64_t now_ms, struct buffer *ret)
{
    static const char full[] = "################################";
    uint64_t done = progress->total && progress->done > progress->total ? progress->total : progress->done;
    double rate =
        now_ms > progress->began_ms ? (double)done * 1000 / (double)(now_ms - progress->began_ms) : 0;

    buffer_add_string(ret, progress->what);
    if (progress->total)
        buffer_printf(ret, " [%-*.*s] %3" PRIu64 " %%", BAR_WIDTH, (int)(done * BAR_WIDTH / progress->total),
                      full, done * 100 / progress->total);
    else
        buffer_printf(ret, " %" PRIu64, done);
    if (rate < 1)
        return;
    rate_text(rate, ret);
    if (progress->total)
        left_text((uint64_t)((double)(progress->total - done) / rate + 0.5), ret);
}

static void draw(const struct progress *progress, int64_t now_ms)
{
    CLEANUP(buffer_free) struct buffer text = { 0 };

    progress_text(progress, now_ms, &text);
    fprintf(stderr, "\r%.*s\033[K", (int)text.size, (const char *)text.data);
    fflush(stderr);
}

void progress_add(struct progress *progress, uint64_t count)
{
    int64_t now_ms;

    progress->done += count;
    if (!progress->shown)
        return;
    now_ms = ticks_ms();
    if (now_ms - progress->drawn_ms < DRAW_MS)
        return;
    progress->drawn_ms = now_ms;
    draw(progress, now_ms);
}

void progress_end(struct progress *progress)
{
    if (progress->shown && progress->drawn_ms)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
