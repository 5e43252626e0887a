/* olive dlq show: the lines of dead letters, for who holds their key. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/cli/audit.h"
#include "daemon/cli/dlq.h"

enum { LIMIT = 20 };

struct shown { /* one line, ready to be printed */
    const struct dlq_line *line;
    bool opened, exact;
    char digest[DIGEST_TEXT_SIZE]; /* of a line too long, in hexadecimal digits */
    struct buffer text;
};

static void wipe(struct buffer *buffer)
{
    if (buffer->data)
        explicit_bzero(buffer->data, buffer->capacity);
    buffer_clear(buffer);
}

static void wipe_and_free(struct buffer *buffer)
{
    wipe(buffer);
    buffer_free(buffer);
}

static int open_line(struct dlq_lines *lines, uint64_t index, struct shown *ret, struct err *err)
{
    uint8_t digest[DIGEST_SIZE];
    struct text raw;
    int opened = dlq_open_line(lines, index, &raw, digest, err);

    if (opened < 0)
        return -1;
    ret->line = dlq_lines_at(lines, index);
    ret->opened = opened;
    wipe(&ret->text);
    if (opened)
        ret->exact = legible_add(dlq_legible(lines, index), raw, &ret->text);
    if (ret->line->line_bytes)
        hex_encode(digest, DIGEST_SIZE, ret->digest);
    return 0;
}

/* --- text --- */

static void line_text(const struct shown *shown, struct buffer *out)
{
    const struct dlq_line *line = shown->line;
    char digest[DIGEST_SHORT_SIZE];

    buffer_printf(out, "%s, delivery %s", line->delivery->feed, dlq_digest(line->delivery, digest));
    if (line->delivery->has_receipt)
        buffer_printf(out, " (sequence %" PRIu64 ")", line->delivery->sequence);
    buffer_printf(out, ", line %" PRIu64 ": %s %s: %s\n", line->line,
                  *line->column ? line->column : "the line", reason_texts[line->reason],
                  reason_names[line->reason]);
    if (line->line_bytes)
        buffer_printf(out, "    (its beginning, of %" PRIu64 " bytes, SHA-256 %s)\n", line->line_bytes,
                      shown->digest);
    buffer_add_string(out, "    ");
    if (shown->opened)
        buffer_add(out, shown->text.data, shown->text.size);
    else
        buffer_add_string(out, "(cannot be opened by this key)");
    buffer_add_byte(out, '\n');
}

/* --- JSON, one object a line --- */

static void line_json(const struct shown *shown, struct buffer *out)
{
    const struct dlq_line *line = shown->line;
    struct json json = json_to(out);

    json_open(&json, '{');
    json_key(&json, "feed");
    json_str(&json, line->delivery->feed);
    json_key(&json, "delivery");
    json_hex(&json, line->delivery->digest, DIGEST_SIZE);
    json_key(&json, "sequence");
    if (line->delivery->has_receipt)
        json_uint(&json, line->delivery->sequence);
    else
        json_none(&json);
    json_key(&json, "line");
    json_uint(&json, line->line);
    json_key(&json, "byte");
    json_uint(&json, line->byte);
    json_key(&json, "reason");
    json_str(&json, reason_names[line->reason]);
    json_key(&json, "column");
    json_str(&json, *line->column ? line->column : NULL);
    if (line->line_bytes) {
        json_key(&json, "line_bytes");
        json_uint(&json, line->line_bytes);
        json_key(&json, "line_sha256");
        json_str(&json, shown->digest);
    }
    json_key(&json, "text");
    if (shown->opened)
        json_text(&json, (const char *)shown->text.data, shown->text.size);
    else
        json_none(&json);
    json_key(&json, "exact");
    json_bool(&json, shown->opened && shown->exact && !line->line_bytes);
    json_close(&json, '}');
    buffer_add_byte(out, '\n');
}

/* --- all of them --- */

static int show(const struct cli *cli, struct dlq_lines *lines, uint64_t count, uint64_t *ret_closed,
                struct err *err)
{
    CLEANUP(wipe_and_free) struct buffer out = { 0 };
    struct shown shown = { 0 };
    int code = 0;

    *ret_closed = 0;
    for (uint64_t i = 0; i < count && code == 0; i++) {
        code = open_line(lines, i, &shown, err);
        if (code < 0)
            break;
        *ret_closed += !shown.opened;
        wipe(&out);
        (cli->options.json ? line_json : line_text)(&shown, &out);
        code = cli_print(&out, err);
    }
    wipe_and_free(&shown.text);
    return code;
}

static void say_rest(uint64_t count, uint64_t all)
{
    if (!all)
        fputs("olive: no dead letter is of that kind\n", stderr);
    else if (count < all)
        fprintf(stderr, "olive: these are %" PRIu64 " of %" PRIu64 " dead letters; --limit N shows more\n",
                count, all);
}

int run_dlq_show(struct cli *cli, struct err *err)
{
    CLEANUP(dlq_lines_closep) struct dlq_lines *lines = NULL;
    struct audit_entry entry = { .command = "dlq show" };
    struct dlq_filter filter;
    uint64_t limit, closed;

    if (dlq_filter(cli, &filter, err) < 0 || cli_limit(cli, LIMIT, &limit, err) < 0 ||
        dlq_lines_open(cli->conf, &filter, &lines, err) < 0)
        return -1;
    entry.filter = &filter.filter;
    entry.letters = dlq_lines_count(lines) < limit ? dlq_lines_count(lines) : limit;
    if (audit_write(cli->conf, &entry, err) < 0 || show(cli, lines, entry.letters, &closed, err) < 0)
        return -1;
    say_rest(entry.letters, dlq_lines_count(lines));
    if (!closed)
        return EXIT_OK;
    return err_stop(err, EXIT_FAILED,
                    "%" PRIu64 " of %" PRIu64
                    " dead letters cannot be opened: they were sealed under another "
                    "key than keys.dead_letter, or are changed",
                    closed, entry.letters);
}
