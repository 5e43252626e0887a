/* portrait - sums, shares, quantiles and what is hidden, on districts made here; and an attack on what is
 * told. */
#include "lib/core/portrait.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "tests/unit/unit.h"

enum { PERIOD = 2025 * 12 + 11, CELLS_MAX = 6000 };
static const int64_t cuts_fen[BAND_CUTS] = { 5000000, 10000000, 20000000, 50000000, 60000000 };

/* --- chance, the same everywhere --- */

static uint64_t chance;

static uint32_t throw(void) /* a linear congruential generator's upper half */
{
    chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(chance >> 32);
}

static int dice(int below)
{
    return (int)(throw() % (uint32_t)below);
}

/* --- a district --- */

struct district {
    struct policy policy;
    struct band_rule bands;
    struct goal_rule goals[PLAN_COUNT];
    struct rules rules;
    struct profile *profiles;
    size_t count;
};

/* Whose errors are uniform from -1.5 to 1.5 deviations: distributions that can be had on paper. */
static struct assessor *uniform_assessor(void)
{
    static const uint8_t digest[DIGEST_SIZE];
    struct assessor *ret = NULL;
    struct model *model = model_new();
    struct err err = { 0 };

    for (int i = 0; i < MODEL_QUANTILES; i++)
        model->quantiles[i] = 3.0 * (i - MODEL_QUANTILE_MIDDLE) / (MODEL_QUANTILES - 1);
    assert_int_equal(assessor_new(model, digest, &ret, &err), 0);
    return ret;
}

static void district_open(struct district *district, int64_t minimum)
{
    *district =
        (struct district){ .goals = { { .band_first = 2, .band_last = 3, .goal_millionths = 800000 },
                                      { .band_first = 3, .band_last = 4, .goal_millionths = 450000 } } };
    memcpy(district->bands.cuts_fen, cuts_fen, sizeof cuts_fen);
    district->policy.bands = &district->bands;
    district->policy.band_count = 1;
    for (int i = 0; i < PLAN_COUNT; i++) {
        district->goals[i].rule.until_day = DAY_OPEN;
        district->policy.goals[i] = &district->goals[i];
        district->policy.goal_count[i] = 1;
    }
    district->policy.portrait_minimum = minimum;
    district->rules = (struct rules){ &district->policy, uniform_assessor() };
}

static void district_close(struct district *district)
{
    assessor_free(district->rules.assessor);
    free(district->profiles);
}

static struct profile *household(struct district *district, const char *region, const char *industry,
                                 unsigned groups, int64_t members)
{
    struct profile *ret;

    district->profiles = mem_realloc(district->profiles, (district->count + 1) * sizeof *district->profiles);
    ret = &district->profiles[district->count++];
    memset(ret, 0, sizeof *ret);
    ret->kind = HOUSEHOLD_REGISTERED;
    ret->member_count = members;
    ret->groups = groups;
    ret->as_of = PERIOD;
    snprintf(ret->region, sizeof ret->region, "%s", region);
    snprintf(ret->industry, sizeof ret->industry, "%s", industry);
    for (int i = 0; i < BAND_COUNT; i++)
        ret->assessed.bands[i] = NUMBER_NONE;
    return ret;
}

/* As assess() does it. */
static void estimate(const struct district *district, struct profile *profile, double yuan, double deviation)
{
    struct assessed *assessed = &profile->assessed;
    int64_t below = 0;

    assessed->p50 = (int64_t)(yuan * 100);
    assessed->estimate = (int64_t)(log(yuan * 100) * MILLION);
    assessed->deviation = (int64_t)(deviation * MILLION);
    for (int i = 0; i < BAND_COUNT; i++) {
        int64_t upto =
            i < BAND_CUTS ? assess_below(district->rules.assessor, assessed, cuts_fen[i]) : MILLION;

        assessed->bands[i] = upto - below;
        below = upto;
    }
}

static void certain(struct district *district, int count, const char *region, const char *industry,
                    unsigned groups, int band)
{
    static const double yuan[BAND_COUNT] = { 30000, 70000, 150000, 300000, 550000, 900000 };

    for (int i = 0; i < count; i++)
        estimate(district, household(district, region, industry, groups, 2), yuan[band], 0.01);
}

struct told {
    struct portrait_cell cells[CELLS_MAX];
    size_t count;
};

static int keep(void *user, const struct portrait_cell *cell, struct err *err)
{
    struct told *told = user;

    (void)err;
    assert_true(told->count < CELLS_MAX);
    told->cells[told->count++] = *cell;
    return 0;
}

static struct told *tell(const struct district *district)
{
    struct portrait *portrait = portrait_new(&district->rules, HOUSEHOLD_REGISTERED);
    struct told *told = calloc(1, sizeof *told);
    struct err err = { 0 };

    for (size_t i = 0; i < district->count; i++)
        portrait_add(portrait, &district->profiles[i]);
    assert_int_equal(portrait_walk(portrait, keep, told, &err), 0);
    portrait_free(portrait);
    return told;
}

static const struct portrait_cell *find(const struct told *told, const char *region, const char *industry,
                                        int group, int band)
{
    for (size_t i = 0; i < told->count; i++) {
        const struct portrait_cell *cell = &told->cells[i];

        if (!strcmp(cell->region, region) && !strcmp(cell->industry, industry) && cell->group == group &&
            cell->band == band)
            return cell;
    }
    return NULL;
}

static const struct portrait_cell *must_find(const struct told *told, const char *region,
                                             const char *industry, int group, int band)
{
    static const struct portrait_cell nowhere;
    const struct portrait_cell *ret = find(told, region, industry, group, band);

    assert_non_null(ret);
    return ret ? ret : &nowhere;
}

/* --- claims about figures --- */

static void shares_are_sums_of_probabilities_of_households_and_persons(void **state)
{
    struct district district;
    struct told *told;
    const struct portrait_cell *all, *band;

    (void)state;
    district_open(&district, -1); /* hides nothing */
    for (int i = 0; i < 6; i++) { /* as likely in band 1 as in band 2: the median is the cut between them */
        struct profile *profile = household(&district, "330305001", "C", 0, 1);

        estimate(&district, profile, 100000, 0.1);
        profile->assessed.bands[1] = profile->assessed.bands[2] = 500000;
    }
    for (int i = 0; i < 2; i++) /* for certain in band 2 */
        estimate(&district, household(&district, "330305001", "C", 0, 5), 150000, 0.01);
    told = tell(&district);
    all = must_find(told, "", "", PORTRAIT_ALL, PORTRAIT_ALL);
    assert_int_equal(all->households, 8 * MILLION);
    assert_int_equal(all->persons, 16 * MILLION);
    assert_int_equal(all->assessed, 8 * MILLION);
    assert_int_equal(all->plan[PLAN_A], 625000); /* (6 / 2 + 2) / 8 */
    band = must_find(told, "", "", PORTRAIT_ALL, 2);
    assert_int_equal(band->households, 5 * MILLION);
    assert_int_equal(band->share, 625000);
    assert_int_equal(band->persons, 13 * MILLION);
    assert_int_equal(band->person_share, 812500);
    /* 1.644854 * sqrt(6 / 4) / 8 = 0.251815 */
    assert_in_range(band->share_low, 625000 - 251817, 625000 - 251815);
    assert_in_range(band->share_high, 625000 + 251815, 625000 + 251817);
    assert_int_equal(all->plan_low[PLAN_A], band->share_low);
    free(told);
    district_close(&district);
}

static void a_million_households_of_forty_do_not_overflow(void **state)
{
    struct district district;
    struct portrait *portrait;
    struct told *told = calloc(1, sizeof *told);
    struct err err = { 0 };
    struct profile *profile;

    (void)state;
    district_open(&district, -1);
    profile = household(&district, "330305001", "C", 0, 40);
    estimate(&district, profile, 100000, 0.1);
    portrait = portrait_new(&district.rules, HOUSEHOLD_REGISTERED);
    for (int i = 0; i < 1000000; i++)
        portrait_add(portrait, profile);
    assert_int_equal(portrait_walk(portrait, keep, told, &err), 0);
    assert_int_equal(must_find(told, "", "", PORTRAIT_ALL, PORTRAIT_ALL)->persons,
                     INT64_C(40000000) * MILLION);
    assert_in_range(must_find(told, "", "", PORTRAIT_ALL, 1)->person_share, 499900, 500100);
    portrait_free(portrait);
    free(told);
    district_close(&district);
}

/* Of all households' distributions together, by bisection. */
static double mixture_quantile(const struct district *district, double share)
{
    double low = log(100000), high = log(1e9);

    for (int round = 0; round < 60; round++) {
        double middle = (low + high) / 2, sum = 0;

        for (size_t i = 0; i < district->count; i++) {
            const struct assessed *assessed = &district->profiles[i].assessed;
            double z =
                (middle - (double)assessed->estimate / MILLION) / ((double)assessed->deviation / MILLION);

            sum += fmin(1, fmax(0, (0.5 + (z + 1.5) / 3 * (MODEL_QUANTILES - 1)) / MODEL_QUANTILES));
        }
        if (sum < share * (double)district->count)
            low = middle;
        else
            high = middle;
    }
    return exp(low);
}

static void quantiles_are_those_of_the_mixture(void **state)
{
    struct district district;
    struct told *told;
    const struct portrait_cell *all;

    (void)state;
    chance = 7;
    district_open(&district, 10);
    for (int i = 0; i < 3000; i++)
        estimate(&district, household(&district, "330305001", "", 0, 3),
                 100000 * exp(1.6 * (throw() / 4294967296.0 - 0.5)), 0.5);
    told = tell(&district);
    all = must_find(told, "", "", PORTRAIT_ALL, PORTRAIT_ALL);
    for (int i = 0; i < PORTRAIT_QUANTILES; i++) {
        double expected = mixture_quantile(&district, portrait_percents[i] / 100.0);

        assert_true(fabs((double)all->quantiles_fen[i] / expected - 1) < 0.002);
    }
    free(told);
    district_close(&district);
}

static void a_quantile_beyond_the_grid_is_its_end(void **state)
{
    struct district district;
    struct told *told;

    (void)state;
    district_open(&district, 10);
    for (int i = 0; i < 20; i++)
        estimate(&district, household(&district, "330305001", "", 0, 3), i < 10 ? 300 : 30000000, 0.1);
    told = tell(&district);
    assert_int_equal(must_find(told, "", "", PORTRAIT_ALL, PORTRAIT_ALL)->quantiles_fen[0], 100000);
    assert_true(must_find(told, "", "", PORTRAIT_ALL, PORTRAIT_ALL)->quantiles_fen[4] >= 999000000);
    free(told);
    district_close(&district);
}

static void without_an_estimate_a_household_is_counted_and_no_more(void **state)
{
    struct district district;
    struct told *told;
    const struct portrait_cell *all;

    (void)state;
    district_open(&district, 10);
    for (int i = 0; i < 25; i++)
        household(&district, "330305001", "A", 0, 2);
    told = tell(&district);
    all = must_find(told, "", "", PORTRAIT_ALL, PORTRAIT_ALL);
    assert_int_equal(all->households, 25 * MILLION);
    assert_int_equal(all->assessed, 0);
    assert_int_equal(all->plan[PLAN_A], NUMBER_NONE);
    assert_int_equal(all->quantiles_fen[2], NUMBER_NONE);
    assert_null(find(told, "", "", PORTRAIT_ALL, 0));
    free(told);
    district_close(&district);
}

static void nobody_makes_a_hidden_row_of_all(void **state)
{
    struct district district;
    struct told *told;

    (void)state;
    district_open(&district, 10);
    household(&district, "330305001", "A", 0, 2)->kind = HOUSEHOLD_DWELLING; /* another portrait's */
    told = tell(&district);
    assert_int_equal(told->count, 1);
    assert_true(told->cells[0].hidden);
    free(told);
    district_close(&district);
}

static void rows_are_places_sections_and_groups_two_at_a_time(void **state)
{
    struct district district;
    struct told *told;
    const unsigned dibao = group_mask(GROUP_DIBAO);

    (void)state;
    district_open(&district, 1);
    certain(&district, 30, "330322001002", "C1391", dibao, 0); /* 洞头县 is 洞头区 today */
    certain(&district, 30, "330305", "", 0, 2);                /* a district is no township */
    told = tell(&district);
    assert_non_null(find(told, "330305001", "", PORTRAIT_ALL, PORTRAIT_ALL));
    assert_non_null(find(told, "-", "", PORTRAIT_ALL, PORTRAIT_ALL));
    assert_non_null(find(told, "", "C", PORTRAIT_ALL, PORTRAIT_ALL));
    assert_non_null(find(told, "", "-", PORTRAIT_ALL, PORTRAIT_ALL));
    assert_non_null(find(told, "330305001", "C", PORTRAIT_ALL, PORTRAIT_ALL));
    assert_non_null(find(told, "", "C", GROUP_DIBAO, PORTRAIT_ALL));
    assert_non_null(find(told, "330305001", "", GROUP_HARDSHIP, PORTRAIT_ALL));
    assert_null(find(told, "330305001", "C", GROUP_DIBAO, PORTRAIT_ALL));
    assert_null(find(told, "-", "", GROUP_DIBAO, PORTRAIT_ALL));
    free(told);
    district_close(&district);
}

/* --- claims about what is hidden --- */

static void a_row_of_few_and_the_next_smallest_are_hidden(void **state)
{
    struct district district;
    struct told *told;

    (void)state;
    district_open(&district, 10);
    certain(&district, 60, "330305001", "C", 0, 2);
    certain(&district, 40, "330305002", "C", 0, 2);
    certain(&district, 80, "330305003", "C", 0, 2);
    certain(&district, 9, "330305004", "C", 0, 2);
    told = tell(&district);
    assert_true(must_find(told, "330305004", "", PORTRAIT_ALL, PORTRAIT_ALL)->hidden);
    assert_true(must_find(told, "330305002", "", PORTRAIT_ALL, PORTRAIT_ALL)->hidden);
    assert_false(must_find(told, "330305001", "", PORTRAIT_ALL, PORTRAIT_ALL)->hidden);
    assert_false(must_find(told, "330305003", "", PORTRAIT_ALL, PORTRAIT_ALL)->hidden);
    assert_false(must_find(told, "", "", PORTRAIT_ALL, PORTRAIT_ALL)->hidden);
    assert_int_equal(must_find(told, "330305004", "", PORTRAIT_ALL, PORTRAIT_ALL)->households, NUMBER_NONE);
    assert_null(find(told, "330305004", "", PORTRAIT_ALL, 2));
    free(told);
    district_close(&district);
}

static void two_rows_of_few_are_not_told_together_either(void **state)
{
    struct district district;
    struct told *told;

    (void)state;
    district_open(&district, 10);
    certain(&district, 60, "330305001", "C", 0, 2);
    certain(&district, 40, "330305002", "C", 0, 2);
    certain(&district, 3, "330305003", "C", 0, 2);
    certain(&district, 4, "330305004", "C", 0, 2); /* 107 - 100 would be seven */
    told = tell(&district);
    assert_true(must_find(told, "330305002", "", PORTRAIT_ALL, PORTRAIT_ALL)->hidden);
    free(told);
    district_close(&district);
}

static void a_band_of_few_and_the_next_smallest_are_hidden(void **state)
{
    static const int counts[BAND_COUNT] = { 4, 20, 50, 90, 60, 15 };
    struct district district;
    struct told *told;

    (void)state;
    district_open(&district, 10);
    for (int band = 0; band < BAND_COUNT; band++)
        certain(&district, counts[band], "330305001", "C", 0, band);
    told = tell(&district);
    assert_true(must_find(told, "", "", PORTRAIT_ALL, 0)->hidden);
    assert_true(must_find(told, "", "", PORTRAIT_ALL, 5)->hidden);
    for (int band = 1; band < 5; band++)
        assert_false(must_find(told, "", "", PORTRAIT_ALL, band)->hidden);
    assert_int_equal(must_find(told, "", "", PORTRAIT_ALL, 0)->share, NUMBER_NONE);
    assert_int_equal(must_find(told, "", "", PORTRAIT_ALL, PORTRAIT_ALL)->plan[PLAN_B], 627615);
    free(told);
    district_close(&district);
}

static void a_band_that_would_tell_another_by_an_indicator_is_hidden(void **state)
{
    static const int counts[BAND_COUNT] = { 50, 60, 70, 90, 4, 5 };
    struct district district;
    struct told *told;
    const struct portrait_cell *all;

    (void)state;
    district_open(&district, 10);
    for (int band = 0; band < BAND_COUNT; band++)
        certain(&district, counts[band], "330305001", "C", 0, band);
    told = tell(&district);
    all = must_find(told, "", "", PORTRAIT_ALL, PORTRAIT_ALL);
    assert_true(must_find(told, "", "", PORTRAIT_ALL, 4)->hidden);
    /* B = 20-50万 + 50-60万: with both B and the former, the latter would be had. B is what the plan asks
     * for. */
    assert_true(must_find(told, "", "", PORTRAIT_ALL, 3)->hidden);
    assert_int_equal(all->plan[PLAN_B], 336918);
    assert_int_equal(all->plan[PLAN_A], 573477);
    free(told);
    district_close(&district);
}

static void a_group_of_all_but_few_is_hidden(void **state)
{
    struct district district;
    struct told *told;

    (void)state;
    district_open(&district, 10);
    certain(&district, 50, "330305001", "C", 1U << GROUP_SMALL_BUSINESS, 2);
    certain(&district, 9, "330305001", "C", 0, 2);
    certain(&district, 50, "330305001", "C", 1U << GROUP_SKILLED_WORKER, 2);
    certain(&district, 50, "330305001", "C", 1U << GROUP_SKILLED_WORKER | 1U << GROUP_SMALL_BUSINESS, 2);
    told = tell(&district);
    assert_false(must_find(told, "", "", GROUP_SMALL_BUSINESS, PORTRAIT_ALL)->hidden);
    free(told);
    certain(&district, 400, "330305001", "C", 1U << GROUP_SMALL_BUSINESS | 1U << GROUP_PUBLIC_SECTOR, 2);
    for (size_t i = 0; i < district.count; i++)
        if (i % 70)
            district.profiles[i].groups |= 1U << GROUP_SMALL_BUSINESS;
    told = tell(&district);
    assert_true(must_find(told, "", "", GROUP_SMALL_BUSINESS, PORTRAIT_ALL)->hidden);
    free(told);
    district_close(&district);
}

/* --- the attack: what is told, the tables' sums, and that no count is below 0 or a fraction --- */

enum { REGIONS = 5, SECTIONS = 5, PLACES = 1 + REGIONS, KINDS = 1 + SECTIONS, SETS = 1 + GROUP_COUNT };
enum {
    FIGURE_ROW,
    FIGURE_ASSESSED,
    FIGURE_BAND,
    FIGURE_PLAN = FIGURE_BAND + BAND_COUNT,
    FIGURES = FIGURE_PLAN + 2
};
static const int64_t unbounded = INT64_C(1) << 50;

/* What the attacker knows of a figure: it lies within. Of a row that is not there, and of its figures: 0. */
struct guess {
    int64_t truth, low, high;
    bool exists, hidden;
};
static struct guess guesses[PLACES][KINDS][SETS][FIGURES];

static void region_name(int place, char ret[TOWNSHIP_SIZE])
{
    *ret = '\0';
    if (place)
        snprintf(ret, TOWNSHIP_SIZE, "33030500%d", place % 10);
}

static void count_truth(const struct profile *profile, int place, int kind)
{
    for (int set = 0; set < SETS; set++) {
        const int places[] = { 0, place }, kinds[] = { 0, kind };

        if (set && !(profile->groups & 1U << (set - 1)))
            continue;
        for (int i = 0; i < 4; i++) {
            struct guess *row = guesses[places[i & 1]][kinds[i >> 1]][set];

            if (set && (i & 1) && (i >> 1))
                continue;
            row[FIGURE_ROW].truth += MILLION;
            if (profile->assessed.bands[0] == NUMBER_NONE)
                continue;
            row[FIGURE_ASSESSED].truth += MILLION;
            for (int band = 0; band < BAND_COUNT; band++)
                row[FIGURE_BAND + band].truth += profile->assessed.bands[band];
            row[FIGURE_PLAN].truth += profile->assessed.bands[2] + profile->assessed.bands[3];
            row[FIGURE_PLAN + 1].truth += profile->assessed.bands[3] + profile->assessed.bands[4];
        }
    }
}

static void know(struct guess *guess, bool shown, int64_t least)
{
    guess->exists = true;
    guess->hidden = !shown;
    guess->low = shown ? guess->truth : least;
    guess->high = shown ? guess->truth : unbounded;
}

static void read_row(const struct told *told, int place, int kind, int set)
{
    struct guess *row = guesses[place][kind][set];
    char region[TOWNSHIP_SIZE], industry[2] = { (char)(kind ? 'A' + kind - 1 : '\0') };
    const struct portrait_cell *cell;

    region_name(place, region);
    if (!row[FIGURE_ROW].truth)
        return;
    cell = must_find(told, region, industry, set - 1, PORTRAIT_ALL);
    if (!cell->hidden)
        assert_int_equal(cell->households, row[FIGURE_ROW].truth);
    know(&row[FIGURE_ROW], !cell->hidden, MILLION);
    if (!row[FIGURE_ASSESSED].truth)
        return; /* let that be known, too */
    know(&row[FIGURE_ASSESSED], cell->assessed != NUMBER_NONE, MILLION);
    for (int plan = 0; plan < PLAN_COUNT; plan++)
        know(&row[FIGURE_PLAN + plan], cell->plan[plan] != NUMBER_NONE, 0);
    for (int band = 0; band < BAND_COUNT; band++) {
        const struct portrait_cell *part = find(told, region, industry, set - 1, band);

        if (part && !part->hidden)
            assert_int_equal(part->households, row[FIGURE_BAND + band].truth);
        know(&row[FIGURE_BAND + band], part && !part->hidden, 0);
    }
}

/* Signed terms that add up to 0. Each in turn is bounded by the others. True: something was learnt. */
struct sum {
    struct guess *terms[KINDS + PLACES + FIGURES];
    int signs[KINDS + PLACES + FIGURES], count;
};

static void term(struct sum *sum, struct guess *guess, int sign)
{
    if (!guess->exists || !sign)
        return;
    sum->terms[sum->count] = guess;
    sum->signs[sum->count++] = sign;
}

static bool bound(const struct sum *sum)
{
    bool learnt = false;

    for (int i = 0; i < sum->count; i++) {
        struct guess *guess = sum->terms[i];
        int64_t low = 0, high = 0;

        for (int j = 0; j < sum->count; j++) { /* of what the others make of this one */
            bool opposite = sum->signs[j] != sum->signs[i];

            if (j == i)
                continue;
            low += opposite ? sum->terms[j]->low : -sum->terms[j]->high;
            high += opposite ? sum->terms[j]->high : -sum->terms[j]->low;
        }
        if (low > guess->low)
            guess->low = low, learnt = true;
        if (high < guess->high)
            guess->high = high, learnt = true;
    }
    return learnt;
}

static bool bound_row(struct guess *row)
{
    static const int sums[][3] = { { 1, 0, 0 },  { 0, 1, 0 },   { 0, 0, 1 },  { 1, -1, 0 }, { 1, 0, -1 },
                                   { 0, 1, -1 }, { 1, -1, -1 }, { 1, 1, -1 }, { 1, -1, 1 } };
    bool learnt = false;

    for (size_t i = 0; i < COUNT_OF(sums); i++) {
        struct sum sum = { 0 };
        bool unit = true;

        for (int band = 0; band < BAND_COUNT; band++) {
            int times =
                sums[i][0] + sums[i][1] * (band == 2 || band == 3) + sums[i][2] * (band == 3 || band == 4);

            unit = unit && abs(times) < 2;
            term(&sum, &row[FIGURE_BAND + band], times);
        }
        term(&sum, &row[FIGURE_ASSESSED], -sums[i][0]);
        term(&sum, &row[FIGURE_PLAN], -sums[i][1]);
        term(&sum, &row[FIGURE_PLAN + 1], -sums[i][2]);
        learnt = unit && bound(&sum) ? true : learnt;
    }
    return learnt;
}

static bool bound_places(int kind, int set, int figure)
{
    struct sum sum = { 0 };

    for (int place = 0; place < PLACES; place++)
        term(&sum, &guesses[place][kind][set][figure], place ? 1 : -1);
    return bound(&sum);
}

static bool bound_kinds(int place, int set, int figure)
{
    struct sum sum = { 0 };

    for (int kind = 0; kind < KINDS; kind++)
        term(&sum, &guesses[place][kind][set][figure], kind ? 1 : -1);
    return bound(&sum);
}

static bool attack_once(void)
{
    bool learnt = false;

    for (int place = 0; place < PLACES; place++)
        for (int kind = 0; kind < KINDS; kind++)
            for (int set = 0; set < SETS; set++)
                learnt |= bound_row(guesses[place][kind][set]);
    for (int figure = 0; figure < FIGURES; figure++)
        for (int set = 0; set < SETS; set++) {
            for (int kind = 0; kind < (set ? 1 : KINDS); kind++)
                learnt |= bound_places(kind, set, figure);
            for (int place = 0; place < (set ? 1 : PLACES); place++)
                learnt |= bound_kinds(place, set, figure);
        }
    return learnt;
}

/* Hidden figures of rows that are there whose bounds met. */
static int determined(int *ret_hidden)
{
    int ret = 0;

    for (int i = 0; i < PLACES * KINDS * SETS; i++)
        for (int figure = 0; figure < FIGURES; figure++) {
            const struct guess *guess = &guesses[i / (KINDS * SETS)][i / SETS % KINDS][i % SETS][figure];

            if (!guess->exists || !guess->hidden)
                continue;
            assert_true(guess->low <= guess->truth && guess->truth <= guess->high);
            ++*ret_hidden;
            ret += guess->low == guess->high;
        }
    return ret;
}

/* What is told of a group and of all, taken from each other. */
static void the_others_of_a_group_are_never_few(int64_t minimum)
{
    for (int place = 0; place < PLACES; place++)
        for (int kind = 0; kind < KINDS; kind++)
            for (int set = 1; set < SETS; set++)
                for (int figure = FIGURE_ROW; figure <= FIGURE_ASSESSED; figure++) {
                    const struct guess *part = &guesses[place][kind][set][figure],
                                       *whole = &guesses[place][kind][0][figure];

                    if (part->exists && !part->hidden && whole->exists && !whole->hidden)
                        assert_true(whole->truth - part->truth >= minimum * MILLION);
                }
}

/* Uneven on purpose: some places, sections and groups have nearly nobody. */
static void populate(struct district *district)
{
    int households = 12 + dice(dice(4) ? 500 : 60), places = 1 + dice(REGIONS), kinds = 1 + dice(SECTIONS);

    memset(guesses, 0, sizeof guesses);
    for (int i = 0; i < households; i++) {
        int place = 1 + dice(1 + dice(places)), kind = 1 + dice(1 + dice(kinds));
        char region[TOWNSHIP_SIZE], industry[2] = { (char)('A' + kind - 1) };
        unsigned groups = 0;
        struct profile *profile;

        for (int group = 0; group < GROUP_COUNT; group++)
            groups |= dice(2 + group * group) ? 0 : 1U << group;
        region_name(place, region);
        profile = household(district, region, industry, groups, 1 + dice(6));
        if (dice(60))
            estimate(district, profile, 20000 * exp(dice(400) / 100.0), 0.01 + dice(50) / 100.0);
        count_truth(profile, place, kind);
    }
}

static void what_is_hidden_does_not_follow_from_what_is_told(void **state)
{
    int hidden = 0, shown = 0;

    (void)state;
    for (int seed = 1; seed <= 200; seed++) {
        int64_t minimum = 2 + seed % 12;
        struct district district;
        struct told *told;
        int found;

        chance = (uint64_t)seed;
        district_open(&district, minimum);
        populate(&district);
        told = tell(&district);
        for (int place = 0; place < PLACES; place++)
            for (int kind = 0; kind < KINDS; kind++)
                for (int set = 0; set < SETS; set++)
                    if (!(place && kind && set))
                        read_row(told, place, kind, set);
        for (size_t i = 0; i < told->count; i++) {
            shown += !told->cells[i].hidden;
            assert_true(told->cells[i].hidden || told->cells[i].households >= minimum * MILLION);
        }
        the_others_of_a_group_are_never_few(minimum);
        for (int round = 0; round < 100 && attack_once(); round++)
            ;
        found = determined(&hidden);
        if (found)
            print_error("seed %d: %d hidden figures follow\n", seed, found);
        assert_int_equal(found, 0);
        free(told);
        district_close(&district);
    }
    assert_true(hidden > 5000 && shown > 5000); /* there was something to attack, and something to see */
}

static void the_order_of_households_is_all_one(void **state)
{
    struct district district;
    struct told *before, *after;

    (void)state;
    chance = 3;
    district_open(&district, 10);
    populate(&district);
    before = tell(&district);
    for (size_t i = district.count - 1; i > 0; i--) {
        size_t other = (size_t)dice((int)i + 1);
        struct profile kept = district.profiles[i];

        district.profiles[i] = district.profiles[other];
        district.profiles[other] = kept;
    }
    after = tell(&district);
    assert_memory_equal(before, after, sizeof *before);
    free(before);
    free(after);
    district_close(&district);
}

static void shares_add_up_to_one_and_indicators_to_their_bands(void **state)
{
    struct district district;
    struct told *told;
    int whole_rows = 0;

    (void)state;
    chance = 11;
    district_open(&district, -1);
    populate(&district);
    told = tell(&district);
    for (size_t i = 0; i + BAND_COUNT < told->count; i++) {
        const struct portrait_cell *row = &told->cells[i], *bands = row + 1;
        int64_t share = 0, persons = 0, households = 0;

        if (row->band != PORTRAIT_ALL || row->hidden || !row->assessed)
            continue;
        for (int band = 0; band < BAND_COUNT && !bands[band].hidden; band++) {
            share += bands[band].share;
            persons += bands[band].person_share;
            households += bands[band].households;
            assert_true(bands[band].share_low <= bands[band].share &&
                        bands[band].share <= bands[band].share_high);
            whole_rows += band == BAND_COUNT - 1;
        }
        if (!bands[0].hidden && !bands[1].hidden && !bands[2].hidden && !bands[3].hidden &&
            !bands[4].hidden && !bands[5].hidden) {
            assert_int_equal(share, MILLION);
            assert_int_equal(persons, MILLION);
            assert_int_equal(households, row->assessed);
            assert_int_equal(row->plan[PLAN_A], bands[2].share + bands[3].share);
            assert_int_equal(row->plan[PLAN_B], bands[3].share + bands[4].share);
        }
    }
    assert_true(whole_rows > 5);
    free(told);
    district_close(&district);
}

UNIT_MAIN(cmocka_unit_test(shares_are_sums_of_probabilities_of_households_and_persons),
          cmocka_unit_test(a_million_households_of_forty_do_not_overflow),
          cmocka_unit_test(quantiles_are_those_of_the_mixture),
          cmocka_unit_test(a_quantile_beyond_the_grid_is_its_end),
          cmocka_unit_test(without_an_estimate_a_household_is_counted_and_no_more),
          cmocka_unit_test(nobody_makes_a_hidden_row_of_all),
          cmocka_unit_test(rows_are_places_sections_and_groups_two_at_a_time),
          cmocka_unit_test(a_row_of_few_and_the_next_smallest_are_hidden),
          cmocka_unit_test(two_rows_of_few_are_not_told_together_either),
          cmocka_unit_test(a_band_of_few_and_the_next_smallest_are_hidden),
          cmocka_unit_test(a_band_that_would_tell_another_by_an_indicator_is_hidden),
          cmocka_unit_test(a_group_of_all_but_few_is_hidden),
          cmocka_unit_test(what_is_hidden_does_not_follow_from_what_is_told),
          cmocka_unit_test(the_order_of_households_is_all_one),
          cmocka_unit_test(shares_add_up_to_one_and_indicators_to_their_bands))
