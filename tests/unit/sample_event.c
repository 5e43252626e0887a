#include "tests/unit/sample_event.h"

#include "tests/unit/random_record.h"

struct event sample_receipt(void)
{
    static struct line_span lines[] = { { 3, 3 }, { 7, 9 } };
    static struct month_count months[] = { { INDICATOR_DEPOSIT, 2025 * MONTHS_A_YEAR + 10, 7 } };

    return (struct event){ .kind = EVENT_RECEIPT,
                           .receipt = { .delivery = *random_delivery(2),
                                        .feed = "bank-a",
                                        .source = SOURCE_DEPOSIT,
                                        .sequence = 4,
                                        .size_bytes = 100,
                                        .state = DELIVERY_INCOMPLETE,
                                        .why = "1 dead letter",
                                        .as_of_day = 20000,
                                        .lines = 9,
                                        .published = 7,
                                        .dead_lettered = 2,
                                        .by_reason = { [BAD_DATE] = 2 },
                                        .months = months,
                                        .month_count = 1,
                                        .took_ms = 12,
                                        .act = { .any = true,
                                                 .original = { 9, 8, 7 },
                                                 .settled = 4,
                                                 .lines = lines,
                                                 .line_count = 2 } } };
}

struct event sample_close(void)
{
    static struct topic_cut cuts[] = { { "olive.deposit.v1", 3, 99 } };
    static struct feed_declared feeds[] = { { "power", SOURCE_UTILITY, 1, true } };

    return (struct event){ .kind = EVENT_CLOSE,
                           .close = { .period = month_from(2025, 11),
                                      .cuts = cuts,
                                      .cut_count = 1,
                                      .feeds = feeds,
                                      .feed_count = 1,
                                      .policy = { 1, 2 } } };
}
