#include "connectors/inspect/sheet.h"

#include <string.h>

#include "connectors/inspect/names.h"

enum { HEADER_ROWS = 30, TRAILER_ROWS = 10, CONTRAST_ROWS = 100, COLUMNS_MAX = 512, NUMBER_DIGITS = 5 };

/* --- rows --- */

static struct sheet_row copy_row(struct guess *guess, const struct row *row)
{
    struct sheet_row copy = { .line = row->line, .count = row->reason == REASON_NONE ? row->count : 0 };
    struct text *cells = arena_alloc(guess->arena, (copy.count + 1) * sizeof *cells);

    for (size_t i = 0; i < copy.count; i++) {
        struct text cell = text_trim(row->cells[i]);

        cells[i] = (struct text){ arena_strndup(guess->arena, cell.data, cell.len), cell.len };
    }
    copy.cells = cells;
    return copy;
}

static void add_row(struct guess *guess, struct sheet *sheet, const struct row *row)
{
    if (!(sheet->count & (sheet->count - 1))) { /* a power of two: it is full */
        struct sheet_row *more =
            arena_alloc(guess->arena, (sheet->count ? 2 * sheet->count : 1) * sizeof *more);

        if (sheet->count)
            memcpy(more, sheet->rows, sheet->count * sizeof *more);
        sheet->rows = more;
    }
    sheet->rows[sheet->count++] = copy_row(guess, row);
}

static size_t usual_columns(const struct sheet *sheet)
{
    size_t rows[COLUMNS_MAX + 1] = { 0 }, best = 0;

    for (size_t i = 0; i < sheet->count; i++)
        rows[sheet->rows[i].count < COLUMNS_MAX ? sheet->rows[i].count : COLUMNS_MAX]++;
    for (size_t columns = 1; columns <= COLUMNS_MAX; columns++)
        if (rows[columns] > rows[best] || !best)
            best = columns;
    return best;
}

/* A workbook leaves out the blank cells at the end of a row. */
static void fill_rows(struct guess *guess, struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++)
        sheet->columns = sheet->rows[i].count > sheet->columns ? sheet->rows[i].count : sheet->columns;
    for (size_t i = 0; i < sheet->count; i++) {
        struct sheet_row *row = &sheet->rows[i];
        struct text *cells = arena_zalloc(guess->arena, (sheet->columns + 1) * sizeof *cells);

        for (size_t j = 0; j < sheet->columns; j++)
            cells[j] = j < row->count ? row->cells[j] : TEXT("");
        row->cells = cells;
        row->count = sheet->columns;
    }
}

int sheet_read(struct guess *guess, struct row_reader *reader, size_t rows_max, struct sheet *ret,
               struct err *err)
{
    struct row row;
    int got = 1;

    *ret = (struct sheet){ .header = SHEET_NONE };
    while (ret->count < rows_max && (got = reader->next(reader, &row, err)) == 1)
        add_row(guess, ret, &row);
    if (got < 0)
        return -1;
    if (guess->feed.format == FORMAT_XLSX)
        fill_rows(guess, ret);
    else
        ret->columns = usual_columns(ret);
    return 0;
}

/* --- header --- */

static size_t digits_of(struct text text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] >= '0' && text.data[i] <= '9';
    return count;
}

/* What a name has not: many digits, or nothing else. */
static bool is_number(struct text text)
{
    size_t digits = digits_of(text);

    return digits >= NUMBER_DIGITS || (digits && digits == text.len);
}

static size_t known_to(enum source source, const struct sheet_row *row)
{
    size_t known = 0;

    for (const struct field *field = connector_of(source)->fields; field->column; field++)
        for (size_t i = 0; i < row->count; i++)
            if (name_is_known(field, row->cells[i])) {
                known++;
                break;
            }
    return known;
}

static size_t known_names(const struct sheet_row *row)
{
    size_t most = 0;

    for (int source = 0; source < SOURCE_COUNT; source++) {
        size_t known = known_to((enum source)source, row);

        most = known > most ? known : most;
    }
    return most;
}

static bool same_text(struct text a, struct text b)
{
    return a.len == b.len && !memcmp(a.data, b.data, a.len);
}

/* Columns in which the row has no digit and nearly all rows below it have some. A cell that stands below,
 * too, is a value. */
static size_t contrast(const struct sheet *sheet, size_t at)
{
    const struct sheet_row *row = &sheet->rows[at];
    size_t contrasts = 0;

    for (size_t column = 0; column < row->count; column++) {
        size_t values = 0, numbers = 0;

        for (size_t i = at + 1; i < sheet->count && i < at + CONTRAST_ROWS; i++) {
            const struct sheet_row *below = &sheet->rows[i];

            if (below->count != sheet->columns || column >= below->count || !below->cells[column].len)
                continue;
            if (same_text(below->cells[column], row->cells[column]))
                return 0;
            values++;
            numbers += digits_of(below->cells[column]) > 0;
        }
        contrasts +=
            values && numbers * 10 >= values * 9 && row->cells[column].len && !digits_of(row->cells[column]);
    }
    return contrasts;
}

static bool is_header(const struct sheet *sheet, size_t at)
{
    const struct sheet_row *row = &sheet->rows[at];
    size_t blanks = 0, known;

    for (size_t i = 0; i < row->count; i++) {
        if (is_number(row->cells[i]))
            return false;
        blanks += !row->cells[i].len;
    }
    if (!row->count || row->count + 1 < sheet->columns || row->count > sheet->columns + 1)
        return false;
    known = known_names(row);
    if (known >= 2 || (known && sheet->columns == 1))
        return true;
    return row->count == sheet->columns && !blanks && contrast(sheet, at) >= (known ? 1 : 2);
}

static void find_header(struct sheet *sheet)
{
    for (size_t i = 0; i < sheet->count && i < HEADER_ROWS && sheet->header == SHEET_NONE; i++)
        if (is_header(sheet, i))
            sheet->header = i;
}

/* --- control lines --- */

static bool begins_with_control(const struct sheet_row *row)
{
    for (size_t i = 0; i < row->count; i++)
        if (row->cells[i].len)
            return text_is_of_control(row->cells[i]);
    return false;
}

static bool is_control(const struct sheet *sheet, const struct sheet_row *row)
{
    size_t filled = 0;

    for (size_t i = 0; i < row->count; i++)
        filled += row->cells[i].len > 0;
    if (!row->count)
        return false;
    return row->count * 2 <= sheet->columns || (sheet->columns > 3 && filled < 2) || begins_with_control(row);
}

static void frame_top(struct guess *guess, struct sheet *sheet)
{
    bool unsure = false;

    if (sheet->header != SHEET_NONE) {
        sheet->first = sheet->header + 1;
        guess->feed.header_lines = sheet->header ? (uint32_t)(sheet->rows[sheet->header].line - 1) : 0;
        return;
    }
    while (sheet->first < sheet->count && sheet->first < HEADER_ROWS &&
           is_control(sheet, &sheet->rows[sheet->first]))
        unsure |= !begins_with_control(&sheet->rows[sheet->first++]);
    if (!sheet->first)
        return;
    guess->feed.header_lines = (uint32_t)sheet->rows[sheet->first - 1].line;
    if (unsure)
        guess_remark(guess, "header_lines", true,
                     "what stands above has fewer columns: are they control lines?");
}

static void frame_bottom(struct guess *guess, struct sheet *sheet)
{
    bool unsure = false;

    sheet->last = sheet->count;
    while (sheet->last > sheet->first && sheet->count - sheet->last < TRAILER_ROWS &&
           is_control(sheet, &sheet->rows[sheet->last - 1]))
        unsure |= !begins_with_control(&sheet->rows[--sheet->last]);
    guess->feed.trailer_lines = (uint32_t)(sheet->count - sheet->last);
    if (unsure)
        guess_remark(
            guess, "trailer_lines", true,
            "what stands at the end has fewer columns: are they control lines, or was the file cut off?");
}

void sheet_frame(struct guess *guess, struct sheet *sheet)
{
    find_header(sheet);
    guess->feed.header = sheet->header != SHEET_NONE;
    frame_top(guess, sheet);
    frame_bottom(guess, sheet);
    if (guess->feed.header && known_names(&sheet->rows[sheet->header]) < 2)
        guess_remark(guess, "header", true,
                     "a row without numbers stands above columns of numbers: are those names?");
}
