#include "connectors/source/xlsx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connectors/source/spool.h"
#include "tests/unit/row_text.h"
#include "tests/unit/unit.h"
#include "tests/unit/workbook.h"

#define ROWS_HEADER "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>"
#define STRINGS     "<si><t>a</t></si><si><t>b</t></si><si><t>x, y</t></si>"
#define STYLES                                                                                               \
    "<numFmts><numFmt numFmtId=\"170\" "                                                                     \
    "formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;\"/></numFmts>"                         \
    "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"                                                     \
    "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"170\"/></cellXfs>"

static struct feed_conf a_workbook(void)
{
    return (struct feed_conf){
        .format = FORMAT_XLSX, .header = true, .line_bytes_max = 65536, .unpacked_bytes_max = UINT64_MAX
    };
}

static const struct unpacking way = { .folder = SPILL_TEMPORARY };

/* Its rows, or "!" and why it is refused. Closes the file. */
static const char *read_file(const struct feed_conf *feed, int file)
{
    static char refused[600];
    struct row_reader *reader;
    struct err err = { 0 };
    const char *text = refused;
    int spool;
    off_t size = lseek(file, 0, SEEK_END);

    if (xlsx_spool(feed, &way, file, (uint64_t)size, &spool, &err) < 0) {
        snprintf(refused, sizeof refused, "%c%s", err.kind == ERR_REJECT ? '!' : '?', err.text);
    } else {
        assert_int_equal(spool_rows(feed, spool, &reader, &err), 0);
        text = row_text(reader);
        close(spool);
    }
    close(file);
    return text;
}

static const char *read_rows(const char *rows)
{
    struct feed_conf feed = a_workbook();

    return read_file(&feed, workbook_file(rows, STRINGS, STYLES, NULL));
}

static void every_kind_of_cell_is_read(void **state)
{
    static const struct {
        const char *rows, *text;
    } cases[] = {
        { "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>1</t></is></c><c r=\"B2\"><v>2.50</v></c></row>",
          "2@0 1|2.50\n" },
        { "<row><c t=\"str\"><v>&lt;x&gt;</v></c><c t=\"s\"><v>2</v></c></row>",
          "2@0 <x>|x, y\n" }, /* no numbers */
        { "<row r=\"4\"><c r=\"A4\" s=\"1\"><v>45991</v></c><c r=\"B4\" s=\"2\"><v>45991</v></c></row>",
          "4@0 2025-11-30|2025-11-30\n" },
        { "<row r=\"2\"><c r=\"A2\" t=\"b\"><v>1</v></c><c r=\"B2\" t=\"e\"><v>#N/A</v></c></row>",
          "2@0 TRUE|#N/A\n" },
        { "<row r=\"2\"><c r=\"A2\" t=\"d\"><v>2025-11-30T00:00:00</v></c></row>", "2@0 2025-11-30|\n" },
        { "<row r=\"2\"><c r=\"A2\" "
          "t=\"inlineStr\"><is><r><rPr><b/></rPr><t>张</t></r><r><t>三</t></r><rPh><t>Zhang</t></rPh>"
          "</is></c></row>",
          "2@0 张三|\n" },
        { "<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>a_x0041_b_x005F_x0041__x0000_</t></is></c></row>",
          "2@0 aAb_x0041__x0000_|\n" },
        { "<row r=\"2\"><c r=\"B2\"><v>1</v></c></row>", "2@0 |1\n" }, /* left out */
        { "<row r=\"2\"><c r=\"A2\" s=\"1\"/><c r=\"B2\" t=\"inlineStr\"><is><t> </t></is></c></row>",
          "" }, /* blank */
        { "<row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\"><v>2</v></c><c r=\"C2\"><v>3</v></c></row>",
          "2@0 !BAD_COLUMN_COUNT\n" },
        { "<row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"XFD2\" s=\"1\"/></row>", "2@0 1|\n" },
        { "<x:row xmlns:x=\"y\" r=\"9\"><x:c r=\"A9\"><x:v>1</x:v></x:c></x:row>", "9@0 1|\n" },
    };
    char rows[2000], wanted[2000];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        snprintf(rows, sizeof rows, "%s%s", ROWS_HEADER, cases[i].rows);
        snprintf(wanted, sizeof wanted, "1@0#a|b\n%s", cases[i].text);
        assert_string_equal(read_rows(rows), wanted);
    }
}

static void what_is_wrong_with_a_sheet_refuses_the_workbook(void **state)
{
    static const struct {
        const char *rows, *why;
    } cases[] = {
        { "<row r=\"2\"><c r=\"A2\"><f>B2*2</f><v>1</v></c></row>", "has a formula in row 2" },
        { "<row r=\"1\"/>", "rows are not in order" },
        { "<row r=\"1048577\"/>", "rows are not in order" },
        { "<row r=\"2\"><c r=\"B2\"/><c r=\"A2\"/></row>", "cells are not in order" },
        { "<row r=\"2\"><c r=\"A2\"/><c r=\"A2\"/></row>", "cells are not in order" },
        { "<row r=\"2\"><c r=\"XFE2\"/></row>", "beyond column XFD" },
        { "<row r=\"2\"><c r=\"XFD2\"><v>1</v></c></row>",
          "column 16384 of row 2, though only 2 columns are named" },
        { "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>3</v></c></row>", "whose text is not in the workbook" },
        { "<row r=\"2\"><c r=\"A2\" t=\"s\"><v>-1</v></c></row>", "damaged" },
        { "<row r=\"2\"><c r=\"A2\" t=\"z\"><v>1</v></c></row>", "damaged" },
        { "<row r=\"2\"><row r=\"3\"></row></row>", "damaged" },
        { "<c r=\"A2\"><v>1</v></c>", "damaged" },
        { "<row r=\"2\"><c></row>", "damaged" },
    };
    char rows[2000];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *text;

        snprintf(rows, sizeof rows, "%s%s", ROWS_HEADER, cases[i].rows);
        text = read_rows(rows);
        assert_int_equal(*text, '!');
        assert_non_null(strstr(text, cases[i].why));
    }
}

#define RELATIONS       "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define SHEET(name, id) "<sheet name=\"" name "\" sheetId=\"1\" r:id=\"" id "\"/>"
#define BOOK(inside)    "<workbook xmlns:r=\"x\">" inside "</workbook>"

static void what_a_workbook_must_not_be_is_told(void **state)
{
    static const struct {
        struct member more;
        const char *why;
    } cases[] = {
        { { "xl/vbaProject.bin", "x", 0 }, "with macros" },
        { { "[Content_Types].xml",
            "<T><O ContentType=\"application/vnd.ms-excel.sheet.macroEnabled.main+xml\"/></T>", 0 },
          "with macros" },
        { { "[Content_Types].xml",
            "<T><O ContentType=\"application/vnd.ms-excel.sheet.binary.macroEnabled.main\"/></T>", 0 },
          "binary kind" },
        { { "xl/externalLinks/externalLink1.xml", "<x/>", 0 }, "links to other workbooks" },
        { { "xl/workbook.xml", BOOK("<sheets>" SHEET("a", "rId1") SHEET("b", "rId1") "</sheets>"), 0 },
          "of 2 sheets" },
        { { "xl/workbook.xml", BOOK("<sheets/>"), 0 }, "of 0 sheets" },
        { { "xl/workbook.xml", BOOK("<sheets>" SHEET("a", "rId2") "</sheets>"), 0 }, "not a table" },
        { { "xl/workbook.xml",
            "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]><workbook>&b;</workbook>", 0 },
          "a document type" },
        { { "xl/workbook.xml", "<workbook>", 0 }, "damaged" },
        { { "xl/worksheets/sheet1.xml", "", 0 }, "damaged" },
        { { "xl/sharedStrings.xml", "<sst><si>", 0 }, "damaged" },
        { { "xl/_rels/workbook.xml.rels",
            "<R><Relationship Id=\"rId1\" Type=\"" RELATIONS
            "worksheet\" Target=\"worksheets/none.xml\"/></R>",
            0 },
          "damaged" },
    };
    struct feed_conf feed = a_workbook();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct member more[] = { cases[i].more, { 0 } };
        const char *text = read_file(&feed, workbook_file(ROWS_HEADER, STRINGS, STYLES, more));

        assert_int_equal(*text, '!');
        assert_non_null(strstr(text, cases[i].why));
    }
}

static void the_sheet_that_the_feed_names_is_read(void **state)
{
    static char list[] = "list", old[] = "old";
    struct feed_conf feed = a_workbook();
    const struct member two[] = { { "xl/workbook.xml",
                                    BOOK("<workbookPr date1904=\"1\"/><sheets>" SHEET("notes", "rId9")
                                             SHEET("list", "rId1") "</sheets>"),
                                    0 },
                                  { 0 } };
    const char *text;

    (void)state;
    feed.sheet = list;
    assert_string_equal(
        read_file(&feed, workbook_file(ROWS_HEADER "<row r=\"2\"><c r=\"A2\" s=\"1\"><v>44529</v></c></row>",
                                       STRINGS, STYLES, two)),
        "1@0#a|b\n2@0 2025-11-30|\n"); /* and its days are counted from 1904 */
    feed.sheet = old;
    text = read_file(&feed, workbook_file(ROWS_HEADER, STRINGS, STYLES, two));
    assert_non_null(strstr(text, "it was renamed"));
}

static void title_and_total_rows_are_control_lines(void **state)
{
    static const char rows[] =
        "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>名册</t></is></c></row>"
        "<row r=\"3\"><c r=\"A3\" t=\"s\"><v>0</v></c><c r=\"B3\" t=\"s\"><v>1</v></c></row>"
        "<row r=\"4\"><c r=\"A4\"><v>7</v></c><c r=\"B4\"><v>8</v></c></row>"
        "<row r=\"6\"><c r=\"B6\" t=\"inlineStr\"><is><t>total: 1</t></is></c></row>";
    struct feed_conf feed = a_workbook();
    CLEANUP(buffer_free) struct buffer lines = { 0 };
    struct err err = { 0 };
    int file = workbook_file(rows, STRINGS, NULL, NULL), spool;
    uint64_t count;

    (void)state;
    feed.header_lines = 2;
    feed.trailer_lines = 1;
    assert_int_equal(xlsx_spool(&feed, &way, file, (uint64_t)lseek(file, 0, SEEK_END), &spool, &err), 0);
    assert_int_equal(spool_control(&feed, spool, &lines, &err), 0);
    buffer_add_byte(&lines, '\0');
    assert_string_equal((char *)lines.data, "名册\n,total: 1\n");
    assert_int_equal(spool_count(spool, &count, &err), 0);
    assert_int_equal(count, 4);
    close(spool);
    assert_string_equal(read_file(&feed, file), "3@0#a|b\n4@0 7|8\n");
}

static void a_row_knows_which_cells_are_text_and_is_kept_as_csv(void **state)
{
    static const char rows[] = ROWS_HEADER "<row r=\"2\"><c r=\"A2\"><v>990000194912310000</v></c>"
                                           "<c r=\"B2\" t=\"inlineStr\"><is><t>x, \"y\"</t></is></c></row>";
    struct feed_conf feed = a_workbook();
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;
    struct err err = { 0 };
    struct row row;
    int file = workbook_file(rows, STRINGS, NULL, NULL), spool;

    (void)state;
    assert_int_equal(xlsx_spool(&feed, &way, file, (uint64_t)lseek(file, 0, SEEK_END), &spool, &err), 0);
    assert_int_equal(spool_rows(&feed, spool, &reader, &err), 0);
    assert_int_equal(reader->next(reader, &row, &err), 1);
    assert_int_equal(reader->next(reader, &row, &err), 1);
    assert_false(row.plain[0]);
    assert_true(row.plain[1]);
    assert_int_equal(row.raw.len, strlen("990000194912310000,\"x, \"\"y\"\"\""));
    assert_memory_equal(row.raw.data, "990000194912310000,\"x, \"\"y\"\"\"", row.raw.len);
    close(spool);
    close(file);
}

/* --- rows that are taken past the parser, and rows that only look so --- */

static const char *read_sheet(const char *sheet)
{
    const struct member more[] = { { "xl/worksheets/sheet1.xml", sheet, 0 }, { 0 } };
    struct feed_conf feed = a_workbook();

    feed.header = false;
    feed.order.count = 1;
    return read_file(&feed, workbook_file("", STRINGS, STYLES, more));
}

#define ROW(number, value) "<row r=\"" number "\"><c r=\"A" number "\"><v>" value "</v></c></row>"

static void what_is_no_row_is_not_taken_for_one(void **state)
{
    static const struct {
        const char *sheet, *text;
    } cases[] = {
        { "<w><sheetData>" ROW("1", "1") "<!-- " ROW("2", "2") " -->" ROW("3", "3") "</sheetData></w>",
          "1@0 1\n3@0 3\n" },
        { "<w><sheetData>" ROW("1", "1") "<row r=\"2\"><c><!-- </row>" ROW(
              "3", "3") " --><v>2</v></c></row>" ROW("4", "4") "</sheetData></w>",
          "1@0 1\n2@0 2\n4@0 4\n" },
        { "<w><sheetData>" ROW("1", "1") "<row r=\"2\"><c t=\"str\"><v><![CDATA[</row>" ROW(
              "3", "3") "]]></v></c></row>"
                        "</sheetData></w>",
          "1@0 1\n2@0 </row>" ROW("3", "3") "\n" },
        { "<w><!-- <sheetData>" ROW("1", "1") " --><sheetData>" ROW("2", "2") "</sheetData></w>", "2@0 2\n" },
        { "<w><sheetData>" ROW("1", "1") "</sheetData><rows>" ROW("2", "2") "</rows></w>", "1@0 1\n" },
        { "<w><sheetData>\r\n\t" ROW("1", "1") " \n" ROW("2", "a&amp;b") ROW("3", "3") "</sheetData></w>",
          "1@0 1\n2@0 a&b\n3@0 3\n" },
        { "<?xml version='1.0' encoding='ISO-8859-1'?><w><sheetData><row><c "
          "t=\"str\"><v>\xE9</v></c></row></sheetData></w>",
          "1@0 é\n" },
        { "<w><sheetData><row r=\"1\" r=\"1\"></row></sheetData></w>",
          "!has XML that is damaged: have it saved and delivered again" },
        { "<w><sheetData><row><c t=\"str\"><v>\xE9</v></c></row></sheetData></w>",
          "!has XML that is damaged: have it saved and delivered again" },
        { "<w><sheetData>" ROW("1", "1"), "!has XML that is damaged: have it saved and delivered again" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(read_sheet(cases[i].sheet), cases[i].text);
}

/* Every seventh row is the parser's; one is longer than what is read at once. */
static void rows_are_the_same_wherever_a_piece_of_the_sheet_ends(void **state)
{
    enum { ROWS = 30000, LONG = 20001, LONG_CELLS = 16000 };
    struct feed_conf feed = a_workbook();
    CLEANUP(buffer_free) struct buffer sheet = { 0 };
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;
    struct err err = { 0 };
    struct row row;
    int64_t number;
    int file, spool;

    (void)state;
    buffer_add_string(&sheet, "<w><sheetData>");
    for (int i = 1; i <= ROWS; i++) {
        buffer_printf(&sheet, "<row r=\"%d\" spans=\"1:1\"><c r=\"A%d\"%s><v>%d</v></c>", i, i,
                      i % 7 ? "" : " t='n'", i);
        for (int j = 0; i == LONG && j < LONG_CELLS; j++)
            buffer_add_string(&sheet, "<c s=\"000000001\"/>");
        buffer_add_string(&sheet, "</row>");
    }
    buffer_add_string(&sheet, "</sheetData></w>");
    buffer_add_byte(&sheet, '\0');
    feed.header = false;
    feed.order.count = 1;
    file = workbook_file(
        "", NULL, NULL,
        (const struct member[]){ { "xl/worksheets/sheet1.xml", (char *)sheet.data, 0 }, { 0 } });
    assert_int_equal(xlsx_spool(&feed, &way, file, (uint64_t)lseek(file, 0, SEEK_END), &spool, &err), 0);
    assert_int_equal(spool_rows(&feed, spool, &reader, &err), 0);
    for (int i = 1; i <= ROWS; i++) {
        assert_int_equal(reader->next(reader, &row, &err), 1);
        assert_int_equal(row.line, i);
        assert_true(text_int64(row.cells[0], &number));
        assert_int_equal(number, i);
    }
    assert_int_equal(reader->next(reader, &row, &err), 0);
    close(spool);
    close(file);
}

/* --- bounds --- */

static char *repeat(const char *piece, size_t count)
{
    size_t len = strlen(piece);
    char *text = malloc(len * count + 1);

    for (size_t i = 0; i < count; i++)
        memcpy(text + i * len, piece, len);
    text[len * count] = '\0';
    return text;
}

static const char *refusal_of(struct feed_conf *feed, const char *member, char *text)
{
    const struct member more[] = { { member, text, 0 }, { 0 } };
    const char *why = read_file(feed, workbook_file(ROWS_HEADER, STRINGS, STYLES, more));

    free(text);
    return why;
}

static void bombs_are_refused(void **state)
{
    struct feed_conf feed = a_workbook();
    static const char sheet[] = "xl/worksheets/sheet1.xml";
    char *names;

    (void)state;
    assert_non_null(strstr(refusal_of(&feed, sheet, repeat(" ", 32 << 20)), "200 times its size"));
    assert_non_null(strstr(refusal_of(&feed, sheet, repeat("<a>", 100)), "nested over 64 deep"));
    names = malloc(40 << 20);
    names[0] = '\0';
    for (size_t i = 0, len = 0; i < 1000000; i++)
        len += (size_t)sprintf(names + len, "%s<n%zu a%zu='%zx'/>", i ? "" : "<a>", i, i, i * 2654435761);
    assert_non_null(strstr(refusal_of(&feed, sheet, names), "needs more memory"));
    feed.unpacked_bytes_max = 10000;
    assert_non_null(strstr(refusal_of(&feed, sheet, repeat(" ", 20000)), "unpacked_bytes_max"));
}

static void a_text_longer_than_a_cell_takes_is_refused_and_a_row_too_long_told(void **state)
{
    struct feed_conf feed = a_workbook();
    char *long_text = repeat("0123456789", 13108), *rows = malloc(400000);

    (void)state;
    snprintf(rows, 400000, "%s<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>%s</t></is></c></row>",
             ROWS_HEADER, long_text);
    assert_non_null(strstr(read_file(&feed, workbook_file(rows, STRINGS, NULL, NULL)), "32,767 characters"));
    long_text[70000] = '\0';
    snprintf(rows, 400000,
             "%s<row r=\"2\"><c r=\"A2\" t=\"inlineStr\"><is><t>%s</t></is></c></row><row r=\"3\"><c "
             "r=\"A3\"><v>1</v></c></row>",
             ROWS_HEADER, long_text);
    assert_string_equal(read_file(&feed, workbook_file(rows, STRINGS, NULL, NULL)),
                        "1@0#a|b\n2@0 !LINE_TOO_LONG\n3@0 1|\n");
    free(rows);
    free(long_text);
}

static void more_shared_texts_than_are_kept_in_memory_are_found(void **state)
{
    enum { TEXTS = 300000 };
    struct feed_conf feed = a_workbook();
    char *strings = malloc((size_t)TEXTS * 60), *rows = malloc(4000);
    size_t len = 0, rows_len;

    (void)state;
    for (int i = 0; i < TEXTS; i++)
        len += (size_t)sprintf(strings + len, "<si><t>text number %d of them all</t></si>", i);
    rows_len = (size_t)sprintf(rows, "<row r=\"1\"><c t=\"s\"><v>0</v></c></row>");
    for (int i = 1; i <= 9; i++)
        rows_len +=
            (size_t)sprintf(rows + rows_len, "<row><c t=\"s\"><v>%d</v></c></row>", i * 33333 % TEXTS);
    feed.header = false;
    feed.order.count = 1;
    assert_string_equal(read_file(&feed, workbook_file(rows, strings, NULL, NULL)),
                        "1@0 text number 0 of them all\n2@0 text number 33333 of them all\n"
                        "3@0 text number 66666 of them all\n4@0 text number 99999 of them all\n"
                        "5@0 text number 133332 of them all\n6@0 text number 166665 of them all\n"
                        "7@0 text number 199998 of them all\n8@0 text number 233331 of them all\n"
                        "9@0 text number 266664 of them all\n10@0 text number 299997 of them all\n");
    free(strings);
    free(rows);
}

UNIT_MAIN(cmocka_unit_test(every_kind_of_cell_is_read),
          cmocka_unit_test(what_is_wrong_with_a_sheet_refuses_the_workbook),
          cmocka_unit_test(what_a_workbook_must_not_be_is_told),
          cmocka_unit_test(the_sheet_that_the_feed_names_is_read),
          cmocka_unit_test(title_and_total_rows_are_control_lines),
          cmocka_unit_test(a_row_knows_which_cells_are_text_and_is_kept_as_csv),
          cmocka_unit_test(what_is_no_row_is_not_taken_for_one),
          cmocka_unit_test(rows_are_the_same_wherever_a_piece_of_the_sheet_ends),
          cmocka_unit_test(bombs_are_refused),
          cmocka_unit_test(a_text_longer_than_a_cell_takes_is_refused_and_a_row_too_long_told),
          cmocka_unit_test(more_shared_texts_than_are_kept_in_memory_are_found))
