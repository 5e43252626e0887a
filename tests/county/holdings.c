#include "tests/county/holdings.h"

#include "tests/county/people.h"

enum { ADULT = 18, BANKS = 3, RENT_PER_MILLE = 12 };

struct made {
    struct county *county;
    uint32_t household;
    const struct household *of;
    struct dice dice;
    double standing;
    uint32_t adults[8];
    uint32_t adult_count;
};

static double noise(struct made *made, double spread)
{
    return spread * dice_normal(&made->dice);
}

static uint32_t any_adult(struct made *made)
{
    return made->adults[dice_below(&made->dice, made->adult_count)];
}

static bool chance_by_standing(struct made *made, double at_zero, double slope)
{
    return dice_uniform(&made->dice) < at_zero + slope * made->standing;
}

/* --- accounts --- */

static void account_add(struct made *made, uint32_t person, uint32_t joint, double yuan)
{
    struct account *account = ARRAY_ADD(&made->county->accounts);

    account->person = person;
    account->joint = joint;
    account->bank = (uint8_t)dice_below(&made->dice, BANKS);
    account->balance_fen = fen(yuan);
    account->yearly_growth = (float)(0.04 + noise(made, 0.08));
    account->interest_fen = account->balance_fen * dice_between(&made->dice, 80, 190) / 10000;
    if (joint == NOBODY) {
        made->county->persons.items[person].income_fen[PROPERTY] += account->interest_fen;
        return;
    }
    made->county->persons.items[person].income_fen[PROPERTY] += account->interest_fen / 2;
    made->county->persons.items[joint].income_fen[PROPERTY] += account->interest_fen / 2;
}

static void accounts_make(struct made *made)
{
    int head_age = age_at(&made->county->persons.items[made->of->first], made->county->last_day);
    double saved = head_age < 30 ? 0.35 : head_age > 65 ? 1.3 : 0.35 + 0.95 * (head_age - 30) / 35;
    double total = 115000 * saved * natural_exp(1.35 * made->standing + noise(made, 0.75));
    bool joint = made->adult_count > 1 && happens(made->county, made->household, ODD_OWNS_JOINTLY);

    for (uint32_t i = 0; i < made->adult_count; i++) {
        uint32_t count = 1 + dice_below(&made->dice, 5) / 2;

        for (uint32_t j = 0; j < count; j++)
            account_add(made, made->adults[i], NOBODY,
                        total / made->adult_count / count * (0.4 + 1.2 * dice_uniform(&made->dice)));
    }
    if (joint && (made->household < ODD_COUNT || dice_chance(&made->dice, 150000)))
        account_add(made, made->adults[0], made->adults[1], 0.2 * total);
}

int64_t balance_fen(const struct county *county, uint32_t number, int32_t month)
{
    const struct account *account = &county->accounts.items[number];
    struct dice dice = county_dice(county, STREAM_BALANCE, (uint64_t)number << 32 | (uint32_t)month);
    double grown = 1 + account->yearly_growth * (month - county->first_month - 6) / 12;

    return (int64_t)((double)account->balance_fen * grown * (0.88 + 0.24 * dice_uniform(&dice)));
}

/* --- homes --- */

static const struct {
    double area, spread, price; /* m², on ln; of a square metre beside the town's */
} usages[USAGE_COUNT] = {
    [RESIDENTIAL] = { 92, 0.25, 1.0 },
    [SHOP] = { 45, 0.4, 1.6 },
    [FACTORY] = { 600, 0.5, 0.3 },
    [APARTMENT_HOTEL] = { 42, 0.2, 0.8 },
};

static struct right unit_new(struct made *made, enum usage usage, double standing_weight)
{
    double follow = standing_weight * made->standing;
    double area = usages[usage].area * natural_exp(noise(made, usages[usage].spread) + 0.4 * follow);
    double price = towns[made->of->town].price_yuan * usages[usage].price *
                   natural_exp(noise(made, 0.15) + 0.6 * follow);
    int32_t since = made->of->since_day;

    return (struct right){ .unit = made->county->units++,
                           .town = made->of->town,
                           .usage = (uint8_t)usage,
                           .share = "",
                           .area_cm2 = (int32_t)(area * 100) * 100,
                           .registered_day =
                               since + dice_between(&made->dice, 0, (made->county->first_day - since) / 2),
                           .cancelled_day = DAY_OPEN,
                           .value_fen = fen(area * price),
                           .last_list = LIST_NEVER };
}

static void right_add(struct made *made, struct right unit, uint32_t person, const char *share)
{
    unit.person = person;
    unit.share = share;
    *ARRAY_ADD(&made->county->rights) = unit;
}

static void own_home(struct made *made, struct right home)
{
    static const char *const halves[] = { "1/2", "50%", "0.5" };
    const char *half = halves[dice_below(&made->dice, 3)];

    if (made->adult_count > 2 && dice_chance(&made->dice, 200000)) {
        const char *third = dice_chance(&made->dice, 500000) ? "1/3" : "33.33%";

        for (int i = 0; i < 3; i++)
            right_add(made, home, made->adults[i], third);
    } else if (made->adult_count > 1 && happens(made->county, made->household, ODD_OWNS_JOINTLY)) {
        right_add(made, home, made->adults[0], half);
        right_add(made, home, made->adults[1], half);
    } else {
        right_add(made, home, made->adults[0], dice_chance(&made->dice, 500000) ? "" : "1/1");
    }
}

/* A further one earns rent; one that was sold is cancelled, or the registry just no longer lists it. */
static void further_unit(struct made *made, enum usage usage)
{
    struct right unit = unit_new(made, usage, 0.8);
    uint32_t owner = any_adult(made);

    if (happens(made->county, made->household, ODD_SOLD_HOME)) {
        if (dice_chance(&made->dice, 400000))
            unit.cancelled_day = made->county->first_day + dice_between(&made->dice, 5, 25);
        else
            unit.last_list = 0;
    } else {
        made->county->persons.items[owner].income_fen[PROPERTY] +=
            unit.value_fen / 1000 * RENT_PER_MILLE / 100 * 100;
    }
    right_add(made, unit, owner, "");
}

static bool keeps_shop(const struct made *made)
{
    for (uint32_t i = 0; i < made->adult_count; i++)
        if (made->county->persons.items[made->adults[i]].work == WORK_BUSINESS)
            return true;
    return false;
}

static void homes_make(struct made *made)
{
    bool single = made->of->shape == SHAPE_SINGLE_YOUNG;

    if (single ? chance_by_standing(made, 0.45, 0.15) : chance_by_standing(made, 0.88, 0.06))
        own_home(made, unit_new(made, RESIDENTIAL, 0.5));
    if (happens(made->county, made->household, ODD_SOLD_HOME) ||
        happens(made->county, made->household, ODD_EMPTY_DWELLING) || chance_by_standing(made, 0.13, 0.14))
        further_unit(made, RESIDENTIAL);
    if (keeps_shop(made) && dice_chance(&made->dice, 220000))
        further_unit(made, dice_chance(&made->dice, 150000) ? FACTORY : SHOP);
    if (chance_by_standing(made, 0.01, 0.02))
        further_unit(made, APARTMENT_HOTEL);
}

/* --- vehicles --- */

static void vehicle_add(struct made *made, const char *type, double new_yuan, double follow)
{
    struct vehicle *vehicle = ARRAY_ADD(&made->county->vehicles);
    double yuan = new_yuan * natural_exp(follow * made->standing + noise(made, 0.3));
    int32_t years = dice_between(&made->dice, 0, 11);

    for (int32_t i = 0; i < years; i++)
        yuan *= 0.86;
    vehicle->person = any_adult(made);
    vehicle->type = type;
    vehicle->registered_day = made->county->first_day - years * 365 - dice_between(&made->dice, 1, 360);
    vehicle->cancelled_day = DAY_OPEN;
    vehicle->value_fen = dice_chance(&made->dice, 30000) ? -1 : fen(yuan) / 10000 * 10000;
    vehicle->last_list =
        dice_chance(&made->dice, 15000) ? (int16_t)dice_between(&made->dice, 0, 2) : LIST_NEVER;
    if (dice_chance(&made->dice, 10000))
        vehicle->cancelled_day = made->county->first_day + dice_between(&made->dice, 10, 300);
}

static void vehicles_make(struct made *made)
{
    bool family = made->adult_count > 1;

    if (chance_by_standing(made, family ? 0.55 : 0.28, 0.30))
        vehicle_add(made, "car", 145000, 0.35);
    if (chance_by_standing(made, family ? 0.10 : 0.01, 0.20))
        vehicle_add(made, "car", 190000, 0.4);
    if (dice_chance(&made->dice, 90000))
        vehicle_add(made, "motorcycle", 9000, 0.1);
    if (dice_chance(&made->dice, 250000))
        vehicle_add(made, "electric-bicycle", 3200, 0.1);
    if (dice_chance(&made->dice, 4000))
        vehicle_add(made, "disability-scooter", 6000, 0);
    if (keeps_shop(made) && dice_chance(&made->dice, 80000))
        vehicle_add(made, "truck", 110000, 0.2);
    for (uint32_t i = 0; i < made->adult_count; i++)
        if (made->county->persons.items[made->adults[i]].work == WORK_FISHING &&
            dice_chance(&made->dice, 350000))
            vehicle_add(made, "boat", 90000, 0.4);
}

/* --- meters --- */

static const struct {
    double level, head, follow, noise; /* a month's kWh or m³ of one person; exponents of size and standing */
    int season_percent[12];
} utilities[UTILITY_COUNT] = {
    [ELECTRICITY] = { 95, 0.65, 0.30, 0.25, { 110, 115, 95, 80, 75, 90, 130, 150, 125, 85, 70, 75 } },
    [WATER] = { 4.8, 0.75, 0.15, 0.30, { 95, 95, 95, 95, 100, 105, 110, 115, 105, 100, 95, 90 } },
    [GAS] = { 8.5, 0.55, 0.15, 0.30, { 135, 140, 120, 100, 90, 80, 75, 70, 80, 95, 105, 110 } },
};

static void meter_add(struct made *made, enum utility kind, double part)
{
    struct meter *meter = ARRAY_ADD(&made->county->meters);
    double size = natural_exp(utilities[kind].head * natural_ln(made->of->count));

    *meter = (struct meter){ .household = made->household,
                             .next = NOBODY,
                             .person = NOBODY,
                             .kind = (uint8_t)kind,
                             .level_milli = (int32_t)(1000 * part * utilities[kind].level * size *
                                                      natural_exp(utilities[kind].follow * made->standing +
                                                                  noise(made, utilities[kind].noise))) };
    if (kind == GAS && dice_chance(&made->dice, 60000))
        meter->person = made->adults[0];
    if (part < 1 && dice_chance(&made->dice, 100000) && made->household) { /* sold or let: it changes hands */
        meter->next = made->household - 1;
        meter->switch_day = made->county->first_day + dice_between(&made->dice, 10, 300);
    }
}

/* Who shares with the household before has none of its own; that one's counts for both. */
static void meters_make(struct made *made)
{
    bool next_shares = happens(made->county, made->household + 1, ODD_SHARES_METER);

    if (!happens(made->county, made->household, ODD_SHARES_METER)) {
        meter_add(made, ELECTRICITY, next_shares ? 1.7 : 1);
        meter_add(made, WATER, next_shares ? 1.7 : 1);
    }
    if (towns[made->of->town].piped_gas)
        meter_add(made, GAS, 1);
    if (happens(made->county, made->household, ODD_EMPTY_DWELLING)) {
        meter_add(made, ELECTRICITY, 0.03);
        meter_add(made, WATER, 0);
    }
}

int64_t consumption_milli(const struct county *county, uint32_t number, int32_t month)
{
    const struct meter *meter = &county->meters.items[number];
    struct dice dice = county_dice(county, STREAM_CONSUMPTION, (uint64_t)number << 32 | (uint32_t)month);
    int64_t milli = (int64_t)meter->level_milli * utilities[meter->kind].season_percent[month % 12] / 100 *
                    dice_between(&dice, 85, 115) / 100;

    if (dice_chance(&dice, 400))
        return -milli / 4; /* a correction of an earlier reading */
    return meter->kind == ELECTRICITY ? milli / 10 * 10 : milli / 1000 * 1000;
}

/* --- telephones and cards --- */

static struct line_item item_new(struct made *made, uint32_t person, double yuan, double follow,
                                 double spread)
{
    struct line_item ret = { .person = person };

    ret.level_fen = (int32_t)fen(yuan * natural_exp(follow * made->standing + noise(made, spread)));
    ret.trips = (uint16_t)dice_between(&made->dice, 2, 45);
    return ret;
}

static void items_make(struct made *made)
{
    for (uint32_t i = 0; i < made->adult_count; i++) {
        uint32_t phones = 1 + dice_chance(&made->dice, 230000);

        for (uint32_t j = 0; j < phones; j++)
            *ARRAY_ADD(&made->county->phones) = item_new(made, made->adults[i], 55, 0.22, 0.35);
        if (dice_chance(&made->dice, 700000))
            *ARRAY_ADD(&made->county->cards) = item_new(made, made->adults[i], 75, 0.40, 0.6);
    }
}

int64_t bill_fen(const struct county *county, uint32_t item, const struct line_item *of, int32_t month,
                 unsigned stream)
{
    struct dice dice = county_dice(county, stream, (uint64_t)item << 32 | (uint32_t)month);

    if (dice_chance(&dice, 500))
        return -of->level_fen / 10; /* a refund */
    return (int64_t)of->level_fen * dice_between(&dice, 80, 120) / 100;
}

/* --- a household --- */

static void household_holdings(struct county *county, uint32_t number)
{
    struct made made = { .county = county,
                         .household = number,
                         .of = &county->households.items[number],
                         .dice = county_dice(county, STREAM_DEPOSIT, number),
                         .standing = county->households.items[number].standing };

    for (uint32_t i = made.of->first; i < made.of->first + made.of->count; i++)
        if (age_at(&county->persons.items[i], county->first_day) >= ADULT && made.adult_count < 8)
            made.adults[made.adult_count++] = i;
    accounts_make(&made);
    homes_make(&made);
    vehicles_make(&made);
    meters_make(&made);
    items_make(&made);
}

void holdings_make(struct county *county)
{
    for (uint32_t i = 0; i < county->options.households; i++)
        household_holdings(county, i);
}
