#include "daemon/state/seal.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/state/close.h"
#include "daemon/state/evidence.h"
#include "daemon/state/feeds.h"
#include "daemon/state/population.h"
#include "daemon/state/portrait_rows.h"
#include "daemon/state/profile_rows.h"
#include "lib/base/arena.h"
#include "lib/io/fault.h"

/* What a seal comes to, beside its rows. */
struct sealing {
    struct store *store;
    struct period_row period;
    struct rules rules;
    coverage_t coverage;
    struct copy *copy;
    struct portrait *portraits[HOUSEHOLD_KIND_COUNT];
    struct digest *root;
    struct buffer scratch;
    uint64_t households;
    uint64_t evidence_count;
    uint8_t evidence_digest[DIGEST_SIZE];
};

/* --- when --- */

/* All partitions stand at the cut and no subject is at another period. */
static int stands_at_cut(struct store *store, int32_t period, bool *ret, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;
    const struct param params[] = { param_int4(period) };

    if (store_query(
            store,
            "SELECT NOT EXISTS (SELECT FROM olive.topic_offset WHERE next_offset IS DISTINCT FROM cut) "
            "AND NOT EXISTS (SELECT FROM olive.subject WHERE as_of <> $1)",
            params, 1, &rows, err) < 0)
        return -1;
    *ret = rows_bool(rows, 0, 0);
    return 0;
}

static int may_seal(struct store *store, struct period_row *row, bool *ret, struct err *err)
{
    if (period_read_open(store, row, err) < 0)
        return -1;
    *ret = row->state == PERIOD_CLOSING;
    return *ret ? stands_at_cut(store, row->period, ret, err) : 0;
}

/* --- the profiles --- */

static int seal_profile(void *user, const struct profile *profile, struct err *err)
{
    struct sealing *sealing = user;
    char month[MONTH_TEXT_SIZE];

    (void)err;
    month_text(sealing->period.period, month);
    copy_row(sealing->copy, 1 + profile_column_count());
    copy_bytes(sealing->copy, month, strlen(month));
    profile_copy(sealing->copy, profile, &sealing->scratch); /* leaves the canonical line in scratch */
    buffer_add_byte(&sealing->scratch, '\n');
    digest_add(sealing->root, sealing->scratch.data, sealing->scratch.size);
    sealing->households++;
    portrait_add(sealing->portraits[profile->kind], profile);
    return 0;
}

/* Through a staging table: rows of profile_seal go in by INSERT, because row security forbids COPY. */
static int write_profiles(struct sealing *sealing, struct err *err)
{
    CLEANUP(census_freep) struct census *census = census_new(sealing->period.period);
    CLEANUP(buffer_free) struct buffer columns = { 0 }, sql = { 0 };
    struct unplaced unplaced[HOUSEHOLD_KIND_COUNT];

    profile_columns(&columns);
    buffer_printf(&sql, "COPY stage_seal (period, %s) FROM STDIN BINARY", (const char *)columns.data);
    buffer_add_byte(&sql, '\0');
    if (population_read(sealing->store, census, err) < 0 ||
        store_run(sealing->store, "CREATE TEMP TABLE stage_seal (LIKE olive.profile_seal) ON COMMIT DROP",
                  err) < 0 ||
        copy_begin(sealing->store, (const char *)sql.data, &sealing->copy, err) < 0)
        return -1;
    if (census_walk(census, &sealing->rules, sealing->coverage, seal_profile, sealing, unplaced, err) < 0) {
        copy_abort(sealing->copy);
        return -1;
    }
    if (copy_end(sealing->copy, err) < 0)
        return -1;
    return store_run(sealing->store, "INSERT INTO olive.profile_seal SELECT * FROM stage_seal", err);
}

static int write_portraits(struct sealing *sealing, struct err *err)
{
    for (int kind = 0; kind < HOUSEHOLD_KIND_COUNT; kind++)
        if (portrait_write(sealing->store, sealing->period.period, (enum household_kind)kind,
                           sealing->portraits[kind], &sealing->rules, err) < 0)
            return -1;
    return 0;
}

/* --- the evidence's digest: SHA-256 over the sorted record ids --- */

static int gather_ids(void *user, const struct token *subject, const struct record *records, size_t count,
                      struct err *err)
{
    struct buffer *ids = user;

    (void)subject;
    (void)err;
    for (size_t i = 0; i < count; i++) {
        struct record_id id;

        record_id_of(&records[i], &id);
        buffer_add(ids, id.bytes, RECORD_ID_SIZE);
    }
    return 0;
}

static int by_bytes(const void *left, const void *right)
{
    return memcmp(left, right, RECORD_ID_SIZE);
}

static int digest_evidence(struct sealing *sealing, struct err *err)
{
    CLEANUP(deliveries_freep) struct deliveries *deliveries = deliveries_new();
    CLEANUP(buffer_free) struct buffer ids = { 0 };

    if (deliveries_load(deliveries, sealing->store, err) < 0 ||
        evidence_read(sealing->store, deliveries, gather_ids, &ids, err) < 0)
        return -1;
    sealing->evidence_count = ids.size / RECORD_ID_SIZE;
    if (ids.size)
        qsort(ids.data, sealing->evidence_count, RECORD_ID_SIZE, by_bytes);
    digest_of(ids.data, ids.size, sealing->evidence_digest);
    return 0;
}

/* --- the rows --- */

static int write_seal(struct sealing *sealing, struct err *err)
{
    uint8_t root[DIGEST_SIZE];
    char month[MONTH_TEXT_SIZE];

    digest_end(sealing->root, root);
    const struct param params[] = {
        param_text(month_text(sealing->period.period, month)),
        param_bytes(root, DIGEST_SIZE),
        param_int8((int64_t)sealing->households),
        param_int8((int64_t)sealing->evidence_count),
        param_bytes(sealing->evidence_digest, DIGEST_SIZE),
        param_int4((int32_t)sealing->coverage),
        param_bytes(sealing->period.rules.policy, DIGEST_SIZE),
        param_model(sealing->period.rules.model),
    };

    return store_query(sealing->store,
                       "INSERT INTO olive.seal (period, root, households, evidence_count, evidence_digest, "
                       "coverage, policy, model, cut, "
                       "feeds) SELECT $1, $2, $3, $4, $5, $6, $7, $8, "
                       "coalesce((SELECT jsonb_object_agg(topic, cuts) FROM (SELECT topic, jsonb_agg(cut "
                       "ORDER BY partition) AS cuts "
                       "FROM olive.topic_offset GROUP BY topic) t), '{}'), "
                       "coalesce((SELECT jsonb_agg(jsonb_build_object('name', name, 'source', source, "
                       "'kinds', kinds, 'complete', "
                       "complete) ORDER BY name) FROM olive.feed), '[]')",
                       params, sizeof params / sizeof *params, NULL, err);
}

static int open_next(struct sealing *sealing, struct err *err)
{
    char month[MONTH_TEXT_SIZE], next[MONTH_TEXT_SIZE];
    const struct param sealed[] = { param_text(month_text(sealing->period.period, month)) };
    const struct param opened[] = {
        param_text(month_text(sealing->period.period + 1, next)),
        param_int4((int32_t)sealing->coverage),
        param_bytes(sealing->period.rules.policy, DIGEST_SIZE),
        param_model(sealing->period.rules.model),
    };

    if (store_query(sealing->store,
                    "UPDATE olive.period SET state = 'sealed', sealed = now() WHERE period = $1", sealed, 1,
                    NULL, err) < 0 ||
        store_query(sealing->store,
                    "INSERT INTO olive.period (period, coverage, policy, model) VALUES ($1, $2, $3, $4)",
                    opened, 4, NULL, err) < 0)
        return -1;
    return store_run(sealing->store, "UPDATE olive.topic_offset SET cut = NULL", err);
}

/* --- all together --- */

static void sealing_begin(struct sealing *sealing)
{
    sealing->root = digest_new();
    for (int kind = 0; kind < HOUSEHOLD_KIND_COUNT; kind++)
        sealing->portraits[kind] = portrait_new(&sealing->rules, (enum household_kind)kind);
}

static void sealing_end(struct sealing *sealing)
{
    for (int kind = 0; kind < HOUSEHOLD_KIND_COUNT; kind++)
        portrait_free(sealing->portraits[kind]);
    rules_free(&sealing->rules);
    digest_free(sealing->root);
    buffer_free(&sealing->scratch);
}

static int assess_all(struct sealing *sealing, struct err *err)
{
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    struct feeds feeds;
    int status = -1;

    sealing_begin(sealing);
    if (feeds_read(sealing->store, arena, &feeds, err) == 0 &&
        rules_load(sealing->store, &sealing->period.rules, &sealing->rules, err) == 0 &&
        coverage_read(sealing->store, sealing->period.period, KNOWN_AT_END, sealing->rules.policy, &feeds,
                      &sealing->coverage, err) == 0 &&
        write_profiles(sealing, err) == 0 && write_portraits(sealing, err) == 0 &&
        digest_evidence(sealing, err) == 0 && write_seal(sealing, err) == 0)
        status = open_next(sealing, err);
    sealing_end(sealing);
    return status;
}

/* Within the transaction: every owner row is held, so everything is read anew. */
static int seal_body(struct store *store, bool *ret_sealed, struct err *err)
{
    struct sealing sealing = { .store = store };

    if (store_query(store, "SELECT partition FROM olive.partition_owner ORDER BY partition FOR UPDATE", NULL,
                    0, NULL, err) < 0 ||
        may_seal(store, &sealing.period, ret_sealed, err) < 0)
        return -1;
    return *ret_sealed ? assess_all(&sealing, err) : 0;
}

int period_seal(struct store *store, const struct conf *conf, bool *ret_sealed, struct err *err)
{
    struct err ignored = { 0 };
    struct period_row row;

    *ret_sealed = false;
    if (may_seal(store, &row, ret_sealed, err) < 0)
        return -1;
    if (!*ret_sealed)
        return 0;
    fault_point("seal-begin");
    if (period_announce(store, conf, &row, err) < 0 || store_run(store, "BEGIN", err) < 0)
        return -1;
    if (seal_body(store, ret_sealed, err) < 0) {
        store_run(store, "ROLLBACK", &ignored);
        return -1;
    }
    fault_point("seal-commit");
    if (store_run(store, *ret_sealed ? "COMMIT" : "ROLLBACK", err) < 0)
        return -1;
    fault_point("seal-committed");
    return 0;
}
