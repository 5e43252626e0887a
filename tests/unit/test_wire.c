#include "record.pb-c.h"

#include <string.h>

#include "lib/wire/wire_private.h"
#include "tests/unit/random_record.h"
#include "tests/unit/sample_event.h"
#include "tests/unit/unit.h"

static const struct token subject = { { 5, 6 } };

static void records_go_there_and_back(void **state)
{
    struct wire *wire = wire_new();

    (void)state;
    for (uint64_t seed = 1; seed <= 4000; seed++) {
        struct random random = { seed };
        struct record sent = random_record(&random, &subject, seed % 3 ? SUBJECT_PERSON : SUBJECT_METER), got;
        struct buffer bytes = { 0 }, json_sent = { 0 }, json_got = { 0 };
        struct json to_sent = json_to(&json_sent), to_got = json_to(&json_got);
        struct delivery delivery;
        struct err err = { 0 };

        wire_pack_record(&sent, &bytes);
        assert_int_equal(wire_unpack_record(wire, sent.source, subject.bytes, TOKEN_SIZE, bytes.data,
                                            bytes.size, &got, &delivery, &err),
                         0);
        wire_record_json(&sent, &to_sent);
        wire_record_json(&got, &to_got);
        assert_int_equal(json_sent.size, json_got.size);
        assert_memory_equal(json_sent.data, json_got.data, json_got.size);
        buffer_free(&bytes);
        buffer_free(&json_sent);
        buffer_free(&json_got);
    }
    wire_free(wire);
}

static void each_day_that_is_read_can_travel(void **state)
{
    static const char *const days[] = { "0001-01-01", "1969-12-31", "2999-12-31", "9999-12-31" };
    struct wire *wire = wire_new();
    struct random random = { 5 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(days); i++) {
        struct record sent = random_record(&random, &subject, SUBJECT_PERSON), got;
        struct buffer bytes = { 0 };
        struct delivery delivery;

        assert_true(day_parse(text_of(days[i]), &sent.valid_from_day));
        sent.valid_to_day = DAY_LAST;
        wire_pack_record(&sent, &bytes);
        assert_int_equal(wire_unpack_record(wire, sent.source, subject.bytes, TOKEN_SIZE, bytes.data,
                                            bytes.size, &got, &delivery, &(struct err){ 0 }),
                         0);
        assert_int_equal(got.valid_from_day, sent.valid_from_day);
        assert_int_equal(got.valid_to_day, DAY_LAST);
        buffer_free(&bytes);
    }
    wire_free(wire);
}

static void what_is_not_ours_is_refused(void **state)
{
    struct wire *wire = wire_new();
    struct random random = { 3 };
    struct delivery delivery;
    struct record got;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct record sent = random_record(&random, &subject, SUBJECT_PERSON);
        struct buffer bytes = { 0 };
        struct err err = { 0 };
        enum source wrong = (enum source)((sent.source + 1) % SOURCE_COUNT);

        wire_pack_record(&sent, &bytes);
        assert_int_equal(wire_unpack_record(wire, wrong, subject.bytes, TOKEN_SIZE, bytes.data, bytes.size,
                                            &got, &delivery, &err),
                         -1);
        assert_int_equal(err.kind, ERR_REJECT);
        assert_int_equal(wire_unpack_record(wire, sent.source, subject.bytes, TOKEN_SIZE - 1, bytes.data,
                                            bytes.size, &got, &delivery, &err),
                         -1);
        bytes.data[random_below(&random, (uint32_t)bytes.size)] ^= (uint8_t)(1U << random_below(&random, 8));
        if (wire_unpack_record(wire, sent.source, subject.bytes, TOKEN_SIZE, bytes.data, bytes.size, &got,
                               &delivery, &err) == 0)
            assert_true(record_codes_valid(&got));
        buffer_free(&bytes);
    }
    assert_int_equal(wire_unpack_record(wire, SOURCE_DEPOSIT, subject.bytes, TOKEN_SIZE, NULL, 0, &got,
                                        &delivery, &(struct err){ 0 }),
                     -1);
    wire_free(wire);
}

/* Messages as they are and with bits turned: what the fast way takes, protobuf-c takes as the same message.
 */
static void both_ways_of_decoding_agree(void **state)
{
    struct wire *plain = wire_new(), *any = wire_new();
    struct random random = { 17 };
    size_t taken = 0;

    (void)state;
    for (int round = 0; round < 60000; round++) {
        struct record sent = random_record(&random, &subject, round % 3 ? SUBJECT_PERSON : SUBJECT_METER);
        struct buffer bytes = { 0 }, left = { 0 }, right = { 0 };
        const ProtobufCMessage *fast, *slow;

        wire_pack_record(&sent, &bytes);
        for (int turn = round % 4; turn > 0; turn--)
            bytes.data[random_below(&random, (uint32_t)bytes.size)] ^=
                (uint8_t)(1U << random_below(&random, 8));
        fast = wire_unpack_plain(plain, &olive__v1__record__descriptor, bytes.data, bytes.size);
        slow = wire_unpack_any(any, &olive__v1__record__descriptor, bytes.data, bytes.size);
        assert_true(fast || round % 4);
        if (fast) {
            taken++;
            assert_non_null(slow);
            wire_pack(fast, &left);
            wire_pack(slow, &right);
            assert_int_equal(left.size, right.size);
            assert_memory_equal(left.data, right.data, left.size);
        }
        buffer_free(&bytes);
        buffer_free(&left);
        buffer_free(&right);
    }
    assert_true(taken > 20000);
    wire_free(plain);
    wire_free(any);
}

/* Bytes that protobuf lets through as text, and that a table would refuse for good. */
static void text_that_no_table_takes_is_refused(void **state)
{
    struct wire *wire = wire_new();
    struct delivery delivery;
    struct err err = { 0 };
    struct buffer bytes = { 0 };
    struct record got, sent = {
        .subject = subject,
        .item = record_item_code(SOURCE_HOUSEHOLD, HOUSEHOLD_REGISTERED, 0),
        .delivery = random_delivery(0),
        .line = 1,
        .source = SOURCE_HOUSEHOLD,
        .subject_kind = SUBJECT_PERSON,
        .key_epoch = 1,
        .schema = RECORD_SCHEMA,
        .valid_to_day = DAY_OPEN,
        .household = { .household = { { 1 } }, .relation = "01", .region = "330305" },
    };

    (void)state;
    wire_pack_record(&sent, &bytes);
    assert_int_equal(wire_unpack_record(wire, SOURCE_HOUSEHOLD, subject.bytes, TOKEN_SIZE, bytes.data,
                                        bytes.size, &got, &delivery, &err),
                     0);
    sent.household.region[1] = (char)0xff;
    buffer_clear(&bytes);
    wire_pack_record(&sent, &bytes);
    assert_int_equal(wire_unpack_record(wire, SOURCE_HOUSEHOLD, subject.bytes, TOKEN_SIZE, bytes.data,
                                        bytes.size, &got, &delivery, &err),
                     -1);
    assert_int_equal(err.kind, ERR_REJECT);
    buffer_free(&bytes);
    wire_free(wire);
}

/* One membership a kind and day: another item would be a second one. */
static void an_item_that_is_not_its_word_is_refused(void **state)
{
    struct wire *wire = wire_new();
    struct random random = { 11 };

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct record got, sent = random_record(&random, &subject, SUBJECT_PERSON);
        struct token plain = record_item_plain(&sent);
        struct buffer bytes = { 0 };
        struct delivery delivery;
        struct err err = { 0 };

        sent.item.bytes[TOKEN_SIZE - 1] ^= 1;
        wire_pack_record(&sent, &bytes);
        assert_int_equal(wire_unpack_record(wire, sent.source, subject.bytes, TOKEN_SIZE, bytes.data,
                                            bytes.size, &got, &delivery, &err),
                         token_is_zero(&plain) ? 0 : -1);
        buffer_free(&bytes);
    }
    wire_free(wire);
}

static void assert_receipt_refused(struct wire *wire, const struct receipt *receipt)
{
    const struct event event = { .kind = EVENT_RECEIPT, .receipt = *receipt };
    struct arena *arena = arena_new(0);
    struct buffer bytes = { 0 };
    struct event got;
    struct err err = { 0 };

    wire_pack_event(&event, &bytes);
    assert_int_equal(wire_unpack_event(wire, bytes.data, bytes.size, arena, &got, &err), -1);
    assert_int_equal(err.kind, ERR_REJECT);
    buffer_free(&bytes);
    arena_free(arena);
}

static void a_receipt_that_cannot_be_a_row_is_refused(void **state)
{
    const struct receipt whole = { .feed = "f", .as_of_day = DAY_NONE, .lines = 2, .published = 2 };
    struct month_count month = { INDICATOR_DEPOSIT, INT32_MAX, 1 };
    struct receipt bad;
    struct wire *wire = wire_new();

    (void)state;
    bad = whole;
    bad.lines = 3;
    assert_receipt_refused(wire, &bad);
    bad = whole;
    bad.feed = "\xff\xfe";
    assert_receipt_refused(wire, &bad);
    bad = whole;
    bad.sequence = UINT64_MAX;
    assert_receipt_refused(wire, &bad);
    bad = whole;
    bad.months = &month;
    bad.month_count = 1;
    assert_receipt_refused(wire, &bad);
    bad = whole;
    bad.as_of_day = INT32_MAX;
    assert_receipt_refused(wire, &bad);
    wire_free(wire);
}

static void assert_same_event(const struct event *sent, struct wire *wire)
{
    struct arena *arena = arena_new(0);
    struct buffer bytes = { 0 }, json_sent = { 0 }, json_got = { 0 };
    struct json to_sent = json_to(&json_sent), to_got = json_to(&json_got);
    struct event got;
    struct err err = { 0 };

    wire_pack_event(sent, &bytes);
    assert_int_equal(wire_unpack_event(wire, bytes.data, bytes.size, arena, &got, &err), 0);
    wire_event_json(sent, &to_sent);
    wire_event_json(&got, &to_got);
    assert_int_equal(json_sent.size, json_got.size);
    assert_memory_equal(json_sent.data, json_got.data, json_got.size);
    assert_int_equal(wire_unpack_event(wire, bytes.data, bytes.size - 1, arena, &got, &err), -1);
    buffer_free(&bytes);
    buffer_free(&json_sent);
    buffer_free(&json_got);
    arena_free(arena);
}

static void receipts_and_closes_go_there_and_back(void **state)
{
    struct event receipt = sample_receipt(), close = sample_close();
    struct wire *wire = wire_new();

    (void)state;
    assert_same_event(&receipt, wire);
    assert_same_event(&close, wire);
    wire_free(wire);
}

/* It reads as "not stated", which is said by leaving the token out. */
static void a_token_of_zeros_is_refused(void **state)
{
    struct wire *wire = wire_new();
    struct record sent = { .subject = subject,
                           .source = SOURCE_METER,
                           .subject_kind = SUBJECT_METER,
                           .delivery = random_delivery(1),
                           .line = 1,
                           .key_epoch = 1,
                           .schema = RECORD_SCHEMA,
                           .valid_to_day = DAY_OPEN,
                           .meter.household = { { 0xAB, 0xCD, 0xEF } } };
    struct buffer bytes = { 0 };
    struct delivery delivery;
    struct record got;
    struct err err = { 0 };
    uint8_t *token;

    (void)state;
    sent.item = record_item_plain(&sent);
    wire_pack_record(&sent, &bytes);
    assert_int_equal(wire_unpack_record(wire, SOURCE_METER, subject.bytes, TOKEN_SIZE, bytes.data, bytes.size,
                                        &got, &delivery, &err),
                     0);
    token = memmem(bytes.data, bytes.size, sent.meter.household.bytes, TOKEN_SIZE);
    assert_non_null(token);
    memset(token, 0, TOKEN_SIZE);
    assert_int_equal(wire_unpack_record(wire, SOURCE_METER, subject.bytes, TOKEN_SIZE, bytes.data, bytes.size,
                                        &got, &delivery, &err),
                     -1);
    assert_int_equal(err.kind, ERR_REJECT);
    buffer_free(&bytes);
    wire_free(wire);
}

UNIT_MAIN(cmocka_unit_test(records_go_there_and_back), cmocka_unit_test(each_day_that_is_read_can_travel),
          cmocka_unit_test(what_is_not_ours_is_refused), cmocka_unit_test(both_ways_of_decoding_agree),
          cmocka_unit_test(text_that_no_table_takes_is_refused),
          cmocka_unit_test(an_item_that_is_not_its_word_is_refused),
          cmocka_unit_test(a_receipt_that_cannot_be_a_row_is_refused),
          cmocka_unit_test(receipts_and_closes_go_there_and_back),
          cmocka_unit_test(a_token_of_zeros_is_refused))
