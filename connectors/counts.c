#include "connectors/counts.h"

#include "lib/io/bus.h"
#include "lib/io/clock.h"
#include "lib/io/metrics.h"
#include "lib/io/program.h"

enum {
    LINES,
    DEAD_LETTERS,
    DELIVERIES,
    BYTES,
    FILES,
    LAG,
    LAST_SUCCESS,
    FETCHES,
    QUEUE,
    RETRIES,
    RELOADS,
    BUILD,
    COUNTS
};

static const struct metric table[COUNTS] = {
    [LINES] = { "olive_connect_lines_total",
                "Lines of settled deliveries, by what became of them.",
                METRIC_COUNTER,
                { "feed", "result" },
                NULL },
    [DEAD_LETTERS] = { "olive_connect_dead_letters_total",
                       "Dead letters of settled deliveries, by reason.",
                       METRIC_COUNTER,
                       { "feed", "reason" },
                       NULL },
    [DELIVERIES] = { "olive_connect_deliveries_total",
                     "Settled deliveries, by state.",
                     METRIC_COUNTER,
                     { "feed", "state" },
                     NULL },
    [BYTES] = { "olive_connect_bytes_total",
                "Bytes of settled deliveries.",
                METRIC_COUNTER,
                { "feed" },
                NULL },
    [FILES] = { "olive_connect_files_waiting",
                "Files in the inbox or under way, those that are not whole yet included.",
                METRIC_GAUGE,
                { "feed" },
                NULL },
    [LAG] = { "olive_connect_delivery_lag_seconds",
              "Time since the oldest whole file that is not settled came; 0 when there is none.",
              METRIC_SINCE,
              { "feed" },
              NULL },
    [LAST_SUCCESS] = { "olive_connect_last_success_timestamp_seconds",
                       "When a delivery was last published, in Unix time; absent until one is.",
                       METRIC_MS,
                       { "feed" },
                       NULL },
    [FETCHES] = { "olive_connect_fetches_total",
                  "Reads of databases and servers, by what came of them.",
                  METRIC_COUNTER,
                  { "feed", "result" },
                  NULL },
    [QUEUE] = { "olive_connect_producer_queue_messages",
                "Messages on their way to Kafka, unacknowledged.",
                METRIC_GAUGE,
                { NULL },
                producer_queued },
    [RETRIES] = { "olive_connect_retries_total",
                  "Tries that Kafka or the disk let fail, to be done again.",
                  METRIC_COUNTER,
                  { NULL },
                  NULL },
    [RELOADS] = { "olive_connect_reloads_total",
                  "Reloads of the configuration, by whether it was taken.",
                  METRIC_COUNTER,
                  { "result" },
                  NULL },
    [BUILD] = { "olive_connect_build_info", "1, with the version.", METRIC_GAUGE, { "version" }, NULL },
};

/* What the lines of a receipt came to: the terms of P1. */
static const struct {
    const char *result;
    size_t offset;
} results[] = {
    { "published", offsetof(struct receipt, published) },
    { "dead_lettered", offsetof(struct receipt, dead_lettered) },
    { "duplicate", offsetof(struct receipt, duplicate) },
    { "obsolete", offsetof(struct receipt, obsolete) },
    { "rejected", offsetof(struct receipt, rejected) },
};
enum { RESULT_COUNT = sizeof results / sizeof *results };

void counts_start(void)
{
    metrics_start(table, COUNTS);
    metrics_series(RELOADS, "taken", NULL);
    metrics_series(RELOADS, "refused", NULL);
    series_set(metrics_series(BUILD, program_version(), NULL), 1);
}

void counts_show_feed(const char *feed)
{
    for (int i = 0; i < RESULT_COUNT; i++)
        metrics_series(LINES, feed, results[i].result);
    for (int state = 0; state < DELIVERY_STATE_COUNT; state++)
        metrics_series(DELIVERIES, feed, delivery_state_names[state]);
    metrics_series(BYTES, feed, NULL);
    metrics_series(FILES, feed, NULL);
    metrics_series(LAG, feed, NULL);
}

void counts_hide_feed(const char *feed)
{
    static const int by_feed[] = {
        LINES, DEAD_LETTERS, DELIVERIES, BYTES, FILES, LAG, LAST_SUCCESS, FETCHES
    };

    for (size_t i = 0; i < sizeof by_feed / sizeof *by_feed; i++)
        metrics_hide((size_t)by_feed[i], feed);
}

void counts_receipt(const struct receipt *receipt)
{
    for (int i = 0; i < RESULT_COUNT; i++)
        series_add(metrics_series(LINES, receipt->feed, results[i].result),
                   *(const uint64_t *)((const char *)receipt + results[i].offset));
    for (int reason = 1; reason < REASON_COUNT; reason++)
        if (receipt->by_reason[reason])
            series_add(metrics_series(DEAD_LETTERS, receipt->feed, reason_names[reason]),
                       receipt->by_reason[reason]);
    series_add(metrics_series(DELIVERIES, receipt->feed, delivery_state_names[receipt->state]), 1);
    series_add(metrics_series(BYTES, receipt->feed, NULL), receipt->size_bytes);
    if (receipt->state == DELIVERY_PUBLISHED)
        series_set(metrics_series(LAST_SUCCESS, receipt->feed, NULL), wall_ms());
}

void counts_waiting(const char *feed, size_t files, int64_t oldest_ms)
{
    series_set(metrics_series(FILES, feed, NULL), (int64_t)files);
    series_set(metrics_series(LAG, feed, NULL), oldest_ms);
}

void counts_fetch(const char *feed, const char *result)
{
    series_add(metrics_series(FETCHES, feed, result), 1);
}

void counts_retry(void)
{
    series_add(metrics_series(RETRIES, NULL, NULL), 1);
}

void counts_reload(bool taken)
{
    series_add(metrics_series(RELOADS, taken ? "taken" : "refused", NULL), 1);
}
