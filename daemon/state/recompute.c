#include "daemon/state/recompute.h"

#include <stdlib.h>

struct recomputation {
    int32_t period;
    int64_t known_at_ms;
    struct census *census;
    struct arena *arena;
};

static size_t visible_records(const struct record *records, size_t count, int64_t known_at_ms,
                              const struct record **ret, struct subject *digest)
{
    size_t visible = 0;

    for (size_t i = 0; i < count; i++) {
        struct record_id id;

        if (records[i].delivery->received_ms > known_at_ms)
            continue;
        ret[visible++] = &records[i];
        record_id_of(&records[i], &id);
        sum_add(digest->record_sum, id.bytes);
    }
    digest->record_count = visible;
    return visible;
}

bool recompute_subject(const struct token *token, const struct record *records, size_t count, int32_t period,
                       int64_t known_at_ms, const struct record **pointers, struct arena *arena,
                       struct subject *ret)
{
    struct subject digest = { 0 };
    size_t visible = visible_records(records, count, known_at_ms, pointers, &digest);

    if (!visible)
        return false;
    subject_assess(token, subject_kind_of(records, count), period, pointers,
                   fold(pointers, visible, known_at_ms), arena, ret);
    ret->record_count = digest.record_count;
    sum_add(ret->record_sum, digest.record_sum);
    return true;
}

static int recompute_one(void *user, const struct token *token, const struct record *records, size_t count,
                         struct err *err)
{
    struct recomputation *recomputation = user;
    const struct record **pointers;
    struct subject subject;

    (void)err;
    arena_reset(recomputation->arena);
    pointers = arena_alloc(recomputation->arena, count * sizeof *pointers);
    if (recompute_subject(token, records, count, recomputation->period, recomputation->known_at_ms, pointers,
                          recomputation->arena, &subject))
        census_add(recomputation->census, &subject);
    return 0;
}

static int take_census(struct store *store, struct recomputation *recomputation, struct err *err)
{
    CLEANUP(deliveries_freep) struct deliveries *deliveries = deliveries_new();
    int status;

    if (store_run(store, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", err) < 0)
        return -1;
    status = deliveries_load(deliveries, store, err);
    if (status == 0)
        status = evidence_read(store, deliveries, recompute_one, recomputation, err);
    if (status < 0) {
        struct err ignored = { 0 };

        store_run(store, "ROLLBACK", &ignored);
        return -1;
    }
    return store_run(store, "COMMIT", err);
}

int recompute(struct store *store, int32_t period, int64_t known_at_ms, const struct rules *rules,
              coverage_t coverage, census_profile *each, void *user,
              struct unplaced ret[HOUSEHOLD_KIND_COUNT], struct err *err)
{
    CLEANUP(census_freep) struct census *census = census_new(period);
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    struct recomputation recomputation = { period, known_at_ms, census, arena };

    if (take_census(store, &recomputation, err) < 0)
        return -1;
    return census_walk(census, rules, coverage, each, user, ret, err);
}
