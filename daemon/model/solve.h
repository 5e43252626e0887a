/* solve - the linear systems and weighted quantiles of calibration; LAPACK solves. */
#ifndef OLIVE_DAEMON_MODEL_SOLVE_H
#define OLIVE_DAEMON_MODEL_SOLVE_H

#include <stdbool.h>
#include <stddef.h>

/* A x = b, A symmetric and positive definite, order x order row by row; both are overwritten, b with x.
 * false: singular. */
bool solve_positive(double *a, size_t order, double *b);
/* The weighted quantile of (value, weight) pairs that stand in rising order: each stands for the middle of
 * its weight, straight lines between. */
struct weighted {
    double value, weight;
};
void weighted_sort(struct weighted *items, size_t count);
double weighted_quantile(const struct weighted *items, size_t count, double p);
/* The non-decreasing values nearest to these, weighted (pool adjacent violators). */
void pool_violators(double *values, const double *weights, size_t count);

#endif
