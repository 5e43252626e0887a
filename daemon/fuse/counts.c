#include "daemon/fuse/counts.h"

#include "lib/base/date.h"
#include "lib/io/metrics.h"
#include "lib/io/program.h"

enum {
    RECORDS,
    RESULTS,
    ROWS,
    FLUSHES,
    SEALS,
    LAG,
    PARTITIONS,
    STOPPED,
    PERIOD,
    CACHE,
    RETRIES,
    BUILD,
    COUNTS
};

static const struct metric table[COUNTS] = {
    [RECORDS] = { "olive_fuse_records_total",
                  "Records read and committed, receipts of deliveries included.",
                  METRIC_COUNTER,
                  { NULL },
                  NULL },
    [RESULTS] = { "olive_fuse_results_total",
                  "The same records, by what became of them.",
                  METRIC_COUNTER,
                  { "result" },
                  NULL },
    [ROWS] = { "olive_fuse_rows_written_total",
               "Rows written to PostgreSQL.",
               METRIC_COUNTER,
               { NULL },
               NULL },
    [FLUSHES] = { "olive_fuse_flushes_total",
                  "Transactions that committed records or a sweep.",
                  METRIC_COUNTER,
                  { NULL },
                  NULL },
    [SEALS] = { "olive_fuse_seals_total", "Periods sealed.", METRIC_COUNTER, { NULL }, NULL },
    [LAG] = { "olive_fuse_lag_records",
              "Records in the log of this instance's partitions that are not committed yet.",
              METRIC_GAUGE,
              { NULL },
              NULL },
    [PARTITIONS] = { "olive_fuse_partitions",
                     "Partitions that this instance owns.",
                     METRIC_GAUGE,
                     { NULL },
                     NULL },
    [STOPPED] = { "olive_fuse_partitions_stopped",
                  "Of these, stopped by a gap in the log.",
                  METRIC_GAUGE,
                  { NULL },
                  NULL },
    [PERIOD] = { "olive_fuse_open_period_info",
                 "1, with the open period.",
                 METRIC_GAUGE,
                 { "period" },
                 NULL },
    [CACHE] = { "olive_fuse_cache_bytes",
                "Memory of the subjects remembered and the records that wait.",
                METRIC_GAUGE,
                { NULL },
                NULL },
    [RETRIES] = { "olive_fuse_retries_total",
                  "Batches forgotten, because Kafka or PostgreSQL let them fail or another instance was "
                  "first.",
                  METRIC_COUNTER,
                  { NULL },
                  NULL },
    [BUILD] = { "olive_fuse_build_info", "1, with the version.", METRIC_GAUGE, { "version" }, NULL },
};

void counts_start(void)
{
    metrics_start(table, COUNTS);
    series_set(metrics_series(BUILD, program_version(), NULL), 1);
}

static void show(size_t metric, const char *label, uint64_t value)
{
    series_set(metrics_series(metric, label, NULL), (int64_t)value);
}

static void show_period(int32_t period)
{
    static int32_t shown = MONTH_NONE;
    char month[MONTH_TEXT_SIZE];

    if (period == shown)
        return;
    if (shown != MONTH_NONE)
        metrics_hide(PERIOD, month_text(shown, month));
    if (period != MONTH_NONE)
        show(PERIOD, month_text(period, month), 1);
    shown = period;
}

void counts_show(const struct fuse *fuse)
{
    const struct fuse_totals *totals = fuse_totals(fuse);
    const struct fuse_view view = fuse_view(fuse);

    show(RECORDS, NULL, totals->records);
    show(RESULTS, "distinct", totals->distinct);
    show(RESULTS, "repeated", totals->repeated);
    show(RESULTS, "quarantined", totals->quarantined);
    show(ROWS, NULL, totals->rows_written);
    show(FLUSHES, NULL, totals->flushes);
    show(SEALS, NULL, totals->seals);
    show(LAG, NULL, view.lag_records);
    show(PARTITIONS, NULL, view.partitions);
    show(STOPPED, NULL, view.partitions_stopped);
    show(CACHE, NULL, view.cache_bytes);
    show_period(view.period);
}

void counts_retry(void)
{
    series_add(metrics_series(RETRIES, NULL, NULL), 1);
}
