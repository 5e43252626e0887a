#include "tests/county/rows.h"

#include <string.h>

#include "tests/county/holdings.h"
#include "tests/county/incomes.h"
#include "tests/county/people.h"

enum { SLOPPY_PER_MILLION = 2000, CORRECTED_PER_MILLION = 3000, GRID_TOWN = 1, DECLARING_AGE = 16 };

const char *const income_kind_names[KIND_COUNT] = { "wage", "business", "property", "transfer" };

static const struct person *person_of(const struct telling *telling, uint32_t person)
{
    return &telling->county->persons.items[person];
}

static const struct household *household_of(const struct telling *telling, uint32_t household)
{
    return &telling->county->households.items[household];
}

static void cell_id(struct telling *telling, uint32_t person)
{
    cell_text(telling->delivery, person_of(telling, person)->id_no);
}

/* "F00000042": a number behind a prefix. */
static void cell_number(struct telling *telling, const char *prefix, int digits, uint32_t number)
{
    char text[NUMBER_SIZE];

    snprintf(text, sizeof text, "%s%0*u", prefix, digits, number);
    cell_text(telling->delivery, text);
}

const char *household_number(char letter, uint32_t household, char ret[NUMBER_SIZE])
{
    snprintf(ret, NUMBER_SIZE, "%c%06u", letter, household + 1);
    return ret;
}

static void cell_household(struct telling *telling, char letter, uint32_t household)
{
    char text[NUMBER_SIZE];

    cell_text(telling->delivery, household_number(letter, household, text));
}

/* --- households --- */

static const char *region_of(const struct telling *telling, const struct membership *membership)
{
    if (household_of(telling, membership->household)->old_region &&
        membership->from_day < day_from(2015, 8, 1))
        return OLD_REGION;
    return towns[membership->town].region;
}

/* letter and kind say whose register it is; to_day: as told this time. */
static void membership_row(struct telling *telling, const struct membership *membership, uint32_t household,
                           char letter, const char *kind, int32_t to_day)
{
    struct delivery *delivery = telling->delivery;

    cell_id(telling, membership->person);
    cell_household(telling, letter, household);
    cell_text(delivery, kind);
    cell_text(delivery, membership->relation);
    cell_text(delivery, region_of(telling, membership));
    cell_day(delivery, membership->from_day);
    cell_day(delivery, to_day);
    row_end(delivery, membership->person);
}

void hukou_rows(struct telling *telling)
{
    const struct county *county = telling->county;

    for (size_t i = 0; i < county->memberships.count; i++) {
        const struct membership *membership = &county->memberships.items[i];
        bool opens = membership->opened == telling->number, closes = membership->closed == telling->number;

        if (opens || closes)
            membership_row(telling, membership, membership->household, 'H', "registered",
                           closes ? membership->to_day : DAY_OPEN);
    }
}

/* Assisted households as civil affairs sees them. Its second list has a member too many, who was never one.
 */
void civil_rows(struct telling *telling)
{
    const struct county *county = telling->county;

    for (size_t i = 0; i < county->memberships.count; i++) {
        const struct membership *membership = &county->memberships.items[i];
        const struct household *household = household_of(telling, membership->household);
        bool mistaken =
            telling->list == 1 && i > 0 && i < county->persons.count && membership->opened < 0 &&
            household_of(telling, (membership->household + 1) % county->options.households)->assisted &&
            membership->person == household->first;

        if (membership->opened < 0 && household->assisted)
            membership_row(telling, membership, membership->household, 'A', "assistance", DAY_OPEN);
        else if (mistaken)
            membership_row(telling, membership, (membership->household + 1) % county->options.households, 'A',
                           "assistance", DAY_OPEN);
    }
}

/* Who shares a meter shares the dwelling with the household before. */
static uint32_t dwelling_of(const struct county *county, uint32_t household)
{
    return household && happens(county, household, ODD_SHARES_METER) ? household - 1 : household;
}

void grid_rows(struct telling *telling)
{
    const struct county *county = telling->county;

    for (size_t i = 0; i < county->memberships.count; i++) {
        const struct membership *membership = &county->memberships.items[i];

        if (membership->opened < 0 && membership->town == GRID_TOWN)
            membership_row(telling, membership, dwelling_of(county, membership->household), 'D', "dwelling",
                           DAY_OPEN);
    }
}

static void roster_row(struct telling *telling, uint32_t person, const char *group, const char *authority)
{
    const struct household *household = household_of(telling, person_of(telling, person)->household);
    int32_t birth = person_of(telling, person)->birth_day;

    cell_id(telling, person);
    cell_text(telling->delivery, group);
    cell_text(telling->delivery, authority);
    cell_day(telling->delivery, birth > household->since_day ? birth : household->since_day);
    cell_none(telling->delivery);
    row_end(telling->delivery, person);
}

/* Groups that go with the work: which, and how many in a million are on the list. */
static const struct {
    enum work work;
    const char *group, *authority;
    uint32_t per_million;
} work_groups[] = {
    { WORK_PUBLIC, "public-sector", "personnel", 1000000 },
    { WORK_COMPANY, "技术工人", "", 180000 },
    { WORK_COMPANY, "college-graduate", "education", 250000 },
    { WORK_BUSINESS, "small-business", "market", 900000 },
    { WORK_INFORMAL, "新业态从业人员", "", 250000 },
    { WORK_INFORMAL, "urbanised-migrant", "police", 60000 },
    { WORK_FISHING, "skilled-farmer-fisher", "agriculture", 300000 },
    { WORK_FISHING, "unsettled-farmer-fisher", "agriculture", 200000 },
};

static void assistance_row(struct telling *telling, uint32_t person, uint32_t household)
{
    static const char *const groups[] = { "低保", "dibao", "低边", "dibian", "tekun", "rigid-expense" };

    if (telling->list > 0 && household % 7 == 3)
        return; /* was helped once: not on later lists */
    roster_row(telling, person, groups[household % 6], "civil-affairs");
}

void roster_rows(struct telling *telling)
{
    const struct county *county = telling->county;

    for (uint32_t i = 0; i < county->persons.count; i++) {
        const struct person *person = &county->persons.items[i];
        struct dice dice = county_dice(county, STREAM_ROSTER, i);

        if (!alive(person, telling->day))
            continue;
        for (size_t j = 0; j < sizeof work_groups / sizeof *work_groups; j++)
            if (dice_chance(&dice, work_groups[j].per_million) && person->work == work_groups[j].work)
                roster_row(telling, i, work_groups[j].group, work_groups[j].authority);
        if (household_of(telling, person->household)->assisted)
            assistance_row(telling, i, person->household);
        if (age_at(person, telling->day) >= 80)
            roster_row(telling, i, "child-or-elder", "civil-affairs");
    }
}

/* --- lists of property and vehicles --- */

static int32_t end_as_known(int32_t day, int32_t on_day)
{
    return day <= on_day ? day : DAY_OPEN;
}

void registry_rows(struct telling *telling)
{
    static const char *const usages[] = { "住宅", "shop", "厂房", "apartment-hotel" };
    const struct county *county = telling->county;
    struct delivery *delivery = telling->delivery;
    char unit_no[NUMBER_SIZE];

    for (size_t i = 0; i < county->rights.count; i++) {
        const struct right *right = &county->rights.items[i];

        if (telling->list > right->last_list)
            continue;
        snprintf(unit_no, sizeof unit_no, "%s001GB%05uF0001%04u", towns[right->town].region,
                 right->unit / 10000, right->unit % 10000);
        cell_id(telling, right->person);
        cell_text(delivery, unit_no);
        cell_text(delivery, right->share);
        cell_fen(delivery, right->area_cm2 / 100);
        cell_text(delivery, usages[right->usage]);
        cell_fen(delivery, right->value_fen);
        cell_day(delivery, right->registered_day);
        cell_day(delivery, end_as_known(right->cancelled_day, telling->day));
        row_end(delivery, right->person);
    }
}

void vehicle_rows(struct telling *telling)
{
    const struct county *county = telling->county;
    struct delivery *delivery = telling->delivery;

    for (uint32_t i = 0; i < county->vehicles.count; i++) {
        const struct vehicle *vehicle = &county->vehicles.items[i];

        if (telling->list > vehicle->last_list)
            continue;
        cell_id(telling, vehicle->person);
        cell_number(telling, "浙C", 6, i);
        cell_text(delivery, vehicle->type);
        if (vehicle->value_fen < 0)
            cell_none(delivery);
        else
            cell_fen(delivery, vehicle->value_fen);
        cell_day(delivery, vehicle->registered_day);
        cell_day(delivery, end_as_known(vehicle->cancelled_day, telling->day));
        row_end(delivery, vehicle->person);
    }
}

/* --- meters --- */

static const char *const utility_names[UTILITY_COUNT] = { "electricity", "water", "gas" };
static const char *const meter_letters[UTILITY_COUNT] = { "E", "W", "G" };

static void meter_row(struct telling *telling, uint32_t number, char letter, uint32_t household,
                      int32_t from_day, int32_t to_day)
{
    enum utility kind = (enum utility)telling->county->meters.items[number].kind;

    cell_number(telling, meter_letters[kind], 8, number);
    cell_text(telling->delivery, utility_names[kind]);
    cell_household(telling, letter, household);
    cell_text(telling->delivery, letter == 'D' ? "dwelling" : "户籍户");
    cell_day(telling->delivery, from_day);
    cell_day(telling->delivery, to_day);
    row_end(telling->delivery, NOBODY);
}

void meter_rows(struct telling *telling)
{
    const struct county *county = telling->county;

    for (uint32_t i = 0; i < county->meters.count; i++) {
        const struct meter *meter = &county->meters.items[i];
        const struct household *household = household_of(telling, meter->household);

        if (telling->number == MONTH_STOCK) {
            meter_row(telling, i, 'H', meter->household, household->since_day, DAY_OPEN);
            if (household->town == GRID_TOWN)
                meter_row(telling, i, 'D', dwelling_of(county, meter->household), household->since_day,
                          DAY_OPEN);
        } else if (meter->next != NOBODY && month_of_day(meter->switch_day) == telling->month) {
            meter_row(telling, i, 'H', meter->household, household->since_day, meter->switch_day);
            meter_row(telling, i, 'H', meter->next, meter->switch_day, DAY_OPEN);
        }
    }
}

/* Under the meter, or under a person's contract. */
static void consumer_cells(struct telling *telling, uint32_t number)
{
    const struct meter *meter = &telling->county->meters.items[number];
    bool metered = meter->person == NOBODY;

    if (metered) {
        cell_none(telling->delivery);
        cell_number(telling, meter_letters[meter->kind], 8, number);
    } else {
        cell_id(telling, meter->person);
        cell_none(telling->delivery);
    }
    cell_text(telling->delivery, utility_names[meter->kind]);
    if (metered)
        cell_none(telling->delivery);
    else
        cell_number(telling, "C", 8, number);
}

static void consumption_rows(struct telling *telling, enum utility kind)
{
    static const int price_fen[UTILITY_COUNT] = { 56, 280, 330 };
    const struct county *county = telling->county;
    struct delivery *delivery = telling->delivery;

    for (uint32_t i = 0; i < county->meters.count; i++) {
        const struct meter *meter = &county->meters.items[i];
        int64_t milli;

        if (meter->kind != kind)
            continue;
        milli = consumption_milli(county, i, telling->month);
        if (meter->person != NOBODY && !alive(person_of(telling, meter->person), telling->day))
            continue;
        consumer_cells(telling, i);
        cell_month(delivery, telling->month);
        cell_milli(delivery, milli);
        cell_fen(delivery, milli * price_fen[kind] / 1000);
        row_end(delivery, NOBODY);
    }
}

void power_rows(struct telling *telling)
{
    consumption_rows(telling, ELECTRICITY);
}

void water_rows(struct telling *telling)
{
    consumption_rows(telling, WATER);
}

void gas_rows(struct telling *telling)
{
    consumption_rows(telling, GAS);
}

/* --- banks --- */

/* As clerks and old systems have them: full-width digits, blanks around, a small x. */
static void cell_sloppy_id(struct telling *telling, uint32_t person, uint32_t account)
{
    struct dice dice =
        county_dice(telling->county, STREAM_NAME, (uint64_t)account << 32 | (uint32_t)telling->month);
    const char *id = person_of(telling, person)->id_no;
    char text[3 * 18 + 1], *at = text;

    if (telling->bank != 0 || !dice_chance(&dice, SLOPPY_PER_MILLION)) {
        cell_text(telling->delivery, id);
    } else if (id[17] == 'X') {
        snprintf(text, sizeof text, " %.17sx ", id);
        cell_text(telling->delivery, text);
    } else {
        for (; *id; id++, at += 3) /* U+FF10 … U+FF19 */
            memcpy(at, (char[]){ '\xEF', '\xBC', (char)('\x90' + *id - '0') }, 3);
        *at = '\0';
        cell_text(telling->delivery, text);
    }
}

static void account_cells(struct telling *telling, uint32_t number, uint32_t person)
{
    cell_sloppy_id(telling, person, number);
    cell_number(telling, "990", 12, number);
    cell_text(telling->delivery, (const char[]){ (char)('A' + telling->bank), '\0' });
}

static void balance_row(struct telling *telling, uint32_t number, uint32_t person, int64_t balance)
{
    const struct account *account = &telling->county->accounts.items[number];
    struct delivery *delivery = telling->delivery;

    account_cells(telling, number, person);
    cell_fen(delivery, balance);
    cell_day(delivery, telling->day);
    if (telling->month % 12 == 11)
        cell_fen(delivery, account->interest_fen);
    else
        cell_none(delivery);
    cell_text(delivery, account->joint == NOBODY ? "" : "1/2");
    cell_text(delivery, "CNY");
    cell_none(delivery);
    cell_none(delivery);
    row_end(delivery, person);
}

static void delete_row(struct telling *telling, uint32_t number, uint32_t person)
{
    account_cells(telling, number, person);
    cell_none(telling->delivery);
    cell_day(telling->delivery, telling->day);
    cell_none(telling->delivery);
    cell_none(telling->delivery);
    cell_none(telling->delivery);
    cell_none(telling->delivery);
    cell_text(telling->delivery, "delete");
    row_end_deleting(telling->delivery, person);
}

void bank_rows(struct telling *telling)
{
    const struct county *county = telling->county;

    for (uint32_t i = 0; i < county->accounts.count; i++) {
        const struct account *account = &county->accounts.items[i];
        int64_t balance;

        if (account->bank != telling->bank)
            continue;
        balance = balance_fen(county, i, telling->month);
        if (alive(person_of(telling, account->person), telling->day))
            balance_row(telling, i, account->person, balance);
        if (account->joint != NOBODY && alive(person_of(telling, account->joint), telling->day))
            balance_row(telling, i, account->joint, balance);
    }
}

/* Some balances of that month were wrong, and some should not have been told. */
void bank_corrections(struct telling *telling)
{
    const struct county *county = telling->county;

    for (uint32_t i = 0; i < county->accounts.count; i++) {
        const struct account *account = &county->accounts.items[i];
        struct dice dice = county_dice(county, STREAM_DEPOSIT, (1ULL << 40) + i);

        if (account->bank != telling->bank || account->joint != NOBODY ||
            !dice_chance(&dice, CORRECTED_PER_MILLION) ||
            !alive(person_of(telling, account->person), telling->day))
            continue;
        if (dice_chance(&dice, 100000))
            delete_row(telling, i, account->person);
        else
            balance_row(telling, i, account->person, balance_fen(county, i, telling->month) - 1001);
    }
}

/* --- fund --- */

/* 0.07, or 7%, or nothing. */
static void cell_rate(struct telling *telling, const struct employer *employer, uint32_t number)
{
    char text[NUMBER_SIZE];

    snprintf(text, sizeof text, "%d%%", employer->rate_percent);
    if (!employer->states_rate)
        cell_none(telling->delivery);
    else if (number % 2)
        cell_text(telling->delivery, text);
    else
        cell_fen(telling->delivery, employer->rate_percent);
}

void fund_rows(struct telling *telling)
{
    const struct county *county = telling->county;
    struct delivery *delivery = telling->delivery;

    for (uint32_t i = 0; i < county->persons.count; i++) {
        const struct person *person = &county->persons.items[i];
        struct employer employer;
        int64_t side;

        if (!pays_fund(county, i, telling->month))
            continue;
        employer = employer_of(county, person->employer);
        side = fund_side_fen(county, person, telling->month);
        cell_id(telling, i);
        cell_number(telling, "F", 8, i);
        cell_text(delivery, employer.number);
        cell_text(delivery, employer.industry);
        cell_month(delivery, telling->month);
        cell_fen(delivery, employer.pays_alone ? 0 : side);
        cell_fen(delivery, side);
        cell_rate(telling, &employer, person->employer);
        if (telling->number % 3 == 2)
            cell_fen(delivery, side * 2 * (12 + telling->number));
        else
            cell_none(delivery);
        row_end(delivery, i);
    }
}

/* --- bills --- */

void telecom_rows(struct telling *telling)
{
    const struct county *county = telling->county;

    for (uint32_t i = 0; i < county->phones.count; i++) {
        const struct line_item *phone = &county->phones.items[i];

        if (!alive(person_of(telling, phone->person), telling->day))
            continue;
        cell_id(telling, phone->person);
        cell_number(telling, "19900", 6, i);
        cell_month(telling->delivery, telling->month);
        cell_fen(telling->delivery, bill_fen(county, i, phone, telling->month, STREAM_BILL));
        row_end(telling->delivery, phone->person);
    }
}

void transport_rows(struct telling *telling)
{
    const struct county *county = telling->county;

    for (uint32_t i = 0; i < county->cards.count; i++) {
        const struct line_item *card = &county->cards.items[i];

        if (!alive(person_of(telling, card->person), telling->day))
            continue;
        cell_id(telling, card->person);
        cell_number(telling, "T", 8, i);
        cell_month(telling->delivery, telling->month);
        cell_int(telling->delivery, card->trips);
        cell_fen(telling->delivery, bill_fen(county, i, card, telling->month, STREAM_CARD));
        row_end(telling->delivery, card->person);
    }
}

/* --- declarations --- */

bool declares_monthly(const struct county *county, uint32_t number)
{
    const struct person *person = &county->persons.items[number];

    return person->work == WORK_INFORMAL && number % 25 == 0 &&
           !county->households.items[person->household].declares;
}

int64_t declared_year_fen(const struct county *county, uint32_t number, enum income_kind kind)
{
    const struct person *person = &county->persons.items[number];
    const struct household *household = &county->households.items[person->household];

    if (!household->declares || !alive(person, county->last_day) ||
        age_at(person, county->last_day) < DECLARING_AGE)
        return 0;
    return person->income_fen[kind] / (household->halves ? 2 : 1);
}

/* A year is stated in months or in days, as people do. */
static void declaration_row(struct telling *telling, uint32_t person, enum income_kind kind, int32_t months,
                            int64_t amount)
{
    int32_t first = telling->month - months + 1;

    cell_household(telling, 'H', person_of(telling, person)->household);
    cell_id(telling, person);
    cell_text(telling->delivery, income_kind_names[kind]);
    if (person % 2) {
        cell_month(telling->delivery, first);
        cell_month(telling->delivery, telling->month);
    } else {
        cell_day(telling->delivery, month_first_day(first));
        cell_day(telling->delivery, month_last_day(telling->month));
    }
    cell_fen(telling->delivery, amount);
    row_end(telling->delivery, person);
}

void declaration_rows(struct telling *telling)
{
    const struct county *county = telling->county;
    bool year_ends = telling->month == county->options.last_month;

    for (uint32_t i = 0; i < county->persons.count; i++) {
        if (declares_monthly(county, i) && alive(person_of(telling, i), telling->day))
            declaration_row(telling, i, WAGE, 1, earned_fen(county, i, telling->month, WAGE));
        for (int kind = 0; year_ends && kind < KIND_COUNT; kind++)
            if (declared_year_fen(county, i, (enum income_kind)kind))
                declaration_row(telling, i, (enum income_kind)kind, 12,
                                declared_year_fen(county, i, (enum income_kind)kind));
    }
}
