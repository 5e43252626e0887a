#include "tests/county/schedule.h"

#include "tests/county/rows.h"

enum {
    HOUR_MS = 3600 * 1000,
    MINUTE_MS = 60 * 1000,
    DAY_MS = 24 * HOUR_MS,
    RECEIVED_DAY = 4, /* days after the month's end */
    RECEIVED_HOUR = 9,
    MONTHS_A_LIST = 3, /* between the lists of a snapshot feed */
    LATE_MS = DAY_MS,  /* a day after the next one */
    SPOILT_LIST = 2,   /* the only list of a feed with bad lines: incomplete, so it ends nothing */
    MISTAKEN_LIST = 1,
    OBSOLETE_LIST = 2, /* of civil affairs: comes after the one that follows it */
};

static const struct plan {
    enum feed_number feed;
    rows_writer *write;
    bool stock, monthly; /* what stands already, first; then each month (a snapshot feed: each quarter) */
    uint8_t bank;
} plans[] = {
    { FEED_HUKOU, hukou_rows, true, true, 0 },
    { FEED_CIVIL, civil_rows, true, true, 0 },
    { FEED_GRID, grid_rows, true, false, 0 },
    { FEED_ROSTER, roster_rows, true, true, 0 },
    { FEED_REGISTRY, registry_rows, true, true, 0 },
    { FEED_VEHICLES, vehicle_rows, true, true, 0 },
    { FEED_METERS, meter_rows, true, true, 0 },
    { FEED_BANK_A, bank_rows, false, true, 0 },
    { FEED_BANK_B, bank_rows, false, true, 1 },
    { FEED_BANK_C, bank_rows, false, true, 2 },
    { FEED_FUND, fund_rows, false, true, 0 },
    { FEED_POWER, power_rows, false, true, 0 },
    { FEED_WATER, water_rows, false, true, 0 },
    { FEED_GAS, gas_rows, false, true, 0 },
    { FEED_TELECOM, telecom_rows, false, true, 0 },
    { FEED_TRANSPORT, transport_rows, false, true, 0 },
    { FEED_DECLARATIONS, declaration_rows, false, true, 0 },
};

/* What goes otherwise than planned, in twelfths of the county's time. */
static const struct twist {
    enum feed_number feed;
    int at;
    enum { LATE = 1, DUPLICATE, SENT_ANEW, CORRECTED } what;
} twists[] = {
    { FEED_POWER, 6, LATE },
    { FEED_TELECOM, 4, DUPLICATE },   /* the same bytes under the same sequence */
    { FEED_TRANSPORT, 5, SENT_ANEW }, /* the same bytes under the next one */
    { FEED_BANK_A, 8, CORRECTED },
};

static int twist_of(const struct county *county, enum feed_number feed, int32_t number)
{
    for (size_t i = 0; i < sizeof twists / sizeof *twists; i++)
        if (twists[i].feed == feed && twists[i].at * (int32_t)county->options.months / 12 == number)
            return (int)twists[i].what;
    return 0;
}

/* Of a month of the county (the stock: as its first one begins). */
static int64_t received_ms(const struct county *county, enum feed_number feed, int32_t number)
{
    int32_t day = month_first_day(county->first_month + number + 1) + RECEIVED_DAY;

    return (int64_t)day * DAY_MS + (int64_t)RECEIVED_HOUR * HOUR_MS + (int64_t)feed * MINUTE_MS -
           LOCAL_OFFSET_MS;
}

static struct telling telling_of(const struct post *post, const struct plan *plan, int32_t number)
{
    int32_t month = post->county->first_month + number;

    return (struct telling){ .county = post->county,
                             .number = number,
                             .list = (number + 1) / MONTHS_A_LIST,
                             .month = month,
                             .day = month_last_day(month),
                             .bank = plan->bank };
}

static void send(struct post *post, const struct plan *plan, struct telling *telling, rows_writer *write,
                 uint64_t sequence, int64_t received, enum spoil spoil)
{
    telling->delivery = delivery_open(post, plan->feed, sequence, received, spoil);
    write(telling);
    delivery_close(telling->delivery);
}

static enum spoil spoil_of(const struct plan *plan, int32_t list, int twist)
{
    if (!feeds[plan->feed].snapshot)
        return twist == SENT_ANEW ? SPOIL_NONE : SPOIL_SOME;
    return list == (plan->feed == FEED_CIVIL ? MISTAKEN_LIST : SPOILT_LIST) ? SPOIL_SOME : SPOIL_NONE;
}

/* One delivery of the plan, with what goes wrong about it. Returns the next sequence. */
static uint64_t tell(struct post *post, const struct plan *plan, int32_t number, uint64_t sequence)
{
    const struct county *county = post->county;
    struct telling telling = telling_of(post, plan, number);
    int64_t received = received_ms(county, plan->feed, number);
    int twist = number < 0 ? 0 : twist_of(county, plan->feed, number);

    if (twist == LATE)
        received = received_ms(county, plan->feed, number + 1) + LATE_MS;
    if (plan->feed == FEED_CIVIL && telling.list == OBSOLETE_LIST)
        received = received_ms(county, plan->feed, number + MONTHS_A_LIST) + LATE_MS;
    send(post, plan, &telling, plan->write, sequence, received, spoil_of(plan, telling.list, twist));
    if (twist == DUPLICATE)
        delivery_again(post, plan->feed, sequence, sequence, received + DAY_MS);
    if (twist == SENT_ANEW)
        delivery_again(post, plan->feed, sequence, sequence + 1, received + DAY_MS);
    if (twist == CORRECTED)
        send(post, plan, &telling, bank_corrections, sequence + 1, received + 2 * (int64_t)DAY_MS,
             SPOIL_SOME);
    return sequence + 1 + (twist == SENT_ANEW || twist == CORRECTED);
}

static void run(struct post *post, const struct plan *plan)
{
    uint64_t sequence = 1;

    if (plan->stock)
        sequence = tell(post, plan, MONTH_STOCK, sequence);
    for (int32_t i = 0; plan->monthly && i < (int32_t)post->county->options.months; i++)
        if (!feeds[plan->feed].snapshot || (i + 1) % MONTHS_A_LIST == 0)
            sequence = tell(post, plan, i, sequence);
}

void schedule_run(struct post *post)
{
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
        run(post, &plans[i]);
}
