#include "daemon/state/close.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/state/feeds.h"
#include "lib/base/arena.h"
#include "lib/io/fault.h"
#include "lib/wire/record_wire.h"

enum { TRIES_MAX = 100, WAIT_MS = 10000, TAKE_MS = 50, TAKES_MAX = WAIT_MS / TAKE_MS };

/* --- the vector --- */

struct vector {
    struct topic_cut *cuts; /* the delivery topic first */
    size_t count, capacity;
};

static struct topic_cut *vector_room(struct vector *vector)
{
    if (vector->count == vector->capacity) {
        vector->capacity = vector->capacity ? vector->capacity * 2 : 64;
        vector->cuts = mem_realloc(vector->cuts, vector->capacity * sizeof *vector->cuts);
    }
    return &vector->cuts[vector->count++];
}

static int add_watermarks(struct admin *admin, const char *topic, struct arena *arena, struct vector *vector,
                          struct err *err)
{
    const char *name = arena_strndup(arena, topic, strlen(topic));
    int32_t partitions;

    if (admin_partition_count(admin, topic, &partitions, err) < 0)
        return -1;
    for (int32_t partition = 0; partition < partitions; partition++) {
        int64_t low, high;

        if (admin_watermarks(admin, topic, partition, &low, &high, err) < 0)
            return -1;
        *vector_room(vector) = (struct topic_cut){ name, partition, high };
    }
    return 0;
}

/* The delivery topic's first: a receipt that is inside has its lines inside, too. */
static int read_watermarks(const struct conf *conf, struct admin *admin, struct arena *arena,
                           struct vector *ret, struct err *err)
{
    char topic[TOPIC_SIZE];

    ret->count = 0;
    if (add_watermarks(admin, conf_topic_delivery(conf, topic), arena, ret, err) < 0)
        return -1;
    fault_point("close-delivery");
    for (int source = 0; source < SOURCE_COUNT; source++)
        if (add_watermarks(admin, conf_topic(conf, (enum source)source, topic), arena, ret, err) < 0)
            return -1;
    return 0;
}

/* --- the transaction --- */

static int for_each_cut(struct store *store, const struct vector *vector, const char *sql, struct err *err)
{
    for (size_t i = 0; i < vector->count; i++) {
        const struct param params[] = {
            param_text(vector->cuts[i].topic),
            param_int4(vector->cuts[i].partition),
            param_int8(vector->cuts[i].offset),
        };

        if (store_query(store, sql, params, 3, NULL, err) < 0)
            return -1;
    }
    return 0;
}

/* Partitions that nobody has read yet have no rows; a cut needs them. */
static int make_rows(struct store *store, const struct vector *vector, struct err *err)
{
    if (for_each_cut(store, vector,
                     "INSERT INTO olive.topic_offset (topic, partition) SELECT $1, $2 WHERE $3 >= 0::bigint "
                     "ON CONFLICT DO NOTHING",
                     err) < 0)
        return -1;
    return store_run(
        store,
        "INSERT INTO olive.partition_owner (partition) SELECT DISTINCT partition FROM olive.topic_offset "
        "ORDER BY partition ON CONFLICT DO NOTHING",
        err);
}

static int lock_owners(struct store *store, struct err *err)
{
    return store_query(store, "SELECT partition FROM olive.partition_owner ORDER BY partition FOR UPDATE",
                       NULL, 0, NULL, err);
}

/* Receipts that were committed after the watermark was read: the vector is too old. */
static int vector_is_behind(struct store *store, const struct topic_cut *delivery, bool *ret, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;
    const struct param params[] = { param_text(delivery->topic), param_int8(delivery->offset) };

    if (store_query(store, "SELECT 1 FROM olive.topic_offset WHERE topic = $1 AND next_offset > $2", params,
                    2, &rows, err) < 0)
        return -1;
    *ret = rows_count(rows) > 0;
    return 0;
}

static int set_closing(struct store *store, const struct conf *conf, const struct vector *vector,
                       int32_t period, struct err *err)
{
    struct rules_digests rules;
    char month[MONTH_TEXT_SIZE];

    if (rules_put(store, conf, period, &rules, err) < 0 || feeds_write(store, conf, err) < 0 ||
        for_each_cut(store, vector,
                     "UPDATE olive.topic_offset SET cut = greatest(next_offset, $3::bigint) "
                     "WHERE topic = $1 AND partition = $2",
                     err) < 0)
        return -1;
    const struct param params[] = { param_text(month_text(period, month)),
                                    param_bytes(rules.policy, DIGEST_SIZE), param_model(rules.model) };

    return store_query(store,
                       "UPDATE olive.period SET state = 'closing', policy = $2, model = $3, closing = now() "
                       "WHERE period = $1",
                       params, 3, NULL, err);
}

enum attempt { ATTEMPT_CLOSING, ATTEMPT_NOT_OPEN, ATTEMPT_BEHIND };

static int not_this_period(struct store *store, struct err *err)
{
    struct period_row open;
    char month[MONTH_TEXT_SIZE];

    if (period_read_open(store, &open, err) < 0)
        return -1;
    return err_stop(err, EXIT_FAILED, "there is no such period: the one to close next is %s",
                    month_text(open.period, month));
}

static int attempt_body(struct store *store, const struct conf *conf, const struct vector *vector,
                        int32_t period, enum attempt *ret, enum period_state *ret_state, struct err *err)
{
    struct period_row row;
    bool found, behind;

    if (lock_owners(store, err) < 0 || period_read(store, period, &row, &found, err) < 0)
        return -1;
    if (!found)
        return not_this_period(store, err);
    *ret_state = row.state;
    *ret = ATTEMPT_NOT_OPEN;
    if (row.state != PERIOD_OPEN)
        return 0;
    if (vector_is_behind(store, &vector->cuts[0], &behind, err) < 0)
        return -1;
    *ret = behind ? ATTEMPT_BEHIND : ATTEMPT_CLOSING;
    return behind ? 0 : set_closing(store, conf, vector, period, err);
}

static int attempt_close(struct store *store, const struct conf *conf, const struct vector *vector,
                         int32_t period, enum attempt *ret, enum period_state *ret_state, struct err *err)
{
    struct err ignored = { 0 };

    if (make_rows(store, vector, err) < 0 || store_run(store, "BEGIN", err) < 0)
        return -1;
    if (attempt_body(store, conf, vector, period, ret, ret_state, err) < 0) {
        store_run(store, "ROLLBACK", &ignored);
        return -1;
    }
    return store_run(store, *ret == ATTEMPT_CLOSING ? "COMMIT" : "ROLLBACK", err);
}

/* --- the close record --- */

static int read_cuts(struct store *store, struct arena *arena, struct period_close *close, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;

    if (store_query(
            store,
            "SELECT topic, partition, cut FROM olive.topic_offset WHERE cut IS NOT NULL ORDER BY topic, "
            "partition",
            NULL, 0, &rows, err) < 0)
        return -1;
    close->cuts = arena_alloc(arena, rows_count(rows) * sizeof *close->cuts);
    for (; close->cut_count < rows_count(rows); close->cut_count++) {
        struct text topic = rows_text(rows, close->cut_count, 0);

        close->cuts[close->cut_count] = (struct topic_cut){
            arena_strndup(arena, topic.data, topic.len),
            rows_int4(rows, close->cut_count, 1),
            rows_int8(rows, close->cut_count, 2),
        };
    }
    return 0;
}

static int publish(const struct conf *conf, const struct event *event, struct err *err)
{
    CLEANUP(producer_closep) struct producer *producer = NULL;
    CLEANUP(buffer_free) struct buffer message = { 0 };
    char topic[TOPIC_SIZE];

    wire_pack_event(event, &message);
    if (producer_open(conf, &producer, err) < 0 ||
        producer_publish(producer, conf_topic_delivery(conf, topic), 0, NULL, 0, message.data, message.size,
                         NULL, 0, WAIT_MS, err) < 0)
        return -1;
    return producer_flush(producer, WAIT_MS, err);
}

/* Whether olive.delivery.v1 has the close record of this period at or behind the cut. */
static int is_announced(const struct conf *conf, int32_t period, int64_t cut, bool *ret, struct err *err)
{
    CLEANUP(admin_closep) struct admin *admin = NULL;
    CLEANUP(consumer_closep) struct consumer *consumer = NULL;
    CLEANUP(wire_freep) struct wire *wire = wire_new();
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    char topic[TOPIC_SIZE];
    const struct topic_cut from = { conf_topic_delivery(conf, topic), 0, cut };
    int64_t low, high, next = cut;
    int empty = 0;

    *ret = false;
    if (admin_open(conf, &admin, err) < 0 || admin_watermarks(admin, topic, 0, &low, &high, err) < 0 ||
        consumer_open_plain(conf, &from, 1, &consumer, err) < 0)
        return -1;
    while (next < high && !*ret) {
        struct bus_batch batch;

        if (consumer_take(consumer, TAKE_MS, 1000, &batch, err) < 0) /* waits for all of the 1000 */
            return -1;
        empty = batch.count ? 0 : empty + 1;
        if (empty == TAKES_MAX)
            return err_set(err, ERR_RETRY, "%s: offset %lld does not come", topic, (long long)next);
        for (size_t i = 0; i < batch.count; i++) {
            struct err ignored = { 0 };
            struct event event;

            next = batch.messages[i].offset + 1;
            if (wire_unpack_event(wire, batch.messages[i].data, batch.messages[i].size, arena, &event,
                                  &ignored) == 0)
                *ret |= event.kind == EVENT_CLOSE && event.close.period == period;
        }
    }
    return 0;
}

int period_announce(struct store *store, const struct conf *conf, const struct period_row *row,
                    struct err *err)
{
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    struct event event = { .kind = EVENT_CLOSE, .close = { .period = row->period } };
    char topic[TOPIC_SIZE];
    struct feeds feeds;
    int64_t cut = 0;
    bool announced;

    if (read_cuts(store, arena, &event.close, err) < 0 || feeds_read(store, arena, &feeds, err) < 0)
        return -1;
    if (!event.close.cut_count) /* sealed meanwhile: the vector is gone, and the record is there */
        return 0;
    conf_topic_delivery(conf, topic);
    for (size_t i = 0; i < event.close.cut_count; i++)
        if (!strcmp(event.close.cuts[i].topic, topic))
            cut = event.close.cuts[i].offset;
    if (is_announced(conf, row->period, cut, &announced, err) < 0)
        return -1;
    event.close.feeds = feeds.items;
    event.close.feed_count = feeds.count;
    memcpy(event.close.policy, row->rules.policy, DIGEST_SIZE);
    memcpy(event.close.model, row->rules.model, DIGEST_SIZE);
    return announced ? 0 : publish(conf, &event, err);
}

/* --- all together --- */

int period_close(struct store *store, const struct conf *conf, int32_t period, enum period_state *ret_state,
                 struct err *err)
{
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    CLEANUP(admin_closep) struct admin *admin = NULL;
    enum attempt attempt = ATTEMPT_BEHIND;
    struct vector vector = { 0 };
    struct period_row row;
    bool found;
    int status = admin_open(conf, &admin, err);

    for (int tries = 0; status == 0 && attempt == ATTEMPT_BEHIND && tries < TRIES_MAX; tries++) {
        status = read_watermarks(conf, admin, arena, &vector, err);
        fault_point("close-watermarks");
        if (status == 0)
            status = attempt_close(store, conf, &vector, period, &attempt, ret_state, err);
    }
    free(vector.cuts);
    if (status < 0)
        return -1;
    if (attempt == ATTEMPT_BEHIND)
        return err_set(err, ERR_RETRY, "deliveries come in faster than a cut can be taken; try again");
    fault_point("close-committed");
    if (period_read(store, period, &row, &found, err) < 0)
        return -1;
    /* Sealed meanwhile: whoever sealed it has seen to the record. */
    return found && row.state == PERIOD_CLOSING ? period_announce(store, conf, &row, err) : 0;
}
