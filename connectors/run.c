#include "connectors/run.h"

#include <inttypes.h>
#include <stdlib.h>

#include "connectors/feed_check.h"
#include "connectors/intake.h"
#include "connectors/unattended.h"
#include "lib/base/arena.h"
#include "lib/io/bus.h"
#include "lib/io/clock.h"
#include "lib/io/log.h"
#include "lib/io/program.h"

enum { CLOCK_JUMP_MS = 30000 };
enum { TRIES_MAX = 5, WAIT_FIRST_MS = 200, WAIT_MAX_MS = 10000 };

struct run {
    const struct conf *conf;
    bool once;
    struct tokeniser *tokeniser;
    struct sealer *sealer;
    struct publisher *publisher;
    struct intake **intakes;
    size_t count;
    unsigned failures; /* in a row */
    uint64_t deliveries, rejected;
    int64_t wall_over_ticks_ms; /* of the last round; 0: there was none */
};

static void run_close(struct run *run)
{
    for (size_t i = 0; i < run->count; i++)
        intake_close(run->intakes[i]);
    free(run->intakes);
    publisher_close(run->publisher);
    sealer_close(run->sealer);
    tokeniser_close(run->tokeniser);
}

/* --- start --- */

static int check_topic(struct admin *admin, const char *topic, int32_t partitions, struct err *err)
{
    int32_t is;

    if (admin_partition_count(admin, topic, &is, err) < 0)
        return err->kind == ERR_STOP
                   ? err_stop(err, EXIT_CONFIG, "kafka has no topic %s: `olive topics apply` makes it", topic)
                   : -1;
    if (partitions && is != partitions)
        return err_stop(
            err, EXIT_CONFIG,
            "topic %s has %d partitions, topics.partitions says %d: `olive topics plan` tells more", topic,
            is, partitions);
    return 0;
}

/* A topic that is missing would be found out only by messages that never arrive. */
static int check_topics(const struct conf *conf, struct err *err)
{
    CLEANUP(admin_closep) struct admin *admin = NULL;
    char topic[TOPIC_SIZE];

    if (admin_open(conf, &admin, err) < 0 || check_topic(admin, conf_topic_delivery(conf, topic), 1, err) < 0)
        return -1;
    for (size_t i = 0; i < conf->feed_count; i++)
        if (conf->feeds[i].enabled &&
            (check_topic(admin, conf_topic(conf, conf->feeds[i].source, topic),
                         (int32_t)conf->topics.partitions, err) < 0 ||
             check_topic(admin, conf_topic_dlq(conf, conf->feeds[i].source, topic), 0, err) < 0))
            return -1;
    return 0;
}

static int open_keys(struct run *run, struct err *err)
{
    const struct conf *conf = run->conf;

    if (tokeniser_open(conf->keys.token, conf->keys.hash, &run->tokeniser, err) < 0)
        return err_add(err, "%s: keys.token: ", conf_place(conf, "keys.token"));
    if (sealer_open(conf->keys.dead_letter, &run->sealer, err) < 0)
        return err_add(err, "%s: keys.dead_letter: ", conf_place(conf, "keys.dead_letter"));
    return 0;
}

static int open_feeds(struct run *run, struct err *err)
{
    const struct intake_conf shared = { run->conf, run->tokeniser, run->publisher, run->sealer };

    run->intakes = mem_alloc((run->conf->feed_count + 1) * sizeof *run->intakes);
    for (size_t i = 0; i < run->conf->feed_count; i++) {
        if (!run->conf->feeds[i].enabled)
            continue;
        if (intake_open(&shared, &run->conf->feeds[i], &run->intakes[run->count], err) < 0)
            return -1;
        run->count++;
    }
    unattended_tell(run->conf);
    return 0;
}

static void back_off(struct run *run)
{
    uint32_t ms = WAIT_FIRST_MS;

    for (unsigned i = 1; i < run->failures && ms < WAIT_MAX_MS; i++)
        ms *= 2;
    wait_ms(ms < WAIT_MAX_MS ? ms : WAIT_MAX_MS);
}

static int run_open(struct run *run, struct err *err)
{
    if (feeds_check(run->conf, err) < 0 || open_keys(run, err) < 0)
        return -1;
    while (check_topics(run->conf, err) < 0) {
        if (err->kind != ERR_RETRY || stopping() || (run->once && run->failures + 1 == TRIES_MAX))
            return -1;
        run->failures++;
        log_err(LOG_LEVEL_WARNING, "retry", err);
        back_off(run);
    }
    run->failures = 0;
    if (publisher_open(run->conf, run->sealer, &run->publisher, err) < 0)
        return -1;
    return open_feeds(run, err);
}

/* --- rounds --- */

struct round {
    uint64_t deliveries;
    size_t waiting, half;
    bool failed;
};

/* The feed is taken up again in the next round; the others go on. */
static int step_failed(struct run *run, struct round *round, struct err *err)
{
    if (err->kind != ERR_RETRY)
        return -1;
    log_err(stopping() ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING, "retry", err);
    err_clear(err);
    round->failed = true;
    return publisher_renew(run->publisher, err);
}

/* Files are watched and waits measured by a clock that cannot jump; times of receipt are those of the wall.
 */
static void watch_clock(struct run *run)
{
    int64_t now = wall_ms() - ticks_ms(), jump = run->wall_over_ticks_ms ? now - run->wall_over_ticks_ms : 0;

    run->wall_over_ticks_ms = now;
    if (jump > CLOCK_JUMP_MS || jump < -CLOCK_JUMP_MS)
        log_event(LOG_LEVEL_WARNING, "clock-jumped",
                  "the clock went %s by %" PRId64
                  " s: deliveries are received at the time that it says; see to "
                  "its synchronisation",
                  jump < 0 ? "back" : "forward", (jump < 0 ? -jump : jump) / 1000);
}

static int run_round(struct run *run, struct round *round, struct err *err)
{
    *round = (struct round){ 0 };
    watch_clock(run);
    for (size_t i = 0; i < run->count && !stopping() && !round->failed; i++) {
        struct intake_result result;
        int status = intake_step(run->intakes[i], &result, err);

        run->deliveries += result.deliveries;
        run->rejected += result.rejected;
        round->deliveries += result.deliveries;
        round->waiting += result.waiting;
        round->half += result.half;
        if (status < 0 && step_failed(run, round, err) < 0)
            return -1;
    }
    return 0;
}

static int end_once(const struct round *round)
{
    if (round->half)
        log_event(
            LOG_LEVEL_WARNING, "inbox-half",
            "%zu files were left in the inboxes: each lacks its NAME.ok, or is a NAME.ok without its file",
            round->half);
    return 0;
}

static int rounds(struct run *run, struct err *err)
{
    struct round round;

    while (!stopping()) {
        if (run_round(run, &round, err) < 0)
            return -1;
        run->failures = round.failed ? run->failures + 1 : 0;
        if (run->once && run->failures == TRIES_MAX)
            return err_stop(err, EXIT_UNAVAILABLE,
                            "gave up after %d tries; what was begun goes on at the next "
                            "start",
                            TRIES_MAX);
        if (round.failed)
            back_off(run);
        else if (run->once && !round.deliveries && !round.waiting)
            return end_once(&round);
        else if (!round.deliveries)
            wait_ms(run->conf->connect.scan_ms);
    }
    return 0;
}

int run_feeds(const struct conf *conf, bool once)
{
    struct run run = { .conf = conf, .once = once };
    struct err err = { 0 };
    int status = run_open(&run, &err) < 0 || rounds(&run, &err) < 0 ? log_fatal(&err) : EXIT_OK;

    log_event(LOG_LEVEL_INFO, "connected", "%" PRIu64 " deliveries, %" PRIu64 " of them rejected",
              run.deliveries, run.rejected);
    run_close(&run);
    return status == EXIT_OK && once && run.rejected ? EXIT_DATA : status;
}
