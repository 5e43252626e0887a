#include "connectors/run.h"

#include <inttypes.h>
#include <stdlib.h>

#include "connectors/counts.h"
#include "connectors/feed_check.h"
#include "connectors/feeds.h"
#include "lib/base/arena.h"
#include "lib/io/bus.h"
#include "lib/io/clock.h"
#include "lib/io/health.h"
#include "lib/io/log.h"
#include "lib/io/notify.h"
#include "lib/io/program.h"

enum { CLOCK_JUMP_MS = 30000, WATCH_MS = 1000, FETCH_WATCH_MS = 50 };
enum { TRIES_MAX = 5, WAIT_FIRST_MS = 200, WAIT_MAX_MS = 10000, ASK_EVERY_MS = 30000 };

struct run {
    const struct conf *conf; /* of the start: what a reload does not change comes from here */
    uint32_t scan_ms;
    bool once;
    struct tokeniser *tokeniser;
    struct sealer *sealer;
    struct publisher *publisher;
    struct history *history;
    struct hints *hints;
    struct feeds *feeds;
    struct health *health; /* NULL: nobody asked for it */
    size_t first;          /* whose turn it is: after a failure the next feed's */
    unsigned failures;     /* in a row */
    int64_t asked_ms;      /* when Kafka was last asked or heard from */
    bool kafka_away;
    uint64_t deliveries, rejected, refused;
    int64_t looked_ms;          /* when all inboxes were last looked into */
    int64_t wall_over_ticks_ms; /* of the last round; 0: there was none */
};

static void run_close(struct run *run)
{
    health_close(run->health);
    feeds_free(run->feeds);
    history_free(run->history);
    hints_free(run->hints);
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

static int check_source(struct admin *admin, const struct conf *conf, enum source source, struct err *err)
{
    char topic[TOPIC_SIZE];

    if (check_topic(admin, conf_topic(conf, source, topic), (int32_t)conf->topics.partitions, err) < 0)
        return -1;
    return check_topic(admin, conf_topic_dlq(conf, source, topic), 0, err);
}

/* A topic that is missing would be found out only by messages that never arrive. Those of the sources that
 * are at work already have been looked at. */
static int check_topics(const struct run *run, const struct conf *wanted, struct err *err)
{
    CLEANUP(admin_closep) struct admin *admin = NULL;
    char topic[TOPIC_SIZE];

    for (size_t i = 0; i < wanted->feed_count; i++) {
        const struct feed_conf *feed = &wanted->feeds[i];

        if (!feed->enabled || feeds_has_source(run->feeds, feed->source))
            continue;
        if (!admin && (admin_open(run->conf, &admin, err) < 0 ||
                       check_topic(admin, conf_topic_delivery(run->conf, topic), 1, err) < 0))
            return -1;
        if (check_source(admin, run->conf, feed->source, err) < 0)
            return -1;
    }
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

static int open_health(struct run *run, struct err *err)
{
    const struct conf *conf = run->conf;

    counts_start();
    if (run->once || !conf->connect.metrics)
        return 0;
    if (health_open(conf->connect.metrics, conf_place(conf, "connect.metrics"), &run->health, err) < 0)
        return err_add(err, "connect.metrics: ");
    return 0;
}

static void back_off(struct run *run)
{
    uint32_t ms = WAIT_FIRST_MS;

    for (unsigned i = 1; i < run->failures && ms < WAIT_MAX_MS; i++)
        ms *= 2;
    idle_ms(ms < WAIT_MAX_MS ? ms : WAIT_MAX_MS);
}

static void refuse_reload(const char *why)
{
    counts_reload(false);
    log_event(LOG_LEVEL_ERROR, "reload-refused", "the configuration stays as it was: %s", why);
}

static int await_topics(struct run *run, struct err *err)
{
    while (check_topics(run, run->conf, err) < 0) {
        if (err->kind != ERR_RETRY || stopping() || (run->once && run->failures + 1 == TRIES_MAX))
            return -1;
        run->failures++;
        counts_retry();
        log_err(LOG_LEVEL_WARNING, "retry", err);
        notify_status("waiting for Kafka");
        health_set("kafka does not answer");
        if (reload_asked())
            refuse_reload("the start waits for Kafka; restart to start with another one");
        back_off(run);
    }
    run->failures = 0;
    return 0;
}

static int run_open(struct run *run, struct err *err)
{
    struct intake_conf shared;

    if (feeds_check(run->conf, err) < 0 || open_keys(run, err) < 0 || open_health(run, err) < 0 ||
        publisher_open(run->conf, run->sealer, &run->publisher, err) < 0)
        return -1;
    run->history = history_new(run->conf);
    run->hints = run->once ? NULL : hints_new();
    shared = (struct intake_conf){ run->conf,    run->tokeniser, run->publisher, run->sealer,
                                   run->history, run->hints,     run->once };
    run->feeds = feeds_new(&shared);
    if (await_topics(run, err) < 0)
        return -1;
    return feeds_open(run->feeds, run->conf, err);
}

/* --- reload --- */

/* What is read at the start only, being under all that is at work. */
static void tell_unchanged(const struct run *run, const struct conf *conf)
{
    static const char *const paths[] = {
        "kafka",           "topics.prefix",    "topics.partitions", "keys.epoch",
        "keys.token",      "keys.dead_letter", "connect.state",     "connect.queue_messages",
        "connect.metrics", "keys.hash",        "archive.keep",      "archive.encrypt",
    };

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (!conf_same(run->conf, conf, paths[i]))
            log_event(LOG_LEVEL_WARNING, "reload-partly", "%s: %s has changed: restart to have it taken",
                      conf_place(conf, paths[i]), paths[i]);
}

static int load_anew(const struct run *run, struct conf **ret, struct err *err)
{
    CLEANUP(conf_freep) struct conf *conf = NULL;

    if (program_reload(&conf, err) < 0 || feeds_check(conf, err) < 0 ||
        feeds_check_inboxes(run->feeds, conf, err) < 0 || check_topics(run, conf, err) < 0)
        return -1;
    *ret = conf;
    conf = NULL;
    return 0;
}

/* All of the new configuration is good, or the old one stays. */
static void reload(struct run *run)
{
    struct feeds_change change;
    struct conf *conf = NULL;
    struct err err = { 0 };

    notify_reloading();
    if (load_anew(run, &conf, &err) < 0) {
        refuse_reload(err.text);
    } else {
        log_set(conf->log.format, conf->log.level);
        tell_unchanged(run, conf);
        run->scan_ms = conf->connect.scan_ms;
        change = feeds_follow(run->feeds, conf);
        counts_reload(true);
        log_event(LOG_LEVEL_INFO, "reloaded", "%zu feeds: %zu added, %zu removed, %zu changed",
                  feeds_count(run->feeds) - change.removed, change.added, change.removed, change.changed);
    }
    notify_ready();
}

/* --- rounds --- */

struct round {
    uint64_t deliveries;
    size_t waiting, half;
    bool failed, fetching;
};

/* The feed is taken up again in the next round, when the others have had their turn. */
static int step_failed(struct run *run, struct round *round, struct err *err)
{
    if (err->kind != ERR_RETRY)
        return -1;
    counts_retry();
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

static void add_result(struct run *run, struct round *round, const struct intake_result *result)
{
    run->deliveries += result->deliveries;
    run->rejected += result->rejected;
    run->refused += result->refused;
    round->deliveries += result->deliveries;
    round->fetching |= result->fetching;
    round->waiting += result->waiting;
    round->half += result->half;
}

/* Hints may be lost: now and then every inbox is looked into. */
static bool is_time_to_look(struct run *run)
{
    int64_t now = ticks_ms();

    if (run->looked_ms && now - run->looked_ms < (int64_t)run->scan_ms)
        return false;
    run->looked_ms = now;
    return true;
}

static int run_round(struct run *run, struct round *round, struct err *err)
{
    size_t count = feeds_count(run->feeds), first = run->first;

    bool look = is_time_to_look(run);

    *round = (struct round){ 0 };
    watch_clock(run);
    for (size_t i = 0; i < count && !stopping() && !round->failed; i++) {
        size_t index = (first + i) % count;
        struct intake_result result;
        int status = feeds_step(run->feeds, index, look, &result, err);

        notify_alive();
        add_result(run, round, &result);
        run->first = index + 1;
        if (status < 0 && step_failed(run, round, err) < 0)
            return -1;
    }
    feeds_sweep(run->feeds);
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

/* Without deliveries nobody would notice that Kafka has gone: who watches wants to know before. */
static void ask_kafka(struct run *run, const struct round *round)
{
    struct err err = { 0 };

    if (round->deliveries) {
        run->kafka_away = false;
        run->asked_ms = ticks_ms();
    }
    if (!run->health || ticks_ms() - run->asked_ms < ASK_EVERY_MS)
        return;
    run->kafka_away = publisher_ask(run->publisher, &err) < 0;
    run->asked_ms = ticks_ms();
}

static void show_state(struct run *run, const struct round *round)
{
    ask_kafka(run, round);
    health_set(round->failed              ? "the last try failed and is repeated: see the log, event retry"
               : run->kafka_away          ? "kafka does not answer"
               : feeds_failed(run->feeds) ? "a feed cannot be opened: see the log, event feed-failed"
                                          : NULL);
    notify_status("%zu feeds; %" PRIu64 " deliveries, %" PRIu64 " of them rejected%s",
                  feeds_count(run->feeds), run->deliveries, run->rejected,
                  round->failed ? "; trying again: see the log" : "");
}

/* Until the kernel says that something has come; a file whose growth is watched is looked at more often. */
static void rest(struct run *run, const struct round *round)
{
    uint32_t ms = round->waiting && run->scan_ms > WATCH_MS ? WATCH_MS : run->scan_ms;

    if (round->fetching && ms > FETCH_WATCH_MS)
        ms = FETCH_WATCH_MS;
    if (run->hints)
        hints_wait(run->hints, ms);
    else
        idle_ms(ms);
}

static int rounds(struct run *run, struct err *err)
{
    struct round round;

    while (!stopping()) {
        if (reload_asked())
            reload(run);
        if (run_round(run, &round, err) < 0)
            return -1;
        show_state(run, &round);
        run->failures = round.failed ? run->failures + 1 : 0;
        if (run->once && run->failures == TRIES_MAX)
            return err_stop(err, EXIT_UNAVAILABLE,
                            "gave up after %d tries; what was begun goes on at the next "
                            "start",
                            TRIES_MAX);
        if (round.failed)
            back_off(run);
        else if (run->once && !round.deliveries && !round.waiting && !round.fetching)
            return end_once(&round);
        else if (!round.deliveries)
            rest(run, &round);
    }
    return 0;
}

static int work(struct run *run, struct err *err)
{
    if (run_open(run, err) < 0)
        return -1;
    feeds_tell_left(run->feeds);
    notify_ready();
    return rounds(run, err);
}

int run_feeds(const struct conf *conf, bool once)
{
    struct run run = { .conf = conf, .scan_ms = conf->connect.scan_ms, .once = once };
    struct err err = { 0 };
    int status = work(&run, &err) < 0 ? log_fatal(&err) : EXIT_OK;

    notify_stopping();
    log_event(LOG_LEVEL_INFO, "connected", "%" PRIu64 " deliveries, %" PRIu64 " of them rejected",
              run.deliveries, run.rejected);
    run_close(&run);
    if (status != EXIT_OK || !once)
        return status;
    return run.rejected ? EXIT_DATA : run.refused ? EXIT_UNAVAILABLE : EXIT_OK;
}
