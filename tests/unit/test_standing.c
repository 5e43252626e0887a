#include "connectors/standing.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/arena.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static struct delivery deliveries[8]; /* of the snapshots 1 … 7 */

static struct record right(uint8_t person, uint64_t sequence, int32_t from_day, int32_t to_day)
{
    struct delivery *delivery = &deliveries[sequence];

    *delivery = (struct delivery){ .digest = { (uint8_t)sequence }, .received_ms = (int64_t)sequence * 1000 };
    return (struct record){
        .subject = { { person } },
        .item = { { 1, person } },
        .delivery = delivery,
        .line = person,
        .source = SOURCE_PROPERTY,
        .subject_kind = SUBJECT_PERSON,
        .key_epoch = 1,
        .schema = RECORD_SCHEMA,
        .revision = (int64_t)sequence,
        .valid_from_day = from_day,
        .valid_to_day = to_day,
        .property = { .share = { 1, 1 }, .usage = USAGE_RESIDENTIAL, .area_cm2 = NUMBER_NONE, .value_fen = 5 }
    };
}

/* --- one record --- */

static void what_a_list_lacks_ends_on_its_day_and_never_before_it_begins(void **state)
{
    static const struct {
        int32_t from_day, to_day, as_of_day;
        bool ended;
        int32_t ends_day;
    } cases[] = {
        { 100, DAY_OPEN, 200, true, 200 },
        { 100, 300, 200, true, 200 },
        { 100, 200, 200, false, 0 }, /* over by then */
        { 100, 150, 200, false, 0 },
        { 250, DAY_OPEN, 200, true, 250 }, /* begins later: ends as it begins */
        { 200, DAY_OPEN, 200, true, 200 },
    };
    const struct delivery delivery = { .digest = { 9 }, .received_ms = 9000 };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct record stood = right(1, 1, cases[i].from_day, cases[i].to_day);
        struct record ending;
        struct record_id id;

        assert_int_equal(record_ending(&stood, false, cases[i].as_of_day, &delivery, 2, &ending),
                         cases[i].ended);
        if (!cases[i].ended)
            continue;
        record_id_of(&stood, &id);
        assert_int_equal(ending.valid_to_day, cases[i].ends_day);
        assert_int_equal(ending.valid_from_day, cases[i].from_day);
        assert_int_equal(ending.line, 0);
        assert_int_equal(ending.revision, 2);
        assert_ptr_equal(ending.delivery, &delivery);
        assert_memory_equal(&ending.origin, &id, sizeof id);
        assert_int_equal(ending.property.value_fen, 5);
        assert_false(ending.retracted);
        assert_true(record_rank_compare(&ending, &stood) > 0);
    }
}

static void what_is_retracted_was_never_there_unless_it_was_over(void **state)
{
    const struct delivery delivery = { .digest = { 9 }, .received_ms = 9000 };
    const struct record stood = right(1, 5, 100, 250), over = right(1, 5, 100, 200);
    struct record ending, again;

    assert_true(record_ending(&stood, true, 200, &delivery, 2, &ending));
    assert_true(ending.retracted);
    assert_int_equal(ending.revision, 5); /* never less than the record's own */
    assert_int_equal(ending.valid_to_day, DAY_OPEN);
    assert_false(record_ending(&over, true, 200, &delivery, 2, &again));
    assert_false(record_ending(&ending, true, 300, &delivery, 3, &again));
    assert_false(record_ending(&ending, false, 300, &delivery, 3, &again));
}

/* --- lists --- */

struct ends {
    uint64_t sequence; /* of the list that lacks them */
    uint8_t persons[8];
    size_t count;
};

static int note_end(void *user, const struct record *greatest, struct record *ret_record, bool *ret_ended,
                    struct err *err)
{
    struct ends *ends = user;

    *ret_ended = record_ending(greatest, false, 200, &deliveries[ends->sequence], ends->sequence, ret_record);
    if (*ret_ended)
        ends->persons[ends->count++] = greatest->subject.bytes[0];
    return 0;
}

/* A snapshot of these persons; gives whom it ended. */
static struct ends take_list(const char *persons, uint64_t sequence, bool whole, bool commit)
{
    int folder = open(".", O_RDONLY | O_DIRECTORY);
    struct standing *standing = standing_new(folder);
    struct ends ends = { .sequence = sequence };
    struct err err = { 0 };

    deliveries[sequence] =
        (struct delivery){ .digest = { (uint8_t)sequence }, .received_ms = (int64_t)sequence * 1000 };
    for (; *persons; persons++) {
        const struct record record = right((uint8_t)*persons, sequence, 100, DAY_OPEN);

        assert_int_equal(standing_add(standing, &record, &err), 0);
    }
    assert_int_equal(standing_merge(standing, SOURCE_PROPERTY, whole ? LIST_WHOLE : LIST_INCOMPLETE, note_end,
                                    &ends, &err),
                     0);
    if (commit)
        assert_int_equal(standing_commit(folder, &err), 0);
    else
        assert_int_equal(standing_drop_next(folder, &err), 0);
    standing_free(standing);
    close(folder);
    return ends;
}

static void assert_ended(struct ends ends, const char *persons)
{
    assert_int_equal(ends.count, strlen(persons));
    assert_memory_equal(ends.persons, persons, ends.count);
}

static void each_list_ends_what_the_one_before_had_and_it_lacks(void **state)
{
    assert_ended(take_list("dab", 1, true, true), "");
    assert_ended(take_list("ac", 2, true, true), "bd");
    assert_ended(take_list("ac", 3, true, true), "");  /* once is enough */
    assert_ended(take_list("abc", 4, true, true), ""); /* back again */
    assert_ended(take_list("a", 5, true, true), "bc");
}

static void an_incomplete_list_adds_and_the_next_whole_one_ends_all_it_lacks(void **state)
{
    assert_ended(take_list("ab", 1, true, true), "");
    assert_ended(take_list("c", 2, false, true), "");
    assert_ended(take_list("a", 3, true, true), "bc");
}

static void a_list_that_was_interrupted_is_taken_again_from_the_same_state(void **state)
{
    assert_ended(take_list("ab", 1, true, true), "");
    assert_ended(take_list("a", 2, true, false), "b");
    assert_ended(take_list("a", 2, true, true), "b");
    assert_ended(take_list("a", 3, true, true), "");
}

static void of_two_lines_with_one_key_the_greater_stands(void **state)
{
    assert_ended(take_list("aa", 1, true, true), "");
    assert_ended(take_list("", 2, true, true), "a");
}

static void a_standing_file_that_is_not_ours_is_refused(void **state)
{
    static const char *const files[] = { "", "olive-standing 2\n", "olive-standing 1\nshort" };
    struct err err = { 0 };

    for (size_t i = 0; i < COUNT_OF(files); i++) {
        int folder = open(".", O_RDONLY | O_DIRECTORY);
        struct standing *standing = standing_new(folder);

        scratch_write("standing", files[i], strlen(files[i]), 0600);
        assert_int_equal(standing_merge(standing, SOURCE_PROPERTY, LIST_WHOLE, NULL, NULL, &err), -1);
        assert_int_equal(err.kind, ERR_STOP);
        standing_free(standing);
        close(folder);
    }
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_enter, scratch_leave)
UNIT_MAIN(cmocka_unit_test(what_a_list_lacks_ends_on_its_day_and_never_before_it_begins),
          cmocka_unit_test(what_is_retracted_was_never_there_unless_it_was_over),
          IN_SCRATCH(each_list_ends_what_the_one_before_had_and_it_lacks),
          IN_SCRATCH(an_incomplete_list_adds_and_the_next_whole_one_ends_all_it_lacks),
          IN_SCRATCH(a_list_that_was_interrupted_is_taken_again_from_the_same_state),
          IN_SCRATCH(of_two_lines_with_one_key_the_greater_stands),
          IN_SCRATCH(a_standing_file_that_is_not_ours_is_refused))
