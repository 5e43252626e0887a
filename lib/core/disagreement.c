/* Sources against each other: the model's second question (model.h). */
#include <string.h>

#include "lib/core/model.h"

static const double odd_deviations = 3;

/* --- Omega --- */

/* The inverse of what has this factor, one column after another, into the places of these sources. */
static void invert(const double *factor, const size_t at[MODEL_SOURCES_MAX], size_t count, double *ret)
{
    for (size_t j = 0; j < count; j++) {
        double column[MODEL_SOURCES_MAX] = { 0 };

        column[j] = 1;
        cholesky_solve(factor, count, MODEL_SOURCES_MAX, column);
        for (size_t i = j; i < count; i++)
            ret[at[i] * (at[i] + 1) / 2 + at[j]] = column[i];
    }
}

bool model_precision_of(double covariance[MODEL_DIMENSION_MAX][MODEL_DIMENSION_MAX], size_t source_count,
                        unsigned mask, double *ret)
{
    double matrix[MODEL_SOURCES_MAX][MODEL_SOURCES_MAX];
    size_t at[MODEL_SOURCES_MAX], count = 0;

    memset(ret, 0, source_count * (source_count + 1) / 2 * sizeof *ret);
    for (size_t i = 0; i < source_count; i++)
        if ((mask >> i & 1) && covariance[i + 1][i + 1] >= model_variance_min)
            at[count++] = i;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j <= i; j++)
            matrix[i][j] = covariance[at[i] + 1][at[j] + 1];
    if (!cholesky(matrix[0], count, MODEL_SOURCES_MAX))
        return false;
    invert(matrix[0], at, count, ret);
    return true;
}

/* --- asking --- */

/* q = Omega u, each element of the triangle once. */
static void multiply(const double *omega, const double *u, size_t count, double *ret_q)
{
    for (size_t i = 0; i < count; i++) {
        double sum = 0;

        for (size_t j = 0; j < i; j++, omega++) {
            sum += *omega * u[j];
            ret_q[j] += *omega * u[i];
        }
        ret_q[i] = sum + *omega++ * u[i];
    }
}

/* |d| > 3 without root or division. The diagonal of Omega is 0 where a source is not compared. */
static void find_odd(const double *omega, const double *q, size_t count, struct model_disagreement *ret)
{
    for (size_t i = 0; i < count; i++) {
        double diagonal = omega[i * (i + 1) / 2 + i];

        ret->compared += diagonal > 0;
        ret->odd |= (unsigned)(q[i] * q[i] > odd_deviations * odd_deviations * diagonal) << i;
    }
}

void model_disagree(const struct model *model, const struct model_score *score,
                    struct model_disagreement *ret)
{
    enum model_regime regime = model->fits[score->regime].labels ? score->regime : REGIME_UNKNOWN;
    size_t count = model->source_count, set = ((size_t)score->type << count) + score->known;
    const double *omega = model->tables[regime].precision + set * (count * (count + 1) / 2);
    double q[MODEL_SOURCES_MAX] = { 0 };

    *ret = (struct model_disagreement){ 0 };
    multiply(omega, score->beyond, count, q);
    find_odd(omega, q, count, ret);
    if (ret->compared < 2) {
        ret->odd = 0;
        return;
    }
    for (size_t i = 0; i < count; i++)
        ret->all += score->beyond[i] * q[i];
    ret->inconsistent = ret->all > model->disagreement_max[ret->compared];
}
