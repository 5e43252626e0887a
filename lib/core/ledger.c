#include "lib/core/ledger.h"

/* Regulations on the Management of Housing Provident Funds, art. 18, and 建金管〔2005〕5号: one side pays 5
 * to 12 %. */
enum { RATE_LOWEST = 50000, RATE_HIGHEST = 120000, FUND_YEAR_BEGINS = 7 };

/* An annual total, or each of the twelve months. */
static bool fills_year(const struct declared *declared)
{
    return declared->months == 0 || declared->months >= WINDOW_MONTHS;
}

void ledger_declared(const struct subject *const *persons, size_t count, struct profile *profile)
{
    __int128 income[INCOME_KIND_COUNT] = { 0 }, total = 0, months = 0;
    bool stated[INCOME_KIND_COUNT] = { 0 }, any = false;
    int64_t partial = 0;

    for (size_t i = 0; i < count; i++)
        for (int kind = 0; kind < INCOME_KIND_COUNT; kind++) {
            const struct declared *declared = &persons[i]->declared[kind];

            stated[kind] |= declared->stated;
            income[kind] += declared->amount_fen;
            months += declared->months;
            partial += declared->stated && !fills_year(declared);
        }
    for (int kind = 0; kind < INCOME_KIND_COUNT; kind++) {
        any |= stated[kind];
        total += income[kind];
        profile->declared_by_kind[kind] = stated[kind] ? clamp_int64(income[kind]) : NUMBER_NONE;
    }
    profile->declared_income = any ? clamp_int64(total) : NUMBER_NONE;
    profile->declared_months = any ? clamp_int64(months) : NUMBER_NONE;
    profile->declared_partial = any ? partial : NUMBER_NONE;
}

bool ledger_declared_in_full(const struct profile *profile)
{
    return profile->declared_income != NUMBER_NONE && !profile->declared_partial &&
           !profile->undeclared_members;
}

bool ledger_declares_year(const struct subject *person)
{
    for (int kind = 0; kind < INCOME_KIND_COUNT; kind++)
        if (person->declared[kind].stated && fills_year(&person->declared[kind]))
            return true;
    return false;
}

/* Somebody has stated income, none of this kind, and a source has seen some of hers. */
static bool left_out(const struct subject *person, enum income_kind kind, int64_t seen_fen)
{
    bool states = false;

    for (int other = 0; other < INCOME_KIND_COUNT; other++)
        states |= person->declared[other].stated;
    return states && seen_fen != NUMBER_NONE && seen_fen > 0 &&
           (!person->declared[kind].stated || person->declared[kind].amount_fen == 0);
}

void ledger_contradictions(const struct subject *const *persons, size_t count, struct profile *profile)
{
    bool whole = profile->declared_income != NUMBER_NONE && !profile->declared_partial;
    unsigned mask = 0;

    if (ledger_declared_in_full(profile) && profile->declared_income < profile->evidenced_low)
        mask |= 1U << CONTRADICTION_BELOW_EVIDENCED;
    if (whole && profile->evidenced_high != NUMBER_NONE && profile->declared_income > profile->evidenced_high)
        mask |= 1U << CONTRADICTION_ABOVE_EVIDENCED;
    for (size_t i = 0; i < count; i++) {
        int64_t paid = persons[i]->fund_month_mask ? 1 : NUMBER_NONE;

        if (left_out(persons[i], INCOME_WAGE, paid))
            mask |= 1U << CONTRADICTION_NO_WAGE;
        if (left_out(persons[i], INCOME_PROPERTY, persons[i]->deposit_interest))
            mask |= 1U << CONTRADICTION_NO_INTEREST;
    }
    profile->contradictions = mask;
}

static int64_t per_head(int64_t fen, int64_t members)
{
    return fen == NUMBER_NONE ? NUMBER_NONE : divide_floor(fen, members);
}

void ledger_per_head(struct profile *profile)
{
    profile->declared_per_head = per_head(profile->declared_income, profile->member_count);
    profile->evidenced_low_per_head = per_head(profile->evidenced_low, profile->member_count);
    profile->evidenced_high_per_head = per_head(profile->evidenced_high, profile->member_count);
}

struct wage {
    __int128 low, high;
    bool any, open;
};

/* d / r at a known rate; between d / 0.12 and d / 0.05 at an unknown one. */
static void add_contribution(struct wage *wage, const struct contribution *contribution, const char *region,
                             const struct policy *policy)
{
    int32_t day = month_first_day(contribution->month), rate = contribution->rate_millionths;
    int64_t cap = policy_limit(policy->caps, policy->cap_count, region, day);
    int64_t floor = policy_limit(policy->floors, policy->floor_count, region, day);
    __int128 millionfold = (__int128)contribution->deposit_fen * RATE_MILLION;

    wage->any = true;
    if (cap != NUMBER_NONE && contribution->deposit_fen >= cap)
        wage->open = true;
    if (floor == NUMBER_NONE || contribution->deposit_fen > floor)
        wage->low += divide_floor(millionfold, rate == RATE_NONE ? RATE_HIGHEST : rate);
    wage->high += divide_ceiling(millionfold, rate == RATE_NONE ? RATE_LOWEST : rate);
}

/* A fund year runs from July to June and bases on the mean wage of the calendar year before it. */
static int64_t base_year(int32_t month)
{
    int32_t year = month / MONTHS_A_YEAR, month_of_year = month % MONTHS_A_YEAR + 1;

    return year - (month_of_year < FUND_YEAR_BEGINS) - 1;
}

void ledger_wage(const struct subject *const *persons, size_t count, const struct policy *policy,
                 struct profile *profile)
{
    struct wage wage = { 0 };
    int32_t newest = MONTH_NONE;

    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < persons[i]->contribution_count; k++)
            add_contribution(&wage, &persons[i]->contributions[k], profile->region, policy);
        if (persons[i]->wage_month > newest)
            newest = persons[i]->wage_month;
    }
    profile->wage_low = wage.any ? clamp_int64(wage.low) : NUMBER_NONE;
    profile->wage_high = wage.any && !wage.open ? clamp_int64(wage.high) : NUMBER_NONE;
    profile->wage_base_year = newest == MONTH_NONE ? NUMBER_NONE : base_year(newest);
}

/* Covered: the policy names its sources, and all of them are known or verified zero here. */
static bool income_covered(unsigned sources, const enum indicator_state states[INDICATOR_COUNT])
{
    for (int i = 0; i < INDICATOR_COUNT; i++)
        if (sources >> i & 1 && states[i] != STATE_KNOWN && states[i] != STATE_ZERO)
            return false;
    return sources != 0;
}

static bool all_covered(const struct policy *policy, const enum indicator_state states[INDICATOR_COUNT])
{
    for (int kind = 0; kind < INCOME_KIND_COUNT; kind++)
        if (!income_covered(policy->covers[kind], states))
            return false;
    return true;
}

static int64_t or_zero(int64_t number)
{
    return number == NUMBER_NONE ? 0 : number;
}

void ledger_evidenced(const struct policy *policy, bool adult, struct profile *profile)
{
    bool open = (adult && !all_covered(policy, profile->states)) || profile->wage_high == NUMBER_NONE ||
                profile->deposit_interest == NUMBER_NONE;

    profile->evidenced_low =
        clamp_int64((__int128)or_zero(profile->wage_low) + or_zero(profile->deposit_interest));
    profile->evidenced_high =
        open ? NUMBER_NONE : clamp_int64((__int128)profile->wage_high + profile->deposit_interest);
}
