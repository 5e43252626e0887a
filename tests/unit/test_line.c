#include "connectors/line.h"

#include <stdio.h>
#include <string.h>

#include "lib/core/reason.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

#define ID "990000198504123019"

enum { CELLS_MAX = 16 };

static const struct delivery delivery = { .received_ms = 1764000000000, .ref = 1 };

/* Cells of "a,b,c". */
static size_t cut(const char *csv, struct text ret[CELLS_MAX])
{
    size_t count = 0;

    for (;; csv++) {
        size_t len = strcspn(csv, ",");

        ret[count++] = (struct text){ csv, len };
        csv += len;
        if (!*csv)
            return count;
    }
}

/* "=1" is a spreadsheet's number. */
static void find_numbers(struct text *cells, size_t count, bool ret_plain[CELLS_MAX])
{
    for (size_t i = 0; i < count; i++) {
        ret_plain[i] = !cells[i].len || *cells[i].data != '=';
        if (!ret_plain[i])
            cells[i] = (struct text){ cells[i].data + 1, cells[i].len - 1 };
    }
}

/* What a line of a source becomes: "ok", or "REASON column". */
static const char *outcome(enum source source, const char *header, const char *cells, struct record *ret)
{
    static const uint8_t key[32];
    static char said[64];
    CLEANUP(tokeniser_closep) struct tokeniser *tokeniser = NULL;
    CLEANUP(line_freep) struct line *line = NULL;
    struct feed_conf feed = { .source = source };
    struct text names[CELLS_MAX], values[CELLS_MAX];
    bool plain[CELLS_MAX];
    struct row row = { .line = 2, .cells = values, .plain = plain };
    struct line_origin origin = { &delivery, 7 };
    const char *column = "";
    struct err err = { 0 };

    scratch_write("./key", key, sizeof key, 0600);
    assert_int_equal(tokeniser_open("./key", TOKEN_HASH_SHA256, &tokeniser, &err), 0);
    line = line_new(&feed, 1, tokeniser);
    assert_int_equal(line_columns(line, names, cut(header, names), &err), 0);
    row.count = cut(cells, values);
    find_numbers(values, row.count, plain);
    if (line_read(line, &row, &origin, ret, &column, &err) == 0)
        return "ok";
    assert_int_equal(err.kind, ERR_REJECT);
    snprintf(said, sizeof said, "%s %s", reason_names[err.code], column);
    return said;
}

#define HOUSEHOLD "id_no,household_no,household_kind,relation,region,valid_from,valid_to,urban"
#define ROSTER    "id_no,group,authority,valid_from,valid_to,op"
#define DECLARED  "id_no,income_kind,period_from,period_to,amount,op"
#define DEPOSIT   "id_no,account_no,bank_code,balance,balance_date,interest,share,currency,revision,op"
#define PROPERTY  "id_no,unit_no,share,area_m2,usage,assessed_value,registered_on,cancelled_on"
#define UNIT      "330305001001GB00001F00010001"
#define FUND      "id_no,account_no,employer_no,industry,month,employee_amount,employer_amount,rate"
#define UTILITY   "id_no,meter_no,kind,contract_no,month,quantity,amount"

static void every_line_has_its_first_reason(void **state)
{
    static const struct {
        enum source source;
        const char *header, *cells, *outcome;
    } cases[] = {
        { SOURCE_HOUSEHOLD, HOUSEHOLD, ID ",H,registered,02,330305,2020-01-01,,rural", "ok" },
        { SOURCE_HOUSEHOLD, HOUSEHOLD, ID ",H,户籍户,2,330305001001,2020/1/1,20210203,城镇", "ok" },
        { SOURCE_HOUSEHOLD, HOUSEHOLD, ID ",H,registered,123,330305,2020-01-01,,", "BAD_CODE relation" },
        { SOURCE_HOUSEHOLD, HOUSEHOLD, ID ",H,registered,1,3303,2020-01-01,,", "BAD_CODE region" },
        { SOURCE_HOUSEHOLD, HOUSEHOLD, ID ",H,registered,1,330305,2020-02-30,,", "BAD_DATE valid_from" },
        { SOURCE_HOUSEHOLD, HOUSEHOLD, ID ",H,registered,1,330305,2020-02-03,2020-02-01,",
          "BAD_DATE valid_to" },
        { SOURCE_HOUSEHOLD, HOUSEHOLD, ",,x,123,3303,x,x,x", "MISSING id_no" },
        { SOURCE_HOUSEHOLD, HOUSEHOLD, "1,,x,123,3303,x,x,x", "BAD_ID id_no" },
        { SOURCE_HOUSEHOLD, HOUSEHOLD, ID ",,x,123,3303,x,x,x", "MISSING household_no" },
        { SOURCE_ROSTER, ROSTER, ID ",dibao,,2024-01-01,,", "ok" },
        { SOURCE_ROSTER, ROSTER, ID ",rich,,2024-01-01,,", "BAD_CODE group" },
        { SOURCE_ROSTER, ROSTER, ID ",dibao,,2024-01-01,,drop", "BAD_CODE op" },
        { SOURCE_DECLARATION, DECLARED, ID ",wage,2025-01,2025-12,50000,", "ok" },
        { SOURCE_DECLARATION, DECLARED, ID ",工资性,2025-01,2025-01,1,", "ok" },
        { SOURCE_DECLARATION, DECLARED, ID ",wage,2025-01,2025-03,1,", "BAD_DATE period_to" },
        { SOURCE_DECLARATION, DECLARED, ID ",wage,2025-01-02,2025-01-31,1,", "BAD_DATE period_to" },
        { SOURCE_DEPOSIT, DEPOSIT, ID ",1,I,-12.50,2025-06-30,0.1,1/3,CNY,4,", "ok" },
        { SOURCE_DEPOSIT, DEPOSIT, ID ",1,I,12.505,2025-06-30,,,,,", "BAD_AMOUNT balance" },
        { SOURCE_DEPOSIT, DEPOSIT, ID ",1,I,10000000000000,2025-06-30,,,,,", "OUT_OF_RANGE balance" },
        { SOURCE_DEPOSIT, DEPOSIT, ID ",1,I,1,2025-06-30,,4/3,,,", "OUT_OF_RANGE share" },
        { SOURCE_DEPOSIT, DEPOSIT, ID ",1,I,1,2025-06-30,,1/1000001,,,", "BAD_AMOUNT share" },
        { SOURCE_DEPOSIT, DEPOSIT, ID ",1,I,1,2025-06-30,,,USD,,", "UNKNOWN_CURRENCY currency" },
        { SOURCE_DEPOSIT, DEPOSIT, ID ",1,I,1,2025-06-30,,,,-1,", "OUT_OF_RANGE revision" },
        { SOURCE_DEPOSIT, DEPOSIT, ID ",1,I,1,2025-06-30,,,,x,y", "BAD_AMOUNT revision" },
        { SOURCE_DEPOSIT, DEPOSIT, ID ",1,I,,2025-06-30,,,,,delete", "ok" },
        { SOURCE_DEPOSIT, DEPOSIT, ID ",1,I,,2025-06-30,,,,,", "MISSING balance" },
        { SOURCE_DEPOSIT, DEPOSIT, ID ",1,,,2025-06-30,,,,,delete", "MISSING bank_code" },
        { SOURCE_DEPOSIT, DEPOSIT, ID ",1,I,x,2025-06-30,,,,,delete", "BAD_AMOUNT balance" },
        { SOURCE_DEPOSIT, "id_no,account_no,balance,balance_date", ID ",1,1,2025-06-30",
          "MISSING bank_code" },
        { SOURCE_DEPOSIT, "身份证号,账号,银行代码,余额,余额日期", ID ",1,I,1,20250630", "ok" },
        { SOURCE_PROPERTY, PROPERTY, ID "," UNIT ",0.5,88.1234,residential,9,2010-01-01,", "ok" },
        { SOURCE_PROPERTY, PROPERTY, ID ",X,0.5,1,residential,9,2010-01-01,", "BAD_ID unit_no" },
        { SOURCE_PROPERTY, PROPERTY, ID "," UNIT ",,-1,residential,,2010-01-01,", "OUT_OF_RANGE area_m2" },
        { SOURCE_PROPERTY, PROPERTY, ID "," UNIT ",,1,castle,,2010-01-01,", "BAD_CODE usage" },
        { SOURCE_VEHICLE, "id_no,plate_no,vehicle_type,registered_on", ID ",P,car,2015-01-01", "ok" },
        { SOURCE_PROVIDENT_FUND, FUND, ID ",1,91350100M000100Y43,C13,2025-01,6,6,12%", "ok" },
        { SOURCE_PROVIDENT_FUND, FUND, ID ",1,91350100M000100Y44,C13,2025-01,6,6,", "BAD_ID employer_no" },
        { SOURCE_PROVIDENT_FUND, FUND, ID ",1,,U1,2025-01,6,6,", "BAD_CODE industry" },
        { SOURCE_PROVIDENT_FUND, FUND, ID ",1,,,2025-13,6,6,", "BAD_DATE month" },
        { SOURCE_PROVIDENT_FUND, FUND, ID ",1,,,2025-01,6,6,0.13", "OUT_OF_RANGE rate" },
        { SOURCE_UTILITY, UTILITY, ",M,electricity,,2025-01,1.123,", "ok" },
        { SOURCE_UTILITY, UTILITY, ID ",,电,C,2025-01,-1,2", "BAD_CODE kind" },
        { SOURCE_UTILITY, UTILITY, ",,water,C,2025-01,1,", "MISSING id_no" },
        { SOURCE_UTILITY, UTILITY, ",M,water,,2025-01,1.1234,", "BAD_AMOUNT quantity" },
        { SOURCE_UTILITY, "户号,kind,month,quantity", "M,water,2025-01,1", "ok" },
        { SOURCE_UTILITY, "表号,kind,month,quantity", "M,water,2025-01,1", "ok" },
        { SOURCE_TELECOM, "id_no,phone_no,month,amount", ID ",1,202501,39", "ok" },
        { SOURCE_TRANSPORT, "id_no,card_no,month,trips,amount", ID ",1,2025-01,-3,1", "OUT_OF_RANGE trips" },
        { SOURCE_TRANSPORT, "id_no,card_no,month,trips,amount", ID ",1,2025-01,1.5,1", "BAD_AMOUNT trips" },
        { SOURCE_METER, "meter_no,kind,household_no,household_kind,valid_from", "M,gas,H,住户,2020-01-01",
          "ok" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct record record;

        assert_string_equal(outcome(cases[i].source, cases[i].header, cases[i].cells, &record),
                            cases[i].outcome);
    }
}

/* It has 15 digits and no leading zeros, whatever it was. */
static void a_number_of_a_spreadsheet_is_no_identifier(void **state)
{
    static const struct {
        enum source source;
        const char *header, *cells, *outcome;
    } cases[] = {
        { SOURCE_HOUSEHOLD, HOUSEHOLD, "=" ID ",H,registered,=2,=330305,2020-01-01,,", "BAD_ID id_no" },
        { SOURCE_HOUSEHOLD, HOUSEHOLD, ID ",=7,registered,=2,=330305,2020-01-01,,", "BAD_ID household_no" },
        { SOURCE_HOUSEHOLD, HOUSEHOLD, ID ",7,registered,=2,=330305,2020-01-01,,", "ok" },
        { SOURCE_DECLARATION, "household_no," DECLARED, "=7," ID ",wage,2025-01,2025-12,=50000,",
          "BAD_ID household_no" },
        { SOURCE_DEPOSIT, DEPOSIT, "=" ID ",=1,I,x,2025-06-30,,,,,", "BAD_ID id_no" },
        { SOURCE_DEPOSIT, DEPOSIT, ID ",=1,I,=1,=2025-06-30,,,,,", "BAD_ID account_no" },
        { SOURCE_DEPOSIT, DEPOSIT, ID ",1,=102,=1,=2025-06-30,=0.1,=0.5,,=4,", "ok" },
        { SOURCE_PROPERTY, PROPERTY, ID ",=" UNIT ",=0.5,=88,residential,=9,=2010-01-01,", "BAD_ID unit_no" },
        { SOURCE_VEHICLE, "id_no,plate_no,vehicle_type,registered_on", ID ",=12345,car,=2015-01-01",
          "BAD_ID plate_no" },
        { SOURCE_PROVIDENT_FUND, FUND, ID ",=1,,C13,2025-01,=6,=6,", "BAD_ID account_no" },
        { SOURCE_PROVIDENT_FUND, FUND, ID ",1,=91,C13,2025-01,=6,=6,", "BAD_ID employer_no" },
        { SOURCE_UTILITY, UTILITY, ",=5,electricity,1,2025-01,=6,=6", "BAD_ID meter_no" },
        { SOURCE_UTILITY, UTILITY, ",5,electricity,=1,2025-01,=6,=6", "BAD_ID contract_no" },
        { SOURCE_TELECOM, "id_no,phone_no,month,amount", ID ",=13800000000,2025-01,=9", "BAD_ID phone_no" },
        { SOURCE_TRANSPORT, "id_no,card_no,month,amount", ID ",=1,2025-01,=9", "BAD_ID card_no" },
        { SOURCE_METER, "meter_no,kind,household_no,household_kind,valid_from",
          "=1,electricity,1,registered,2020-01-01", "BAD_ID meter_no" },
    };
    struct record record;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(outcome(cases[i].source, cases[i].header, cases[i].cells, &record),
                            cases[i].outcome);
}

static void a_delete_keeps_its_key_alone(void **state)
{
    struct record record, kept;

    (void)state;
    assert_string_equal(outcome(SOURCE_DEPOSIT, DEPOSIT, ID ",1,I,5,2025-06-30,,,,,删除", &record), "ok");
    assert_string_equal(outcome(SOURCE_DEPOSIT, DEPOSIT, ID ",1,I,5,2025-06-30,,,,,", &kept), "ok");
    assert_true(record.retracted);
    assert_int_equal(record.deposit.balance_fen, 0);
    assert_int_equal(kept.deposit.balance_fen, 500);
    assert_int_equal(record_key_compare(&record, &kept), 0);
    assert_int_equal(record.revision, 7);
}

static void of_person_and_meter_the_meter_is_the_subject(void **state)
{
    struct record both, meter, water;

    (void)state;
    assert_string_equal(outcome(SOURCE_UTILITY, UTILITY, ID ",M,electricity,,2025-01,1,", &both), "ok");
    assert_string_equal(outcome(SOURCE_UTILITY, UTILITY, ",M,electricity,,2025-01,1,", &meter), "ok");
    assert_string_equal(outcome(SOURCE_UTILITY, UTILITY, ",M,water,,2025-01,1,", &water), "ok");
    assert_int_equal(both.subject_kind, SUBJECT_METER);
    assert_true(token_equal(&both.subject, &meter.subject));
    assert_false(token_equal(&water.subject, &meter.subject)); /* M of water is another meter */
}

static void one_identifier_is_one_token_however_it_is_written(void **state)
{
    struct record plain, wide;

    (void)state;
    assert_string_equal(outcome(SOURCE_TELECOM, "id_no,phone_no,month,amount", ID ",1,2025-01,1", &plain),
                        "ok");
    assert_string_equal(outcome(SOURCE_TELECOM, "id_no,phone_no,month,amount",
                                " ９９００００１９８５０４１２３０１９　,１,2025-01,1", &wide),
                        "ok");
    assert_true(token_equal(&plain.subject, &wide.subject));
    assert_true(token_equal(&plain.item, &wide.item));
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, scratch_enter, scratch_leave)
UNIT_MAIN(CLAIM(every_line_has_its_first_reason), CLAIM(a_number_of_a_spreadsheet_is_no_identifier),
          CLAIM(a_delete_keeps_its_key_alone), CLAIM(of_person_and_meter_the_meter_is_the_subject),
          CLAIM(one_identifier_is_one_token_however_it_is_written))
