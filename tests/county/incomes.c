#include "tests/county/incomes.h"

#include <stdio.h>
#include <string.h>

#include "tests/county/people.h"

enum {
    WAGE_GROWTH_PERCENT = 5,
    WORKING_AGE = 16,
    LEAVES_SCHOOL_AGE = 22,
    PENSION_AGE_MALE = 60,
    PENSION_AGE_FEMALE = 55,
    ASSISTANCE_LINE_YUAN = 13000, /* 低保, a head and year */
    WELL_PAID_PER_MILLION = 8000,
    DECLARING_PER_MILLION = 120000,
    USUAL_INCOME_YUAN = 140000, /* of a household; standing 0 */
};

/* What a usual month brings, how it follows ability, how much it differs by itself (both on ln). */
static const struct {
    enum income_kind kind;
    double yuan, ability, noise;
} works[WORK_COUNT] = {
    [WORK_NONE] = { WAGE, 0, 0, 0 },
    [WORK_PUBLIC] = { WAGE, 8800, 0.20, 0.15 },
    [WORK_COMPANY] = { WAGE, 6500, 0.30, 0.25 },
    [WORK_INFORMAL] = { WAGE, 5000, 0.22, 0.30 },
    [WORK_BUSINESS] = { BUSINESS, 8600, 0.45, 0.50 },
    [WORK_FISHING] = { BUSINESS, 5900, 0.30, 0.40 },
    [WORK_PENSION] = { TRANSFER, 5200, 0.12, 0.15 },
    [WORK_LAND_PENSION] = { TRANSFER, 3900, 0.05, 0.15 },
    [WORK_RURAL_PENSION] = { TRANSFER, 2300, 0.10, 0.45 }, /* with what the children send */
};

/* Of a working life in a thousand, from the most able to the least; the rest have no work of their own. */
static const struct chance {
    enum work work;
    int permille;
} at_work[] = {
    { WORK_PUBLIC,   105 },
    { WORK_COMPANY,  400 },
    { WORK_BUSINESS, 115 },
    { WORK_INFORMAL, 215 },
    { WORK_FISHING,  70  },
    { WORK_NONE,     0   },
}, retired[] = {
    { WORK_PENSION,       480 },
    { WORK_LAND_PENSION,  330 },
    { WORK_RURAL_PENSION, 190 },
    { WORK_NONE,          0   },
};

/* Per cent of a usual month; fishing rests from May to mid-August. */
static const int fishing_season[12] = { 130, 110, 120, 120, 0, 0, 0, 70, 170, 170, 160, 150 };

static enum work pick_work(struct dice *dice, const struct chance *chances, double ability)
{
    double at = 1000 * dice_uniform(dice) - 110 * ability;

    for (; chances->permille; chances++) {
        if (at < chances->permille)
            return chances->work;
        at -= chances->permille;
    }
    return chances[-1].work == WORK_RURAL_PENSION ? WORK_RURAL_PENSION : WORK_NONE;
}

static enum work work_of(const struct county *county, const struct person *person, struct dice *dice)
{
    int age = age_at(person, county->first_day);
    int pension_age = person->sex == MALE ? PENSION_AGE_MALE : PENSION_AGE_FEMALE;
    enum work work;

    if (person->hired != INT16_MIN || person->lost != INT16_MAX)
        return WORK_COMPANY;
    if (age < WORKING_AGE || (age < LEAVES_SCHOOL_AGE && dice_chance(dice, 800000)))
        return WORK_NONE;
    work = pick_work(dice, age >= pension_age ? retired : at_work, person->ability);
    return work == WORK_NONE && person->seat == SEAT_HEAD ? WORK_INFORMAL : work;
}

/* Experience: wages rise until about fifty. */
static double age_factor(int age)
{
    int years = age < 22 ? 0 : age > 50 ? 28 : age - 22;

    return 0.88 + 0.20 * years / 28;
}

static void take_up_work(struct county *county, uint32_t number)
{
    struct person *person = &county->persons.items[number];
    const struct household *household = &county->households.items[person->household];
    struct dice dice = county_dice(county, STREAM_WORK, number);
    double yuan;

    person->work = (uint8_t)work_of(county, person, &dice);
    yuan = works[person->work].yuan * towns[household->town].income *
           natural_exp(works[person->work].ability * person->ability +
                       works[person->work].noise * dice_normal(&dice));
    if (works[person->work].kind != TRANSFER)
        yuan *= age_factor(age_at(person, county->first_day));
    if (person->work == WORK_COMPANY && dice_chance(&dice, WELL_PAID_PER_MILLION))
        yuan *= 5; /* above the fund's cap */
    if (household->assisted)
        yuan *= 0.25;
    person->level_yuan = (int32_t)yuan;
    if (person->work == WORK_COMPANY || person->work == WORK_PUBLIC)
        person->employer = dice_below(&dice, 12 + county->options.households / 40);
}

int32_t wage_yuan(const struct county *county, const struct person *person, int32_t year)
{
    double yuan = person->level_yuan;

    for (int32_t y = day_to_date(county->last_day).year; y > year; y--)
        yuan = yuan * 100 / (100 + WAGE_GROWTH_PERCENT);
    return (int32_t)yuan;
}

static bool employed(const struct county *county, const struct person *person, int32_t month)
{
    int32_t number = month - county->first_month;

    return number >= person->hired && number < person->lost;
}

/* Those without a payroll have good and bad months. */
static int64_t uneven_fen(const struct county *county, uint32_t person, int32_t month, int percent_spread)
{
    struct dice dice = county_dice(county, STREAM_WORK, ((uint64_t)person + 1) << 32 | (uint32_t)month);
    int percent = 100 + dice_between(&dice, -percent_spread, percent_spread);

    return (int64_t)county->persons.items[person].level_yuan * percent;
}

static int64_t main_income_fen(const struct county *county, uint32_t number, int32_t month)
{
    const struct person *person = &county->persons.items[number];

    switch ((enum work)person->work) {
    case WORK_PUBLIC:
    case WORK_COMPANY:
        return employed(county, person, month) ? (int64_t)wage_yuan(county, person, month / 12) * 100 : 0;
    case WORK_INFORMAL:
        return uneven_fen(county, number, month, 45);
    case WORK_BUSINESS:
        return uneven_fen(county, number, month, 130);
    case WORK_FISHING:
        return uneven_fen(county, number, month, 30) * fishing_season[month % 12] / 100;
    default:
        return (int64_t)person->level_yuan * 100;
    }
}

int64_t earned_fen(const struct county *county, uint32_t number, int32_t month, enum income_kind kind)
{
    const struct person *person = &county->persons.items[number];
    int64_t sum = kind == TRANSFER ? person->top_up_fen : 0;

    if (!alive(person, month_last_day(month)))
        return 0;
    return works[person->work].kind == kind ? sum + main_income_fen(county, number, month) : sum;
}

static int64_t year_fen(const struct county *county, uint32_t person, enum income_kind kind)
{
    int64_t sum = 0;

    for (int32_t i = 0; i < 12; i++)
        sum += earned_fen(county, person, county->options.last_month - i, kind);
    return sum;
}

static int64_t household_fen(const struct county *county, const struct household *household)
{
    int64_t sum = 0;

    for (uint32_t i = household->first; i < household->first + household->count; i++)
        for (int kind = 0; kind < KIND_COUNT; kind++)
            sum += county->persons.items[i].income_fen[kind];
    return sum;
}

/* Assistance fills up to the line; the head gets it. */
static void top_up(struct county *county, const struct household *household)
{
    int64_t line = (int64_t)ASSISTANCE_LINE_YUAN * 100 * household->count;
    int64_t lacking = line - household_fen(county, household);
    struct person *head = &county->persons.items[household->first];

    if (lacking <= 0)
        return;
    head->top_up_fen = lacking / 1200 * 100;
    head->income_fen[TRANSFER] += 12 * head->top_up_fen;
}

/* Who is assisted, who declares, and who declares half. */
static void decide(struct county *county, uint32_t number)
{
    struct household *household = &county->households.items[number];
    struct dice dice = county_dice(county, STREAM_DECLARATION, number);

    household->assisted = happens(county, number, ODD_ASSISTED);
    household->halves = happens(county, number, ODD_DECLARES_HALF);
    household->declares =
        household->assisted || household->halves || dice_chance(&dice, DECLARING_PER_MILLION);
}

void incomes_make(struct county *county)
{
    for (uint32_t i = 0; i < county->options.households; i++)
        decide(county, i);
    for (uint32_t i = 0; i < county->persons.count; i++) {
        take_up_work(county, i);
        for (int kind = 0; kind < KIND_COUNT; kind++)
            county->persons.items[i].income_fen[kind] = year_fen(county, i, (enum income_kind)kind);
    }
    for (uint32_t i = 0; i < county->options.households; i++) {
        struct household *household = &county->households.items[i];
        double yuan;

        if (household->assisted)
            top_up(county, household);
        yuan = (double)household_fen(county, household) / 100;
        household->standing = (float)natural_ln((yuan < 3000 ? 3000 : yuan) / USUAL_INCOME_YUAN);
    }
}

/* --- the fund --- */

/* GB 11714: the organisation's own check character, at place 17 of the number. */
static char organisation_check(const char *code)
{
    static const int weights[] = { 3, 7, 9, 10, 5, 8, 4, 2 };
    int sum = 0;

    for (int i = 0; i < 8; i++)
        sum += (code[i] <= '9' ? code[i] - '0' : code[i] - 'A' + 10) * weights[i];
    return "0X987654321"[sum % 11];
}

/* GB 32100: 31 characters, weights 3^(i-1) modulo 31. */
static char employer_check(const char *code)
{
    static const char characters[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    int sum = 0, weight = 1;

    for (int i = 0; i < 17; i++) {
        sum += (int)(strchr(characters, code[i]) - characters) * weight;
        weight = weight * 3 % 31;
    }
    return characters[(31 - sum % 31) % 31];
}

struct employer employer_of(const struct county *county, uint32_t employer)
{
    static const char *const industries[] = { "C13", "C3464", "E47", "F52", "G55", "H61",
                                              "J66", "O80",   "P83", "Q84", "S91", "A04" };
    static const int rates[] = { 5, 5, 7, 8, 8, 10, 12, 12 };
    struct dice dice = county_dice(county, STREAM_EMPLOYER, employer);
    struct employer ret;

    ret.industry = industries[dice_below(&dice, 12)];
    ret.rate_percent = rates[dice_below(&dice, 8)];
    ret.states_rate = dice_chance(&dice, 800000);
    ret.pays_alone = dice_chance(&dice, 10000);
    snprintf(ret.number, sizeof ret.number, "91990305MA%06u", employer % 1000000);
    ret.number[16] = organisation_check(ret.number + 8);
    ret.number[17] = employer_check(ret.number);
    ret.number[18] = '\0';
    return ret;
}

bool pays_fund(const struct county *county, uint32_t number, int32_t month)
{
    const struct person *person = &county->persons.items[number];

    return person->employer != NOBODY && employed(county, person, month) &&
           alive(person, month_last_day(month));
}

static int32_t fund_year(int32_t month)
{
    return month % 12 >= 6 ? month / 12 : month / 12 - 1;
}

int32_t fund_base_yuan(const struct county *county, const struct person *person, int32_t month)
{
    int32_t year = fund_year(month) - 1;
    int32_t hired = person->hired == INT16_MIN ? year : (county->first_month + person->hired) / 12;

    return wage_yuan(county, person, year > hired ? year : hired);
}

int64_t fund_side_fen(const struct county *county, const struct person *person, int32_t month)
{
    int64_t side =
        (int64_t)fund_base_yuan(county, person, month) * employer_of(county, person->employer).rate_percent;
    int64_t cap = fund_cap_fen(fund_year(month)), low = fund_floor_fen(fund_year(month));

    return side > cap ? cap : side < low ? low : side;
}

int64_t fund_cap_fen(int32_t year)
{
    return 340000 + 20000 * (int64_t)(year - 2025);
}

int64_t fund_floor_fen(int32_t year)
{
    return 11000 + 500 * (int64_t)(year - 2025);
}
