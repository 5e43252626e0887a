/* sorter - packed records in the order of their keys, however many: what does not fit into memory waits in
 * sorted runs, in files that have no name (Knuth, TAOCP 3, 5.4: external sorting by replacement-free runs and
 * one merge).
 *
 * Ownership: sorter_new() … sorter_free(). What sorter_next() gives is valid until the next call.
 * Memory:    memory_max bytes of records, and a small buffer a run. Threads: one.
 * Errors:    ERR_RETRY: the disk says no. */
#ifndef OLIVE_CONNECTORS_SORTER_H
#define OLIVE_CONNECTORS_SORTER_H

#include <stdint.h>

#include "lib/base/err.h"
#include "lib/core/token.h"

struct sort_key {
    struct token subject, item;
    int32_t valid_from_day;
    uint32_t size; /* of the packed record; not 0 */
};
int sort_key_compare(const struct sort_key *a, const struct sort_key *b); /* the size is no part of it */

struct sorter;
/* folder: where the runs are made. */
struct sorter *sorter_new(int folder, size_t memory_max);
void sorter_free(struct sorter *sorter);
void sorter_clear(struct sorter *sorter);

int sorter_add(struct sorter *sorter, const struct sort_key *key, const void *record, struct err *err);
/* From the first one again; nothing is added after it until sorter_clear(). */
int sorter_start(struct sorter *sorter, struct err *err);
/* 1: the next one, 0: no more. Those with one key come in any order. */
int sorter_next(struct sorter *sorter, struct sort_key *ret, const void **ret_record, struct err *err);

#endif
