#include "lib/core/segment.h"

#include <string.h>

#include "tests/unit/random_record.h"
#include "tests/unit/unit.h"

enum { RECORDS = 400 };
static const struct token subject = { { 1, 2, 3 } };

static void assert_same_record(const struct record *a, const struct record *b)
{
    struct record_id id_a, id_b;
    struct buffer packed_a = { 0 }, packed_b = { 0 };
    struct segment_dictionary dictionary_a = { 0 }, dictionary_b = { 0 };

    record_id_of(a, &id_a);
    record_id_of(b, &id_b);
    assert_memory_equal(&id_a, &id_b, sizeof id_a);
    assert_int_equal(record_key_compare(a, b), 0);
    assert_int_equal(record_rank_compare(a, b), 0);
    segment_append(&dictionary_a, a, &packed_a);
    segment_append(&dictionary_b, b, &packed_b);
    assert_int_equal(packed_a.size, packed_b.size);
    assert_memory_equal(packed_a.data, packed_b.data, packed_a.size);
    buffer_free(&packed_a);
    buffer_free(&packed_b);
    segment_dictionary_free(&dictionary_a);
    segment_dictionary_free(&dictionary_b);
}

static void what_is_written_is_read(void **state)
{
    static struct record records[RECORDS];

    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct random random = { seed };
        struct segment_dictionary writing = { 0 }, reading = { 0 };
        struct buffer out = { 0 };
        struct segment_reader reader;
        struct record record;
        size_t count = 0;

        for (size_t i = 0; i < RECORDS; i++) {
            records[i] = random_record(&random, &subject, seed % 3 ? SUBJECT_PERSON : SUBJECT_METER);
            segment_append(&writing, &records[i], &out);
        }
        reader = segment_open(&subject, out.data, out.size, &reading, random_delivery_find, NULL);
        while (segment_next(&reader, &record))
            assert_same_record(&record, &records[count++]);
        assert_false(segment_failed(&reader));
        assert_int_equal(count, RECORDS);
        segment_dictionary_free(&writing);
        segment_dictionary_free(&reading);
        buffer_free(&out);
    }
}

static void segments_continue_one_stream(void **state)
{
    struct random random = { 5 };
    struct segment_dictionary writing = { 0 }, reading = { 0 };
    struct buffer first = { 0 }, second = { 0 };
    struct record one = random_record(&random, &subject, SUBJECT_PERSON), read;
    struct segment_reader reader;

    (void)state;
    segment_append(&writing, &one, &first);
    segment_append(&writing, &one, &second);
    assert_true(second.size <= first.size);
    reader = segment_open(&subject, first.data, first.size, &reading, random_delivery_find, NULL);
    assert_true(segment_next(&reader, &read));
    assert_false(segment_next(&reader, &read));
    reader = segment_open(&subject, second.data, second.size, &reading, random_delivery_find, NULL);
    assert_true(segment_next(&reader, &read));
    assert_same_record(&one, &read);
    segment_dictionary_free(&writing);
    segment_dictionary_free(&reading);
    buffer_free(&first);
    buffer_free(&second);
}

static void cut_or_changed_bytes_are_refused_and_never_read_beyond(void **state)
{
    struct random random = { 77 };

    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct segment_dictionary writing = { 0 }, reading = { 0 };
        struct buffer out = { 0 };
        struct record record = random_record(&random, &subject, SUBJECT_PERSON);
        struct segment_reader reader;
        uint8_t *copy;
        size_t size;

        segment_append(&writing, &record, &out);
        size = random_below(&random, (uint32_t)out.size);
        if (round % 2) {
            size = out.size;
            out.data[random_below(&random, (uint32_t)size)] ^= (uint8_t)(1U << random_below(&random, 8));
        }
        copy = test_malloc(size ? size : 1); /* exactly as long as it is: reading beyond is seen */
        memcpy(copy, out.data, size);
        reader = segment_open(&subject, copy, size, &reading, random_delivery_find, NULL);
        while (segment_next(&reader, &record))
            assert_true(record_codes_valid(&record));
        test_free(copy);
        segment_dictionary_free(&writing);
        segment_dictionary_free(&reading);
        buffer_free(&out);
    }
}

UNIT_MAIN(cmocka_unit_test(what_is_written_is_read), cmocka_unit_test(segments_continue_one_stream),
          cmocka_unit_test(cut_or_changed_bytes_are_refused_and_never_read_beyond))
