/* P2 in memory: whatever the order, the repetition and the batches, the same subject comes out. */
#include "lib/core/fold.h"

#include <string.h>

#include "lib/core/subject.h"
#include "tests/unit/random_record.h"
#include "tests/unit/unit.h"

enum { RECORDS = 120, COPIES = 2 * RECORDS };
static const struct token token = { { 9 } };

static void shuffle(struct random *random, struct record *records, size_t count)
{
    for (size_t i = count; i > 1; i--) {
        size_t at = random_below(random, (uint32_t)i);
        struct record moved = records[at];

        records[at] = records[i - 1];
        records[i - 1] = moved;
    }
}

/* Takes the records in batches as fusion does, keeps what is new, folds, and packs the subject. */
static size_t take_in_batches(struct random *random, const struct record *records, size_t count,
                              int64_t known_at_ms, struct buffer *ret)
{
    static const struct record *known[COPIES], *incoming[COPIES];
    struct arena *arena = arena_new(0);
    size_t known_count = 0, fresh, holding;
    struct subject subject;

    for (size_t from = 0, size; from < count; from += size) {
        size = 1 + random_below(random, 40);
        if (size > count - from)
            size = count - from;
        for (size_t i = 0; i < size; i++)
            incoming[i] = &records[from + i];
        fresh = fold_new(known, known_count, incoming, size);
        memcpy((void *)(known + known_count), (const void *)incoming, fresh * sizeof *incoming);
        known_count += fresh;
    }
    memcpy((void *)incoming, (const void *)known, known_count * sizeof *known);
    holding = fold(incoming, known_count, known_at_ms);
    subject_assess(&token, SUBJECT_PERSON, month_from(2025, 11), incoming, holding, arena, &subject);
    buffer_clear(ret);
    subject_pack(&subject, ret);
    arena_free(arena);
    return known_count;
}

/* Records of one identity must be equal, as they are for real: a line is read one way only. */
static size_t distinct_records(struct random *random, struct record *records, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        bool seen = false;

        records[kept] = random_record(random, &token, SUBJECT_PERSON);
        for (size_t k = 0; k < kept && !seen; k++)
            seen = record_identity_compare(&records[k], &records[kept]) == 0;
        kept += !seen;
    }
    return kept;
}

static void order_repetition_and_batches_do_not_show(void **state)
{
    static struct record records[COPIES];
    struct buffer expected = { 0 }, got = { 0 };

    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct random random = { seed };
        size_t count = distinct_records(&random, records, RECORDS);
        int64_t known_at = seed % 3 ? KNOWN_AT_END : random_delivery(5)->received_ms;

        assert_int_equal(take_in_batches(&random, records, count, known_at, &expected), count);
        for (int round = 0; round < 5; round++) {
            memcpy(records + count, records, count * sizeof *records);
            shuffle(&random, records, 2 * count);
            assert_int_equal(take_in_batches(&random, records, 2 * count, known_at, &got), count);
            assert_int_equal(got.size, expected.size);
            assert_memory_equal(got.data, expected.data, got.size);
            count = distinct_records(&(struct random){ seed }, records, RECORDS);
        }
    }
    buffer_free(&expected);
    buffer_free(&got);
}

static void the_greatest_revision_then_receipt_holds(void **state)
{
    struct record old = {
        .source = SOURCE_TELECOM, .delivery = random_delivery(0), .line = 1, .revision = 2
    };
    struct record late = {
        .source = SOURCE_TELECOM, .delivery = random_delivery(8), .line = 1, .revision = 1
    };
    struct record same = {
        .source = SOURCE_TELECOM, .delivery = random_delivery(6), .line = 1, .revision = 2
    };
    const struct record *records[] = { &late, &same, &old };

    (void)state;
    assert_int_equal(fold(records, 3, KNOWN_AT_END), 1);
    assert_ptr_equal(records[0], &same);
    records[0] = &late, records[1] = &same, records[2] = &old;
    assert_int_equal(fold(records, 3, random_delivery(5)->received_ms), 1);
    assert_ptr_equal(records[0], &old);
}

static void a_retracted_winner_means_absent(void **state)
{
    struct record there = {
        .source = SOURCE_TELECOM, .delivery = random_delivery(0), .line = 1, .revision = 1
    };
    struct record gone = {
        .source = SOURCE_TELECOM, .delivery = random_delivery(1), .line = 2, .revision = 2, .retracted = true
    };
    struct record back = {
        .source = SOURCE_TELECOM, .delivery = random_delivery(2), .line = 3, .revision = 3
    };
    const struct record *records[] = { &there, &gone, &back };

    (void)state;
    assert_int_equal(fold(records, 2, KNOWN_AT_END), 0);
    records[0] = &gone, records[1] = &there;
    assert_int_equal(fold(records, 3, KNOWN_AT_END), 1);
    assert_ptr_equal(records[0], &back);
}

UNIT_MAIN(cmocka_unit_test(order_repetition_and_batches_do_not_show),
          cmocka_unit_test(the_greatest_revision_then_receipt_holds),
          cmocka_unit_test(a_retracted_winner_means_absent))
