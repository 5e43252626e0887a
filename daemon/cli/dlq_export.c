/* olive dlq export: the lines of dead letters as a file, for the department or to be corrected. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/cli/audit.h"
#include "daemon/cli/dlq.h"
#include "lib/base/arena.h"

/* --- a file that is there whole or not at all --- */

struct export
{
    const char *path;
    char *part; /* beside it, until all is written */
    FILE *file;
    struct buffer row;
    sigset_t mask; /* as it was */
};

static const int stop_signals[] = { SIGHUP, SIGINT, SIGTERM };

static sigset_t stops(void)
{
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof stop_signals / sizeof *stop_signals; i++)
        sigaddset(&set, stop_signals[i]);
    return set;
}

/* They wait until the part is gone: half a file about people must not stay. */
static bool asked_to_stop(void)
{
    sigset_t pending;

    sigpending(&pending);
    for (size_t i = 0; i < sizeof stop_signals / sizeof *stop_signals; i++)
        if (sigismember(&pending, stop_signals[i]) == 1)
            return true;
    return false;
}

static int file_error(const struct export *export, struct err *err)
{
    if (errno == EEXIST)
        return err_stop(err, EXIT_FAILED, "%s is there already and stays as it is: name another file",
                        export->path);
    return err_stop(err, EXIT_FAILED, "cannot write %s: %s", export->path, strerror(errno));
}

static int check_free(const struct export *export, struct err *err)
{
    struct stat status;

    if (lstat(export->path, &status) < 0 && errno == ENOENT)
        return 0;
    errno = EEXIST;
    return file_error(export, err);
}

static int export_open(struct export *export, struct err *err)
{
    const sigset_t set = stops();
    size_t size = strlen(export->path) + sizeof ".XXXXXX";
    int fd;

    sigprocmask(SIG_BLOCK, &set, &export->mask);
    export->part = mem_alloc(size);
    snprintf(export->part, size, "%s.XXXXXX", export->path);
    fd = mkostemp(export->part, O_CLOEXEC); /* mode 0600 */
    if (fd < 0) {
        *export->part = '\0';
        return file_error(export, err);
    }
    export->file = fdopen(fd, "w");
    return export->file ? 0 : file_error(export, err);
}

static void export_close(struct export *export)
{
    if (export->file)
        fclose(export->file);
    if (export->part && *export->part)
        unlink(export->part);
    free(export->part);
    if (export->row.data)
        explicit_bzero(export->row.data, export->row.capacity);
    buffer_free(&export->row);
    sigprocmask(SIG_SETMASK, &export->mask, NULL);
}

/* File systems that cannot refuse to replace are asked before. */
static int rename_new(const char *from, const char *to)
{
    struct stat status;

    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (lstat(to, &status) == 0) {
        errno = EEXIST;
        return -1;
    }
    return rename(from, to);
}

static int sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    CLEANUP(mem_freep) char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : mem_strdup(".");
    int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    int code = fd < 0 ? -1 : fsync(fd);

    if (fd >= 0)
        close(fd);
    return code;
}

static int export_finish(struct export *export, struct err *err)
{
    if (fflush(export->file) != 0 || fsync(fileno(export->file)) != 0 ||
        rename_new(export->part, export->path) < 0)
        return file_error(export, err);
    *export->part = '\0';
    return sync_folder_of(export->path) < 0 ? file_error(export, err) : 0;
}

static int write_row(struct export *export, struct err *err)
{
    if (fwrite(export->row.data, 1, export->row.size, export->file) != export->row.size)
        return file_error(export, err);
    return 0;
}

/* --- CSV (RFC 4180) --- */

static void csv_text(struct buffer *row, const char *before, const struct buffer *text)
{
    buffer_printf(row, "\"%s", before);
    for (size_t i = 0; i < text->size; i++) {
        if (text->data[i] == '"')
            buffer_add_byte(row, '"');
        buffer_add_byte(row, text->data[i]);
    }
    buffer_add_byte(row, '"');
}

/* What spreadsheets would compute is a way into the department's machine. */
static bool is_formula(const struct buffer *text)
{
    return text->size && strchr("=+-@", text->data[0]);
}

static void csv_line(struct dlq_lines *lines, uint64_t index, struct text raw, struct buffer *row)
{
    CLEANUP(buffer_free) struct buffer text = { 0 };

    legible_add(dlq_legible(lines, index), raw, &text);
    csv_text(row, is_formula(&text) ? "'" : "", &text);
    if (text.data)
        explicit_bzero(text.data, text.capacity);
}

static void csv_row(struct dlq_lines *lines, uint64_t index, struct text raw, struct buffer *row)
{
    const struct dlq_line *line = dlq_lines_at(lines, index);
    const struct letters_of *delivery = line->delivery;
    char digest[DIGEST_TEXT_SIZE];

    hex_encode(delivery->digest, DIGEST_SIZE, digest);
    buffer_printf(row, "%s,%s,", delivery->feed, digest);
    if (delivery->has_receipt)
        buffer_printf(row, "%" PRIu64, delivery->sequence);
    buffer_printf(row, ",%" PRIu64 ",%s,%s,%s", line->line, line->column, reason_names[line->reason],
                  reason_chinese[line->reason]);
    if (line->line_bytes) /* nobody shall take the beginning for the line */
        buffer_printf(row, "该行共 %" PRIu64 " 字节，这里只有开头。", line->line_bytes);
    buffer_add_byte(row, ',');
    csv_line(lines, index, raw, row);
    buffer_add_string(row, "\r\n");
}

static void csv_header(struct buffer *row)
{
    buffer_add_string(row, "\xEF\xBB\xBF"
                           "feed,delivery,sequence,line,column,reason,meaning,original\r\n");
}

/* --- the lines alone --- */

static void plain_row(struct dlq_lines *lines, uint64_t index, struct text raw, struct buffer *row)
{
    (void)lines;
    (void)index;
    buffer_add(row, raw.data, raw.len);
    buffer_add_byte(row, '\n');
}

/* Half a line cannot be corrected; the whole one is in the archive. */
static bool is_cut(const struct dlq_line *line)
{
    return line->line_bytes > 0;
}

/* Another feed has other columns. */
static int check_one_feed(const struct dlq_lines *lines, struct err *err)
{
    uint64_t count = dlq_lines_count(lines);

    if (count &&
        strcmp(dlq_lines_at(lines, 0)->delivery->feed, dlq_lines_at(lines, count - 1)->delivery->feed) != 0)
        return err_stop(err, EXIT_USAGE, "--lines takes the lines of one feed: say --feed");
    return 0;
}

/* --- both --- */

struct form {
    const char *command; /* for the audit */
    void (*header)(struct buffer *row);
    void (*row)(struct dlq_lines *lines, uint64_t index, struct text raw, struct buffer *row);
    bool whole_lines; /* those that are cut are left out */
    int (*check)(const struct dlq_lines *lines, struct err *err);
};
static const struct form form_csv = { "dlq export --csv", csv_header, csv_row, false, NULL };
static const struct form form_lines = { "dlq export --lines", NULL, plain_row, true, check_one_feed };

static int write_one(const struct form *form, struct dlq_lines *lines, uint64_t index, struct export *export,
                     struct err *err)
{
    uint8_t digest[DIGEST_SIZE];
    struct text raw;
    int opened = dlq_open_line(lines, index, &raw, digest, err);

    if (opened < 0)
        return -1;
    if (!opened)
        return err_stop(err, EXIT_FAILED,
                        "a dead letter of feed %s, line %" PRIu64 ", cannot be opened: it was sealed under "
                        "another key than keys.dead_letter, or is changed; nothing is written",
                        dlq_lines_at(lines, index)->delivery->feed, dlq_lines_at(lines, index)->line);
    buffer_clear(&export->row);
    form->row(lines, index, raw, &export->row);
    return write_row(export, err);
}

static int write_all(const struct form *form, struct dlq_lines *lines, struct export *export,
                     uint64_t *ret_written, struct err *err)
{
    *ret_written = 0;
    if (form->header) {
        form->header(&export->row);
        if (write_row(export, err) < 0)
            return -1;
    }
    for (uint64_t i = 0; i < dlq_lines_count(lines); i++) {
        if (form->whole_lines && is_cut(dlq_lines_at(lines, i)))
            continue;
        if (asked_to_stop())
            return err_stop(err, EXIT_FAILED, "interrupted; nothing is written");
        if (write_one(form, lines, i, export, err) < 0)
            return -1;
        ++*ret_written;
    }
    return 0;
}

static int export_lines(const struct form *form, const char *path, struct dlq_lines *lines,
                        uint64_t *ret_written, struct err *err)
{
    CLEANUP(export_close) struct export export = { .path = path };

    if (export_open(&export, err) < 0 || write_all(form, lines, &export, ret_written, err) < 0)
        return -1;
    return export_finish(&export, err);
}

static void say_cut(const struct dlq_lines *lines)
{
    char digest[DIGEST_SHORT_SIZE];

    for (uint64_t i = 0; i < dlq_lines_count(lines); i++) {
        const struct dlq_line *line = dlq_lines_at(lines, i);

        if (is_cut(line))
            fprintf(stderr,
                    "olive: %s, delivery %s, line %" PRIu64 " is left out: of its %" PRIu64
                    " bytes only the first are kept; the file in the archive has it whole\n",
                    line->delivery->feed, dlq_digest(line->delivery, digest), line->line, line->line_bytes);
    }
}

static int report(const struct cli *cli, const struct form *form, const char *path,
                  const struct dlq_lines *lines, uint64_t written, struct err *err)
{
    CLEANUP(buffer_free) struct buffer out = { 0 };
    struct json json = json_to(&out);

    if (form->whole_lines)
        say_cut(lines);
    if (cli->options.json) {
        json_open(&json, '{');
        json_key(&json, "letters");
        json_uint(&json, dlq_lines_count(lines));
        json_key(&json, "written");
        json_uint(&json, written);
        json_close(&json, '}');
        buffer_add_byte(&out, '\n');
    } else {
        buffer_printf(&out, "%" PRIu64 " of %" PRIu64 " dead letters are in %s, readable only by you\n",
                      written, dlq_lines_count(lines), path);
    }
    return cli_print(&out, err);
}

int run_dlq_export(struct cli *cli, struct err *err)
{
    CLEANUP(dlq_lines_closep) struct dlq_lines *lines = NULL;
    const struct form *form = cli->options.csv ? &form_csv : &form_lines;
    const struct export export = { .path = cli->options.csv ? cli->options.csv : cli->options.lines };
    struct audit_entry entry = { .command = form->command, .file = export.path };
    struct dlq_filter filter;
    uint64_t written;

    if (!cli->options.csv == !cli->options.lines)
        return err_stop(err, EXIT_USAGE, "dlq export takes either --csv FILE or --lines FILE");
    if (dlq_filter(cli, &filter, err) < 0 || check_free(&export, err) < 0 ||
        dlq_lines_open(cli->conf, &filter, &lines, err) < 0 || (form->check && form->check(lines, err) < 0))
        return -1;
    entry.filter = &filter.filter;
    entry.letters = dlq_lines_count(lines);
    if (audit_write(cli->conf, &entry, err) < 0 || export_lines(form, export.path, lines, &written, err) < 0)
        return -1;
    return report(cli, form, export.path, lines, written, err);
}
