#include "lib/core/subject.h"

#include <string.h>

enum { DECLARED_MONTHS = 24 /* how long an annual declaration speaks */ };

/* What the collectors below share: the facts of one subject, and the window they are read through. */
struct view {
    const struct record **facts; /* holding, in key order */
    size_t count;
    int32_t period, first_month; /* the window W: first_month … period */
    int32_t end_day;             /* E */
    struct arena *arena;
    struct subject *subject;
};

/* A sum that is null until something goes in; 128 bits, so that the order of adding never shows. */
struct sum {
    __int128 value;
    bool any;
};

static void sum_in(struct sum *sum, int64_t value)
{
    sum->value += value;
    sum->any = true;
}

static int64_t sum_of(const struct sum *sum)
{
    return sum->any ? clamp_int64(sum->value) : NUMBER_NONE;
}

static bool in_window(const struct view *view, const struct record *fact)
{
    int32_t month = month_of_day(fact->valid_from_day);

    return month >= view->first_month && month <= view->period;
}

static uint16_t month_bit(const struct view *view, int32_t month)
{
    return (uint16_t)(1U << (month - view->first_month));
}

static bool begun(const struct view *view, const struct record *fact)
{
    return fact->valid_from_day <= view->end_day;
}

static bool held(const struct view *view, const struct record *fact)
{
    return begun(view, fact) && view->end_day < fact->valid_to_day;
}

/* Facts are in key order, so those of one item stand together: [from, ret) is one item's. */
static size_t item_end(const struct view *view, size_t from)
{
    size_t end = from + 1;

    while (end < view->count && view->facts[end]->source == view->facts[from]->source &&
           token_equal(&view->facts[end]->item, &view->facts[from]->item))
        end++;
    return end;
}

/* The newest of an item's facts that began by `day`; NULL: none did. */
static const struct record *newest(const struct view *view, size_t from, size_t end, int32_t day)
{
    while (end > from)
        if (view->facts[--end]->valid_from_day <= day)
            return view->facts[end];
    return NULL;
}

static void note_last(struct view *view, enum indicator indicator, int32_t month)
{
    if (month <= view->period && month > view->subject->last[indicator])
        view->subject->last[indicator] = month;
}

/* --- membership and groups --- */

static void collect_household(struct view *view, size_t from, size_t end)
{
    const struct record *fact = newest(view, from, end, view->end_day);
    struct placement *placement;

    if (!fact || view->end_day >= fact->valid_to_day)
        return;
    placement = &view->subject->placements[fact->household.kind];
    placement->household = fact->household.household;
    placement->birth_day = fact->household.birth_day;
    memcpy(placement->relation, fact->household.relation, sizeof placement->relation);
    memcpy(placement->region, fact->household.region, sizeof placement->region);
}

static void collect_roster(struct view *view, size_t from, size_t end)
{
    for (size_t i = from; i < end; i++)
        if (held(view, view->facts[i]))
            view->subject->groups |= group_mask(view->facts[i]->roster.group);
}

/* --- declared --- */

static int32_t declaration_last_month(const struct record *fact)
{
    return month_of_day(fact->valid_from_day) + fact->declaration.months - 1;
}

/* The newest annual declaration that ended in the 24 months up to P; an annual total is never spread over
 * months. */
static void collect_annual(struct view *view, size_t from, size_t end)
{
    while (end > from) {
        const struct record *fact = view->facts[--end];
        int32_t last_month = declaration_last_month(fact);

        if (last_month > view->period || last_month <= view->period - DECLARED_MONTHS)
            continue;
        view->subject->declared[fact->declaration.kind] =
            (struct declared){ .stated = true, .amount_fen = fact->declaration.amount_fen };
        return;
    }
}

static void collect_months_declared(struct view *view, size_t from, size_t end)
{
    struct declared *declared = &view->subject->declared[view->facts[from]->declaration.kind];
    struct sum sum = { 0 };
    int32_t months = 0;

    for (size_t i = from; i < end; i++)
        if (in_window(view, view->facts[i])) {
            sum_in(&sum, view->facts[i]->declaration.amount_fen);
            months++;
        }
    if (sum.any && !declared->stated)
        *declared = (struct declared){ .stated = true, .months = months, .amount_fen = sum_of(&sum) };
}

/* Monthly ones (their item sorts anywhere among the annual ones) count only where no annual one does. */
static void collect_declarations(struct view *view, size_t from, size_t end)
{
    for (int annual = 1; annual >= 0; annual--)
        for (size_t at = from; at < end; at = item_end(view, at)) {
            bool is_annual = view->facts[at]->declaration.months == MONTHS_A_YEAR;

            if (annual && is_annual)
                collect_annual(view, at, item_end(view, at));
            else if (!annual && !is_annual)
                collect_months_declared(view, at, item_end(view, at));
        }
}

/* --- deposit --- */

static int64_t balance_of(const struct record *fact)
{
    return share_of(fact->deposit.share, fact->deposit.balance_fen);
}

/* The newest fact of the window that states the year's interest; NULL: none does. */
static const struct record *interest_fact(const struct view *view, size_t from, size_t end)
{
    while (end > from) {
        const struct record *fact = view->facts[--end];

        if (in_window(view, fact) && fact->deposit.interest_fen != NUMBER_NONE)
            return fact;
    }
    return NULL;
}

/* Mean over the window's month-ends of the balance then, from the account's first fact on. */
static void account_mean(const struct view *view, size_t from, size_t end, struct sum *total)
{
    __int128 sum = 0;
    int months = 0;

    for (int32_t month = view->first_month; month <= view->period; month++) {
        const struct record *fact = newest(view, from, end, month_last_day(month));

        if (!fact)
            continue;
        sum += balance_of(fact);
        months++;
    }
    if (months)
        sum_in(total, divide_floor(sum, months));
}

static void collect_deposits(struct view *view, size_t from, size_t end)
{
    struct sum balance = { 0 }, interest = { 0 }, mean = { 0 };

    for (size_t at = from, next; at < end; at = next) {
        const struct record *fact, *stating;

        next = item_end(view, at);
        fact = newest(view, at, next, view->end_day);
        if (!fact)
            continue;
        sum_in(&balance, balance_of(fact));
        view->subject->deposit_accounts += balance_of(fact) != 0;
        note_last(view, INDICATOR_DEPOSIT, month_of_day(fact->valid_from_day));
        stating = interest_fact(view, at, next);
        if (stating)
            sum_in(&interest, share_of(stating->deposit.share, stating->deposit.interest_fen));
        account_mean(view, at, next, &mean);
    }
    view->subject->deposit_balance = sum_of(&balance);
    view->subject->deposit_interest = sum_of(&interest);
    view->subject->deposit_mean = sum_of(&mean);
}

/* --- property and vehicles: a right held at E is a fact of month P, one not held is none --- */

static void add_unit(struct subject *subject, const struct record *fact)
{
    bool residential = fact->property.usage == USAGE_RESIDENTIAL;

    for (size_t i = 0; i < subject->unit_count; i++)
        if (token_equal(&subject->units[i].unit, &fact->item)) {
            subject->units[i].residential |= residential;
            return;
        }
    subject->units[subject->unit_count++] = (struct unit){ fact->item, residential };
}

static void collect_property(struct view *view, size_t from, size_t end)
{
    struct sum value = { 0 }, area = { 0 };

    view->subject->units = arena_alloc(view->arena, (end - from) * sizeof *view->subject->units);
    for (size_t i = from; i < end; i++) {
        const struct fact_property *property = &view->facts[i]->property;

        if (!held(view, view->facts[i]))
            continue;
        add_unit(view->subject, view->facts[i]);
        note_last(view, INDICATOR_PROPERTY, view->period);
        if (property->value_fen != NUMBER_NONE)
            sum_in(&value, share_of(property->share, property->value_fen));
        if (property->area_cm2 != NUMBER_NONE)
            sum_in(&area, share_of(property->share, property->area_cm2));
    }
    view->subject->property_value = sum_of(&value);
    view->subject->property_area_cm2 = sum_of(&area);
}

static bool vehicle_counts(enum vehicle_type type)
{
    return type != VEHICLE_ELECTRIC_BICYCLE && type != VEHICLE_DISABILITY_SCOOTER;
}

/* Of several registrations of one plate that are held, the newest; NULL: none is held. */
static const struct record *newest_held(const struct view *view, size_t from, size_t end)
{
    while (end > from)
        if (held(view, view->facts[--end]))
            return view->facts[end];
    return NULL;
}

static void collect_vehicles(struct view *view, size_t from, size_t end)
{
    struct sum value = { 0 };

    for (size_t at = from, next; at < end; at = next) {
        const struct record *fact;

        next = item_end(view, at);
        fact = newest_held(view, at, next); /* a plate counts once */
        if (!fact)
            continue;
        note_last(view, INDICATOR_VEHICLE, view->period);
        if (!vehicle_counts(fact->vehicle.type))
            continue;
        view->subject->vehicle_count++;
        if (fact->vehicle.value_fen != NUMBER_NONE)
            sum_in(&value, fact->vehicle.value_fen);
    }
    view->subject->vehicle_value = sum_of(&value);
}

/* --- provident fund --- */

static void add_contribution(struct view *view, const struct record *fact)
{
    const struct fact_fund *fund = &fact->fund;
    struct subject *subject = view->subject;
    int32_t month = month_of_day(fact->valid_from_day);

    if (fund->employee_fen + fund->employer_fen <= 0)
        return;
    subject->fund_month_mask |= month_bit(view, month);
    if (month > subject->wage_month)
        subject->wage_month = month;
    subject->contributions[subject->contribution_count++] = (struct contribution){
        .month = month,
        .deposit_fen = fund->employee_fen > 0 ? fund->employee_fen : fund->employer_fen,
        .rate_millionths = fund->rate_millionths,
    };
}

/* One account's months of the window: sums, contributions, and the newest industry stated. */
static void collect_account(struct view *view, size_t from, size_t end, struct sum *own, struct sum *employer)
{
    struct fund_account account = { .account = view->facts[from]->item };
    struct sum employee = { 0 };

    for (size_t i = from; i < end; i++) {
        const struct fact_fund *fund = &view->facts[i]->fund;

        if (!in_window(view, view->facts[i]))
            continue;
        sum_in(own, fund->employee_fen);
        sum_in(employer, fund->employer_fen);
        sum_in(&employee, fund->employee_fen);
        add_contribution(view, view->facts[i]);
        if (fund->industry[0])
            memcpy(account.industry, fund->industry, sizeof account.industry);
    }
    account.employee_fen = clamp_int64(employee.value);
    if (account.industry[0])
        view->subject->fund_accounts[view->subject->fund_account_count++] = account;
}

static void account_balance(const struct view *view, size_t from, size_t end, struct sum *balance)
{
    while (end > from) {
        const struct record *fact = view->facts[--end];

        if (begun(view, fact) && fact->fund.balance_fen != NUMBER_NONE) {
            sum_in(balance, fact->fund.balance_fen);
            return;
        }
    }
}

static void collect_fund(struct view *view, size_t from, size_t end)
{
    struct sum own = { 0 }, employer = { 0 }, balance = { 0 };
    struct subject *subject = view->subject;

    subject->contributions = arena_alloc(view->arena, (end - from) * sizeof *subject->contributions);
    subject->fund_accounts = arena_alloc(view->arena, (end - from) * sizeof *subject->fund_accounts);
    for (size_t at = from, next; at < end; at = next) {
        const struct record *fact;

        next = item_end(view, at);
        fact = newest(view, at, next, view->end_day);
        if (fact)
            note_last(view, INDICATOR_FUND, month_of_day(fact->valid_from_day));
        collect_account(view, at, next, &own, &employer);
        account_balance(view, at, next, &balance);
    }
    subject->fund_own = sum_of(&own);
    subject->fund_employer = sum_of(&employer);
    subject->fund_balance = sum_of(&balance);
}

/* --- utilities and bills --- */

static void add_month(const struct view *view, struct monthly *monthly, const struct record *fact,
                      int64_t amount)
{
    int32_t month = month_of_day(fact->valid_from_day);

    if (month > view->period)
        return;
    if (month > monthly->last_month)
        monthly->last_month = month;
    if (month < view->first_month)
        return;
    monthly->sum = clamp_int64((__int128)monthly->sum + amount);
    monthly->months |= month_bit(view, month);
}

/* A meter's months, its contracts together: those of the window, and the newest older one for its freshness.
 */
static void collect_meter_use(struct view *view, const struct record *fact)
{
    struct subject *subject = view->subject;
    int32_t month = month_of_day(fact->valid_from_day);
    size_t at = 0;

    if (month > view->period)
        return;
    subject->meter_kind = fact->utility.kind;
    while (at < subject->meter_month_count && subject->meter_months[at].month < month)
        at++;
    if (at < subject->meter_month_count && subject->meter_months[at].month == month) {
        subject->meter_months[at].quantity_milli =
            clamp_int64((__int128)subject->meter_months[at].quantity_milli + fact->utility.quantity_milli);
        return;
    }
    memmove(&subject->meter_months[at + 1], &subject->meter_months[at],
            (subject->meter_month_count - at) * sizeof *subject->meter_months);
    subject->meter_months[at] = (struct meter_month){ month, fact->utility.quantity_milli };
    subject->meter_month_count++;
}

/* Before the window only the newest month matters. */
static void trim_meter_months(struct view *view)
{
    struct subject *subject = view->subject;
    size_t old = 0;

    while (old < subject->meter_month_count && subject->meter_months[old].month < view->first_month)
        old++;
    if (old < 2)
        return;
    subject->meter_months += old - 1;
    subject->meter_month_count -= old - 1;
}

static void collect_utilities(struct view *view, size_t from, size_t end)
{
    struct subject *subject = view->subject;

    if (subject->kind == SUBJECT_METER)
        subject->meter_months = arena_alloc(view->arena, (end - from) * sizeof *subject->meter_months);
    for (size_t i = from; i < end; i++) {
        const struct fact_utility *use = &view->facts[i]->utility;

        if (subject->kind == SUBJECT_METER)
            collect_meter_use(view, view->facts[i]);
        else
            add_month(view, &subject->utility[use->kind], view->facts[i], use->quantity_milli);
    }
    if (subject->kind == SUBJECT_METER)
        trim_meter_months(view);
}

static void collect_telecom(struct view *view, size_t from, size_t end)
{
    for (size_t i = from; i < end; i++)
        add_month(view, &view->subject->telecom, view->facts[i], view->facts[i]->bill.amount_fen);
}

static void collect_transport(struct view *view, size_t from, size_t end)
{
    struct sum trips = { 0 };

    for (size_t i = from; i < end; i++) {
        const struct fact_bill *bill = &view->facts[i]->bill;

        add_month(view, &view->subject->transport, view->facts[i], bill->amount_fen);
        if (in_window(view, view->facts[i]) && bill->trips != NUMBER_NONE)
            sum_in(&trips, bill->trips);
    }
    view->subject->trips = sum_of(&trips);
}

/* --- meters --- */

/* The facts of one household kind, oldest first. Going back from the one in force, a run goes on while the
 * household is the same and no day lies between. */
static void collect_meter(struct view *view, size_t from, size_t end)
{
    const struct record *fact = newest(view, from, end, view->end_day);
    struct placement *placement;
    size_t at = from;

    if (!fact || view->end_day >= fact->valid_to_day)
        return;
    view->subject->meter_kind = fact->meter.utility;
    placement = &view->subject->placements[fact->meter.kind];
    placement->household = fact->meter.household;
    while (view->facts[at] != fact)
        at++;
    while (at > from && token_equal(&view->facts[at - 1]->meter.household, &fact->meter.household) &&
           view->facts[at - 1]->valid_to_day >= view->facts[at]->valid_from_day)
        at--;
    placement->run_month = month_of_day(view->facts[at]->valid_from_day);
}

/* --- all together --- */

typedef void collect(struct view *view, size_t from, size_t end);

/* By source: all of its facts at once, or those of one item at a time. */
static const struct {
    collect *all, *item;
} collectors[SOURCE_COUNT] = {
    [SOURCE_HOUSEHOLD] = { .item = collect_household },
    [SOURCE_ROSTER] = { .all = collect_roster },
    [SOURCE_DECLARATION] = { .all = collect_declarations },
    [SOURCE_DEPOSIT] = { .all = collect_deposits },
    [SOURCE_PROPERTY] = { .all = collect_property },
    [SOURCE_VEHICLE] = { .all = collect_vehicles },
    [SOURCE_PROVIDENT_FUND] = { .all = collect_fund },
    [SOURCE_UTILITY] = { .all = collect_utilities },
    [SOURCE_TELECOM] = { .all = collect_telecom },
    [SOURCE_TRANSPORT] = { .all = collect_transport },
    [SOURCE_METER] = { .item = collect_meter },
};

static void collect_source(struct view *view, size_t from, size_t end)
{
    enum source source = view->facts[from]->source;

    if (collectors[source].all) {
        collectors[source].all(view, from, end);
        return;
    }
    for (size_t at = from; at < end; at = item_end(view, at))
        collectors[source].item(view, at, item_end(view, at));
}

/* Persons: any fact that has begun. Meters: consumption that has, for a meter that nobody is linked to is no
 * news. */
static bool has_fact(const struct view *view)
{
    for (size_t i = 0; i < view->count; i++)
        if (begun(view, view->facts[i]) &&
            (view->subject->kind == SUBJECT_PERSON || view->facts[i]->source == SOURCE_UTILITY))
            return true;
    return false;
}

static struct subject subject_empty(const struct token *token, enum subject_kind kind, int32_t period)
{
    struct monthly none = { .last_month = MONTH_NONE };
    struct subject subject = {
        .token = *token,
        .kind = kind,
        .period = period,
        .deposit_balance = NUMBER_NONE,
        .deposit_mean = NUMBER_NONE,
        .deposit_interest = NUMBER_NONE,
        .property_value = NUMBER_NONE,
        .property_area_cm2 = NUMBER_NONE,
        .vehicle_value = NUMBER_NONE,
        .fund_own = NUMBER_NONE,
        .fund_employer = NUMBER_NONE,
        .fund_balance = NUMBER_NONE,
        .wage_month = MONTH_NONE,
        .utility = { none, none, none },
        .telecom = none,
        .transport = none,
        .trips = NUMBER_NONE,
    };

    for (int i = 0; i < INDICATOR_COUNT; i++)
        subject.last[i] = MONTH_NONE;
    return subject;
}

enum subject_kind subject_kind_of(const struct record *records, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (records[i].subject_kind == SUBJECT_PERSON)
            return SUBJECT_PERSON;
    return SUBJECT_METER;
}

void subject_assess(const struct token *token, enum subject_kind kind, int32_t period,
                    const struct record **facts, size_t count, struct arena *arena, struct subject *ret)
{
    struct view view = {
        .facts = facts,
        .count = count,
        .period = period,
        .first_month = period - WINDOW_MONTHS + 1,
        .end_day = month_last_day(period),
        .arena = arena,
        .subject = ret,
    };

    *ret = subject_empty(token, kind, period);
    for (size_t from = 0, end; from < count; from = end) {
        for (end = from; end < count && facts[end]->source == facts[from]->source; end++)
            ;
        collect_source(&view, from, end);
    }
    for (int i = 0; i < UTILITY_KIND_COUNT; i++)
        ret->last[INDICATOR_ELECTRICITY + i] = ret->utility[i].last_month;
    ret->last[INDICATOR_TELECOM] = ret->telecom.last_month;
    ret->last[INDICATOR_TRANSPORT] = ret->transport.last_month;
    ret->has_fact = has_fact(&view);
}
