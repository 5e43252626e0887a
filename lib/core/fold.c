#include "lib/core/fold.h"

#include <stdlib.h>
#include <string.h>

typedef int record_order(const void *left,
                         const void *right); /* of pointers to records, as qsort() has them */

static int by_key_and_rank(const void *left, const void *right)
{
    const struct record *a = *(const struct record *const *)left, *b = *(const struct record *const *)right;
    int order = record_key_compare(a, b);

    return order ? order : record_rank_compare(a, b);
}

/* Records of one identity stay in order of arrival, which is that of their addresses. */
static int by_identity(const void *left, const void *right)
{
    const struct record *a = *(const struct record *const *)left, *b = *(const struct record *const *)right;
    int order = record_identity_compare(a, b);

    return order ? order : (a > b) - (a < b);
}

/* Most subjects have a few dozen records: short runs are sorted by insertion and merged in pairs; qsort has
 * the rest, because there is no memory here for more. Inlined, so that the order is, too. */
enum { RUN = 8, MERGE_MAX = 512 };

static inline __attribute__((always_inline)) void sort_run(const struct record **records, size_t count,
                                                           record_order *order)
{
    for (size_t i = 1; i < count; i++) {
        const struct record *moving = records[i];
        size_t at = i;

        for (; at > 0 && order((const void *)&records[at - 1], (const void *)&moving) > 0; at--)
            records[at] = records[at - 1];
        records[at] = moving;
    }
}

/* [0, middle) and [middle, count) of `from` into `to`. */
static inline __attribute__((always_inline)) void merge(const struct record **from, size_t middle,
                                                        size_t count, const struct record **to,
                                                        record_order *order)
{
    size_t left = 0, right = middle;

    for (size_t at = 0; at < count; at++)
        to[at] = right == count ||
                         (left < middle && order((const void *)&from[left], (const void *)&from[right]) <= 0)
                     ? from[left++]
                     : from[right++];
}

static inline __attribute__((always_inline)) void merge_sort(const struct record **records, size_t count,
                                                             record_order *order)
{
    const struct record *scratch[MERGE_MAX], **from = records, **to = scratch;

    for (size_t at = 0; at < count; at += RUN)
        sort_run(records + at, count - at < RUN ? count - at : RUN, order);
    for (size_t run = RUN; run < count; run *= 2) {
        const struct record **swap = from;

        for (size_t at = 0; at < count; at += 2 * run) {
            size_t pair = count - at < 2 * run ? count - at : 2 * run;

            merge(from + at, pair < run ? pair : run, pair, to + at, order);
        }
        from = to;
        to = swap;
    }
    if (from != records)
        memcpy((void *)records, (const void *)from, count * sizeof *records);
}

static void sort_by_key(const struct record **records, size_t count)
{
    if (count > MERGE_MAX)
        qsort((void *)records, count, sizeof *records, by_key_and_rank);
    else
        merge_sort(records, count, by_key_and_rank);
}

static void sort_by_identity(const struct record **records, size_t count)
{
    if (count > MERGE_MAX)
        qsort((void *)records, count, sizeof *records, by_identity);
    else
        merge_sort(records, count, by_identity);
}

size_t fold(const struct record **records, size_t count, int64_t known_at_ms)
{
    size_t visible = 0, holding = 0;

    for (size_t i = 0; i < count; i++)
        if (records[i]->delivery->received_ms <= known_at_ms)
            records[visible++] = records[i];
    sort_by_key(records, visible);
    for (size_t i = 0; i < visible; i++) {
        bool last_of_key = i + 1 == visible || record_key_compare(records[i], records[i + 1]) != 0;

        if (last_of_key && !records[i]->retracted)
            records[holding++] = records[i];
    }
    return holding;
}

size_t fold_new(const struct record **known, size_t known_count, const struct record **incoming,
                size_t incoming_count)
{
    const struct record *last = NULL;
    size_t at = 0, fresh = 0;

    sort_by_identity(known, known_count);
    sort_by_identity(incoming, incoming_count);
    for (size_t i = 0; i < incoming_count; i++) {
        while (at < known_count && record_identity_compare(known[at], incoming[i]) < 0)
            at++;
        if ((at < known_count && record_identity_compare(known[at], incoming[i]) == 0) ||
            (last && record_identity_compare(last, incoming[i]) == 0))
            continue;
        last = incoming[i];
        incoming[fresh++] = incoming[i];
    }
    return fresh;
}
