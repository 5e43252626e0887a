#include "lib/core/moves.h"

#include <string.h>

#include "tests/unit/unit.h"

static struct profile profile_of(const char *region, int64_t members)
{
    struct profile profile = { .member_count = members };

    strcpy(profile.region, region);
    profile.assessed.band = NUMBER_NONE;
    return profile;
}

static void put_band(struct profile *profile, int band, int64_t millionths)
{
    profile->assessed.band = band;
    for (int i = 0; i < BAND_COUNT; i++)
        profile->assessed.bands[i] = i + 1 == band ? millionths : (MILLION - millionths) / (BAND_COUNT - 1);
}

static void a_hint_moves_for_certain_unless_one_side_cannot_tell(void **state)
{
    for (int from = 0; from < HINT_COUNT; from++)
        for (int to = 0; to < HINT_COUNT; to++) {
            enum move move = move_of_hint((enum determination_hint)from, (enum determination_hint)to);
            bool unsure = from == HINT_CANNOT_TELL || to == HINT_CANNOT_TELL;

            assert_int_equal(move, from == to ? MOVE_NONE : unsure ? MOVE_POSSIBLE : MOVE_CERTAIN);
        }
}

static void a_household_moves_as_surely_as_the_surest_of_its_changes(void **state)
{
    CLEANUP(moves_freep) struct moves *moves = moves_new();
    struct profile a = profile_of("330305001001", 3), b = a;

    assert_int_equal(moves_add(moves, &a, &b), MOVE_NONE);
    assert_false(moves_any(moves));
    b.wage_low = 1;
    assert_int_equal(moves_add(moves, &a, &b), MOVE_FIGURES);
    assert_true(moves_any(moves));
    b.hints[LINE_DIBIAN][TEST_MONEY] = HINT_CANNOT_TELL;
    assert_int_equal(moves_add(moves, &a, &b), MOVE_POSSIBLE);
    b.hints[LINE_DIBAO][TEST_MONEY] = HINT_MEETS;
    assert_int_equal(moves_add(moves, &a, &b), MOVE_CERTAIN);
    assert_int_equal(moves->all.all.households, 4);
    assert_int_equal(moves->all.all.persons, 12);
    for (int move = 0; move < MOVE_COUNT; move++)
        assert_int_equal(moves->all.moved[move].households, 1);
    assert_int_equal(moves->hints[LINE_DIBIAN][TEST_MONEY][HINT_NO_RULE][HINT_CANNOT_TELL].households, 2);
    assert_int_equal(moves->hints[LINE_DIBAO][TEST_MONEY][HINT_NO_RULE][HINT_MEETS].persons, 3);
}

static void a_derived_group_is_as_sure_as_the_hints_on_income(void **state)
{
    static const struct {
        enum determination_hint from, to;
        enum move move;
    } cases[] = {
        { HINT_MEETS, HINT_MEETS, MOVE_CERTAIN }, /* by age, say */
        { HINT_DOES_NOT_MEET, HINT_MEETS, MOVE_CERTAIN },
        { HINT_CANNOT_TELL, HINT_MEETS, MOVE_POSSIBLE },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(moves_freep) struct moves *moves = moves_new();
        struct profile a = profile_of("", 2), b = a;

        a.hints[LINE_DIBAO][TEST_INCOME] = cases[i].from;
        b.hints[LINE_DIBAO][TEST_INCOME] = cases[i].to;
        a.groups_derived = 1U << GROUP_SMALL_BUSINESS;
        b.groups_derived = 1U << GROUP_HARDSHIP;
        assert_int_equal(moves_add(moves, &a, &b), cases[i].move);
        assert_int_equal(moves->joined[GROUP_HARDSHIP][cases[i].move].persons, 2);
        assert_int_equal(moves->left[GROUP_SMALL_BUSINESS][cases[i].move].households, 1);
    }
}

static void bands_are_counted_by_probability_and_never_for_certain(void **state)
{
    CLEANUP(moves_freep) struct moves *moves = moves_new();
    struct profile a = profile_of("330305001", 2), b = a;

    put_band(&a, 2, 500000);
    put_band(&b, 3, 500000); /* 400,000 goes from 2 to 3 */
    assert_int_equal(moves_add(moves, &a, &b), MOVE_POSSIBLE);
    assert_int_equal(moves->all.mass, 400000);
    assert_int_equal(moves->bands[2][3].persons, 2);
    assert_int_equal(moves->expected[SIDE_A][1], 500000);
    assert_int_equal(moves->expected_persons[SIDE_B][1], 200000);
    put_band(&b, 2, 600000); /* the same likeliest band, by other numbers */
    assert_int_equal(moves_add(moves, &a, &b), MOVE_FIGURES);
    assert_int_equal(moves->all.mass, 500000);
    b.assessed.band = NUMBER_NONE; /* no bands by B */
    assert_int_equal(moves_add(moves, &a, &b), MOVE_POSSIBLE);
    assert_int_equal(moves->bands[2][0].households, 1);
    assert_int_equal(moves->all.mass, 1500000);
}

static void regions_are_townships_of_their_series_in_order(void **state)
{
    static const char *const regions[] = { "330305101", "330322001003", "", "330305001", "330305001999" };
    static const char *const wanted[] = { "", "330305001", "330305101" };
    static const uint64_t households[] = { 1, 3, 1 };
    CLEANUP(moves_freep) struct moves *moves = moves_new();

    for (size_t i = 0; i < COUNT_OF(regions); i++) {
        struct profile profile = profile_of(regions[i], 1);

        profile.groups = i % 2 ? 1U << GROUP_DIBAO | 1U << GROUP_HARDSHIP : 0;
        moves_add(moves, &profile, &profile);
    }
    assert_int_equal(moves->region_count, COUNT_OF(wanted));
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        assert_string_equal(moves->regions[i].region, wanted[i]);
        assert_int_equal(moves->regions[i].part.all.households, households[i]);
    }
    assert_int_equal(moves->groups[GROUP_DIBAO].all.households, 2);
    assert_int_equal(moves->groups[GROUP_HARDSHIP].all.households, 2);
    assert_int_equal(moves->groups[GROUP_COUNT].all.households, 3);
}

static void every_column_has_a_counter(void **state)
{
    CLEANUP(moves_freep) struct moves *moves = moves_new();
    struct profile a = profile_of("", 1), b;
    size_t count = 0;

    memset(&b, 1, sizeof b);
    memset(b.region, 0, sizeof b.region);
    memset(b.industry, 0, sizeof b.industry);
    strcpy(b.region, "330305001");
    strcpy(b.industry, "A");
    memcpy(b.hints, a.hints, sizeof b.hints); /* enums: any number is none of them */
    b.assessed.band = NUMBER_NONE;
    moves_add(moves, &a, &b);
    for (; profile_fields[count].name; count++)
        if (moves->fields[count] !=
            (profile_fields[count].codes != &hint_codes && strcmp(profile_fields[count].name, "band") != 0))
            fail_msg("%s", profile_fields[count].name);
    assert_true(count <= MOVES_FIELDS_MAX);
}

UNIT_MAIN(cmocka_unit_test(a_hint_moves_for_certain_unless_one_side_cannot_tell),
          cmocka_unit_test(a_household_moves_as_surely_as_the_surest_of_its_changes),
          cmocka_unit_test(a_derived_group_is_as_sure_as_the_hints_on_income),
          cmocka_unit_test(bands_are_counted_by_probability_and_never_for_certain),
          cmocka_unit_test(regions_are_townships_of_their_series_in_order),
          cmocka_unit_test(every_column_has_a_counter))
