/* FLUSH: one transaction carries evidence, subjects, profiles, receipts, offsets and the owner's epoch. */
#include <stdio.h>
#include <string.h>

#include "daemon/fuse/fuse_private.h"
#include "lib/base/json.h"
#include "lib/io/fault.h"
#include "lib/io/notify.h"

/* --- which partitions --- */

static bool partition_has_news(const struct partition *partition)
{
    for (int topic = 0; topic < TOPIC_COUNT; topic++)
        if (partition->lanes[topic].next != partition->lanes[topic].start)
            return true;
    return false;
}

/* Those with taken records (even if all are repeated) or with subjects to slide. */
static size_t list_parts(struct fuse *fuse, int32_t *ret)
{
    size_t count = 0, touched_count;
    struct cached **touched = cache_touched(fuse->cache, &touched_count);
    bool *wanted = arena_zalloc(fuse->batch, (size_t)fuse->partition_count * sizeof *wanted);

    for (size_t i = 0; i < touched_count; i++)
        wanted[touched[i]->partition] = true;
    for (int32_t p = 0; p < fuse->partition_count; p++)
        if (wanted[p] || partition_has_news(&fuse->partitions[p]))
            ret[count++] = p;
    return count;
}

/* --- steps 2 and 3: fencing --- */

static int check_epochs(struct fuse *fuse, const struct param *parts, size_t count, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;

    if (store_query(
            fuse->store,
            "SELECT partition, epoch FROM olive.partition_owner WHERE partition = ANY($1) ORDER BY partition "
            "FOR UPDATE",
            parts, 1, &rows, err) < 0)
        return -1;
    for (size_t i = 0; i < rows_count(rows); i++)
        if (rows_int8(rows, i, 1) != fuse->partitions[rows_int4(rows, i, 0)].epoch) {
            fuse->rejoin = true;
            return err_set(err, ERR_RETRY, "fenced: partition %d has another owner",
                           (int)rows_int4(rows, i, 0));
        }
    if (rows_count(rows) != count)
        return err_set(err, ERR_RETRY, "an owner row vanished");
    return 0;
}

static int check_lane(struct fuse *fuse, const struct rows *rows, size_t i, struct err *err)
{
    char name[TOPIC_SIZE];
    struct text topic = rows_text(rows, i, 0);
    const struct lane *lane;
    int index;

    snprintf(name, sizeof name, "%.*s", (int)topic.len, topic.data);
    index = take_topic(fuse, name);
    if (index < 0)
        return 0;
    lane = &fuse->partitions[rows_int4(rows, i, 1)].lanes[index];
    if (rows_int8(rows, i, 2) != lane->start)
        return err_set(err, ERR_RETRY, "%s [%d]: the committed offset is not where this instance began", name,
                       (int)rows_int4(rows, i, 1));
    if (!rows_null(rows, i, 3) && lane->next > rows_int8(rows, i, 3))
        return err_set(err, ERR_RETRY, "%s [%d]: taken beyond the cut of a close", name,
                       (int)rows_int4(rows, i, 1));
    return 0;
}

static int check_offsets(struct fuse *fuse, const struct param *parts, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;

    if (store_query(
            fuse->store,
            "SELECT topic, partition, next_offset, cut FROM olive.topic_offset WHERE partition = ANY($1)",
            parts, 1, &rows, err) < 0)
        return -1;
    for (size_t i = 0; i < rows_count(rows); i++)
        if (check_lane(fuse, rows, i, err) < 0)
            return -1;
    return 0;
}

int flush_load_rules(struct fuse *fuse, const struct period_row *period, struct err *err)
{
    if (fuse->rules.policy && !memcmp(&fuse->rules_digests, &period->rules, sizeof period->rules))
        return 0;
    rules_free(&fuse->rules);
    fuse->rules_digests = period->rules;
    return rules_load(fuse->store, &period->rules, &fuse->rules, err);
}

/* --- receipts and quarantine --- */

static void months_json(const struct receipt *receipt, struct buffer *out)
{
    struct json json = json_to(out);

    json_open(&json, '{');
    for (int indicator = 0; indicator < INDICATOR_COUNT; indicator++) {
        bool any = false;

        for (size_t i = 0; i < receipt->month_count; i++) {
            char month[MONTH_TEXT_SIZE];

            if ((int)receipt->months[i].indicator != indicator)
                continue;
            if (!any) {
                json_key(&json, code_name(&indicator_codes, indicator));
                json_open(&json, '{');
            }
            any = true;
            json_key(&json, month_text(receipt->months[i].month, month));
            json_uint(&json, receipt->months[i].count);
        }
        if (any)
            json_close(&json, '}');
    }
    json_close(&json, '}');
    buffer_add_byte(out, '\0');
}

static void reasons_json(const struct receipt *receipt, struct buffer *out)
{
    struct json json = json_to(out);

    json_open(&json, '{');
    for (int reason = 1; reason < REASON_COUNT; reason++)
        if (receipt->by_reason[reason]) {
            json_key(&json, reason_names[reason]);
            json_uint(&json, receipt->by_reason[reason]);
        }
    json_close(&json, '}');
    buffer_add_byte(out, '\0');
}

static int write_receipt(struct fuse *fuse, int64_t offset, const struct receipt *receipt, struct err *err)
{
    CLEANUP(buffer_free) struct buffer reasons = { 0 }, months = { 0 };
    char day[DAY_TEXT_SIZE];
    bool acts = receipt->act.any;

    reasons_json(receipt, &reasons);
    months_json(receipt, &months);
    const struct param params[] = {
        param_int8(offset),
        param_bytes(receipt->delivery.digest, DIGEST_SIZE),
        param_text(receipt->feed),
        param_text(code_name(&source_codes, (int)receipt->source)),
        param_int8((int64_t)receipt->sequence),
        param_int8((int64_t)receipt->size_bytes),
        param_int8(receipt->delivery.received_ms),
        param_text(delivery_state_names[receipt->state]),
        param_text(receipt->why),
        param_text(receipt->as_of_day == DAY_NONE ? NULL : day_text(receipt->as_of_day, day)),
        param_int8((int64_t)receipt->lines),
        param_int8((int64_t)receipt->published),
        param_int8((int64_t)receipt->dead_lettered),
        param_int8((int64_t)receipt->duplicate),
        param_int8((int64_t)receipt->obsolete),
        param_int8((int64_t)receipt->rejected),
        param_int8((int64_t)receipt->ended),
        param_int8((int64_t)receipt->retracted),
        param_text((const char *)reasons.data),
        param_text((const char *)months.data),
        param_int8((int64_t)receipt->took_ms),
        param_int8((int64_t)receipt->arrival),
        acts ? param_bytes(receipt->act.original, DIGEST_SIZE) : param_null(),
        param_int8((int64_t)receipt->act.settled),
    };

    /* A connector that was killed may send a receipt twice: that delivery still counts once. */
    if (store_query(
            fuse->store,
            "INSERT INTO olive.delivery (receipt_offset, delivery, feed, source, sequence, bytes, "
            "received_ms, "
            "state, why, as_of, lines, published, dead_lettered, duplicate, obsolete, rejected, ended, "
            "retracted, dead_letters, months, took_ms, arrival, original, settled) VALUES ($1, $2, $3, $4, "
            "$5, $6, $7, $8, $9, "
            "$10::text::date, $11, $12, $13, $14, $15, $16, $17, $18, $19::text::jsonb, $20::text::jsonb, "
            "$21, $22, $23::bytea, $24) "
            "ON CONFLICT DO NOTHING",
            params, sizeof params / sizeof *params, NULL, err) < 0)
        return -1;
    if (store_affected(fuse->store) == 0)
        fuse->partitions[0].lanes[TOPIC_DELIVERY].repeated++;
    fuse->totals.rows_written++;
    return 0;
}

/* The close record itself is no row: what a close means stands in olive.period and olive.topic_offset. */
static int write_events(struct fuse *fuse, struct err *err)
{
    for (const struct taken_event *event = fuse->events; event; event = event->next)
        if (event->event.kind == EVENT_RECEIPT &&
            write_receipt(fuse, event->offset, &event->event.receipt, err) < 0)
            return -1;
    return 0;
}

static int write_quarantine(struct fuse *fuse, struct err *err)
{
    for (const struct quarantined *bad = fuse->quarantined; bad; bad = bad->next) {
        const struct param params[] = {
            param_text(fuse->topics[bad->topic]),
            param_int4(bad->partition),
            param_int8(bad->offset),
            param_text(bad->reason),
        };

        if (store_query(
                fuse->store,
                "INSERT INTO olive.quarantine (topic, partition, \"offset\", reason) VALUES ($1, $2, $3, $4)",
                params, 4, NULL, err) < 0)
            return -1;
        fuse->totals.rows_written++;
    }
    return 0;
}

/* --- step 10 --- */

static int write_lane(struct fuse *fuse, int32_t partition, int topic, struct err *err)
{
    const struct lane *lane = &fuse->partitions[partition].lanes[topic];
    const struct param params[] = {
        param_text(fuse->topics[topic]),
        param_int4(partition),
        param_int8(lane->next),
        param_int8((int64_t)lane->records),
        param_int8((int64_t)lane->repeated),
        param_int8((int64_t)lane->quarantined),
    };

    fuse->totals.rows_written++;
    return store_query(
        fuse->store,
        "UPDATE olive.topic_offset SET next_offset = $3, records = records + $4, distinct_records = "
        "distinct_records + $4 - $5 - $6, repeated = repeated + $5, quarantined = quarantined + $6 "
        "WHERE topic = $1 AND partition = $2",
        params, 6, NULL, err);
}

static int write_offsets(struct fuse *fuse, const int32_t *parts, size_t count, struct err *err)
{
    for (size_t i = 0; i < count; i++)
        for (int topic = 0; topic < TOPIC_COUNT; topic++) {
            const struct lane *lane = &fuse->partitions[parts[i]].lanes[topic];

            if (lane->next != lane->start && write_lane(fuse, parts[i], topic, err) < 0)
                return -1;
        }
    return 0;
}

/* --- after the commit --- */

static void lane_committed(struct fuse *fuse, struct lane *lane)
{
    fuse->totals.records += lane->records;
    fuse->totals.repeated += lane->repeated;
    fuse->totals.quarantined += lane->quarantined;
    fuse->totals.distinct += lane->records - lane->repeated - lane->quarantined;
    lane->start = lane->next;
    lane->records = lane->repeated = lane->quarantined = 0;
}

static void hint_offsets(struct fuse *fuse, const int32_t *parts, size_t count)
{
    struct topic_cut *offsets = arena_alloc(fuse->batch, count * SOURCE_COUNT * sizeof *offsets);
    size_t hints = 0;

    for (size_t i = 0; i < count; i++)
        for (int topic = 0; topic < SOURCE_COUNT; topic++)
            offsets[hints++] = (struct topic_cut){ fuse->topics[topic], parts[i],
                                                   fuse->partitions[parts[i]].lanes[topic].start };
    consumer_commit_hint(fuse->group, offsets, hints);
}

static void committed(struct fuse *fuse, const int32_t *parts, size_t count)
{
    subjects_committed(fuse);
    for (size_t i = 0; i < count; i++) {
        struct partition *partition = &fuse->partitions[parts[i]];

        for (int topic = 0; topic < TOPIC_COUNT; topic++)
            lane_committed(fuse, &partition->lanes[topic]);
    }
    fuse->totals.flushes++;
    hint_offsets(fuse, parts, count);
    take_drop(fuse);
}

/* --- the transaction --- */

static int flush_body(struct fuse *fuse, const int32_t *parts, size_t count, struct err *err)
{
    CLEANUP(buffer_free) struct buffer array = { 0 };
    const struct param wanted[] = { param_int4_array(&array, parts, count) };
    struct period_row period;

    fault_point("flush-begin");
    if (check_epochs(fuse, wanted, count, err) < 0 || check_offsets(fuse, wanted, err) < 0 ||
        period_read_open(fuse->store, &period, err) < 0 || flush_load_rules(fuse, &period, err) < 0)
        return -1;
    fault_point("flush-checked");
    notify_alive(); /* each step may take as long as a statement may */
    if (write_events(fuse, err) < 0 || write_quarantine(fuse, err) < 0 ||
        subjects_write(fuse, &period, err) < 0 || households_touch(fuse, err) < 0 ||
        subjects_upsert(fuse, err) < 0)
        return -1;
    fault_point("flush-subjects");
    notify_alive();
    if (households_write(fuse, &period, err) < 0)
        return -1;
    fault_point("flush-households");
    notify_alive();
    return write_offsets(fuse, parts, count, err);
}

static int clear_stages(struct fuse *fuse, struct err *err)
{
    return store_run(
        fuse->store,
        "CREATE TEMP TABLE IF NOT EXISTS stage_subject (LIKE olive.subject) ON COMMIT DELETE ROWS; "
        "CREATE TEMP TABLE IF NOT EXISTS stage_household (kind smallint, token bytea) ON COMMIT DELETE "
        "ROWS; "
        "CREATE TEMP TABLE IF NOT EXISTS stage_profile (LIKE olive.profile) ON COMMIT DELETE ROWS",
        err);
}

int flush_batch(struct fuse *fuse, struct err *err)
{
    int32_t *parts = arena_alloc(fuse->batch, (size_t)fuse->partition_count * sizeof *parts);
    size_t count = list_parts(fuse, parts);
    struct err ignored = { 0 };

    if (!count)
        return 0;
    if (deliveries_number(fuse->deliveries, fuse->store, err) < 0 || subjects_load(fuse, err) < 0 ||
        clear_stages(fuse, err) < 0 || store_run(fuse->store, "BEGIN", err) < 0)
        return -1;
    if (flush_body(fuse, parts, count, err) < 0) {
        store_run(fuse->store, "ROLLBACK", &ignored);
        return -1;
    }
    fault_point("flush-commit");
    if (store_run(fuse->store, "COMMIT", err) < 0)
        return -1;
    fault_point("flush-committed");
    committed(fuse, parts, count);
    return 0;
}
