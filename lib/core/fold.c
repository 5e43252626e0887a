#include "lib/core/fold.h"

#include <stdlib.h>

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

/* Most subjects have a few dozen records that come nearly sorted: insertion wins there, and qsort beyond. */
enum { INSERTION_MAX = 24 };

static void sort_records(const struct record **records, size_t count, record_order *order)
{
    if (count > INSERTION_MAX) {
        qsort((void *)records, count, sizeof *records, order);
        return;
    }
    for (size_t i = 1; i < count; i++) {
        const struct record *moving = records[i];
        size_t at = i;

        for (; at > 0 && order((const void *)&records[at - 1], (const void *)&moving) > 0; at--)
            records[at] = records[at - 1];
        records[at] = moving;
    }
}

size_t fold(const struct record **records, size_t count, int64_t known_at_ms)
{
    size_t visible = 0, holding = 0;

    for (size_t i = 0; i < count; i++)
        if (records[i]->delivery->received_ms <= known_at_ms)
            records[visible++] = records[i];
    sort_records(records, visible, by_key_and_rank);
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

    sort_records(known, known_count, by_identity);
    sort_records(incoming, incoming_count, by_identity);
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
