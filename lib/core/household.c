#include "lib/core/household.h"

#include <string.h>

#include "lib/core/determination.h"
#include "lib/core/group.h"
#include "lib/core/ledger.h"

enum { CHILD_BELOW = 18, ELDER_FROM = 60, EARNS_FROM = 16 };

/* One household while it is put together. */
struct join {
    enum household_kind kind;
    int32_t period, first_month, end_day;
    const struct subject **persons, **meters;
    size_t person_count, meter_count;
    const struct policy *policy;
    coverage_t coverage;
    struct arena *arena;
    int32_t last[INDICATOR_COUNT];    /* newest month of a fact of anybody */
    bool metered[UTILITY_KIND_COUNT]; /* a meter of the kind has served since the window's first month */
    struct profile *profile;
};

/* --- who --- */

static const struct placement *placement_of(const struct join *join, const struct subject *person)
{
    return &person->placements[join->kind];
}

/* GB/T 4761: 0x is the head or the head's own entry; one digit 0 likewise. */
static bool is_head(const char *relation)
{
    static const char *const heads[] = { "0", "00", "01", "02" };

    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (!strcmp(relation, heads[i]))
            return true;
    return false;
}

/* Heads before others, then the eldest, the smaller region code, the smaller token. */
static bool goes_before(const struct join *join, const struct subject *a, const struct subject *b)
{
    const struct placement *pa = placement_of(join, a), *pb = placement_of(join, b);
    int order = is_head(pb->relation) - is_head(pa->relation);

    if (!order)
        order = (pa->birth_day > pb->birth_day) - (pa->birth_day < pb->birth_day);
    if (!order)
        order = strcmp(pa->region, pb->region);
    return (order ? order : token_compare(&a->token, &b->token)) < 0;
}

static int age_of(const struct join *join, const struct subject *person)
{
    return full_years(placement_of(join, person)->birth_day, join->end_day);
}

static void join_members(struct join *join)
{
    const struct subject *head = join->persons[0];
    struct profile *profile = join->profile;

    for (size_t i = 0; i < join->person_count; i++) {
        const struct subject *person = join->persons[i];
        int age = age_of(join, person);

        if (goes_before(join, person, head))
            head = person;
        profile->member_count++;
        profile->child_count += age < CHILD_BELOW;
        profile->elder_count += age >= ELDER_FROM;
        profile->adult_count += age >= CHILD_BELOW && age < ELDER_FROM;
        profile->groups |= person->groups;
    }
    memcpy(profile->region, placement_of(join, head)->region, sizeof profile->region);
    profile->head_age = age_of(join, head);
}

/* --- sums --- */

/* Adds a figure of each person; null while nobody has one. */
static int64_t sum_persons(const struct join *join, size_t offset)
{
    __int128 sum = 0;
    bool any = false;

    for (size_t i = 0; i < join->person_count; i++) {
        int64_t value;

        memcpy(&value, (const char *)join->persons[i] + offset, sizeof value);
        if (value == NUMBER_NONE)
            continue;
        sum += value;
        any = true;
    }
    return any ? clamp_int64(sum) : NUMBER_NONE;
}

/* The figures that are plain sums of a person's figure of the same meaning. */
static const struct {
    size_t from, to;
} sums[] = {
#define SUM(subject_member, profile_member)                                                                  \
    {                                                                                                        \
        offsetof(struct subject, subject_member), offsetof(struct profile, profile_member)                   \
    }
    SUM(deposit_accounts, deposit_accounts),
    SUM(deposit_balance, deposit_balance),
    SUM(deposit_interest, deposit_interest),
    SUM(deposit_mean, deposit_mean),
    SUM(property_value, property_value),
    SUM(property_area_cm2, property_area_cm2),
    SUM(vehicle_count, vehicle_count),
    SUM(vehicle_value, vehicle_value),
    SUM(fund_own, fund_own),
    SUM(fund_employer, fund_employer),
    SUM(fund_balance, fund_balance),
    SUM(trips, transport_trips),
#undef SUM
};

static void join_sums(struct join *join)
{
    for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
        int64_t value = sum_persons(join, sums[i].from);

        memcpy((char *)join->profile + sums[i].to, &value, sizeof value);
    }
    for (size_t i = 0; i < join->person_count; i++)
        join->profile->fund_months += __builtin_popcount(join->persons[i]->fund_month_mask);
}

/* A unit that two members own is one unit; a home when either right says so. */
static void join_units(struct join *join)
{
    struct unit *units;
    size_t count = 0, room = 0;

    for (size_t i = 0; i < join->person_count; i++)
        room += join->persons[i]->unit_count;
    units = arena_alloc(join->arena, room * sizeof *units);
    for (size_t i = 0; i < join->person_count; i++)
        for (size_t k = 0; k < join->persons[i]->unit_count; k++) {
            const struct unit *unit = &join->persons[i]->units[k];
            size_t at = 0;

            while (at < count && !token_equal(&units[at].unit, &unit->unit))
                at++;
            if (at == count)
                units[count++] = *unit;
            else
                units[at].residential |= unit->residential;
        }
    join->profile->property_units = (int64_t)count;
    for (size_t at = 0; at < count; at++)
        join->profile->property_homes += units[at].residential;
}

/* The newest industry of the account with the largest employee sum; ties: the smallest code. */
static void join_industry(struct join *join)
{
    const struct fund_account *best = NULL;

    for (size_t i = 0; i < join->person_count; i++)
        for (size_t k = 0; k < join->persons[i]->fund_account_count; k++) {
            const struct fund_account *account = &join->persons[i]->fund_accounts[k];

            if (!best || account->employee_fen > best->employee_fen ||
                (account->employee_fen == best->employee_fen &&
                 strcmp(account->industry, best->industry) < 0))
                best = account;
        }
    if (best)
        memcpy(join->profile->industry, best->industry, sizeof join->profile->industry);
}

/* --- months --- */

struct months {
    __int128 sum;
    uint16_t mask;
};

static void note_last(struct join *join, enum indicator indicator, int32_t month)
{
    if (month > join->last[indicator])
        join->last[indicator] = month;
}

static void add_monthly(struct months *months, const struct monthly *monthly)
{
    months->sum += monthly->sum;
    months->mask |= monthly->months;
}

/* A meter's months count from the month in which it came to this household. */
static void add_meter(struct join *join, const struct subject *meter, struct months *months)
{
    int32_t run_month = placement_of(join, meter)->run_month;

    for (size_t i = 0; i < meter->meter_month_count; i++) {
        const struct meter_month *use = &meter->meter_months[i];

        if (use->month < run_month)
            continue;
        note_last(join, (enum indicator)(INDICATOR_ELECTRICITY + (int)meter->meter_kind), use->month);
        if (use->month < join->first_month)
            continue;
        months->sum += use->quantity_milli;
        months->mask |= (uint16_t)(1U << (use->month - join->first_month));
    }
}

static void months_out(const struct months *months, int64_t *ret_sum, int64_t *ret_months)
{
    *ret_sum = months->mask ? clamp_int64(months->sum) : NUMBER_NONE;
    *ret_months = __builtin_popcount(months->mask);
}

static void join_utility(struct join *join, enum utility_kind kind, int64_t *ret_sum, int64_t *ret_months)
{
    struct months months = { 0 };

    for (size_t i = 0; i < join->person_count; i++)
        add_monthly(&months, &join->persons[i]->utility[kind]);
    for (size_t i = 0; i < join->meter_count; i++) {
        if (join->meters[i]->meter_kind != kind)
            continue;
        add_meter(join, join->meters[i], &months);
        join->metered[kind] |= placement_of(join, join->meters[i])->run_month <= join->first_month;
    }
    months_out(&months, ret_sum, ret_months);
}

static void join_months(struct join *join)
{
    struct months telecom = { 0 }, transport = { 0 };
    struct profile *profile = join->profile;

    for (size_t i = 0; i < join->person_count; i++) {
        add_monthly(&telecom, &join->persons[i]->telecom);
        add_monthly(&transport, &join->persons[i]->transport);
    }
    months_out(&telecom, &profile->telecom_fen, &profile->telecom_months);
    months_out(&transport, &profile->transport_fen, &profile->transport_months);
    join_utility(join, UTILITY_ELECTRICITY, &profile->electricity_wh, &profile->electricity_months);
    join_utility(join, UTILITY_WATER, &profile->water_l, &profile->water_months);
    join_utility(join, UTILITY_GAS, &profile->gas_l, &profile->gas_months);
}

/* --- states: known, stale, verified zero or no answer (P4) --- */

static enum indicator_state state_of(const struct join *join, enum indicator indicator)
{
    bool list = indicator == INDICATOR_PROPERTY || indicator == INDICATOR_VEHICLE;
    bool utility = indicator >= INDICATOR_ELECTRICITY && indicator <= INDICATOR_GAS;

    if (join->last[indicator] != MONTH_NONE) {
        bool fresh = join->period - join->last[indicator] < join->policy->fresh_months[indicator];

        return fresh && (!list || coverage_delivered(join->coverage, indicator)) ? STATE_KNOWN : STATE_STALE;
    }
    if (!coverage_covered(join->coverage, indicator) ||
        (utility && !join->metered[indicator - INDICATOR_ELECTRICITY]))
        return STATE_MISSING;
    return STATE_ZERO;
}

/* Which figures an indicator has, and what becomes of them: verified zero makes amounts and counts 0, a
 * missing answer makes counts null, too (its amounts are, having nothing to sum). */
static const struct {
    enum indicator indicator;
    size_t offset;
} figures[] = {
#define FIGURE(indicator, member)                                                                            \
    {                                                                                                        \
        indicator, offsetof(struct profile, member)                                                          \
    }
    FIGURE(INDICATOR_DEPOSIT, deposit_accounts),
    FIGURE(INDICATOR_DEPOSIT, deposit_balance),
    FIGURE(INDICATOR_DEPOSIT, deposit_interest),
    FIGURE(INDICATOR_DEPOSIT, deposit_mean),
    FIGURE(INDICATOR_PROPERTY, property_units),
    FIGURE(INDICATOR_PROPERTY, property_homes),
    FIGURE(INDICATOR_PROPERTY, property_value),
    FIGURE(INDICATOR_PROPERTY, property_area_cm2),
    FIGURE(INDICATOR_VEHICLE, vehicle_count),
    FIGURE(INDICATOR_VEHICLE, vehicle_value),
    FIGURE(INDICATOR_FUND, fund_months),
    FIGURE(INDICATOR_FUND, fund_own),
    FIGURE(INDICATOR_FUND, fund_employer),
    FIGURE(INDICATOR_FUND, fund_balance),
    FIGURE(INDICATOR_FUND, wage_low),
    FIGURE(INDICATOR_FUND, wage_high),
    FIGURE(INDICATOR_ELECTRICITY, electricity_wh),
    FIGURE(INDICATOR_ELECTRICITY, electricity_months),
    FIGURE(INDICATOR_WATER, water_l),
    FIGURE(INDICATOR_WATER, water_months),
    FIGURE(INDICATOR_GAS, gas_l),
    FIGURE(INDICATOR_GAS, gas_months),
    FIGURE(INDICATOR_TELECOM, telecom_fen),
    FIGURE(INDICATOR_TELECOM, telecom_months),
    FIGURE(INDICATOR_TRANSPORT, transport_fen),
    FIGURE(INDICATOR_TRANSPORT, transport_trips),
    FIGURE(INDICATOR_TRANSPORT, transport_months),
#undef FIGURE
};

static void join_states(struct join *join)
{
    for (int i = 0; i < INDICATOR_COUNT; i++)
        join->profile->states[i] = state_of(join, (enum indicator)i);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        enum indicator_state state = join->profile->states[figures[i].indicator];
        int64_t value = state == STATE_ZERO ? 0 : NUMBER_NONE;

        if (state == STATE_ZERO || state == STATE_MISSING)
            memcpy((char *)join->profile + figures[i].offset, &value, sizeof value);
    }
}

static int64_t month_or_none(int32_t month)
{
    return month == MONTH_NONE ? NUMBER_NONE : month;
}

static void join_last(struct join *join)
{
    static const size_t offsets[INDICATOR_COUNT] = {
        [INDICATOR_DEPOSIT] = offsetof(struct profile, deposit_last),
        [INDICATOR_PROPERTY] = offsetof(struct profile, property_last),
        [INDICATOR_VEHICLE] = offsetof(struct profile, vehicle_last),
        [INDICATOR_FUND] = offsetof(struct profile, fund_last),
        [INDICATOR_ELECTRICITY] = offsetof(struct profile, electricity_last),
        [INDICATOR_WATER] = offsetof(struct profile, water_last),
        [INDICATOR_GAS] = offsetof(struct profile, gas_last),
        [INDICATOR_TELECOM] = offsetof(struct profile, telecom_last),
        [INDICATOR_TRANSPORT] = offsetof(struct profile, transport_last),
    };

    for (size_t i = 0; i < join->person_count; i++)
        for (int k = 0; k < INDICATOR_COUNT; k++)
            note_last(join, (enum indicator)k, join->persons[i]->last[k]);
    for (int k = 0; k < INDICATOR_COUNT; k++) {
        int64_t month = month_or_none(join->last[k]);

        memcpy((char *)join->profile + offsets[k], &month, sizeof month);
    }
}

/* --- all together --- */

static void join_evidence(struct join *join, const struct subject *const *members, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        join->profile->evidence_count += members[i]->record_count;
        sum_add(join->profile->evidence_sum, members[i]->record_sum);
        if (members[i]->period < join->profile->as_of)
            join->profile->as_of = members[i]->period;
    }
}

static void split_members(struct join *join, const struct subject *const *members, size_t count)
{
    join->persons = arena_alloc(join->arena, count * sizeof *join->persons);
    join->meters = arena_alloc(join->arena, count * sizeof *join->meters);
    for (size_t i = 0; i < count; i++)
        if (members[i]->kind == SUBJECT_PERSON)
            join->persons[join->person_count++] = members[i];
        else
            join->meters[join->meter_count++] = members[i];
}

/* --- ledgers and groups --- */

static bool someone_may_earn(const struct join *join)
{
    for (size_t i = 0; i < join->person_count; i++)
        if (age_of(join, join->persons[i]) >= EARNS_FROM)
            return true;
    return false;
}

static int64_t count_undeclared(const struct join *join)
{
    int64_t count = 0;

    for (size_t i = 0; i < join->person_count; i++)
        count += age_of(join, join->persons[i]) >= EARNS_FROM && !ledger_declares_year(join->persons[i]);
    return count;
}

static void join_ledgers(struct join *join)
{
    struct profile *profile = join->profile;

    ledger_wage(join->persons, join->person_count, join->policy, profile);
    ledger_declared(join->persons, join->person_count, profile);
    profile->undeclared_members = count_undeclared(join);
    join_states(join);
    ledger_evidenced(join->policy, someone_may_earn(join), profile);
    ledger_contradictions(join->persons, join->person_count, profile);
    ledger_per_head(profile);
}

static void join_groups(struct join *join)
{
    for (size_t i = 0; i < join->person_count; i++)
        join->profile->groups_derived |= groups_derive(
            join->policy, join->persons[i], age_of(join, join->persons[i]), join->end_day, join->profile);
}

bool household_assess(enum household_kind kind, const struct token *household,
                      const struct subject *const *members, size_t count, int32_t period,
                      const struct rules *rules, coverage_t coverage, struct arena *arena,
                      struct profile *ret)
{
    struct join join = {
        .kind = kind,
        .period = period,
        .first_month = period - WINDOW_MONTHS + 1,
        .end_day = month_last_day(period),
        .policy = rules->policy,
        .coverage = coverage,
        .arena = arena,
        .profile = ret,
    };

    split_members(&join, members, count);
    if (!join.person_count)
        return false;
    *ret = (struct profile){ .kind = kind, .household = *household, .as_of = period };
    memcpy(ret->policy, rules->policy->digest, sizeof ret->policy);
    for (int i = 0; i < INDICATOR_COUNT; i++)
        join.last[i] = MONTH_NONE;
    join_members(&join);
    join_sums(&join);
    join_units(&join);
    join_industry(&join);
    join_months(&join);
    join_last(&join);
    join_ledgers(&join);
    determine_all(join.policy, coverage, join.end_day, ret);
    join_groups(&join);
    join_evidence(&join, members, count);
    assess(rules->assessor, join.policy, ret);
    return true;
}
