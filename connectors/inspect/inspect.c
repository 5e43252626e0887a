#include "connectors/inspect/inspect.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/inspect/excerpt.h"
#include "connectors/inspect/layout.h"
#include "connectors/inspect/mapping.h"
#include "connectors/rows.h"
#include "connectors/source/csv.h"
#include "connectors/source/fixed.h"
#include "connectors/source/json.h"
#include "connectors/source/office.h"
#include "connectors/source/spool.h"
#include "connectors/source/xlsx.h"
#include "connectors/trial.h"
#include "lib/base/date.h"

enum { SPOOL_ROWS_MAX = 20000, OFTEN = 5 /* one in so many */ };

static void closep(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* What the readers refuse goes behind "the file". */
static int refuse(struct err *err)
{
    if (err->kind == ERR_REJECT) {
        err->kind = ERR_STOP;
        err->code = EXIT_DATA;
    }
    return err->code == EXIT_DATA ? err_add(err, "the file ") : -1;
}

/* --- what is read --- */

static const struct unpacking way = { .folder = SPILL_TEMPORARY };

static uint64_t size_of(int fd)
{
    struct stat status;

    return fstat(fd, &status) < 0 ? 0 : (uint64_t)status.st_size;
}

static int open_packed(struct guess *guess, int fd, int *ret, struct err *err)
{
    guess->feed.unpacked_bytes_max = INSPECT_UNPACKED_MAX;
    if (unpack(&guess->feed, &way, fd, size_of(fd), ret, err) < 0)
        return -1;
    if (*ret >= 0)
        guess_remark(guess, "", false, "The file is packed; olive-connect unpacks by itself.");
    return 0;
}

/* *ret: the spool of a workbook; -1: it is none. */
static int open_office(struct guess *guess, int fd, int *ret, struct err *err)
{
    enum office_kind kind;

    if (office_kind_of(fd, size_of(fd), &kind, err) < 0)
        return -1;
    if (kind == OFFICE_NONE)
        return 0;
    if (kind != OFFICE_XLSX)
        return err_set(err, ERR_REJECT, "%s", office_texts[kind]);
    guess->feed.format = FORMAT_XLSX;
    return xlsx_spool(&guess->feed, &way, fd, size_of(fd), ret, err);
}

/* A file in memory, which the readers of deliveries take. */
static int file_of(const struct buffer *data, int *ret, struct err *err)
{
    size_t done = 0;
    ssize_t put = 1;

    *ret = memfd_create("sample", MFD_CLOEXEC);
    while (*ret >= 0 && put > 0 && done < data->size) {
        put = write(*ret, data->data + done, data->size - done);
        done += put > 0 ? (size_t)put : 0;
    }
    if (done < data->size || *ret < 0)
        return err_stop(err, EXIT_FAILED, "no memory for a sample: %s", strerror(errno));
    return 0;
}

static int open_text(struct guess *guess, int fd, int32_t today, int *ret, struct err *err)
{
    CLEANUP(buffer_free) struct buffer excerpt = { 0 };

    if (excerpt_read(fd, &excerpt, &guess->whole, err) < 0 ||
        excerpt_check(excerpt.data, excerpt.size, err) < 0)
        return -1;
    layout_guess(guess, excerpt.data, excerpt.size, today);
    return file_of(&excerpt, ret, err);
}

/* The reader lends the feed. */
static int open_reader(const struct feed_conf *feed, int fd, struct row_reader **ret, struct err *err)
{
    static int (*const openers[FORMAT_COUNT])(const struct feed_conf *, int, struct row_reader **,
                                              struct err *) = {
        [FORMAT_CSV] = csv_open,
        [FORMAT_FIXED] = fixed_open,
        [FORMAT_XLSX] = spool_rows,
        [FORMAT_JSON] = json_rows_open,
    };

    return openers[feed->format](feed, fd, ret, err);
}

/* *ret: what holds the rows, which the caller closes. */
static int open_rows(struct guess *guess, int fd, int32_t today, int *ret, struct err *err)
{
    CLEANUP(closep) int unpacked = -1;

    if (open_packed(guess, fd, &unpacked, err) < 0)
        return -1;
    fd = unpacked >= 0 ? unpacked : fd;
    if (open_office(guess, fd, ret, err) < 0)
        return -1;
    return *ret >= 0 ? 0 : open_text(guess, fd, today, ret, err);
}

/* --- columns as options --- */

static bool is_same_name(struct text a, struct text b)
{
    return a.len == b.len && !memcmp(a.data, b.data, a.len);
}

/* A header that names two columns alike, or not as many as there are, cannot say which is which. */
static const char *header_fault(const struct guess *guess, const struct sheet *sheet)
{
    if (sheet->rows[sheet->header].count != guess->column_count)
        return "the header has another number of columns than the lines: it is passed over, and order says "
               "which "
               "column is what";
    for (size_t i = 0; i < guess->column_count; i++)
        for (size_t j = 0; j < i; j++)
            if (is_same_name(guess->columns[i].name, guess->columns[j].name) &&
                (guess->columns[i].field || guess->columns[j].field))
                return "two columns of the header have one name: it is passed over, and order says which is "
                       "which";
    return NULL;
}

static void put_order(struct guess *guess)
{
    for (size_t i = 0; i < guess->column_count; i++) {
        const struct guessed_column *column = &guess->columns[i];
        struct text name =
            text_of(column->field ? column->field->column : guess_text(guess, "column_%zu", i + 1));

        guess_add_name(guess, &guess->feed.order, name);
        if (!column->field)
            guess_add_name(guess, &guess->feed.ignore, name);
    }
}

static bool is_listed(const struct conf_names *names, struct text name)
{
    for (size_t i = 0; i < names->count; i++)
        if (text_equal(name.data, name.len, names->items[i]))
            return true;
    return false;
}

static void put_columns(struct guess *guess)
{
    for (size_t i = 0; i < guess->column_count; i++) {
        const struct guessed_column *column = &guess->columns[i];

        if (!column->field && !is_listed(&guess->feed.ignore, column->name))
            guess_add_name(guess, &guess->feed.ignore, column->name);
        else if (column->field && column->basis != BASIS_NAME)
            guess_add_pair(guess, &guess->feed.columns, column->name, column->field->column);
    }
}

static void settle_columns(struct guess *guess, const struct sheet *sheet)
{
    const char *fault = guess->feed.header ? header_fault(guess, sheet) : NULL;

    if (fault) {
        guess_remark(guess, "header", true, "%s", fault);
        guess->feed.header = false;
        guess->feed.header_lines = (uint32_t)sheet->rows[sheet->header].line;
    }
    (guess->feed.header ? put_columns : put_order)(guess);
}

/* --- the trial --- */

static const char *const advice[REASON_COUNT] = {
    [LINE_TOO_LONG] = "line_bytes_max bounds a line",
    [BAD_ENCODING] = "is there another charset in it?",
    [BAD_COLUMN_COUNT] = "delimiter, quote and control lines decide it",
    [BAD_ID] = "18 characters with the right check character, and neither masked nor cut by a spreadsheet",
    [BAD_AMOUNT] = "no thousands separators, two decimals at the most",
    [BAD_DATE] = "days are YYYY-MM-DD, YYYYMMDD or YYYY/M/D, months YYYY-MM or YYYYMM",
    [BAD_CODE] = "the words of olive's list, in English or Chinese: connectors/README.md",
    [MISSING] = "it is needed on every line",
};

static const char *place_of(const struct finding *finding)
{
    return *finding->column ? finding->column : "the line";
}

static bool is_often(const struct trial *trial, const struct finding *finding)
{
    return finding->count * OFTEN > trial->lines;
}

static void remark_often(struct guess *guess, const struct finding *finding)
{
    const char *hint = advice[finding->reason];

    guess_remark(guess, "", true, "%zu of them: %s in %s%s%s", (size_t)finding->count,
                 reason_names[finding->reason], place_of(finding), hint ? ": " : "", hint ? hint : "");
}

/* Each that is often is a doubt; the others are those bad lines that every delivery has. */
static void remark_trial(struct guess *guess, const struct trial *trial)
{
    const char *others = "";

    guess->rows = trial->lines;
    guess->good = trial->good;
    for (size_t i = 0; i < trial->finding_count; i++) {
        const struct finding *finding = &trial->findings[i];

        if (is_often(trial, finding))
            remark_often(guess, finding);
        else
            others = guess_text(guess, "%s%s%zu %s in %s", others, *others ? ", " : "",
                                (size_t)finding->count, reason_names[finding->reason], place_of(finding));
    }
    if (*others)
        guess_remark(guess, "", false, "Dead letters: %s.", others);
}

static int try_feed(struct guess *guess, int fd, int64_t now_ms, struct err *err)
{
    CLEANUP(line_freep) struct line *line = line_new(&guess->feed, 1, NULL);
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;
    struct trial *trial = arena_zalloc(guess->arena, sizeof *trial);
    struct row row;
    int got = 1;

    trial->line = line;
    trial->delivery.received_ms = now_ms;
    if (rows_open(&guess->feed, fd, line, &reader, err) < 0) {
        if (err->kind != ERR_REJECT)
            return -1;
        guess_remark(guess, "", true, "With these options the whole file would be refused: it %s", err->text);
        err_clear(err);
        return 0;
    }
    while ((trial->lines < SPOOL_ROWS_MAX || guess->feed.format != FORMAT_XLSX) &&
           (got = reader->next(reader, &row, err)) == 1)
        trial_row(trial, &row);
    remark_trial(guess, trial);
    return got < 0 ? -1 : 0;
}

/* --- what a file does not say of itself --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The last run of digits of a name, before its ending. */
static struct text last_number(const char *name)
{
    struct text number = { name + strlen(name), 0 };

    while (number.data > name && !is_digit(number.data[-1]))
        number.data--;
    while (number.data > name && is_digit(number.data[-1])) {
        number.data--;
        number.len++;
    }
    return number;
}

/* A day, a month or a year. */
static bool is_date(struct text number)
{
    uint64_t year;
    int32_t ignored;

    if (number.len == 4 && text_digits(number, 4, &year))
        return year >= 1990 && year < 2100;
    return day_parse(number, &ignored) || month_parse(number, &ignored);
}

/* "_([0-9]+)\\." when it stands between such signs, which say more than digits anywhere do. */
static const char *pattern_of(struct guess *guess, struct text number, const char *digits)
{
    char before = number.data > guess->file_name ? number.data[-1] : '\0', after = number.data[number.len];
    bool signs = before == '_' || before == '-';

    return guess_text(guess, "%.*s(%s)%s", signs, &before, digits,
                      after == '.'                   ? "\\."
                      : after == '_' || after == '-' ? guess_text(guess, "%c", after)
                                                     : "");
}

static void guess_sequence(struct guess *guess)
{
    struct text number = last_number(guess->file_name);
    static char digits[] = "[0-9]+", day[] = "[0-9]{8}";
    bool snapshots = !connector_of(guess->feed.source)->dated;

    if (!number.len) {
        guess_remark(guess, "sequence", false,
                     "the file's name has no number: deliveries count as they come");
        return;
    }
    if (!is_date(number)) {
        guess->feed.sequence = (char *)(uintptr_t)pattern_of(guess, number, digits);
        guess_remark(guess, "sequence", true, "is this number one more with each delivery?");
        return;
    }
    guess_remark(guess, "sequence", false,
                 "the number in the file's name is a date: deliveries count as they come");
    if (snapshots && number.len == 8) {
        guess->feed.as_of = (char *)(uintptr_t)pattern_of(guess, number, day);
        guess_remark(guess, "as_of", true, "is this the day that the list is of?");
    }
}

static void guess_ready(struct guess *guess, bool control)
{
    guess->feed.ready = control ? READY_CONTROL : READY_RENAME;
    if (control)
        guess_remark(guess, "ready", false, "a control file lies beside it");
    else
        guess_remark(
            guess, "ready", true,
            "does the department write elsewhere and rename (rename), send NAME.ok (control), or neither "
            "(stable)?");
}

static void guess_mode(struct guess *guess)
{
    if (connector_of(guess->feed.source)->dated)
        guess_remark(guess, "mode", false, "facts with dates of their own are never whole lists");
    else
        guess_remark(
            guess, "mode", true,
            "changes only (delta), or the whole list each time (snapshot), so that what it lacks has ended?");
}

static void guess_rest(struct guess *guess, const struct inspect_wish *wish)
{
    const char *source = code_name(&source_codes, (int)guess->feed.source);

    guess->feed.name = arena_strndup(guess->arena, wish->name ? wish->name : source,
                                     strlen(wish->name ? wish->name : source));
    guess->feed.inbox = guess_text(guess, "../inbox/%s", guess->feed.name);
    guess_remark(guess, "inbox", true,
                 "the folder that the department drops its files into: make it, and name it here");
    guess_mode(guess);
    guess_sequence(guess);
    guess_ready(guess, wish->control);
}

/* --- all of it --- */

static int read_sheet(struct guess *guess, int fd, struct sheet *ret, struct err *err)
{
    struct feed_conf bare = guess->feed; /* of which nothing is known but how its lines read */
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;

    bare.header = false;
    if (open_reader(&bare, fd, &reader, err) < 0)
        return -1;
    return sheet_read(guess, reader, bare.format == FORMAT_XLSX ? SPOOL_ROWS_MAX : SHEET_ROWS_MAX, ret, err);
}

static int look_at(struct guess *guess, int fd, const struct inspect_wish *wish, struct err *err)
{
    struct sheet sheet;

    if (read_sheet(guess, fd, &sheet, err) < 0)
        return -1;
    sheet_frame(guess, &sheet);
    mapping_guess(guess, &sheet, wish->source, wish->rows_max, wish->now_ms);
    settle_columns(guess, &sheet);
    guess_rest(guess, wish);
    return try_feed(guess, fd, wish->now_ms, err);
}

int inspect(int fd, const struct inspect_wish *wish, struct arena *arena, struct guess **ret, struct err *err)
{
    CLEANUP(closep) int rows = -1;
    struct guess *guess = guess_new(arena);

    guess->file_name = wish->file_name;
    if (wish->sheet)
        guess->feed.sheet = arena_strndup(arena, wish->sheet, strlen(wish->sheet));
    if (open_rows(guess, fd, day_of_ms(wish->now_ms), &rows, err) < 0 || look_at(guess, rows, wish, err) < 0)
        return refuse(err);
    *ret = guess;
    return 0;
}
