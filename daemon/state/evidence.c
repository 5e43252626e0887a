#include "daemon/state/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"

/* --- deliveries ----------------------------------------------------------------------------------------------------- */

struct deliveries {
    struct delivery **by_ref; /* index = ref; NULL where there is none */
    size_t capacity;
    struct arena *arena;
};

void deliveries_free(struct deliveries *deliveries)
{
    if (!deliveries)
        return;
    free((void *)deliveries->by_ref);
    arena_free(deliveries->arena);
    free(deliveries);
}

void deliveries_freep(struct deliveries **deliveries)
{
    deliveries_free(*deliveries);
}

const struct delivery *deliveries_find(void *user, uint32_t ref)
{
    const struct deliveries *deliveries = user;

    return ref < deliveries->capacity ? deliveries->by_ref[ref] : NULL;
}

static void deliveries_put(struct deliveries *deliveries, const struct delivery *delivery)
{
    struct delivery *copy = arena_alloc(deliveries->arena, sizeof *copy);

    if (delivery->ref >= deliveries->capacity) {
        size_t capacity = (size_t)delivery->ref * 2 + 64;

        deliveries->by_ref =
            mem_realloc((void *)deliveries->by_ref, capacity * sizeof *deliveries->by_ref);
        memset((void *)(deliveries->by_ref + deliveries->capacity), 0,
               (capacity - deliveries->capacity) * sizeof *deliveries->by_ref);
        deliveries->capacity = capacity;
    }
    *copy = *delivery;
    deliveries->by_ref[delivery->ref] = copy;
}

int deliveries_load(struct store *store, struct deliveries **ret, struct err *err)
{
    CLEANUP(deliveries_freep) struct deliveries *deliveries = mem_zalloc(sizeof *deliveries);
    CLEANUP(rows_freep) struct rows *rows = NULL;

    deliveries->arena = arena_new(0);
    if (store_query(store, "SELECT ref, delivery, received_ms FROM olive.evidence_delivery ORDER BY ref", NULL, 0,
                    &rows, err) < 0)
        return -1;
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct delivery delivery = { .ref = (uint32_t)rows_int4(rows, i, 0), .received_ms = rows_int8(rows, i, 2) };

        memcpy(delivery.digest, rows_text(rows, i, 1).data, DIGEST_SIZE);
        deliveries_put(deliveries, &delivery);
    }
    *ret = deliveries;
    deliveries = NULL;
    return 0;
}

/* --- evidence ------------------------------------------------------------------------------------------------------- */

/* The subject whose segments are coming in. */
struct gathering {
    struct deliveries *deliveries;
    evidence_subject *each;
    void *user;
    bool any;
    struct token subject;
    struct segment_dictionary dictionary;
    struct record *records;
    size_t count, capacity;
};

static int gathering_tell(struct gathering *gathering, struct err *err)
{
    if (!gathering->any)
        return 0;
    return gathering->each(gathering->user, &gathering->subject, gathering->records, gathering->count, err);
}

static void gathering_start(struct gathering *gathering, const struct token *subject)
{
    gathering->any = true;
    gathering->subject = *subject;
    gathering->count = 0;
    segment_dictionary_clear(&gathering->dictionary);
}

static int gathering_add(struct gathering *gathering, struct text segment, struct err *err)
{
    struct segment_reader reader = segment_open(&gathering->subject, segment.data, segment.len,
                                                &gathering->dictionary, deliveries_find, gathering->deliveries);
    struct record record;

    while (segment_next(&reader, &record)) {
        if (gathering->count == gathering->capacity) {
            gathering->capacity = gathering->capacity ? gathering->capacity * 2 : 128;
            gathering->records =
                mem_realloc(gathering->records, gathering->capacity * sizeof *gathering->records);
        }
        gathering->records[gathering->count++] = record;
    }
    if (segment_failed(&reader))
        return err_stop(err, EXIT_FAILED, "evidence: a segment cannot be read; restore it or replay the log");
    return 0;
}

static int gather_segment(void *user, struct reader *row, int columns, struct err *err)
{
    struct gathering *gathering = user;
    struct text subject, segment;
    struct token token;

    (void)columns;
    if (!reader_field(row, &subject) || !reader_field(row, &segment) || subject.len != TOKEN_SIZE)
        return err_stop(err, EXIT_FAILED, "evidence: a row cannot be read: is the schema of this version?");
    memcpy(token.bytes, subject.data, TOKEN_SIZE);
    if (!gathering->any || !token_equal(&token, &gathering->subject)) {
        if (gathering_tell(gathering, err) < 0)
            return -1;
        gathering_start(gathering, &token);
    }
    return gathering_add(gathering, segment, err);
}

static void gathering_end(struct gathering *gathering)
{
    segment_dictionary_free(&gathering->dictionary);
    free(gathering->records);
}

int evidence_read(struct store *store, struct deliveries *deliveries, evidence_subject *each, void *user,
                  struct err *err)
{
    struct gathering gathering = { .deliveries = deliveries, .each = each, .user = user };
    int status = copy_out(store,
                          "COPY (SELECT subject, segment FROM olive.evidence ORDER BY subject, seq) TO STDOUT BINARY",
                          gather_segment, &gathering, err);

    if (status == 0)
        status = gathering_tell(&gathering, err);
    gathering_end(&gathering);
    return status;
}

static int gather_rows(struct gathering *gathering, const struct rows *rows, struct err *err)
{
    for (size_t i = 0; i < rows_count(rows); i++)
        if (gathering_add(gathering, rows_text(rows, i, 0), err) < 0)
            return -1;
    return gathering_tell(gathering, err);
}

int evidence_read_one(struct store *store, struct deliveries *deliveries, const struct token *subject,
                      evidence_subject *each, void *user, struct err *err)
{
    struct gathering gathering = { .deliveries = deliveries, .each = each, .user = user };
    const struct param params[] = { param_bytes(subject->bytes, TOKEN_SIZE) };
    CLEANUP(rows_freep) struct rows *rows = NULL;
    int status;

    if (store_query(store, "SELECT segment FROM olive.evidence WHERE subject = $1 ORDER BY seq", params, 1, &rows,
                    err) < 0)
        return -1;
    gathering_start(&gathering, subject);
    status = gather_rows(&gathering, rows, err);
    gathering_end(&gathering);
    return status;
}
