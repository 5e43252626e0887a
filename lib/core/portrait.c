#include "lib/core/portrait.h"

#include <string.h>

#include "lib/base/arena.h"
#include "lib/core/disclosure.h"
#include "lib/core/elementary.h"

const int portrait_percents[PORTRAIT_QUANTILES] = { 10, 25, 50, 75, 90 };

enum {
    SECTION_COUNT = 20,                 /* A-T */
    INDUSTRY_SLOTS = 2 + SECTION_COUNT, /* all, not stated, the sections: in the order of their codes */
    GROUP_SLOTS = 1 + GROUP_COUNT,      /* all, the groups */
    GRID_STEPS = 16,                    /* a unit of ln income */
    GRID_COUNT = 149,                   /* ln(10 million / 1,000) * 16, rounded up, and one */
};
static const int64_t grid_first_fen = 100000;
static const double interval_deviations = 1.6448536269514722; /* of a normal: 5 % lie beyond on each side */

/* What disclosure looks at of a row. */
enum {
    CELL_ROW,
    CELL_ASSESSED,
    CELL_BAND,
    CELL_PLAN = CELL_BAND + BAND_COUNT,
    CELL_COUNT = CELL_PLAN + PLAN_COUNT
};
static const uint32_t no_cell = UINT32_MAX;

/* Sums over the households of a row. Probabilities are in millionths, their products in millionths of these.
 */
struct row {
    int64_t households, persons, assessed, assessed_persons;
    int64_t bands[BAND_COUNT], band_persons[BAND_COUNT];
    __int128 band_spreads[BAND_COUNT];
    int64_t planned[PLAN_COUNT]; /* assessed households where the indicator has a rule */
    int64_t plan[PLAN_COUNT];
    __int128 plan_spreads[PLAN_COUNT];
    unsigned plan_bands[PLAN_COUNT]; /* a mask of what it is the union of; 0: not the same everywhere */
    int64_t below[GRID_COUNT];       /* each amount of the grid */
};

struct region {
    char code[TOWNSHIP_SIZE];
    struct row *rows[INDUSTRY_SLOTS][GROUP_SLOTS]; /* NULL: nobody */
};

struct portrait {
    const struct rules *rules;
    enum household_kind kind;
    int64_t grid_fen[GRID_COUNT];
    struct region **regions; /* by code; the first is that of all */
    size_t region_count, region_room;
};

/* --- rows --- */

static struct row *row_of(struct region *region, size_t industry, size_t group)
{
    struct row **row = &region->rows[industry][group];

    if (!*row)
        *row = mem_zalloc(sizeof **row);
    return *row;
}

static struct region *region_insert(struct portrait *portrait, size_t at, const char *code)
{
    struct region *region = mem_zalloc(sizeof *region);

    memcpy(region->code, code, TOWNSHIP_SIZE);
    if (portrait->region_count == portrait->region_room) {
        portrait->region_room = 2 * portrait->region_room + 16;
        portrait->regions =
            mem_realloc(portrait->regions, portrait->region_room * sizeof(*portrait->regions));
    }
    memmove(portrait->regions + at + 1, portrait->regions + at,
            (portrait->region_count - at) * sizeof(*portrait->regions));
    portrait->regions[at] = region;
    portrait->region_count++;
    return region;
}

static struct region *region_find(struct portrait *portrait, const char *code)
{
    size_t low = 0, high = portrait->region_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(portrait->regions[middle]->code, code);

        if (!order)
            return portrait->regions[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return region_insert(portrait, low, code);
}

struct portrait *portrait_new(const struct rules *rules, enum household_kind kind)
{
    static const char all[TOWNSHIP_SIZE];
    struct portrait *portrait = mem_zalloc(sizeof *portrait);

    portrait->rules = rules;
    portrait->kind = kind;
    for (int i = 0; i < GRID_COUNT; i++)
        portrait->grid_fen[i] = (int64_t)((double)grid_first_fen * exp_of((double)i / GRID_STEPS));
    row_of(region_find(portrait, all), 0, 0);
    return portrait;
}

static void region_free(struct region *region)
{
    for (size_t i = 0; i < INDUSTRY_SLOTS; i++)
        for (size_t j = 0; j < GROUP_SLOTS; j++)
            mem_freep(&region->rows[i][j]);
    mem_freep(&region);
}

void portrait_free(struct portrait *portrait)
{
    if (!portrait)
        return;
    for (size_t i = 0; i < portrait->region_count; i++)
        region_free(portrait->regions[i]);
    mem_freep(&portrait->regions);
    mem_freep(&portrait);
}

void portrait_freep(struct portrait **portrait)
{
    portrait_free(*portrait);
    *portrait = NULL;
}

/* --- adding a household --- */

/* What a household adds to each of its rows. */
struct household {
    int64_t persons;
    const int64_t *bands; /* NULL: not assessed */
    unsigned plan_bands[PLAN_COUNT];
    int64_t plan[PLAN_COUNT];
    int64_t below[GRID_COUNT];
};

static void township_of(const struct profile *profile, char ret[TOWNSHIP_SIZE])
{
    if (!region_township(profile->region, ret))
        memcpy(ret, PORTRAIT_NOT_STATED, sizeof PORTRAIT_NOT_STATED);
}

static size_t industry_slot(const struct profile *profile)
{
    char section = *profile->industry;

    return section >= 'A' && section < 'A' + SECTION_COUNT ? (size_t)(2 + section - 'A') : 1;
}

/* Around the median outwards: most of the grid is below or above all that such a household may earn. */
static void spread_over_grid(const struct portrait *portrait, const struct assessed *assessed,
                             int64_t below[GRID_COUNT])
{
    const struct assessor *assessor = portrait->rules->assessor;
    int middle = 0, i;

    while (middle < GRID_COUNT && portrait->grid_fen[middle] < assessed->p50)
        middle++;
    for (i = middle - 1; i >= 0; i--)
        if (!(below[i] = assess_below(assessor, assessed, portrait->grid_fen[i])))
            break;
    while (i > 0)
        below[--i] = 0;
    for (i = middle; i < GRID_COUNT; i++)
        if ((below[i] = assess_below(assessor, assessed, portrait->grid_fen[i])) == MILLION)
            break;
    for (; i < GRID_COUNT; i++)
        below[i] = MILLION;
}

static void take_plan(const struct policy *policy, const struct profile *profile, int plan,
                      struct household *ret)
{
    const struct goal_rule *rule = POLICY_RULE(policy->goals[plan], policy->goal_count[plan], profile->region,
                                               month_last_day(profile->as_of));

    for (int band = rule ? rule->band_first : 0; rule && band <= rule->band_last; band++) {
        ret->plan_bands[plan] |= 1U << band;
        ret->plan[plan] += ret->bands[band];
    }
}

static void household_of(const struct portrait *portrait, const struct profile *profile,
                         struct household *ret)
{
    ret->persons = profile->member_count;
    if (!portrait->rules->assessor || profile->assessed.bands[0] == NUMBER_NONE)
        return;
    ret->bands = profile->assessed.bands;
    for (int i = 0; i < PLAN_COUNT; i++)
        take_plan(portrait->rules->policy, profile, i, ret);
    spread_over_grid(portrait, &profile->assessed, ret->below);
}

static __int128 spread(int64_t probability)
{
    return (__int128)probability * (MILLION - probability);
}

static void add_plan(struct row *row, const struct household *household, int plan)
{
    if (!household->plan_bands[plan])
        return;
    if (!row->planned[plan])
        row->plan_bands[plan] = household->plan_bands[plan];
    else if (row->plan_bands[plan] != household->plan_bands[plan])
        row->plan_bands[plan] = 0;
    row->planned[plan]++;
    row->plan[plan] += household->plan[plan];
    row->plan_spreads[plan] += spread(household->plan[plan]);
}

static void add_to(struct row *row, const struct household *household)
{
    row->households++;
    row->persons += household->persons;
    if (!household->bands)
        return;
    row->assessed++;
    row->assessed_persons += household->persons;
    for (int i = 0; i < BAND_COUNT; i++) {
        row->bands[i] += household->bands[i];
        row->band_persons[i] += household->bands[i] * household->persons;
        row->band_spreads[i] += spread(household->bands[i]);
    }
    for (int i = 0; i < PLAN_COUNT; i++)
        add_plan(row, household, i);
    for (int i = 0; i < GRID_COUNT; i++)
        row->below[i] += household->below[i];
}

/* Slot 0 is "all" of industry and group alike. */
static void add_to_places(struct region *all, struct region *region, size_t industry, size_t group,
                          const struct household *household)
{
    add_to(row_of(all, 0, group), household);
    add_to(row_of(region, 0, group), household);
    add_to(row_of(all, industry, group), household);
}

void portrait_add(struct portrait *portrait, const struct profile *profile)
{
    struct household household = { 0 };
    char code[TOWNSHIP_SIZE];
    size_t industry = industry_slot(profile);
    struct region *region, *all;

    if (profile->kind != portrait->kind)
        return;
    household_of(portrait, profile, &household);
    township_of(profile, code);
    region = region_find(portrait, code);
    all = portrait->regions[0];
    add_to_places(all, region, industry, 0, &household);
    add_to(row_of(region, industry, 0), &household);
    for (size_t group = 0; group < GROUP_COUNT; group++)
        if (profile->groups & 1U << group)
            add_to_places(all, region, industry, 1 + group, &household);
}

/* --- what is hidden --- */

/* The cells of each row there may be; no_cell: none. */
struct cells {
    uint32_t numbers[INDUSTRY_SLOTS][GROUP_SLOTS][CELL_COUNT];
};

struct hiding {
    const struct portrait *portrait;
    struct disclosure *disclosure;
    struct cells *regions; /* as the portrait's */
    struct disclosure_term *terms;
    size_t term_count;
    int64_t minimum;
};

static uint32_t *cells_of(const struct hiding *hiding, size_t region, size_t industry, size_t group)
{
    return hiding->regions[region].numbers[industry][group];
}

/* Millionths; NUMBER_NONE: the row has none. What nobody has been assessed for is known to be nothing. */
static int64_t cell_value(const struct row *row, int cell)
{
    int plan = cell - CELL_PLAN;

    if (!row)
        return NUMBER_NONE;
    if (cell == CELL_ROW)
        return row->households * MILLION;
    if (!row->assessed)
        return NUMBER_NONE;
    if (cell == CELL_ASSESSED)
        return row->assessed * MILLION;
    if (cell < CELL_PLAN)
        return row->bands[cell - CELL_BAND];
    return row->planned[plan] ? row->plan[plan] : NUMBER_NONE;
}

/* Bands go before A and B, which are what the plan asks for, and these before counts. */
static struct disclosure_cell cell_of(int cell, int64_t value, uint32_t row)
{
    bool counted = cell < CELL_BAND;

    return (struct disclosure_cell){
        .value = value,
        .least =
            counted ? MILLION : 0, /* the row is there; who sees its bands knows that some are assessed */
        .within = cell == CELL_ROW ? DISCLOSURE_ALONE : row,
        .rank = counted ? 2 : cell >= CELL_PLAN,
        .counted = counted,
    };
}

static void add_cells(struct hiding *hiding, const struct row *row, uint32_t numbers[CELL_COUNT])
{
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        int64_t value = cell_value(row, cell);
        struct disclosure_cell is = cell_of(cell, value, numbers[CELL_ROW]);

        numbers[cell] = value == NUMBER_NONE ? no_cell : disclosure_add(hiding->disclosure, &is);
    }
}

/* Who is not in the group, of the same place and industry, must not be few either. */
static void hide_where_others_are_few(struct hiding *hiding, const struct region *region, size_t at,
                                      size_t industry, size_t group)
{
    const struct row *row = region->rows[industry][group], *parent = region->rows[industry][0];
    uint32_t *numbers = cells_of(hiding, at, industry, group);

    if (!row || !group)
        return;
    for (int cell = CELL_ROW; cell <= CELL_ASSESSED; cell++)
        if (numbers[cell] != no_cell && cell_value(parent, cell) - cell_value(row, cell) < hiding->minimum)
            disclosure_hide(hiding->disclosure, numbers[cell]);
}

static void put_term(struct hiding *hiding, uint32_t cell, int sign)
{
    if (cell != no_cell)
        hiding->terms[hiding->term_count++] = (struct disclosure_term){ cell, sign };
}

static void put_equation(struct hiding *hiding)
{
    if (hiding->term_count > 1)
        disclosure_equation(hiding->disclosure, hiding->terms, hiding->term_count);
    hiding->term_count = 0;
}

/* Of bands, A and B, whatever can be made of: the assessed are all bands, A is its bands, B is its bands. */
static void add_up_bands(struct hiding *hiding, const struct row *row, const uint32_t numbers[CELL_COUNT])
{
    static const int sums[][1 + PLAN_COUNT] = { { 1, 0, 0 },  { 0, 1, 0 },  { 0, 0, 1 },  { 1, -1, 0 },
                                                { 1, 0, -1 }, { 0, 1, -1 }, { 1, -1, -1 } };

    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        const int *sum = sums[i];
        bool can = row->assessed;

        for (int plan = 0; plan < PLAN_COUNT; plan++)
            can = can && (!sum[1 + plan] || (row->plan_bands[plan] && row->planned[plan] == row->assessed));
        for (int band = 0; can && band < BAND_COUNT; band++) {
            int times = sum[0];

            for (int plan = 0; plan < PLAN_COUNT; plan++)
                times += row->plan_bands[plan] & 1U << band ? sum[1 + plan] : 0;
            if (times)
                put_term(hiding, numbers[CELL_BAND + band], times);
        }
        for (int plan = 0; can && plan < PLAN_COUNT; plan++)
            if (sum[1 + plan])
                put_term(hiding, numbers[CELL_PLAN + plan], -sum[1 + plan]);
        if (can && sum[0])
            put_term(hiding, numbers[CELL_ASSESSED], -1);
        put_equation(hiding);
    }
}

/* The regions of an industry and group, and all of them. */
static void add_up_regions(struct hiding *hiding, size_t industry, size_t group)
{
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        for (size_t region = 1; region < hiding->portrait->region_count; region++)
            put_term(hiding, cells_of(hiding, region, industry, group)[cell], 1);
        put_term(hiding, cells_of(hiding, 0, industry, group)[cell], -1);
        put_equation(hiding);
    }
}

static void add_up_industries(struct hiding *hiding, size_t region, size_t group)
{
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        for (size_t industry = 1; industry < INDUSTRY_SLOTS; industry++)
            put_term(hiding, cells_of(hiding, region, industry, group)[cell], 1);
        put_term(hiding, cells_of(hiding, region, 0, group)[cell], -1);
        put_equation(hiding);
    }
}

typedef void each_row(struct hiding *hiding, size_t region, size_t industry, size_t group);

static void walk_rows(struct hiding *hiding, each_row *each)
{
    for (size_t region = 0; region < hiding->portrait->region_count; region++)
        for (size_t industry = 0; industry < INDUSTRY_SLOTS; industry++)
            for (size_t group = 0; group < GROUP_SLOTS; group++)
                each(hiding, region, industry, group);
}

static void enter_row(struct hiding *hiding, size_t region, size_t industry, size_t group)
{
    const struct region *at = hiding->portrait->regions[region];

    add_cells(hiding, at->rows[industry][group], cells_of(hiding, region, industry, group));
    hide_where_others_are_few(hiding, at, region, industry, group);
}

/* Bands of each row; and rows that are of one dimension at most are the sum of those that say one more. */
static void relate_row(struct hiding *hiding, size_t region, size_t industry, size_t group)
{
    const struct row *row = hiding->portrait->regions[region]->rows[industry][group];

    if (!row)
        return;
    add_up_bands(hiding, row, cells_of(hiding, region, industry, group));
    if (!region && !(industry && group))
        add_up_regions(hiding, industry, group);
    if (!industry && !(region && group))
        add_up_industries(hiding, region, group);
}

static void hiding_begin(struct hiding *hiding, const struct portrait *portrait)
{
    const struct policy *policy = portrait->rules->policy;
    size_t terms = portrait->region_count + INDUSTRY_SLOTS + CELL_COUNT;

    *hiding = (struct hiding){ .portrait = portrait };
    hiding->minimum =
        (policy->portrait_minimum ? policy->portrait_minimum : PORTRAIT_MINIMUM) * (int64_t)MILLION;
    hiding->disclosure = disclosure_new(hiding->minimum);
    hiding->regions = mem_zalloc(portrait->region_count * sizeof(*hiding->regions));
    hiding->terms = mem_alloc(terms * sizeof(*hiding->terms));
    walk_rows(hiding, enter_row);
    walk_rows(hiding, relate_row);
    disclosure_settle(hiding->disclosure);
}

static void hiding_end(struct hiding *hiding)
{
    disclosure_free(hiding->disclosure);
    mem_freep(&hiding->regions);
    mem_freep(&hiding->terms);
}

/* --- telling --- */

static bool is_shown(const struct hiding *hiding, const uint32_t numbers[CELL_COUNT], int cell)
{
    return numbers[cell] != no_cell && !disclosure_hidden(hiding->disclosure, numbers[cell]);
}

static int64_t part_of(int64_t part, int64_t whole)
{
    return whole ? (part + whole / 2) / whole : NUMBER_NONE;
}

/* Of bands first … last, so that shares add up to 1 exactly: their ends are rounded, not they. */
static int64_t share_of_bands(const int64_t bands[BAND_COUNT], int64_t whole, int first, int last)
{
    int64_t before = 0, upto;

    for (int i = 0; i < first; i++)
        before += bands[i];
    upto = before;
    for (int i = first; i <= last; i++)
        upto += bands[i];
    return part_of(upto, whole) - part_of(before, whole);
}

static void interval(int64_t share, __int128 spreads, int64_t count, int64_t *ret_low, int64_t *ret_high)
{
    int64_t half =
        1 + (int64_t)(interval_deviations * sqrt_of((double)spreads) / (double)count); /* rounded outwards */

    *ret_low = share > half ? share - half : 0;
    *ret_high = share + half < MILLION ? share + half : MILLION;
}

/* Where the sum over the grid reaches the share. */
static int64_t quantile(const struct portrait *portrait, const struct row *row, int percent)
{
    int64_t due = row->assessed * (MILLION / 100) * percent;
    const int64_t *grid = portrait->grid_fen;
    int at = 0;

    while (at < GRID_COUNT && row->below[at] < due)
        at++;
    if (!at || at == GRID_COUNT)
        return grid[at ? GRID_COUNT - 1 : 0];
    return grid[at - 1] + (int64_t)((__int128)(grid[at] - grid[at - 1]) * (due - row->below[at - 1]) /
                                    (row->below[at] - row->below[at - 1]));
}

static struct portrait_cell cell_named(const struct region *region, size_t industry, size_t group, int band)
{
    struct portrait_cell ret = { .group = (int)group - 1, .band = band };

    memcpy(ret.region, region->code, TOWNSHIP_SIZE);
    ret.industry[0] = (char)(industry > 1 ? 'A' + (int)industry - 2 : industry ? '-' : '\0');
    ret.households = ret.persons = ret.assessed = NUMBER_NONE;
    ret.share = ret.share_low = ret.share_high = ret.person_share = NUMBER_NONE;
    for (int i = 0; i < PORTRAIT_QUANTILES; i++)
        ret.quantiles_fen[i] = NUMBER_NONE;
    for (int i = 0; i < PLAN_COUNT; i++)
        ret.plan[i] = ret.plan_low[i] = ret.plan_high[i] = NUMBER_NONE;
    return ret;
}

/* A mask of neighbouring bands. */
static void plan_share(const struct row *row, int plan, struct portrait_cell *cell)
{
    unsigned mask = row->plan_bands[plan];

    if (mask && row->planned[plan] == row->assessed)
        cell->plan[plan] =
            share_of_bands(row->bands, row->assessed, __builtin_ctz(mask), 31 - __builtin_clz(mask));
    else
        cell->plan[plan] = part_of(row->plan[plan], row->planned[plan]);
    interval(cell->plan[plan], row->plan_spreads[plan], row->planned[plan], &cell->plan_low[plan],
             &cell->plan_high[plan]);
}

static void fill_row(const struct hiding *hiding, const struct row *row, const uint32_t numbers[CELL_COUNT],
                     struct portrait_cell *cell)
{
    cell->hidden = !is_shown(hiding, numbers, CELL_ROW);
    if (cell->hidden)
        return;
    cell->households = row->households * MILLION;
    cell->persons = row->persons * MILLION;
    if (!row->assessed || is_shown(hiding, numbers, CELL_ASSESSED))
        cell->assessed = row->assessed * MILLION;
    if (row->assessed * MILLION >= hiding->minimum)
        for (int i = 0; i < PORTRAIT_QUANTILES; i++)
            cell->quantiles_fen[i] = quantile(hiding->portrait, row, portrait_percents[i]);
    for (int i = 0; i < PLAN_COUNT; i++)
        if (is_shown(hiding, numbers, CELL_PLAN + i))
            plan_share(row, i, cell);
}

static void fill_band(const struct hiding *hiding, const struct row *row, const uint32_t numbers[CELL_COUNT],
                      struct portrait_cell *cell)
{
    int band = cell->band;

    cell->hidden = !is_shown(hiding, numbers, CELL_BAND + band);
    if (cell->hidden)
        return;
    cell->households = row->bands[band];
    cell->persons = row->band_persons[band];
    cell->share = share_of_bands(row->bands, row->assessed, band, band);
    cell->person_share = share_of_bands(row->band_persons, row->assessed_persons, band, band);
    interval(cell->share, row->band_spreads[band], row->assessed, &cell->share_low, &cell->share_high);
}

static int tell_row(const struct hiding *hiding, size_t region, size_t industry, size_t group,
                    portrait_each *each, void *user, struct err *err)
{
    const struct region *at = hiding->portrait->regions[region];
    const struct row *row = at->rows[industry][group];
    const uint32_t *numbers = cells_of(hiding, region, industry, group);
    struct portrait_cell cell = cell_named(at, industry, group, PORTRAIT_ALL);
    int status;

    fill_row(hiding, row, numbers, &cell);
    status = each(user, &cell, err);
    for (int band = 0; !status && !cell.hidden && row->assessed && band < BAND_COUNT; band++) {
        struct portrait_cell part = cell_named(at, industry, group, band);

        fill_band(hiding, row, numbers, &part);
        status = each(user, &part, err);
    }
    return status;
}

int portrait_walk(const struct portrait *portrait, portrait_each *each, void *user, struct err *err)
{
    struct hiding hiding;
    int status = 0;

    hiding_begin(&hiding, portrait);
    for (size_t region = 0; !status && region < portrait->region_count; region++)
        for (size_t industry = 0; !status && industry < INDUSTRY_SLOTS; industry++)
            for (size_t group = 0; !status && group < GROUP_SLOTS; group++)
                if (portrait->regions[region]->rows[industry][group])
                    status = tell_row(&hiding, region, industry, group, each, user, err);
    hiding_end(&hiding);
    return status;
}
