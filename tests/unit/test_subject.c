#include "lib/core/subject.h"

#include <string.h>

#include "tests/unit/random_record.h"
#include "tests/unit/unit.h"

enum { RECORDS = 80 };
static const struct token token = { { 4 } };

static void packed_indicators_come_back_as_they_were(void **state)
{
    static struct record records[RECORDS];
    const struct record *facts[RECORDS];

    (void)state;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        enum subject_kind kind = seed % 4 ? SUBJECT_PERSON : SUBJECT_METER;
        struct random random = { seed };
        struct arena *arena = arena_new(0);
        struct subject subject, read = { 0 };
        struct buffer packed = { 0 }, again = { 0 };
        size_t holding;

        for (size_t i = 0; i < RECORDS; i++) {
            records[i] = random_record(&random, &token, kind);
            facts[i] = &records[i];
        }
        holding = fold(facts, RECORDS, KNOWN_AT_END);
        subject_assess(&token, kind, month_from(2025, 11), facts, holding, arena, &subject);
        subject_pack(&subject, &packed);
        for (int k = 0; k < HOUSEHOLD_KIND_COUNT; k++)
            read.placements[k].household = subject.placements[k].household;
        assert_true(subject_unpack(packed.data, packed.size, arena, &read));
        subject_pack(&read, &again);
        assert_int_equal(packed.size, again.size);
        assert_memory_equal(packed.data, again.data, packed.size);
        assert_int_equal(read.kind, kind);
        for (size_t size = 0; size < packed.size; size += 7)
            assert_false(subject_unpack(packed.data, size, arena, &(struct subject){ 0 }));
        buffer_free(&packed);
        buffer_free(&again);
        arena_free(arena);
    }
}

UNIT_MAIN(cmocka_unit_test(packed_indicators_come_back_as_they_were))
