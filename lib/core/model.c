#include "lib/core/model.h"

#include <string.h>

#include "lib/base/arena.h"
#include "lib/core/elementary.h"

/* Of the 90 % interval. */
static const double tail_low = 0.05, tail_high = 0.95;
static const double mixed_term = 0.7; /* cells of age and size are shrunk a little more than their parts */

struct model *model_new(void)
{
    return mem_zalloc(sizeof(struct model));
}

static void forget_tables(struct model_tables *tables)
{
    mem_freep(&tables->level);
    mem_freep(&tables->typical);
    mem_freep(&tables->weights);
    mem_freep(&tables->precision);
    memset(tables, 0, sizeof *tables);
}

void model_free(struct model *model)
{
    if (!model)
        return;
    for (int i = 0; i < REGIME_COUNT; i++)
        forget_tables(&model->tables[i]);
    mem_freep(&model);
}

void model_freep(struct model **model)
{
    model_free(*model);
    *model = NULL;
}

/* --- cells --- */

/* Households of no place that the model knows have cells of their own, without a place's term. */
static size_t place_cells(const struct model *model)
{
    return model->place_count + 1;
}

size_t model_cells(const struct model *model)
{
    return place_cells(model) * MODEL_CELLS_A_PLACE;
}

size_t model_terms(const struct model *model)
{
    return MODEL_PRIOR_TERMS + model->place_count;
}

static unsigned clamp(double x, double from, double to)
{
    return (unsigned)(x < from ? from : x > to ? to : x);
}

static unsigned place_of(const struct model *model, double code)
{
    unsigned i = 0;

    while (i < model->place_count && model->places[i] != code)
        i++;
    return i;
}

struct model_cell model_cell_of(const struct model *model, const struct model_input *input)
{
    unsigned age = clamp(input->head_age / 5 - 4, 0, MODEL_AGE_BANDS - 1);
    unsigned size = clamp(input->size, 1, MODEL_SIZES) - 1;
    unsigned children = clamp(input->children, 0, MODEL_CHILD_LEVELS - 1);
    unsigned age_group = input->head_age < 40 ? 0 : input->head_age < 65 ? 1 : 2;

    return (struct model_cell){
        .cell = ((place_of(model, input->place) * MODEL_AGE_BANDS + age) * MODEL_SIZES + size) *
                    MODEL_CHILD_LEVELS +
                children,
        .age_group = age_group,
        .type = age_group * 3 + (size < 2 ? size : 2),
    };
}

void model_cell_terms(const struct model *model, unsigned cell, double ret[MODEL_TERMS_MAX])
{
    unsigned children = cell % MODEL_CHILD_LEVELS, size = cell / MODEL_CHILD_LEVELS % MODEL_SIZES;
    unsigned age = cell / (MODEL_CHILD_LEVELS * MODEL_SIZES) % MODEL_AGE_BANDS;
    unsigned place = cell / MODEL_CELLS_A_PLACE, age_of_seven = (age + 1) / 2;
    unsigned size_of_five = size < 4 ? size : 4;
    double *at = ret;

    *at++ = 1;
    for (unsigned i = 1; i < MODEL_SIZES; i++)
        *at++ = size == i;
    for (unsigned i = 2; i <= 10; i += 2) /* from 30, 40, 50, 60, 70 on */
        *at++ = age >= i;
    *at++ = size == 0 && age >= 9; /* 65 */
    *at++ = size == 0 && age <= 2; /* under 35 */
    *at++ = children >= 1;
    *at++ = children >= 2;
    *at++ = children > 0 && size == children; /* one adult with a child, or with two */
    *at++ = children == 0 && size >= 2;       /* three adults and more */
    for (unsigned i = 0; i < 7; i++)
        for (unsigned j = 0; j < 5; j++)
            *at++ = age_of_seven == i && size_of_five == j ? mixed_term : 0;
    for (unsigned i = 0; i < model->place_count; i++)
        *at++ = place == i;
}

/* --- curves --- */

double model_curve_at(enum model_field_kind kind, const struct model_curve *curve, double x)
{
    size_t last = curve->knot_count - 1, low = 0, high = last;
    double u;

    if (!(x > 0) || !curve->knot_count)
        return curve->zero;
    if (kind == MODEL_COUNT)
        return curve->values[clamp(x, 1, (double)curve->knot_count) - 1];
    u = ln_of(1 + x);
    if (u <= curve->knots[0])
        return curve->values[0];
    if (u >= curve->knots[last])
        return curve->values[last];
    while (high - low > 1) {
        size_t middle = (low + high) / 2;

        if (u < curve->knots[middle])
            high = middle;
        else
            low = middle;
    }
    u = (u - curve->knots[low]) / (curve->knots[high] - curve->knots[low]);
    u = curve->values[low] + u * (curve->values[high] - curve->values[low]);
    return u > curve->values[high] ? curve->values[high] : u; /* rounding must not make it fall at the knot */
}

double model_source_at(const struct model *model, const struct model_fit *fit, size_t source,
                       const double values[MODEL_FIELDS_MAX])
{
    const struct model_source *of = &model->sources[source];
    double sum = 0;

    for (size_t i = of->field_first; i < of->field_first + of->field_count; i++)
        sum += model_curve_at(model->fields[i].kind, &fit->curves[i], values[i] / model->fields[i].deflator);
    return sum;
}

enum model_regime model_regime_of(const struct model *model, const struct model_input *input)
{
    uint64_t source = model->regime_source;

    if (source >= model->source_count || !input->known[source])
        return REGIME_UNKNOWN;
    return input->values[model->sources[source].field_first] > 0 ? REGIME_POSITIVE : REGIME_ZERO;
}

/* --- weights --- */

bool cholesky(double *matrix, size_t order, size_t stride)
{
    for (size_t i = 0; i < order; i++)
        for (size_t j = 0; j <= i; j++) {
            double sum = matrix[i * stride + j];

            for (size_t k = 0; k < j; k++)
                sum -= matrix[i * stride + k] * matrix[j * stride + k];
            if (j < i)
                matrix[i * stride + j] = sum / matrix[j * stride + j];
            else if (sum > 0)
                matrix[i * stride + i] = sqrt_of(sum);
            else
                return false;
        }
    return true;
}

void cholesky_solve(const double *factor, size_t order, size_t stride, double *vector)
{
    for (size_t i = 0; i < order; i++) {
        for (size_t k = 0; k < i; k++)
            vector[i] -= factor[i * stride + k] * vector[k];
        vector[i] /= factor[i * stride + i];
    }
    for (size_t i = order; i-- > 0;) {
        for (size_t k = i + 1; k < order; k++)
            vector[i] -= factor[k * stride + i] * vector[k];
        vector[i] /= factor[i * stride + i];
    }
}

/* The weights of exactly these; false: not positive definite. */
static bool solve_for(double covariance[MODEL_DIMENSION_MAX][MODEL_DIMENSION_MAX],
                      const size_t at[MODEL_SOURCES_MAX], size_t count, double ret[MODEL_SOURCES_MAX])
{
    double matrix[MODEL_SOURCES_MAX][MODEL_SOURCES_MAX];

    for (size_t i = 0; i < count; i++) {
        ret[i] = covariance[0][at[i] + 1];
        for (size_t j = 0; j <= i; j++)
            matrix[i][j] = covariance[at[i] + 1][at[j] + 1];
    }
    if (!cholesky(matrix[0], count, MODEL_SOURCES_MAX))
        return false;
    cholesky_solve(matrix[0], count, MODEL_SOURCES_MAX, ret);
    return true;
}

static size_t most_negative(const double *values, size_t count)
{
    size_t ret = count;

    for (size_t i = 0; i < count; i++)
        if (values[i] < 0 && (ret == count || values[i] < values[ret]))
            ret = i;
    return ret;
}

bool model_weights_of(double covariance[MODEL_DIMENSION_MAX][MODEL_DIMENSION_MAX], size_t source_count,
                      unsigned mask, struct model_weights *ret)
{
    size_t at[MODEL_SOURCES_MAX], count = 0, offender;
    double beta[MODEL_SOURCES_MAX], variance = covariance[0][0];

    for (size_t i = 0; i < source_count; i++)
        if ((mask >> i & 1) && covariance[i + 1][i + 1] >= model_variance_min)
            at[count++] = i;
    for (;; count--) {
        if (!solve_for(covariance, at, count, beta))
            return false;
        offender = most_negative(beta, count);
        if (offender == count)
            break;
        memmove(at + offender, at + offender + 1, (count - offender - 1) * sizeof *at);
    }
    memset(ret, 0, sizeof *ret);
    for (size_t i = 0; i < count; i++) {
        ret->beta[at[i]] = beta[i];
        variance -= covariance[0][at[i] + 1] * beta[i];
    }
    if (!(variance > 0))
        return false;
    ret->deviation = sqrt_of(variance);
    return true;
}

static double product(const double *a, const double *b, size_t count)
{
    double sum = 0;

    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

static void prepare_cells(const struct model *model, const struct model_fit *fit, struct model_tables *ret)
{
    size_t cells = model_cells(model), terms = model_terms(model);

    ret->level = mem_alloc(cells * sizeof *ret->level);
    ret->typical = mem_zalloc(cells * sizeof *ret->typical);
    for (unsigned cell = 0; cell < cells; cell++) {
        double z[MODEL_TERMS_MAX];

        model_cell_terms(model, cell, z);
        ret->level[cell] = product(z, fit->prior, terms) + fit->shift;
        for (size_t i = 0; i < model->source_count; i++)
            ret->typical[cell][i] = product(z, fit->typical[i], terms);
    }
}

static int prepare_sets(const struct model *model, struct model_fit *fit, struct model_tables *ret,
                        struct err *err)
{
    size_t sets = (size_t)1 << model->source_count;
    size_t triangle = model->source_count * (model->source_count + 1) / 2;

    ret->weights = mem_alloc(MODEL_TYPES * sets * sizeof *ret->weights);
    ret->precision = mem_alloc(MODEL_TYPES * sets * triangle * sizeof *ret->precision + 1);
    for (size_t type = 0; type < MODEL_TYPES; type++)
        for (unsigned mask = 0; mask < sets; mask++)
            if (!model_weights_of(fit->covariance[type], model->source_count, mask,
                                  &ret->weights[type * sets + mask]) ||
                !model_precision_of(fit->covariance[type], model->source_count, mask,
                                    ret->precision + (type * sets + mask) * triangle))
                return err_stop(err, EXIT_DATA,
                                "singular: with ln income, the sources are not independent of each other");
    return 0;
}

int model_prepare(struct model *model, struct err *err)
{
    for (size_t i = 0; i < model->cut_count; i++)
        model->ln_cuts[i] = ln_of(model->cuts[i]);
    for (int i = 0; i < REGIME_COUNT; i++) {
        struct model_fit *fit = &model->fits[i];
        struct model_tables *tables = &model->tables[i];

        forget_tables(tables);
        if (!fit->labels)
            continue;
        prepare_cells(model, fit, tables);
        if (prepare_sets(model, fit, tables, err) < 0)
            return -1;
    }
    return 0;
}

/* --- the error's distribution --- */

/* The i-th of n quantiles stands for (i + 1/2) / n; outside, the outermost line goes on to 0 and 1. */
static double quantile(const struct model *model, double p)
{
    double at = p * MODEL_QUANTILES - 0.5;
    unsigned low = clamp(at, 0, MODEL_QUANTILES - 2);

    return model->quantiles[low] + (at - low) * (model->quantiles[low + 1] - model->quantiles[low]);
}

static double share_below(const struct model *model, double z)
{
    const double *at = model->quantiles;
    double p;

    /* The lower end of z's line, by halving without a jump to be guessed; 2^6 lines. */
    for (size_t step = (MODEL_QUANTILES - 1) / 2; step; step /= 2)
        at += at[step] <= z ? step : 0;
    p = ((double)(at - model->quantiles) + 0.5 + (z - at[0]) / (at[1] - at[0])) / MODEL_QUANTILES;
    return p < 0 ? 0 : p > 1 ? 1 : p;
}

double model_below(const struct model *model, const struct model_score *score, double amount)
{
    return share_below(model, (ln_of(amount) - score->estimate) / score->sigma);
}

double model_mean(const struct model *model, const struct model_score *score)
{
    double sum = 0;

    for (size_t i = 0; i < MODEL_QUANTILES; i++)
        sum += exp_of(score->sigma * model->quantiles[i]);
    return score->centre * (sum / MODEL_QUANTILES);
}

static double spread_of(const struct model *model, unsigned age_group, double estimate)
{
    unsigned tercile = 0;

    while (tercile < MODEL_TERCILES - 1 && estimate >= model->tercile_bounds[tercile])
        tercile++;
    return model->spread[age_group][tercile];
}

/* --- scoring --- */

void model_estimate(const struct model *model, const struct model_input *input, struct model_score *ret)
{
    const struct model_cell cell = model_cell_of(model, input), *at = &cell;
    enum model_regime regime;
    const struct model_tables *pooled = &model->tables[REGIME_UNKNOWN], *tables;
    const struct model_weights *weights;
    unsigned mask = 0;

    ret->regime = model_regime_of(model, input);
    regime = model->fits[ret->regime].labels ? ret->regime : REGIME_UNKNOWN;
    tables = &model->tables[regime];
    for (size_t i = 0; i < model->source_count; i++)
        mask |= (unsigned)input->known[i] << i;
    weights = &tables->weights[((size_t)at->type << model->source_count) + mask];
    ret->known = mask;
    ret->type = at->type;
    ret->demographics_only = mask == 0;
    ret->base = ret->estimate = pooled->level[at->cell];
    for (size_t i = 0; i < model->source_count; i++) {
        double contribution = 0;

        ret->beyond[i] = 0;
        if (mask >> i & 1) {
            ret->beyond[i] =
                model_source_at(model, &model->fits[regime], i, input->values) - tables->typical[at->cell][i];
            contribution = weights->beta[i] > 0 ? weights->beta[i] * ret->beyond[i] : 0;
        }
        if (i == model->regime_source && tables != pooled)
            contribution += tables->level[at->cell] - pooled->level[at->cell];
        ret->contributions[i] = contribution;
        ret->estimate += contribution;
    }
    ret->sigma = weights->deviation * spread_of(model, at->age_group, ret->estimate);
}

void model_distribute(const struct model *model, struct model_score *score)
{
    score->centre = exp_of(score->estimate);
    score->low = exp_of(score->estimate + score->sigma * quantile(model, tail_low));
    score->high = exp_of(score->estimate + score->sigma * quantile(model, tail_high));
}

void model_score(const struct model *model, const struct model_input *input, struct model_score *ret)
{
    double below = 0, scale;

    model_estimate(model, input, ret);
    model_distribute(model, ret);
    scale = 1 / ret->sigma;
    for (size_t i = 0; i < model->cut_count; i++) {
        double upto = share_below(model, (model->ln_cuts[i] - ret->estimate) * scale);

        ret->bands[i] = upto - below;
        below = upto;
    }
    ret->bands[model->cut_count] = 1 - below;
}
