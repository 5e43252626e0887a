#include "daemon/model/fit.h"

#include <math.h>
#include <string.h>

#include "daemon/model/solve.h"
#include "lib/base/arena.h"
#include "lib/core/elementary.h"

enum { KNOTS = 10, SWEEPS = 4, EM_ROUNDS = 30, SETS = 1 << MODEL_SOURCES_MAX };
static const double ridge = 3;             /* on every term of a cell but the first, in households */
static const double level_households = 10; /* by which the level of a value is shrunk to 0 */
static const double bend_penalty = 4, size_penalty = 0.001;
static const double knot_first = 0.003, knot_last = 0.997;
static const double diagonal_share = 0.01; /* of a covariance, taken off what is beside its diagonal */
static const double type_households = 200; /* by which a type's covariance is shrunk to its regime's */

struct fitting {
    const struct model *model;
    const struct sample *sample;
    const size_t *rows;
    size_t count, terms, cells;
    double *weight; /* of mean 1 */
    unsigned *cell, *type;
    double *rest;                      /* ln income less the prior */
    double (*said)[MODEL_SOURCES_MAX]; /* g, later u */
    double *z;                         /* cells x terms */
    struct model_fit *fit;
    struct err *err;
};

static const struct model_input *input_of(const struct fitting *fitting, size_t i)
{
    return &fitting->sample->inputs[fitting->rows[i]];
}

static int singular(struct fitting *fitting, const char *what, const char *name)
{
    return err_stop(fitting->err, EXIT_DATA, "singular: %s%s%s cannot be fitted", what, *name ? " of " : "",
                    name);
}

/* --- prior and typical level: ridge regression on the terms of the cell --- */

/* source SIZE_MAX: everybody; else those of whom the source is known. A household counts through its cell. */
static bool ridge_on_cells(const struct fitting *fitting, const double *target, size_t stride, size_t source,
                           double *ret)
{
    size_t terms = fitting->terms;
    double *matrix = mem_zalloc(terms * terms * sizeof *matrix);
    double *weight = mem_zalloc(fitting->cells * sizeof *weight),
           *sum = mem_zalloc(fitting->cells * sizeof *sum);
    bool solved;

    for (size_t i = 0; i < fitting->count; i++)
        if (source == SIZE_MAX || input_of(fitting, i)->known[source]) {
            weight[fitting->cell[i]] += fitting->weight[i];
            sum[fitting->cell[i]] += fitting->weight[i] * target[i * stride];
        }
    memset(ret, 0, terms * sizeof *ret);
    for (size_t cell = 0; cell < fitting->cells; cell++) {
        const double *z = fitting->z + cell * terms;

        for (size_t j = 0; weight[cell] > 0 && j < terms; j++) {
            ret[j] += z[j] * sum[cell];
            for (size_t k = 0; k <= j; k++)
                matrix[j * terms + k] += weight[cell] * z[j] * z[k];
        }
    }
    for (size_t j = 1; j < terms; j++)
        matrix[j * terms + j] += ridge;
    solved = solve_positive(matrix, terms, ret);
    mem_freep(&matrix);
    mem_freep(&weight);
    mem_freep(&sum);
    return solved;
}

static double on_cell(const struct fitting *fitting, const double *terms, size_t i)
{
    const double *z = fitting->z + (size_t)fitting->cell[i] * fitting->terms;
    double sum = 0;

    for (size_t j = 0; j < fitting->terms; j++)
        sum += z[j] * terms[j];
    return sum;
}

/* --- curves --- */

/* What one field is fitted to: households of whom its source is known. */
struct points {
    size_t count;
    double *x, *target, *weight;
};

static double level_of(const struct points *points, double from, double to, double *ret_weight)
{
    double sum = 0, weight = 0;

    for (size_t i = 0; i < points->count; i++)
        if (points->x[i] >= from && points->x[i] < to) {
            sum += points->weight[i] * points->target[i];
            weight += points->weight[i];
        }
    *ret_weight = weight;
    return sum / (weight + level_households);
}

static void fit_counts(const struct points *points, struct model_curve *ret)
{
    double weights[MODEL_COUNT_LEVELS], ignored;
    size_t count = 0;

    ret->zero = level_of(points, -INFINITY, 1, &ignored);
    for (size_t i = 0; i < MODEL_COUNT_LEVELS; i++) {
        double next = i + 1 < MODEL_COUNT_LEVELS ? (double)i + 2 : INFINITY;

        ret->knots[i] = (double)i + 1;
        ret->values[i] = level_of(points, (double)i + 1, next, &weights[i]);
        if (weights[i] > 0)
            count = i + 1;
        else
            weights[i] = size_penalty; /* nobody has so many: the levels around decide */
    }
    ret->knot_count = count;
    pool_violators(ret->values, weights, count);
}

/* Where u stands between knots: the lower one, and how far. */
static size_t between(const struct model_curve *curve, double u, double *ret_share)
{
    size_t last = curve->knot_count - 1, low = 0;

    if (u <= curve->knots[0])
        *ret_share = 0;
    else if (u >= curve->knots[last]) {
        low = last - 1;
        *ret_share = 1;
    } else {
        while (u >= curve->knots[low + 1])
            low++;
        *ret_share = (u - curve->knots[low]) / (curve->knots[low + 1] - curve->knots[low]);
    }
    return low;
}

static void place_knots(const struct points *points, struct model_curve *curve)
{
    struct weighted *items = mem_alloc((points->count + 1) * sizeof *items);
    size_t count = 0;

    curve->knot_count = 0;
    for (size_t i = 0; i < points->count; i++)
        if (points->x[i] > 0)
            items[count++] = (struct weighted){ ln_of(1 + points->x[i]), points->weight[i] };
    weighted_sort(items, count);
    for (size_t i = 0; count && i < KNOTS; i++) {
        double p = knot_first + (knot_last - knot_first) * (double)i / (KNOTS - 1);
        double knot = weighted_quantile(items, count, p);

        if (!curve->knot_count || knot > curve->knots[curve->knot_count - 1])
            curve->knots[curve->knot_count++] = knot;
    }
    mem_freep(&items);
}

/* Bends cost: second differences, in units of the mean distance between knots. */
static void add_bend_penalty(const struct model_curve *curve, double *matrix)
{
    size_t n = curve->knot_count;
    double step = (curve->knots[n - 1] - curve->knots[0]) / (double)n;

    for (size_t i = 0; i + 2 < n; i++) {
        double a = curve->knots[i + 1] - curve->knots[i], b = curve->knots[i + 2] - curve->knots[i + 1];
        double d[3] = { 1 / a, -1 / a - 1 / b, 1 / b };

        for (size_t j = 0; j < 3; j++)
            for (size_t k = 0; k < 3; k++)
                matrix[(i + j) * n + i + k] += bend_penalty * step * step * d[j] * d[k];
    }
}

static bool fit_amounts(const struct points *points, struct model_curve *ret)
{
    double matrix[MODEL_KNOTS_MAX * MODEL_KNOTS_MAX] = { 0 }, weights[MODEL_KNOTS_MAX], ignored;
    size_t n;

    ret->zero = level_of(points, -INFINITY, 0x1p-1074, &ignored);
    place_knots(points, ret);
    n = ret->knot_count;
    if (n < 2) {
        ret->values[0] = level_of(points, 0x1p-1074, INFINITY, &ignored);
        return true;
    }
    for (size_t i = 0; i < points->count; i++) {
        double share, weight = points->weight[i];
        size_t low;

        if (!(points->x[i] > 0))
            continue;
        low = between(ret, ln_of(1 + points->x[i]), &share);
        matrix[low * n + low] += weight * (1 - share) * (1 - share);
        matrix[(low + 1) * n + low] += weight * share * (1 - share);
        matrix[(low + 1) * n + low + 1] += weight * share * share;
        ret->values[low] += weight * (1 - share) * points->target[i];
        ret->values[low + 1] += weight * share * points->target[i];
    }
    for (size_t i = 0; i < n; i++) {
        weights[i] = matrix[i * n + i] + size_penalty;
        matrix[i * n + i] += size_penalty;
    }
    add_bend_penalty(ret, matrix);
    if (!solve_positive(matrix, n, ret->values))
        return false;
    pool_violators(ret->values, weights, n);
    return true;
}

static bool fit_curve(enum model_field_kind kind, const struct points *points, struct model_curve *ret)
{
    memset(ret, 0, sizeof *ret);
    if (kind == MODEL_AMOUNT)
        return fit_amounts(points, ret);
    fit_counts(points, ret);
    return true;
}

static double deflated(const struct fitting *fitting, size_t i, size_t field)
{
    return input_of(fitting, i)->values[field] / fitting->model->fields[field].deflator;
}

/* A field against what the others of its source leave over. */
static bool fit_field(struct fitting *fitting, size_t source, size_t field, struct points *points)
{
    const struct model *model = fitting->model;
    const struct model_source *of = &model->sources[source];

    points->count = 0;
    for (size_t i = 0; i < fitting->count; i++) {
        double target = fitting->rest[i];

        if (!input_of(fitting, i)->known[source])
            continue;
        for (size_t k = of->field_first; k < of->field_first + of->field_count; k++)
            if (k != field)
                target -=
                    model_curve_at(model->fields[k].kind, &fitting->fit->curves[k], deflated(fitting, i, k));
        points->x[points->count] = deflated(fitting, i, field);
        points->weight[points->count] = fitting->weight[i];
        points->target[points->count++] = target;
    }
    return fit_curve(model->fields[field].kind, points, &fitting->fit->curves[field]);
}

static int fit_source(struct fitting *fitting, size_t source)
{
    const struct model_source *of = &fitting->model->sources[source];
    struct points points = { 0 };
    bool fitted = true;

    points.x = mem_alloc(3 * (fitting->count + 1) * sizeof *points.x);
    points.target = points.x + fitting->count + 1;
    points.weight = points.target + fitting->count + 1;
    for (int sweep = 0; sweep < (of->field_count > 1 ? SWEEPS : 1); sweep++)
        for (size_t i = of->field_first; i < of->field_first + of->field_count; i++)
            fitted = fit_field(fitting, source, i, &points) && fitted;
    mem_freep(&points.x);
    for (size_t i = 0; i < fitting->count; i++)
        fitting->said[i][source] =
            input_of(fitting, i)->known[source]
                ? model_source_at(fitting->model, fitting->fit, source, input_of(fitting, i)->values)
                : 0;
    if (!fitted)
        return singular(fitting, "the curve", of->name);
    if (!ridge_on_cells(fitting, fitting->said[0] + source, MODEL_SOURCES_MAX, source,
                        fitting->fit->typical[source]))
        return singular(fitting, "the typical level", of->name);
    for (size_t i = 0; i < fitting->count; i++)
        if (input_of(fitting, i)->known[source])
            fitting->said[i][source] -= on_cell(fitting, fitting->fit->typical[source], i);
    return 0;
}

/* --- covariance: EM for a multivariate normal, as some sources are missing --- */

typedef double square[MODEL_DIMENSION_MAX][MODEL_DIMENSION_MAX];

/* Of a set of known sources: regression of the others on ln income and them, and what stays open. */
struct pattern {
    bool made;
    square slope, left;
};

struct moments {
    double weight, sum[MODEL_DIMENSION_MAX];
    square product;
};

static unsigned mask_of(const struct model *model, const struct model_input *input)
{
    unsigned mask = 1; /* ln income is always there */

    for (size_t i = 0; i < model->source_count; i++)
        mask |= (unsigned)input->known[i] << (i + 1);
    return mask;
}

static bool make_pattern(square covariance, size_t dimension, unsigned mask, struct pattern *ret)
{
    size_t at[MODEL_DIMENSION_MAX], count = 0;
    square factor;

    memset(ret, 0, sizeof *ret);
    for (size_t i = 0; i < dimension; i++)
        if (mask >> i & 1)
            at[count++] = i;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            factor[i][j] = covariance[at[i]][at[j]] + (i == j ? 1e-12 : 0);
    if (!cholesky(factor[0], count, MODEL_DIMENSION_MAX))
        return false;
    for (size_t m = 0; m < dimension; m++) {
        double slope[MODEL_DIMENSION_MAX];

        if (mask >> m & 1)
            continue;
        for (size_t i = 0; i < count; i++)
            slope[i] = covariance[at[i]][m];
        cholesky_solve(factor[0], count, MODEL_DIMENSION_MAX, slope);
        for (size_t i = 0; i < count; i++)
            ret->slope[m][at[i]] = slope[i];
    }
    for (size_t m = 0; m < dimension; m++)
        for (size_t l = 0; l < dimension; l++) {
            if ((mask >> m & 1) || (mask >> l & 1))
                continue;
            ret->left[m][l] = covariance[m][l];
            for (size_t i = 0; i < count; i++)
                ret->left[m][l] -= ret->slope[m][at[i]] * covariance[at[i]][l];
        }
    ret->made = true;
    return true;
}

static void add_moments(struct moments *moments, double weight, const double *v, square left,
                        size_t dimension)
{
    moments->weight += weight;
    for (size_t i = 0; i < dimension; i++) {
        moments->sum[i] += weight * v[i];
        for (size_t j = 0; j < dimension; j++)
            moments->product[i][j] += weight * (v[i] * v[j] + left[i][j]);
    }
}

/* The household's numbers, less the mean; the missing ones as the known ones let expect them. */
static void complete(const struct fitting *fitting, size_t i, const double *mean, unsigned mask,
                     struct pattern *pattern, double *v)
{
    size_t dimension = fitting->model->source_count + 1;

    for (size_t j = 0; j < dimension; j++)
        v[j] = mask >> j & 1 ? (j ? fitting->said[i][j - 1] : fitting->rest[i]) - mean[j] : 0;
    for (size_t m = 0; m < dimension; m++)
        for (size_t j = 0; !(mask >> m & 1) && j < dimension; j++)
            if (mask >> j & 1)
                v[m] += pattern->slope[m][j] * v[j];
}

/* One round: moments around the mean, in total and by type. */
static bool expect(const struct fitting *fitting, square covariance, const double *mean,
                   struct pattern *patterns, struct moments *total, struct moments types[MODEL_TYPES])
{
    size_t dimension = fitting->model->source_count + 1;

    for (size_t i = 0; i < SETS; i++)
        patterns[i].made = false;
    memset(total, 0, sizeof *total);
    memset(types, 0, MODEL_TYPES * sizeof *types);
    for (size_t i = 0; i < fitting->count; i++) {
        unsigned mask = mask_of(fitting->model, input_of(fitting, i));
        struct pattern *pattern = &patterns[mask >> 1];
        double v[MODEL_DIMENSION_MAX];

        if (!pattern->made && !make_pattern(covariance, dimension, mask, pattern))
            return false;
        complete(fitting, i, mean, mask, pattern, v);
        add_moments(total, fitting->weight[i], v, pattern->left, dimension);
        add_moments(&types[fitting->type[i]], fitting->weight[i], v, pattern->left, dimension);
    }
    return true;
}

/* Before the first round: variances of what is known. */
static void start_covariance(const struct fitting *fitting, square covariance)
{
    double weights[MODEL_DIMENSION_MAX] = { 0 };
    size_t dimension = fitting->model->source_count + 1;

    memset(covariance, 0, sizeof(square));
    for (size_t i = 0; i < fitting->count; i++)
        for (size_t j = 0; j < dimension; j++)
            if (!j || input_of(fitting, i)->known[j - 1]) {
                double v = j ? fitting->said[i][j - 1] : fitting->rest[i];

                covariance[j][j] += fitting->weight[i] * v * v;
                weights[j] += fitting->weight[i];
            }
    for (size_t j = 0; j < dimension; j++)
        covariance[j][j] = weights[j] > 0 ? covariance[j][j] / weights[j] : 0;
}

static void shrink_type(const struct moments *type, square pooled, size_t dimension, square ret)
{
    double weight = type->weight + type_households;

    for (size_t i = 0; i < dimension; i++)
        for (size_t j = 0; j < dimension; j++) {
            ret[i][j] = (type->product[i][j] + type_households * pooled[i][j]) / weight;
            if (i != j)
                ret[i][j] *= 1 - diagonal_share;
        }
}

static int fit_covariance(struct fitting *fitting)
{
    size_t dimension = fitting->model->source_count + 1;
    struct moments *moments = mem_alloc((1 + MODEL_TYPES) * sizeof *moments);
    struct pattern *patterns = mem_alloc(SETS * sizeof *patterns);
    double mean[MODEL_DIMENSION_MAX] = { 0 };
    square covariance;
    bool fitted = true;

    start_covariance(fitting, covariance);
    for (int round = 0; fitted && round < EM_ROUNDS; round++) {
        fitted = expect(fitting, covariance, mean, patterns, moments, moments + 1);
        for (size_t i = 0; fitted && i < dimension; i++)
            for (size_t j = 0; j < dimension; j++)
                covariance[i][j] = moments->product[i][j] / moments->weight -
                                   moments->sum[i] * moments->sum[j] / (moments->weight * moments->weight);
        for (size_t i = 0; fitted && i < dimension; i++)
            mean[i] += moments->sum[i] / moments->weight;
    }
    for (size_t type = 0; fitted && type < MODEL_TYPES; type++)
        shrink_type(&moments[1 + type], covariance, dimension, fitting->fit->covariance[type]);
    /* Those of whom a source is known may differ from all: the typical level is that of all. */
    for (size_t i = 0; fitted && i + 1 < dimension; i++)
        fitting->fit->typical[i][0] += mean[i + 1];
    mem_freep(&moments);
    mem_freep(&patterns);
    return fitted ? 0 : singular(fitting, "the covariance", "");
}

/* --- all of it --- */

static void start(struct fitting *fitting)
{
    double total = 0;

    fitting->terms = model_terms(fitting->model);
    fitting->cells = model_cells(fitting->model);
    fitting->weight = mem_alloc(fitting->count * sizeof *fitting->weight);
    fitting->rest = mem_alloc(fitting->count * sizeof *fitting->rest);
    fitting->cell = mem_alloc(fitting->count * sizeof *fitting->cell);
    fitting->type = mem_alloc(fitting->count * sizeof *fitting->type);
    fitting->said = mem_alloc(fitting->count * sizeof *fitting->said);
    fitting->z = mem_alloc(fitting->cells * fitting->terms * sizeof *fitting->z);
    for (unsigned cell = 0; cell < fitting->cells; cell++) {
        double z[MODEL_TERMS_MAX];

        model_cell_terms(fitting->model, cell, z);
        memcpy(fitting->z + cell * fitting->terms, z, fitting->terms * sizeof *z);
    }
    for (size_t i = 0; i < fitting->count; i++) {
        struct model_cell at = model_cell_of(fitting->model, input_of(fitting, i));

        fitting->cell[i] = at.cell;
        fitting->type[i] = at.type;
        fitting->weight[i] = fitting->sample->weights[fitting->rows[i]];
        fitting->rest[i] = fitting->sample->ln_incomes[fitting->rows[i]];
        total += fitting->weight[i];
    }
    for (size_t i = 0; i < fitting->count; i++)
        fitting->weight[i] *= (double)fitting->count / total;
}

static void finish(struct fitting *fitting)
{
    mem_freep(&fitting->weight);
    mem_freep(&fitting->rest);
    mem_freep(&fitting->cell);
    mem_freep(&fitting->type);
    mem_freep(&fitting->said);
    mem_freep(&fitting->z);
}

static int fit_all(struct fitting *fitting)
{
    if (!ridge_on_cells(fitting, fitting->rest, 1, SIZE_MAX, fitting->fit->prior))
        return singular(fitting, "the prior", "");
    for (size_t i = 0; i < fitting->count; i++)
        fitting->rest[i] -= on_cell(fitting, fitting->fit->prior, i);
    for (size_t i = 0; i < fitting->model->source_count; i++)
        if (fit_source(fitting, i) < 0)
            return -1;
    return fit_covariance(fitting);
}

int fit_regime(const struct model *model, const struct sample *sample, const size_t *rows, size_t count,
               struct model_fit *ret, struct err *err)
{
    struct fitting fitting = {
        .model = model, .sample = sample, .rows = rows, .count = count, .fit = ret, .err = err
    };
    int code;

    memset(ret, 0, sizeof *ret);
    ret->labels = count;
    start(&fitting);
    code = fit_all(&fitting);
    finish(&fitting);
    return code;
}
