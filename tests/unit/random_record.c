#include "tests/unit/random_record.h"

#include <stdio.h>
#include <string.h>

/* xorshift64*, Marsaglia 2003 / Vigna 2016. */
static uint64_t random_next(struct random *random)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return random->state * UINT64_C(2685821657736338717);
}

uint32_t random_below(struct random *random, uint32_t bound)
{
    return (uint32_t)((random_next(random) >> 33) % bound);
}

const struct delivery *random_delivery(uint32_t index)
{
    static struct delivery deliveries[RANDOM_DELIVERIES];
    struct delivery *delivery = &deliveries[index];

    digest_of(&index, sizeof index, delivery->digest);
    delivery->received_ms =
        INT64_C(1760000000000) + (int64_t)(index / 2) * 86400000; /* pairs share an instant */
    delivery->ref = index + 1;
    return delivery;
}

const struct delivery *random_delivery_find(void *user, uint32_t ref)
{
    (void)user;
    return ref >= 1 && ref <= RANDOM_DELIVERIES ? random_delivery(ref - 1) : NULL;
}

static struct token small_token(struct random *random, uint32_t bound)
{
    struct token token = { { 7 } };

    token.bytes[TOKEN_SIZE - 1] = (uint8_t)random_below(random, bound);
    return token;
}

static int64_t amount(struct random *random)
{
    return (int64_t)random_below(random, 2000000) - 100000;
}

static int64_t maybe(struct random *random, int64_t value)
{
    return random_below(random, 3) ? value : NUMBER_NONE;
}

static struct share share(struct random *random)
{
    return random_below(random, 2) ? (struct share){ 1, 1 }
                                   : (struct share){ 1, 2 + (int32_t)random_below(random, 5) };
}

static void fill_people(struct random *random, struct record *record)
{
    struct fact_household *fact = &record->household;

    switch (record->source) {
    case SOURCE_HOUSEHOLD:
        *fact =
            (struct fact_household){ .household = small_token(random, 6),
                                     .kind = (enum household_kind)random_below(random, HOUSEHOLD_KIND_COUNT),
                                     .birth_day = (int32_t)random_below(random, 20000),
                                     .sex = (enum sex)random_below(random, 2),
                                     .urban = (enum urban)random_below(random, URBAN_COUNT) };
        snprintf(fact->relation, sizeof fact->relation, "%02u", random_below(random, 40));
        snprintf(fact->region, sizeof fact->region, "3303051%02u", random_below(random, 3));
        break;
    case SOURCE_ROSTER:
        record->roster.group = (enum group)random_below(random, GROUP_COUNT);
        break;
    default:
        record->declaration = (struct fact_declaration){
            .kind = (enum income_kind)random_below(random, INCOME_KIND_COUNT),
            .months = random_below(random, 2) ? 12 : 1,
            .amount_fen = amount(random),
        };
    }
}

static void fill_wealth(struct random *random, struct record *record)
{
    switch (record->source) {
    case SOURCE_DEPOSIT:
        record->deposit =
            (struct fact_deposit){ share(random), amount(random), maybe(random, amount(random)) };
        break;
    case SOURCE_PROPERTY:
        record->property =
            (struct fact_property){ share(random), (enum usage)random_below(random, USAGE_COUNT),
                                    maybe(random, 895500), maybe(random, amount(random)) };
        break;
    case SOURCE_VEHICLE:
        record->vehicle = (struct fact_vehicle){ (enum vehicle_type)random_below(random, VEHICLE_TYPE_COUNT),
                                                 maybe(random, amount(random)) };
        break;
    default:
        record->fund = (struct fact_fund){ .employee_fen = amount(random),
                                           .employer_fen = amount(random),
                                           .rate_millionths = (int32_t)random_below(random, 2) * 70000,
                                           .balance_fen = maybe(random, amount(random)) };
        if (random_below(random, 2))
            record->fund.employer = small_token(random, 3);
        if (random_below(random, 2))
            snprintf(record->fund.industry, sizeof record->fund.industry, "C%02u", random_below(random, 40));
    }
}

static void fill_use(struct random *random, struct record *record)
{
    switch (record->source) {
    case SOURCE_UTILITY:
        record->utility =
            (struct fact_utility){ record->subject_kind == SUBJECT_METER
                                       ? UTILITY_ELECTRICITY
                                       : (enum utility_kind)random_below(random, UTILITY_KIND_COUNT),
                                   amount(random), maybe(random, amount(random)) };
        break;
    case SOURCE_METER:
        record->meter = (struct fact_meter){ small_token(random, 6),
                                             (enum household_kind)random_below(random, HOUSEHOLD_KIND_COUNT),
                                             UTILITY_ELECTRICITY };
        break;
    default:
        record->bill =
            (struct fact_bill){ amount(random), record->source == SOURCE_TRANSPORT
                                                    ? maybe(random, (int64_t)random_below(random, 30))
                                                    : NUMBER_NONE };
    }
}

static enum source source_for(struct random *random, enum subject_kind kind)
{
    if (kind == SUBJECT_METER)
        return random_below(random, 3) ? SOURCE_UTILITY : SOURCE_METER;
    return (enum source)random_below(random, SOURCE_METER);
}

static void date_record(struct random *random, struct record *record)
{
    static const bool by_month[SOURCE_COUNT] = { [SOURCE_DECLARATION] = true,
                                                 [SOURCE_PROVIDENT_FUND] = true,
                                                 [SOURCE_UTILITY] = true,
                                                 [SOURCE_TELECOM] = true,
                                                 [SOURCE_TRANSPORT] = true };
    static const bool lasting[SOURCE_COUNT] = { [SOURCE_HOUSEHOLD] = true,
                                                [SOURCE_ROSTER] = true,
                                                [SOURCE_PROPERTY] = true,
                                                [SOURCE_VEHICLE] = true,
                                                [SOURCE_METER] = true };
    int32_t month = month_from(2024, 10) + (int32_t)random_below(random, 16);

    record->valid_from_day = month_first_day(month);
    if (!by_month[record->source])
        record->valid_from_day += (int32_t)random_below(random, 3) * 14;
    record->valid_to_day = DAY_OPEN;
    if (lasting[record->source] && random_below(random, 2))
        record->valid_to_day = record->valid_from_day + (int32_t)random_below(random, 300);
}

struct record random_record(struct random *random, const struct token *subject, enum subject_kind kind)
{
    static void (*const fill[SOURCE_COUNT])(struct random * random, struct record * record) = {
        fill_people, fill_people, fill_people, fill_wealth, fill_wealth, fill_wealth,
        fill_wealth, fill_use,    fill_use,    fill_use,    fill_use,
    };
    struct record record = {
        .subject = *subject,
        .delivery = random_delivery(random_below(random, RANDOM_DELIVERIES)),
        .line = random_below(random, 40),
        .source = source_for(random, kind),
        .subject_kind = kind,
        .key_epoch = 1 + (random_below(random, 20) == 0),
        .schema = RECORD_SCHEMA,
        .revision = (int64_t)random_below(random, 4),
        .retracted = random_below(random, 8) == 0,
    };
    struct token plain;

    if (!record.line)
        record.origin.bytes[0] = (uint8_t)random_below(random, 200);
    fill[record.source](random, &record);
    date_record(random, &record);
    plain = record_item_plain(&record);
    record.item = token_is_zero(&plain) ? small_token(random, 3) : plain;
    return record;
}
