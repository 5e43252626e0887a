#include "connectors/source/xlsx_sheet.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "connectors/source/xlsx_skim.h"
#include "connectors/source/xlsx_text.h"
#include "lib/base/arena.h"

enum {
    COLUMNS_MAX = 16384, /* Excel's: A to XFD */
    ROWS_MAX = 1048576,
    BEYOND_HEADER_MAX = 100, /* columns with something in them */
    DIGITS_MAX = 9
};

#define TEXT_OF(literal)                                                                                     \
    {                                                                                                        \
        (literal), sizeof(literal) - 1                                                                       \
    } /* in a table */

enum cell_type { CELL_NUMBER, CELL_SHARED, CELL_TEXT, CELL_FLAG, CELL_ERROR, CELL_DATE };

struct cell {
    size_t at, len; /* in bytes */
    bool plain;
};

struct reading {
    const struct xlsx_sheet *sheet;
    struct spool *spool;
    bool in_data, in_row, in_cell;
    uint64_t ended, left; /* rows; and how many of them when one was left to the parser, */
    bool waiting;         /* which has still to end it */
    struct skimmed_row skimmed;
    uint64_t row;        /* the number of the last one that began */
    size_t header_width; /* 0: it has not come */
    size_t column;       /* of the cell under way, from 0; or where the next one may stand */
    enum cell_type type;
    uint64_t style;
    struct xlsx_text text;
    struct buffer bytes;        /* of all cells of the row */
    enum number_kind last_kind; /* of the last date, */
    struct buffer last_date, last_shown;
    struct cell *cells;
    size_t count, capacity;
    struct text *texts; /* the same as spool_add() takes them */
    bool *plain;
};

static int damaged(struct err *err)
{
    return err_set(err, ERR_REJECT, "has a sheet that is damaged: have it saved and delivered again");
}

/* --- rows --- */

static int start_row(struct reading *reading, struct text number, struct err *err)
{
    uint64_t row = reading->row + 1;

    if (reading->in_row || (number.data && !text_digits(number, DIGITS_MAX, &row)))
        return damaged(err);
    if (row <= reading->row || row > ROWS_MAX)
        return err_set(err, ERR_REJECT,
                       "has a sheet whose rows are not in order: have it saved and delivered again");
    reading->row = row;
    reading->in_row = true;
    reading->column = reading->count = 0;
    buffer_clear(&reading->bytes);
    return 0;
}

static int check_width(struct reading *reading, struct err *err)
{
    if (reading->row <= reading->sheet->feed->header_lines || !reading->count)
        return 0;
    if (!reading->header_width)
        reading->header_width =
            reading->sheet->feed->header ? reading->count : reading->sheet->feed->order.count;
    if (reading->count <= reading->header_width + BEYOND_HEADER_MAX)
        return 0;
    return err_set(err, ERR_REJECT,
                   "has a sheet with something in column %zu of row %" PRIu64
                   ", though only %zu columns are named: clear what does not belong there",
                   reading->count, reading->row, reading->header_width);
}

static int end_row(struct reading *reading, struct err *err)
{
    reading->in_row = false;
    reading->ended++;
    if (check_width(reading, err) < 0)
        return -1;
    for (size_t i = 0; i < reading->count; i++) {
        reading->texts[i] =
            (struct text){ (const char *)reading->bytes.data + reading->cells[i].at, reading->cells[i].len };
        reading->plain[i] = reading->cells[i].plain;
    }
    return spool_add(reading->spool, reading->row, reading->texts, reading->plain, reading->count, err);
}

/* --- cells --- */

static bool find_type(struct text said, enum cell_type *ret)
{
    static const struct {
        struct text name;
        enum cell_type type;
    } types[] = {
        { TEXT_OF("n"), CELL_NUMBER },       { TEXT_OF("s"), CELL_SHARED }, { TEXT_OF("str"), CELL_TEXT },
        { TEXT_OF("inlineStr"), CELL_TEXT }, { TEXT_OF("b"), CELL_FLAG },   { TEXT_OF("e"), CELL_ERROR },
        { TEXT_OF("d"), CELL_DATE },
    };

    *ret = CELL_NUMBER;
    for (size_t i = 0; said.data && i < sizeof types / sizeof *types; i++)
        if (said.len == types[i].name.len && !memcmp(said.data, types[i].name.data, said.len)) {
            *ret = types[i].type;
            return true;
        }
    return !said.data;
}

/* "AB12" is column 27, from 0; false: none that a sheet has. */
static bool find_column(struct text reference, size_t *ret)
{
    size_t column = 0;

    for (size_t i = 0; i < reference.len && column <= COLUMNS_MAX; i++) {
        char letter = reference.data[i];

        if (letter < 'A' || letter > 'Z')
            break;
        column = 26 * column + (size_t)(letter - 'A') + 1;
    }
    *ret = column - 1;
    return column && column <= COLUMNS_MAX;
}

/* All three in one go: a sheet has millions of them. */
static struct skimmed_cell cell_attributes(const char *const *attributes)
{
    struct skimmed_cell said = { 0 };

    for (; *attributes; attributes += 2) {
        const char *name = attributes[0];

        if (!*name || name[1])
            continue;
        if (*name == 'r')
            said.reference = text_of(attributes[1]);
        else if (*name == 's')
            said.style = text_of(attributes[1]);
        else if (*name == 't')
            said.type = text_of(attributes[1]);
    }
    return said;
}

static int start_cell(struct reading *reading, const struct skimmed_cell *said, struct err *err)
{
    size_t column = reading->column;

    if ((said->reference.data && !find_column(said->reference, &column)) || column >= COLUMNS_MAX ||
        column < reading->column)
        return err_set(err, ERR_REJECT,
                       "has a sheet whose cells are not in order, or beyond column XFD: have it saved and "
                       "delivered again");
    reading->style = 0;
    if (!find_type(said->type, &reading->type) ||
        (said->style.data && !text_digits(said->style, DIGITS_MAX, &reading->style)))
        return damaged(err);
    reading->column = column;
    return 0;
}

static int add_shared(struct reading *reading, struct text number, struct err *err)
{
    uint64_t index;

    if (!text_digits(text_trim(number), DIGITS_MAX, &index))
        return damaged(err);
    return xlsx_strings_add_to(reading->sheet->strings, index, &reading->bytes, err);
}

/* ISO 8601, as strict workbooks have it; midnight is not shown. */
static void add_date(struct text text, struct buffer *out)
{
    static const char midnight[] = "T00:00:00";
    const char *time = memchr(text.data, 'T', text.len);

    if (time && text.len - (size_t)(time - text.data) >= strlen(midnight) &&
        !memcmp(time, midnight, strlen(midnight)))
        text.len = (size_t)(time - text.data);
    buffer_add(out, text.data, text.len);
}

/* A date is mostly the one of the row before. */
static void add_number(struct reading *reading, struct text text)
{
    enum number_kind kind = xlsx_style(reading->sheet->styles, reading->style);
    size_t at = reading->bytes.size;

    if (kind != NUMBER_PLAIN && kind == reading->last_kind && text.len == reading->last_date.size &&
        !memcmp(text.data, reading->last_date.data, text.len)) {
        buffer_add(&reading->bytes, reading->last_shown.data, reading->last_shown.size);
        return;
    }
    number_show(text, kind, reading->sheet->since_1904, &reading->bytes);
    if (kind == NUMBER_PLAIN)
        return;
    reading->last_kind = kind;
    buffer_clear(&reading->last_date);
    buffer_clear(&reading->last_shown);
    buffer_add(&reading->last_date, text.data, text.len);
    buffer_add(&reading->last_shown, reading->bytes.data + at, reading->bytes.size - at);
}

static int add_value(struct reading *reading, struct text text, struct err *err)
{
    switch (reading->type) {
    case CELL_SHARED:
        return add_shared(reading, text, err);
    case CELL_NUMBER:
        add_number(reading, text);
        return 0;
    case CELL_DATE:
        add_date(text, &reading->bytes);
        return 0;
    case CELL_FLAG:
        buffer_add_string(&reading->bytes, text_equal(text.data, text.len, "1") ? "TRUE" : "FALSE");
        return 0;
    case CELL_TEXT:
    case CELL_ERROR:
        buffer_add(&reading->bytes, text.data, text.len);
        return 0;
    }
    return damaged(err);
}

static void grow_cells(struct reading *reading)
{
    if (reading->column < reading->capacity)
        return;
    reading->capacity = 2 * reading->column + 32;
    reading->cells = mem_realloc(reading->cells, reading->capacity * sizeof *reading->cells);
    reading->texts = mem_realloc(reading->texts, reading->capacity * sizeof *reading->texts);
    reading->plain = mem_realloc(reading->plain, reading->capacity * sizeof *reading->plain);
}

static void put_cell(struct reading *reading, size_t at)
{
    grow_cells(reading);
    for (; reading->count < reading->column; reading->count++) /* left out: blank */
        reading->cells[reading->count] = (struct cell){ .plain = true };
    reading->cells[reading->count++] =
        (struct cell){ at, reading->bytes.size - at,
                       reading->type == CELL_SHARED || reading->type == CELL_TEXT };
}

static int end_cell(struct reading *reading, struct text text, struct err *err)
{
    size_t at = reading->bytes.size;

    if (text.len && add_value(reading, text, err) < 0)
        return -1;
    if (reading->bytes.size > SPOOL_ROW_BYTES_MAX)
        return err_set(err, ERR_REJECT, "has a row of more than 16 MiB: that is no list of people or things");
    if (text_trim((struct text){ (const char *)reading->bytes.data + at, reading->bytes.size - at }).len)
        put_cell(reading, at);
    reading->column++;
    return 0;
}

/* --- events --- */

static int refuse_formula(const struct reading *reading, struct err *err)
{
    return err_set(err, ERR_REJECT,
                   "has a formula in row %" PRIu64
                   ": have its values pasted in its place, and the workbook delivered again",
                   reading->row);
}

static int open_row(struct reading *reading, const char *const *attributes, struct err *err)
{
    const char *number = xml_attribute(attributes, "r");

    return start_row(reading, number ? text_of(number) : (struct text){ 0 }, err);
}

static int open_cell(struct reading *reading, const char *const *attributes, struct err *err)
{
    struct skimmed_cell said = cell_attributes(attributes);

    if (!reading->in_row)
        return damaged(err);
    reading->in_cell = true;
    xlsx_text_start(&reading->text);
    return start_cell(reading, &said, err);
}

static int close_cell(struct reading *reading, struct err *err)
{
    reading->in_cell = false;
    return end_cell(reading, xlsx_text_end(&reading->text), err);
}

static bool is_cell(const char *name)
{
    return *name == 'c' && !name[1];
}

static int start(void *user, const char *name, const char *const *attributes, struct err *err)
{
    struct reading *reading = user;

    if (!reading->in_data) {
        reading->in_data = !strcmp(name, "sheetData");
        return 0;
    }
    if (reading->in_cell) {
        if (*name == 'f' && !name[1])
            return refuse_formula(reading, err);
        xlsx_text_open(&reading->text, name);
        return 0;
    }
    if (is_cell(name))
        return open_cell(reading, attributes, err);
    return !strcmp(name, "row") ? open_row(reading, attributes, err) : 0;
}

static int end(void *user, const char *name, struct err *err)
{
    struct reading *reading = user;

    if (!reading->in_data)
        return 0;
    if (reading->in_cell) {
        xlsx_text_close(&reading->text, name);
        return is_cell(name) ? close_cell(reading, err) : 0;
    }
    if (!strcmp(name, "row"))
        return end_row(reading, err);
    reading->in_data = strcmp(name, "sheetData") != 0;
    return 0;
}

static int text(void *user, struct text piece, struct err *err)
{
    struct reading *reading = user;

    return reading->in_cell ? xlsx_text_add(&reading->text, piece, err) : 0;
}

/* --- past the parser --- */

/* The same text as the parser would give: what is written in another way, it has left to that. */
static int take_text(struct reading *reading, struct text value, struct text *ret, struct err *err)
{
    *ret = value;
    if (value.len <= XLSX_TEXT_BYTES_MAX && !memchr(value.data, '_', value.len))
        return 0;
    xlsx_text_start(&reading->text);
    xlsx_text_open(&reading->text, "v");
    if (xlsx_text_add(&reading->text, value, err) < 0)
        return -1;
    *ret = xlsx_text_end(&reading->text);
    return 0;
}

static int take_row(struct reading *reading, struct err *err)
{
    const struct skimmed_row *row = &reading->skimmed;

    if (start_row(reading, row->number, err) < 0)
        return -1;
    for (size_t i = 0; i < row->count; i++) {
        struct text value = row->cells[i].value;

        if (start_cell(reading, &row->cells[i], err) < 0 ||
            (value.len && take_text(reading, value, &value, err) < 0) || end_cell(reading, value, err) < 0)
            return -1;
    }
    return end_row(reading, err);
}

/* Rows, one after another. One that was left to the parser must have ended with what the parser got: else
 * what looked like its end was part of a comment, and so may be what looks like rows behind it. */
static int skim_rows(void *user, struct text bytes, size_t *ret_taken, struct err *err)
{
    struct reading *reading = user;
    enum skim next = SKIM_TAKEN;

    if (!reading->in_data || reading->in_row || (reading->waiting && reading->ended == reading->left))
        return XML_SKIM_OVER;
    reading->waiting = false;
    for (;;) {
        while (*ret_taken < bytes.len && strchr(" \t\r\n", bytes.data[*ret_taken]))
            ++*ret_taken;
        next = xlsx_skim_row((struct text){ bytes.data + *ret_taken, bytes.len - *ret_taken },
                             &reading->skimmed);
        if (next != SKIM_TAKEN)
            break;
        if (take_row(reading, err) < 0)
            return -1;
        *ret_taken += reading->skimmed.taken;
    }
    if (next == SKIM_MORE)
        return XML_SKIM_MORE;
    if (bytes.len - *ret_taken < 4 || memcmp(bytes.data + *ret_taken, "<row", 4) != 0)
        return XML_SKIM_OVER;
    reading->waiting = true;
    reading->left = reading->ended;
    return XML_SKIM_ONE;
}

int xlsx_sheet_read(const struct xlsx_sheet *sheet, struct bundle *bundle, const char *member,
                    const struct unpacking *way, uint64_t *bytes_left, struct spool *spool, struct err *err)
{
    static const struct xml_skimmer skimmer = { "<sheetData>", "</row>", skim_rows };
    static const struct xml_events events = { start, end, text, &skimmer };
    struct reading reading = { .sheet = sheet, .spool = spool };
    int status = xml_read(bundle, member, way, bytes_left, &events, &reading, err);

    xlsx_text_free(&reading.text);
    xlsx_skim_free(&reading.skimmed);
    buffer_free(&reading.bytes);
    buffer_free(&reading.last_date);
    buffer_free(&reading.last_shown);
    free(reading.cells);
    free(reading.texts);
    free(reading.plain);
    return status;
}
