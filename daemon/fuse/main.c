/* olive-fuse - Kafka in, households' profiles in PostgreSQL out. */
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "daemon/fuse/counts.h"
#include "daemon/fuse/fuse.h"
#include "lib/base/date.h"
#include "lib/io/clock.h"
#include "lib/io/health.h"
#include "lib/io/log.h"
#include "lib/io/notify.h"
#include "lib/io/program.h"

enum {
    TRIES_AT_THE_START = 5,
    WAIT_FIRST_MS = 100,
    WAIT_MAX_MS = 5000,
    GOODBYE_S = 10,
    SHOW_EVERY_MS = 1000,
    ASK_EVERY_MS = 30000,
    ASK_WAIT_MS = 3000,
};

/* Longer after every failure in a row. */
static void retry_wait(unsigned failures)
{
    uint32_t ms = WAIT_FIRST_MS;

    for (; failures > 1 && ms < WAIT_MAX_MS; failures--)
        ms *= 2;
    idle_ms(ms < WAIT_MAX_MS ? ms : WAIT_MAX_MS);
}

static void log_totals(const struct fuse *fuse)
{
    const struct fuse_totals *totals = fuse_totals(fuse);
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    log_event(LOG_LEVEL_INFO, "fused",
              "%" PRIu64 " records = %" PRIu64 " distinct + %" PRIu64 " repeated + %" PRIu64
              " quarantined; %" PRIu64 " rows written in %" PRIu64 " flushes, %" PRIu64
              " seals; %.2f s CPU, %ld MiB",
              totals->records, totals->distinct, totals->repeated, totals->quarantined, totals->rows_written,
              totals->flushes, totals->seals,
              (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                  (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
              usage.ru_maxrss / 1024);
}

/* --- for people who watch --- */

/* How it goes, beside the work itself. */
struct watch {
    struct health *health; /* NULL: nobody asked for it */
    int64_t shown_ms, asked_ms;
    bool kafka_away, failed;
};

static void show(struct watch *watch, const struct fuse *fuse, int64_t now_ms)
{
    struct fuse_view view = fuse_view(fuse);
    char month[MONTH_TEXT_SIZE];

    watch->shown_ms = now_ms;
    counts_show(fuse);
    notify_status("period %s, %zu partitions, %" PRIu64 " records behind%s",
                  view.period == MONTH_NONE ? "not known" : month_text(view.period, month), view.partitions,
                  view.lag_records, watch->failed ? "; trying again: see the log" : "");
}

/* Who takes nothing does not see that Kafka has gone. */
static void ask_kafka(struct watch *watch, const struct fuse *fuse, int64_t now_ms)
{
    struct err err = { 0 };

    if (!watch->health || now_ms - watch->asked_ms < ASK_EVERY_MS)
        return;
    watch->kafka_away = fuse_ask(fuse, ASK_WAIT_MS, &err) < 0;
    watch->asked_ms = ticks_ms();
}

/* After every turn. */
static void watch_turn(struct watch *watch, const struct fuse *fuse)
{
    int64_t now_ms = ticks_ms();

    notify_alive();
    ask_kafka(watch, fuse, now_ms);
    health_set(watch->failed       ? "the last try failed and is repeated: see the log, event retry"
               : watch->kafka_away ? "kafka does not answer"
               : fuse_alarm(fuse)  ? "a partition is stopped: see the log, event gap"
                                   : NULL);
    if (now_ms - watch->shown_ms >= SHOW_EVERY_MS)
        show(watch, fuse, now_ms);
}

static int watch_open(const struct conf *conf, bool until_end, struct watch *ret, struct err *err)
{
    counts_start();
    if (until_end || !conf->fuse.metrics)
        return 0;
    if (health_open(conf->fuse.metrics, conf_place(conf, "fuse.metrics"), &ret->health, err) < 0)
        return err_add(err, "fuse.metrics: ");
    return 0;
}

static void watch_close(struct watch *watch)
{
    health_close(watch->health);
}

/* --- work --- */

/* All else that fuse is made of was read at the start. */
static void reload(void)
{
    CLEANUP(conf_freep) struct conf *conf = NULL;
    struct err err = { 0 };

    notify_reloading();
    if (program_reload(&conf, &err) < 0) {
        log_event(LOG_LEVEL_ERROR, "reload-refused", "the configuration stays as it was: %s", err.text);
    } else {
        log_set(conf->log.format, conf->log.level);
        log_event(LOG_LEVEL_INFO, "reloaded", "log.level and log.format; all else is read at the start");
    }
    notify_ready();
}

/* Logged once an alarm. */
static void tell_alarm(const struct fuse *fuse, struct err *told)
{
    if (!fuse_alarm(fuse) || !strcmp(told->text, fuse_alarm(fuse)->text))
        return;
    *told = *fuse_alarm(fuse);
    log_err(LOG_LEVEL_ERROR, "gap", told);
}

/* One batch after the other; whatever fails from outside is forgotten, waited for, and done again. */
static int run(struct fuse *fuse, struct watch *watch)
{
    unsigned failures = 0; /* in a row: since something was committed last */
    uint64_t flushes = 0;
    struct err told = { 0 }; /* the alarm that was logged last */

    while (!stopping() && !fuse_done(fuse)) {
        struct err err = { 0 };

        if (reload_asked())
            reload();
        watch->failed = fuse_step(fuse, &err) < 0;
        if (watch->failed && err.kind != ERR_RETRY)
            return log_fatal(&err);
        watch_turn(watch, fuse);
        tell_alarm(fuse, &told);
        if (fuse_totals(fuse)->flushes != flushes)
            failures = 0;
        flushes = fuse_totals(fuse)->flushes;
        if (!watch->failed)
            continue;
        counts_retry();
        log_err(LOG_LEVEL_WARNING, "retry", &err);
        fuse_forget(fuse);
        retry_wait(++failures);
    }
    return EXIT_OK;
}

/* What was taken before the signal is committed if the database lets it; if not, the next one takes it again.
 */
static void leave(struct fuse *fuse)
{
    struct err err = { 0 };

    if (stopping() && fuse_flush(fuse, &err) < 0)
        log_err(LOG_LEVEL_WARNING, "last-flush", &err);
    log_totals(fuse);
}

/* At the start a broker or database that is away is told soon, to whoever has typed the command. */
static int open_patiently(const struct conf *conf, bool until_end, struct fuse **ret, struct err *err)
{
    for (unsigned tries = 1;; tries++) {
        if (fuse_open(conf, until_end, ret, err) == 0)
            return 0;
        if (err->kind != ERR_RETRY || tries == TRIES_AT_THE_START || stopping())
            return -1;
        log_err(LOG_LEVEL_WARNING, "retry", err);
        notify_status("waiting for Kafka and PostgreSQL");
        if (reload_asked())
            log_event(LOG_LEVEL_WARNING, "reload-refused", "the start is not over: restart instead");
        retry_wait(tries);
    }
}

int main(int argc, char **argv)
{
    bool until_end = false;
    const struct program_flag flags[] = {
        { "--until-end", &until_end,
          "read up to the high watermarks seen at the start, sweep, seal, and end" },
        { NULL, NULL, NULL },
    };
    const struct program program = { "olive-fuse", "fuses records into household profiles", flags };
    CLEANUP(conf_freep) struct conf *conf = NULL;
    CLEANUP(fuse_closep) struct fuse *fuse = NULL;
    CLEANUP(watch_close) struct watch watch = { 0 };
    struct err err = { 0 };
    int status;

    if (!program_start(&program, argc, argv, &conf, &status))
        return status;
    mallopt(M_MMAP_THRESHOLD,
            64 << 20); /* fetch buffers come from the heap and are used again: a third of the cost */
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    mallopt(M_ARENA_MAX, 1); /* a heap a thread keeps what the threads hand each other twice */
    stop_on_signals();
    if (!until_end)
        reload_on_signal();
    if (watch_open(conf, until_end, &watch, &err) < 0 || open_patiently(conf, until_end, &fuse, &err) < 0)
        return log_fatal(&err);
    notify_ready();
    status = run(fuse, &watch);
    notify_stopping();
    leave(fuse);
    end_within(GOODBYE_S, status);
    return status;
}
