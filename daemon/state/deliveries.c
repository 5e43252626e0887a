#include "daemon/state/deliveries.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"

enum { SLOTS_FIRST = 1024 /* a power of two */ };

struct deliveries {
    struct delivery **slots; /* open addressing over (digest, received_ms) */
    size_t slot_count, count;
    struct delivery **by_ref; /* index = ref; NULL where there is none */
    size_t ref_count;
    size_t unnumbered;
    struct arena *arena;
};

struct deliveries *deliveries_new(void)
{
    struct deliveries *deliveries = mem_zalloc(sizeof *deliveries);

    deliveries->slot_count = SLOTS_FIRST;
    deliveries->slots = mem_zalloc(SLOTS_FIRST * sizeof *deliveries->slots);
    deliveries->arena = arena_new(0);
    return deliveries;
}

void deliveries_free(struct deliveries *deliveries)
{
    if (!deliveries)
        return;
    free((void *)deliveries->slots);
    free((void *)deliveries->by_ref);
    arena_free(deliveries->arena);
    free(deliveries);
}

void deliveries_freep(struct deliveries **deliveries)
{
    deliveries_free(*deliveries);
}

/* Digests are random already: their first bytes are the hash. */
static struct delivery **slot_of(const struct deliveries *deliveries, const struct delivery *delivery)
{
    size_t at;

    memcpy(&at, delivery->digest, sizeof at);
    for (at += (size_t)delivery->received_ms;; at++) {
        struct delivery **slot = &deliveries->slots[at & (deliveries->slot_count - 1)];

        if (!*slot || ((*slot)->received_ms == delivery->received_ms &&
                       !memcmp((*slot)->digest, delivery->digest, DIGEST_SIZE)))
            return slot;
    }
}

static void grow(struct deliveries *deliveries)
{
    struct delivery **old = deliveries->slots;
    size_t old_count = deliveries->slot_count;

    deliveries->slot_count *= 2;
    deliveries->slots = mem_zalloc(deliveries->slot_count * sizeof *deliveries->slots);
    for (size_t i = 0; i < old_count; i++)
        if (old[i])
            *slot_of(deliveries, old[i]) = old[i];
    free((void *)old);
}

static struct delivery *intern(struct deliveries *deliveries, const struct delivery *delivery)
{
    struct delivery **slot = slot_of(deliveries, delivery);

    if (*slot)
        return *slot;
    *slot = arena_alloc(deliveries->arena, sizeof **slot);
    **slot = *delivery;
    (*slot)->ref = 0;
    deliveries->unnumbered++;
    if (++deliveries->count * 2 > deliveries->slot_count) {
        grow(deliveries);
        slot = slot_of(deliveries, delivery);
    }
    return *slot;
}

const struct delivery *deliveries_intern(struct deliveries *deliveries, const struct delivery *delivery)
{
    return intern(deliveries, delivery);
}

const struct delivery *deliveries_find(void *user, uint32_t ref)
{
    const struct deliveries *deliveries = user;

    return ref < deliveries->ref_count ? deliveries->by_ref[ref] : NULL;
}

static void set_ref(struct deliveries *deliveries, struct delivery *delivery, uint32_t ref)
{
    if (delivery->ref)
        return;
    delivery->ref = ref;
    deliveries->unnumbered--;
    if (ref >= deliveries->ref_count) {
        size_t count = (size_t)ref * 2 + 64;

        deliveries->by_ref = mem_realloc((void *)deliveries->by_ref, count * sizeof *deliveries->by_ref);
        memset((void *)(deliveries->by_ref + deliveries->ref_count), 0,
               (count - deliveries->ref_count) * sizeof *deliveries->by_ref);
        deliveries->ref_count = count;
    }
    deliveries->by_ref[ref] = delivery;
}

static int take_rows(struct deliveries *deliveries, const struct rows *rows, struct err *err)
{
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct delivery delivery = { .received_ms = rows_int8(rows, i, 2) };
        struct text digest = rows_text(rows, i, 1);

        if (digest.len != DIGEST_SIZE)
            return err_stop(err, EXIT_FAILED, "olive.evidence_delivery has a row that cannot be read");
        memcpy(delivery.digest, digest.data, DIGEST_SIZE);
        set_ref(deliveries, intern(deliveries, &delivery), (uint32_t)rows_int4(rows, i, 0));
    }
    return 0;
}

/* Numbers are given by a sequence, and another instance's may become visible late: no "greater than the
 * last". */
int deliveries_load(struct deliveries *deliveries, struct store *store, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;

    if (store_query(store, "SELECT ref, delivery, received_ms FROM olive.evidence_delivery", NULL, 0, &rows,
                    err) < 0)
        return -1;
    return take_rows(deliveries, rows, err);
}

static int by_digest(const void *left, const void *right)
{
    const struct delivery *a = *(struct delivery *const *)left, *b = *(struct delivery *const *)right;
    int order = memcmp(a->digest, b->digest, DIGEST_SIZE);

    return order ? order : (a->received_ms > b->received_ms) - (a->received_ms < b->received_ms);
}

/* Sorted, so that two instances that insert the same ones wait for each other in one order only. */
static struct delivery **list_unnumbered(const struct deliveries *deliveries)
{
    struct delivery **list = mem_alloc(deliveries->unnumbered * sizeof *list);
    size_t count = 0;

    for (size_t i = 0; i < deliveries->slot_count; i++)
        if (deliveries->slots[i] && !deliveries->slots[i]->ref)
            list[count++] = deliveries->slots[i];
    qsort((void *)list, count, sizeof *list, by_digest);
    return list;
}

static int insert_one(struct store *store, const struct delivery *delivery, struct err *err)
{
    const struct param params[] = { param_bytes(delivery->digest, DIGEST_SIZE),
                                    param_int8(delivery->received_ms) };

    return store_query(
        store,
        "INSERT INTO olive.evidence_delivery (delivery, received_ms) SELECT $1, $2::bigint WHERE NOT EXISTS "
        "(SELECT FROM olive.evidence_delivery WHERE delivery = $1 AND received_ms = $2::bigint) "
        "ON CONFLICT DO NOTHING",
        params, 2, NULL, err);
}

int deliveries_number(struct deliveries *deliveries, struct store *store, struct err *err)
{
    size_t count = deliveries->unnumbered;
    struct delivery **list;
    int status = 0;

    if (!count)
        return 0;
    list = list_unnumbered(deliveries);
    for (size_t i = 0; i < count && status == 0; i++)
        status = insert_one(store, list[i], err);
    free((void *)list);
    if (status == 0)
        status = deliveries_load(deliveries, store, err);
    if (status == 0 && deliveries->unnumbered)
        return err_stop(err, EXIT_FAILED, "olive.evidence_delivery lacks a row that was just put there");
    return status;
}
