#include "daemon/model/solve.h"

#include <lapacke.h>
#include <stdlib.h>

bool solve_positive(double *a, size_t order, double *b)
{
    return LAPACKE_dposv(LAPACK_ROW_MAJOR, 'L', (lapack_int)order, 1, a, (lapack_int)order, b, 1) == 0;
}

/* Equal values are in order of their weights, so that no sum depends on how qsort() works. */
static int compare_weighted(const void *left, const void *right)
{
    const struct weighted *a = left, *b = right;

    if (a->value != b->value)
        return a->value < b->value ? -1 : 1;
    return a->weight < b->weight ? -1 : a->weight > b->weight;
}

void weighted_sort(struct weighted *items, size_t count)
{
    qsort(items, count, sizeof *items, compare_weighted);
}

double weighted_quantile(const struct weighted *items, size_t count, double p)
{
    double total = 0, sum = 0, before = 0;

    for (size_t i = 0; i < count; i++)
        total += items[i].weight;
    for (size_t i = 0; i < count; i++) {
        double at = (sum + items[i].weight / 2) / total;

        if (at >= p) {
            if (i == 0 || at <= before)
                return items[i].value;
            return items[i - 1].value + (p - before) / (at - before) * (items[i].value - items[i - 1].value);
        }
        before = at;
        sum += items[i].weight;
    }
    return items[count - 1].value;
}

void pool_violators(double *values, const double *weights, size_t count)
{
    struct {
        double value, weight;
        size_t count;
    } pools[64];
    size_t used = 0, at = 0;

    for (size_t i = 0; i < count; i++) {
        pools[used].value = values[i];
        pools[used].weight = weights[i];
        pools[used++].count = 1;
        for (; used > 1 && pools[used - 2].value > pools[used - 1].value; used--) {
            double weight = pools[used - 2].weight + pools[used - 1].weight;

            pools[used - 2].value = (pools[used - 2].value * pools[used - 2].weight +
                                     pools[used - 1].value * pools[used - 1].weight) /
                                    weight;
            pools[used - 2].weight = weight;
            pools[used - 2].count += pools[used - 1].count;
        }
    }
    for (size_t i = 0; i < used; i++)
        for (size_t j = 0; j < pools[i].count; j++)
            values[at++] = pools[i].value;
}
