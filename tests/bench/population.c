#include "tests/bench/population.h"

#include <stdio.h>
#include <string.h>

enum { DELIVERIES_MAX = 1024, FEEDS = 16, HOUSEHOLDS = 11, PERSONS = 30 /* 11 households of 30 persons */ };

static struct delivery deliveries[DELIVERIES_MAX];

/* splitmix64: no figure here is a secret. */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static struct token token_of(char kind, uint32_t index, uint32_t detail)
{
    uint64_t half[2] = { mix((uint64_t)(uint8_t)kind << 56 | (uint64_t)detail << 32 | index) };
    struct token token;

    half[1] = mix(half[0]);
    memcpy(token.bytes, half, TOKEN_SIZE);
    return token;
}

uint32_t population_delivery_count(uint32_t months)
{
    return months * FEEDS;
}

const struct delivery *population_delivery(uint32_t index)
{
    struct delivery *delivery = &deliveries[index % DELIVERIES_MAX];

    if (!delivery->received_ms) {
        put_be32(delivery->digest, (uint32_t)mix(index));
        put_be32(delivery->digest + 4, index);
        delivery->received_ms = INT64_C(1733000000000) + (int64_t)index * 86400000;
        delivery->ref = index + 1;
    }
    return delivery;
}

/* One delivery: what it is about, and where it stands. */
struct walk {
    uint32_t subjects, months, month_index, feed, line;
    int32_t month;
    population_record *each;
    void *user;
    struct err *err;
};

static struct record start(struct walk *walk, enum source source, struct token subject)
{
    return (struct record){
        .subject = subject,
        .delivery = population_delivery(walk->month_index * FEEDS + walk->feed),
        .line = ++walk->line,
        .source = source,
        .subject_kind = SUBJECT_PERSON,
        .key_epoch = 1,
        .schema = RECORD_SCHEMA,
        .revision = (int64_t)walk->month_index,
        .valid_from_day = month_first_day(walk->month),
        .valid_to_day = DAY_OPEN,
    };
}

static struct token household_of(uint32_t person)
{
    return token_of('h', (uint32_t)((uint64_t)person * HOUSEHOLDS / PERSONS), 0);
}

static int64_t figure(const struct walk *walk, uint32_t index, uint32_t bound)
{
    return (int64_t)(mix((uint64_t)walk->feed << 40 ^ (uint64_t)walk->month_index << 32 ^ index) % bound);
}

typedef bool fill(struct walk *walk, uint32_t index, struct record *ret);

static bool household_record(struct walk *walk, uint32_t person, struct record *ret)
{
    bool first =
        !person || memcmp(household_of(person).bytes, household_of(person - 1).bytes, TOKEN_SIZE) != 0;

    *ret = start(walk, SOURCE_HOUSEHOLD, token_of('p', person, 0));
    ret->household = (struct fact_household){ .household = household_of(person),
                                              .relation = "20",
                                              .region = "330305001",
                                              .birth_day = (int32_t)figure(walk, person, 30000) - 10000 };
    if (first)
        memcpy(ret->household.relation, "01", sizeof "01");
    ret->item = record_item_plain(ret);
    return true;
}

static bool deposit_record(struct walk *walk, uint32_t person, uint32_t account, struct record *ret)
{
    *ret = start(walk, SOURCE_DEPOSIT, token_of('p', person, 0));
    ret->item = token_of('a', person, account);
    ret->valid_from_day = month_last_day(walk->month);
    ret->deposit = (struct fact_deposit){ { 1, 1 }, figure(walk, person, 30000000), NUMBER_NONE };
    if (walk->month_index + 1 == walk->months)
        ret->deposit.interest_fen = ret->deposit.balance_fen / 70;
    return true;
}

static bool first_deposit(struct walk *walk, uint32_t person, struct record *ret)
{
    return deposit_record(walk, person, 0, ret);
}

static bool second_deposit(struct walk *walk, uint32_t person, struct record *ret)
{
    return person % 5 < 3 && deposit_record(walk, person, 1, ret);
}

static bool fund_record(struct walk *walk, uint32_t person, struct record *ret)
{
    if (person % 2)
        return false;
    *ret = start(walk, SOURCE_PROVIDENT_FUND, token_of('p', person, 0));
    ret->item = token_of('f', person, 0);
    ret->fund = (struct fact_fund){ .employer = token_of('e', person / 40, 0),
                                    .industry = "C13",
                                    .employee_fen = 40000 + person % 1000 * 100,
                                    .employer_fen = 40000 + person % 1000 * 100,
                                    .rate_millionths = 80000,
                                    .balance_fen = figure(walk, person, 5000000) };
    return true;
}

static bool bill_record(struct walk *walk, enum source source, uint32_t person, struct record *ret)
{
    *ret = start(walk, source, token_of('p', person, 0));
    ret->item = token_of('b', person, source);
    ret->bill = (struct fact_bill){ figure(walk, person, 20000),
                                    source == SOURCE_TRANSPORT ? figure(walk, person, 40) : NUMBER_NONE };
    return true;
}

static bool telecom_record(struct walk *walk, uint32_t person, struct record *ret)
{
    return person % 10 && bill_record(walk, SOURCE_TELECOM, person, ret);
}

static bool transport_record(struct walk *walk, uint32_t person, struct record *ret)
{
    return person % 5 && bill_record(walk, SOURCE_TRANSPORT, person, ret);
}

static bool property_record(struct walk *walk, uint32_t person, struct record *ret)
{
    if (person % 4)
        return false;
    *ret = start(walk, SOURCE_PROPERTY, token_of('p', person, 0));
    ret->item = token_of('u', person, 0);
    ret->property =
        (struct fact_property){ { 1, 1 }, USAGE_RESIDENTIAL, 900000, figure(walk, person, 200000000) };
    return true;
}

static bool vehicle_record(struct walk *walk, uint32_t person, struct record *ret)
{
    if (person % 5)
        return false;
    *ret = start(walk, SOURCE_VEHICLE, token_of('p', person, 0));
    ret->item = token_of('v', person, 0);
    ret->vehicle = (struct fact_vehicle){ VEHICLE_CAR, figure(walk, person, 20000000) };
    return true;
}

/* A household has three meters; the index counts persons, so that the first of each household stands for it.
 */
static bool meter_index(uint32_t person)
{
    return !person || memcmp(household_of(person).bytes, household_of(person - 1).bytes, TOKEN_SIZE) != 0;
}

static bool meter_of(struct walk *walk, uint32_t person, enum utility_kind kind, enum source source,
                     struct record *ret)
{
    if (!meter_index(person))
        return false;
    *ret = start(walk, source, token_of('m', person, (uint32_t)kind));
    ret->subject_kind = SUBJECT_METER;
    if (source == SOURCE_METER) {
        ret->meter = (struct fact_meter){ household_of(person), HOUSEHOLD_REGISTERED, kind };
        ret->item = record_item_plain(ret);
    } else {
        ret->utility = (struct fact_utility){ kind, figure(walk, person, 400000), NUMBER_NONE };
        ret->item = token_of('c', person, (uint32_t)kind);
    }
    return true;
}

#define METER(name, kind, source)                                                                            \
    static bool name(struct walk *walk, uint32_t person, struct record *ret)                                 \
    {                                                                                                        \
        return meter_of(walk, person, kind, source, ret);                                                    \
    }
METER(electricity_meter, UTILITY_ELECTRICITY, SOURCE_METER)
METER(water_meter, UTILITY_WATER, SOURCE_METER)
METER(gas_meter, UTILITY_GAS, SOURCE_METER)
METER(electricity_use, UTILITY_ELECTRICITY, SOURCE_UTILITY)
METER(water_use, UTILITY_WATER, SOURCE_UTILITY)
METER(gas_use, UTILITY_GAS, SOURCE_UTILITY)
#undef METER

/* In the order of delivery; lists come once, at the start. */
static const struct {
    fill *fill;
    bool monthly;
} feeds[] = {
    { household_record, false }, { electricity_meter, false },
    { water_meter, false },      { gas_meter, false },
    { property_record, false },  { vehicle_record, false },
    { first_deposit, true },     { second_deposit, true },
    { fund_record, true },       { telecom_record, true },
    { transport_record, true },  { electricity_use, true },
    { water_use, true },         { gas_use, true },
};

static int walk_feed(struct walk *walk, fill *make)
{
    walk->line = 0;
    for (uint32_t index = 0; index < walk->subjects; index++) {
        struct record record;
        int status = make(walk, index, &record) ? walk->each(walk->user, &record, walk->err) : 0;

        if (status)
            return status;
    }
    return 0;
}

int population_walk(uint32_t persons, uint32_t months, population_record *each, void *user, struct err *err)
{
    struct walk walk = { .subjects = persons, .months = months, .each = each, .user = user, .err = err };
    int status = 0;

    for (; walk.month_index < months && !status; walk.month_index++) {
        walk.month = POPULATION_LAST_MONTH - (int32_t)months + 1 + (int32_t)walk.month_index;
        for (walk.feed = 0; walk.feed < sizeof feeds / sizeof *feeds && !status; walk.feed++)
            if (feeds[walk.feed].monthly || !walk.month_index)
                status = walk_feed(&walk, feeds[walk.feed].fill);
    }
    return status;
}
