/* olive-fuse - Kafka in, households' profiles in PostgreSQL out. */
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "daemon/fuse/fuse.h"
#include "lib/io/log.h"
#include "lib/io/program.h"

enum { TRIES_AT_THE_START = 5, WAIT_FIRST_MS = 100, WAIT_MAX_MS = 5000, GOODBYE_S = 10 };

/* Longer after every failure in a row. */
static void retry_wait(unsigned failures)
{
    uint32_t ms = WAIT_FIRST_MS;

    for (; failures > 1 && ms < WAIT_MAX_MS; failures--)
        ms *= 2;
    wait_ms(ms < WAIT_MAX_MS ? ms : WAIT_MAX_MS);
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

/* One batch after the other; whatever fails from outside is forgotten, waited for, and done again. */
static int run(struct fuse *fuse)
{
    unsigned failures = 0; /* in a row: since something was committed last */
    uint64_t flushes = 0;
    struct err told = { 0 }; /* the alarm that was logged last */

    while (!stopping() && !fuse_done(fuse)) {
        struct err err = { 0 };

        if (fuse_step(fuse, &err) == 0) {
            if (fuse_totals(fuse)->flushes != flushes)
                failures = 0;
            flushes = fuse_totals(fuse)->flushes;
        } else if (err.kind == ERR_RETRY) {
            log_err(LOG_LEVEL_WARNING, "retry", &err);
            fuse_forget(fuse);
            retry_wait(++failures);
        } else {
            return log_fatal(&err);
        }
        if (fuse_alarm(fuse) && strcmp(told.text, fuse_alarm(fuse)->text) != 0) {
            told = *fuse_alarm(fuse);
            log_err(LOG_LEVEL_ERROR, "gap", &told);
        }
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
    struct err err = { 0 };
    int status;

    if (!program_start(&program, argc, argv, &conf, &status))
        return status;
    mallopt(M_MMAP_THRESHOLD,
            64 << 20); /* fetch buffers come from the heap and are used again: a third of the cost */
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    mallopt(M_ARENA_MAX, 1); /* a heap a thread keeps what the threads hand each other twice */
    stop_on_signals();
    if (open_patiently(conf, until_end, &fuse, &err) < 0)
        return log_fatal(&err);
    status = run(fuse);
    leave(fuse);
    end_within(GOODBYE_S, status);
    return status;
}
