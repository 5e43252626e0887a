#include "connectors/inspect/inspect.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "connectors/inspect/layout.h"
#include "connectors/inspect/mapping.h"
#include "connectors/inspect/names.h"
#include "lib/core/reason.h"
#include "tests/unit/unit.h"

enum { NOW_DAY = 20440 }; /* 2025-12-18 */
#define DAY_MS INT64_C(86400000)

/* Of people that nobody is. */
#define P1 "990101198005040114"
#define P2 "99010119821120022X"
#define P3 "990105199906010844"

static int file_of(const char *data, size_t size)
{
    int file = memfd_create("test", MFD_CLOEXEC);

    assert_int_equal(write(file, data, size), size);
    return file;
}

/* NULL: err says why. */
static struct guess *guess_of(const char *data, size_t size, const char *file_name, int source,
                              struct arena *arena, struct err *err)
{
    struct inspect_wish wish = {
        .file_name = file_name, .source = source, .rows_max = 100, .now_ms = NOW_DAY * DAY_MS
    };
    int file = file_of(data, size), got;
    struct guess *guess = NULL;

    got = inspect(file, &wish, arena, &guess, err);
    close(file);
    return got == 0 ? guess : NULL;
}

/* What is printed; valid until the next call. */
static const char *look_at(const char *data, size_t size, const char *file_name, int source)
{
    static struct buffer out;
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    struct err err = { 0 };
    struct guess *guess = guess_of(data, size, file_name, source, arena, &err);

    buffer_clear(&out);
    if (guess)
        inspect_show_yaml(guess, &out);
    else
        buffer_add_string(&out, err.text);
    buffer_add_byte(&out, '\0');
    return (const char *)out.data;
}

static const char *look(const char *data)
{
    return look_at(data, strlen(data), "file", SOURCE_UNKNOWN);
}

static void must_say(const char *said, const char *words)
{
    if (!strstr(said, words))
        print_error("\"%s\" is not in:\n%s\n", words, said);
    assert_non_null(strstr(said, words));
}

/* --- layout --- */

static void a_delimiter_is_what_cuts_lines_alike(void **state)
{
    static const struct {
        const char *data, *delimiter;
    } cases[] = {
        { "a,b,c\n1,2,3\n4,5,6\n", "delimiter: \",\"" },
        { "a|b,c|d\n1|2|3,3\n4|,5,|6\n", "delimiter: \"|\"" },
        { "a\tb\tc\n1\t2\t3\n", "delimiter: \"\\t\"" },
        { "a;b;c\n1;2,5;3\n", "delimiter: \";\"" },
        { "a|@|b|@|c\n1|@||@|3\n|@||@|\n", "delimiter: \"|@|\"" },
        { "a||b||c\n1||||3\n", "delimiter: \"||\"" },
        { "a|b|c\n1||3\n1|2|\n", "delimiter: \"|\"" },      /* two blanks in a row are no || */
        { "a^|^b^|^c\n1^|^2^|^3\n", "delimiter: \"^|^\"" }, /* one that nobody listed */
        { "a,b\n\"1,5\",2\n\"2,5\",3\n\"3,5,1\",4\n",
          "delimiter: \",\"" }, /* what is quoted does not count */
        { "a\x01"
          "bb\x01"
          "ccccccccccccccccccccccccccccccccc\n1\x01"
          "2\x01"
          "333333333333333333333333333333333333333\n",
          "delimiter: \"\\U00000001\"" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        must_say(look(cases[i].data), cases[i].delimiter);
}

static void a_charset_is_what_breaks_no_line(void **state)
{
    static const struct {
        const char *data, *charset;
    } cases[] = {
        { "a,b\n1,2\n", "charset: utf-8" },
        { "身份证号,姓名\n1,林海生\n", "charset: utf-8" },
        { "\xC9\xED\xB7\xDD\xD6\xA4\xBA\xC5,b\n1,2\n", "charset: gb18030" }, /* 身份证号 */
        { "\xEF\xBB\xBFid_no,b\n1,2\n", "charset: utf-8" },                  /* its mark */
        { "\x84\x31\x95\x33id_no,b\n1,2\n", "charset: gb18030" },            /* its mark */
        { "a,b\n\xD5\xC5,1\n\xC0\xEE,2\n张,3\n\xCD\xF5,4\n李1,5\n",
          "# ? lines beyond" }, /* both in one file */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        must_say(look(cases[i].data), cases[i].charset);
}

static void without_a_delimiter_lines_are_cut_at_identifiers_dates_and_blanks(void **state)
{
    const char *said = look(P1 "\xC1\xD6\xBA\xA3    62001        12.50"
                               "20251231\n" P2 "\xD2\xB6\xD0\xE3\xD3\xA2  6200234      1234.00"
                               "20251231\n" P3 "\xC0\xEE      6200         1.05"
                               "20251130\n");

    (void)state;
    must_say(said, "delimiter"); /* their lengths differ */
    said = look(P1 "\xC1\xD6\xBA\xA3      62001        12.50"
                   "20251231\n" P2 "\xD2\xB6\xD0\xE3\xD3\xA2    6200234    1234.00"
                   "20251231\n" P3 "\xC0\xEE        6200          1.05"
                   "20251130\n");
    must_say(said, "format: fixed");
    must_say(said, "charset: gb18030");
    must_say(said, "widths: [18, 10, ");
    must_say(said, ", 8]");
    must_say(said, "3 of 3 lines");
}

/* --- header and control lines --- */

static void a_header_is_told_from_data_and_from_what_stands_above(void **state)
{
    static const struct {
        const char *data, *says;
    } cases[] = {
        { "身份证号,号码,月份,金额\n" P1 ",19900000001,2025-11,1.00\n", "header: true\n" },
        { P1 ",19900000001,2025-11,1.00\n" P2 ",19900000002,2025-11,2.00\n", "header: false\n" },
        { "某公司账单\n\n身份证号,号码,月份,金额\n" P1 ",19900000001,2025-11,1.00\n", "header_lines: 2\n" },
        { "H 20251231\n" P1 ",19900000001,2025-11,1.00\n" P2 ",19900000001,2025-11,1.00\n",
          "header_lines: 1\n" },
        { "身份证号,号码,月份,金额\n" P1 ",19900000001,2025-11,1.00\n合计,,,1.00\n", "trailer_lines: 1\n" },
        { "身份证号,号码,月份,金额\n" P1 ",19900000001,2025-11,1.00\n总笔数:1\n", "trailer_lines: 1\n" },
        /* names that nobody knows, above numbers */
        { "aa,bb,xx,yy\nA," P1 ",1,2.5\nB," P2 ",3,4.5\n", "# ? a row without numbers" },
        /* words that are names, but beside an identifier: a line of data, which is not shown */
        { P1 ",账号,余额,1.00\n" P2 ",x,y,2.00\n", "header: false\n" },
        /* a first line that is data, though it has no number where the others do */
        { "A,林,x,y\nA,1,2,3\nB,1,2,3\n", "header: false\n" },
        /* more columns than names, and names twice */
        { "身份证号,号码,月份,金额\n" P1 ",19900000001,2025-11,1.00,\n" P2 ",19900000001,2025-11,1.00,\n",
          "      - column_5\n" },
        { "身份证号,号码,月份,身份证号,金额\n" P1 ",19900000001,2025-11," P2 ",1.00\n",
          "header_lines: 1\n    order:" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        must_say(look(cases[i].data), cases[i].says);
}

/* --- names --- */

static void a_name_is_known_however_a_department_writes_it(void **state)
{
    static const struct {
        const char *column, *name;
        enum basis basis;
    } cases[] = {
        { "id_no", "id_no", BASIS_NAME },
        { "id_no", "身份证号", BASIS_NAME },
        { "id_no", " 身份证号 ", BASIS_NAME },
        { "id_no", "ID_NO", BASIS_USUAL },
        { "id_no", "公民身份号码", BASIS_USUAL },
        { "id_no", "SFZH", BASIS_USUAL },
        { "id_no", "ＳＦＺＨ", BASIS_USUAL },
        { "id_no", "户主身份证号码", BASIS_NEAR },
        { "id_no", "姓名", BASIS_NONE },
        { "balance", "余额（元）", BASIS_USUAL },
        { "balance", "余额(元)", BASIS_USUAL },
        { "balance", "balanse", BASIS_NEAR },
        { "balance", "账户余额", BASIS_USUAL },
        { "balance", "余额日期", BASIS_NONE },
        { "balance", "", BASIS_NONE },
        { "account_no", "账户类型", BASIS_NONE },
        { "balance_date", "开户日期", BASIS_NEAR },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct field *field = connector_of(SOURCE_DEPOSIT)->fields;

        while (strcmp(field->column, cases[i].column) != 0)
            field++;
        if (name_basis(field, text_of(cases[i].name)) != cases[i].basis)
            print_error("%s as %s\n", cases[i].name, cases[i].column);
        assert_int_equal(name_basis(field, text_of(cases[i].name)), cases[i].basis);
    }
}

static void words_of_control_lines_are_told_from_values(void **state)
{
    static const struct {
        const char *text;
        bool yes;
    } cases[] = {
        { "合计", true },     { "合计：", true },  { "总笔数:12", true }, { "合计12笔", true },
        { "EOF", true },      { "TOTAL=3", true }, { "共12条", true },    { "合计华", false },
        { "totally", false }, { P1, false },       { "", false },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (text_is_of_control(text_of(cases[i].text)) != cases[i].yes)
            print_error("%s\n", cases[i].text);
        assert_int_equal(text_is_of_control(text_of(cases[i].text)), cases[i].yes);
    }
}

static void a_hint_that_speaks_for_two_kinds_is_none(void **state)
{
    (void)state;
    assert_int_equal(hint_of_kind(text_of("用电量")), UTILITY_ELECTRICITY);
    assert_int_equal(hint_of_kind(text_of("WATER_2025.csv")), UTILITY_WATER);
    assert_int_equal(hint_of_kind(text_of("水电费")), -1);
    assert_int_equal(hint_of_household(text_of("网格住户")), HOUSEHOLD_DWELLING);
    assert_int_equal(hint_of_household(text_of("x")), -1);
}

/* --- sources and columns --- */

/* "source: column column? -": a question mark for what is unsure, a dash for what is not read. */
static const char *columns_of(const char *data)
{
    static struct buffer out;
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    struct err err = { 0 };
    struct guess *guess = guess_of(data, strlen(data), "x", SOURCE_UNKNOWN, arena, &err);

    buffer_clear(&out);
    if (guess)
        buffer_printf(&out, "%s:", code_name(&source_codes, (int)guess->feed.source));
    for (size_t i = 0; guess && i < guess->column_count; i++)
        buffer_printf(&out, " %s%s", guess->columns[i].field ? guess->columns[i].field->column : "-",
                      guess->columns[i].unsure ? "?" : "");
    buffer_add_byte(&out, '\0');
    return (const char *)out.data;
}

static void values_say_what_a_file_without_a_header_is(void **state)
{
    static const struct {
        const char *data, *columns;
    } cases[] = {
        { P1 ",19900000001,202511,59.00\n" P2 ",19900000002,202511,0.50\n",
          "telecom: id_no phone_no month amount?" },
        { "T1," P1 ",2025-11,19,20.50\nT2," P2 ",2025-11,2,1.10\nT3," P3 ",2025-11,7,9.90\n",
          "transport: card_no? id_no month trips? amount?" },
        { "浙C00001;" P1 ";car;2020-01-01\n浙C00002;" P2 ";boat;2020-01-02\n",
          "vehicle: plate_no id_no vehicle_type registered_on?" },
        { "330305001001GB00001F00010001;林海;" P1 ";1/2;住宅;2020-01-01\n"
          "330305001001GB00002F00010001;叶秀;" P2 ";50%;商铺;2020-01-01\n",
          "property: unit_no -? id_no share? usage registered_on?" },
        { P1 "|低保|2020-01-01\n" P2 "|特困|2020-01-01\n", "roster: id_no group valid_from?" },
        { "F1," P1 ",91350100M000100Y43,202511,600.00,600.00,0.12\nF2," P2
          ",91350100M000100Y43,202511,90.00,90.00,7%\n",
          "provident-fund: account_no? id_no employer_no month employee_amount? employer_amount? rate?" },
        { "62001|A|" P1 "|10.00|20251130|CNY\n62002|A|" P2 "|20.00|20251130|CNY\n",
          "deposit: account_no? bank_code? id_no balance? balance_date currency" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(columns_of(cases[i].data), cases[i].columns);
}

static void what_is_unsure_is_marked_above_the_option(void **state)
{
    static const struct {
        const char *data, *says;
    } cases[] = {
        { "身份证号,账号,余额,余额日期\n" P1 ",1,1.00,2025-12-31\n",
          "# ? no column is bank_code: which one is it, on every line?\n"
          "    constants: {bank_code: CHANGE-ME}" },
        { "身份证号,账号,银行代码,余额,余额日期\n" P1 ",1,A,\"1,000.00\",2025-12-31\n",
          "# ? 1 of them: BAD_AMOUNT in balance" },
        { "身份证号,账号,银行代码,余额,余额日期\n9901**********0114,1,A,1.00,2025-12-31\n",
          "# ? 1 of them: BAD_ID in id_no" },
        { "身份证号,账号,银行代码,余额,余额日期,奖品\n" P1 ",1,A,1.00,2025-12-31,x\n", "# ? column 6 (" },
        { "表号,月份,用量\nE1,2025-11,3.5\n", "# ? no column is kind" },
        { "号牌,身份证号,车辆类型,登记日期\n浙C00001," P1 ",car,2020-01-01\n",
          "# ? changes only (delta), or the whole list" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        must_say(look(cases[i].data), cases[i].says);
}

static void the_name_of_a_file_gives_a_number_or_a_date(void **state)
{
    static const char roster[] = "身份证号,群体,生效日期\n" P1 ",低保,2020-01-01\n";
    static const struct {
        const char *name, *says;
    } cases[] = {
        { "x_12.csv", "sequence: \"_([0-9]+)\\\\.\"" },
        { "x-0012-b.csv", "sequence: \"-([0-9]+)-\"" },
        { "list12", "sequence: \"([0-9]+)\"" },
        { "list_20251231.csv", "as_of: \"_([0-9]{8})\\\\.\"" },
        { "list_20251231_3.csv", "sequence: \"_([0-9]+)\\\\.\"" },
        { "list_2025.csv", "# the number in the file's name is a date" },
        { "list.csv", "# the file's name has no number" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        must_say(look_at(roster, sizeof roster - 1, cases[i].name, SOURCE_UNKNOWN), cases[i].says);
}

static void a_name_of_a_column_cannot_break_the_configuration(void **state)
{
    static const char data[] = "身份证号,\"a: {b\",\"- [\"\"x\\\",yes,\"two\nlines\",号码,月份,金额\n" P1
                               ",,,,,19900000001,2025-11,1.00\n";
    const char *said = look(data);

    (void)state;
    must_say(said, "- \"a: {b\"\n");
    must_say(said, "- \"- [\\\"x\\\\\"\n");
    must_say(said, "- \"yes\"\n");
    must_say(said, "- \"two\\U0000000Alines\"\n");
}

static void what_a_person_says_is_not_guessed(void **state)
{
    static const char data[] = P1 ",19900000001,202511,59.00\n";

    (void)state;
    must_say(look_at(data, sizeof data - 1, "x", SOURCE_TRANSPORT), "source: transport\n");
}

static void a_file_that_is_none_says_what_to_do(void **state)
{
    static const struct {
        const char *data;
        size_t size;
        const char *says;
    } cases[] = {
        { "", 0, "the file is empty" },
        { " \r\n\t\n", 5, "the file is empty" },
        { "\xFF\xFEi\0d\0", 6, "the file is UTF-16: convert it" },
        { "\0\1\2\3\4\5\6\7", 8, "the file is binary" },
        { "%PDF-1.7\n", 9, "the file is a PDF" },
        { "a,b\r1,2\r", 8, "in CR alone" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        must_say(look_at(cases[i].data, cases[i].size, "x", SOURCE_UNKNOWN), cases[i].says);
}

UNIT_MAIN(cmocka_unit_test(a_delimiter_is_what_cuts_lines_alike),
          cmocka_unit_test(a_charset_is_what_breaks_no_line),
          cmocka_unit_test(without_a_delimiter_lines_are_cut_at_identifiers_dates_and_blanks),
          cmocka_unit_test(a_header_is_told_from_data_and_from_what_stands_above),
          cmocka_unit_test(a_name_is_known_however_a_department_writes_it),
          cmocka_unit_test(words_of_control_lines_are_told_from_values),
          cmocka_unit_test(a_hint_that_speaks_for_two_kinds_is_none),
          cmocka_unit_test(values_say_what_a_file_without_a_header_is),
          cmocka_unit_test(what_is_unsure_is_marked_above_the_option),
          cmocka_unit_test(the_name_of_a_file_gives_a_number_or_a_date),
          cmocka_unit_test(a_name_of_a_column_cannot_break_the_configuration),
          cmocka_unit_test(what_a_person_says_is_not_guessed),
          cmocka_unit_test(a_file_that_is_none_says_what_to_do))
