#include "daemon/model/calibrate.h"

#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "daemon/model/fit.h"
#include "daemon/model/solve.h"
#include "lib/base/arena.h"

enum { PATTERNS = 2 }; /* all sources, random ones missing */
static const double spread_households = 30;
static const double consistent_share = 0.99;
static const double disagreement_households = 300; /* by which that of a number of sources is shrunk to all */
static const double repeated = 1e-6; /* of a source's variance, when the sources before it are known */

/* --- what is refused --- */

static bool same_everywhere(const struct sample *sample, size_t offset)
{
    const double *first = (const double *)(const void *)((const char *)&sample->inputs[0] + offset);

    for (size_t i = 1; i < sample->count; i++)
        if (*(const double *)(const void *)((const char *)&sample->inputs[i] + offset) != *first)
            return false;
    return true;
}

static int check_column(const struct sample *sample, const char *name, size_t offset, struct err *err)
{
    return same_everywhere(sample, offset)
               ? err_stop(err, EXIT_DATA, "%s: is the same in all rows, so nothing can be learnt from it",
                          name)
               : 0;
}

static int check_columns(const struct model *model, const struct spec *spec, const struct sample *sample,
                         struct err *err)
{
    bool differs = false;

    for (size_t i = 1; i < sample->count; i++)
        differs = differs || sample->ln_incomes[i] != sample->ln_incomes[0];
    if (!differs)
        return err_stop(err, EXIT_DATA, "%s: is the same in all rows, so nothing can be learnt from it",
                        spec->income);
    if (check_column(sample, model->age, offsetof(struct model_input, head_age), err) < 0 ||
        check_column(sample, model->size, offsetof(struct model_input, size), err) < 0)
        return -1;
    for (size_t i = 0; i < model->field_count; i++)
        if (check_column(sample, model->fields[i].column,
                         offsetof(struct model_input, values) + i * sizeof(double), err) < 0)
            return -1;
    return 0;
}

static int check_labels(const struct sample *sample, struct err *err)
{
    if (sample->count >= LABELS_NEEDED)
        return 0;
    return err_stop(err, EXIT_DATA,
                    "%zu labelled households: at least %d are needed, %d and more are advised", sample->count,
                    LABELS_NEEDED, LABELS_ADVISED);
}

/* Sources that say the same: the correlations have no inverse. */
static int check_sources(const struct model *model, const struct model_fit *fit, struct err *err)
{
    double matrix[MODEL_SOURCES_MAX * MODEL_SOURCES_MAX] = { 0 };
    size_t n = model->source_count;

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double ii = 0, jj = 0, ij = 0;

            for (size_t type = 0; type < MODEL_TYPES; type++) {
                ii += fit->covariance[type][i + 1][i + 1];
                jj += fit->covariance[type][j + 1][j + 1];
                ij += fit->covariance[type][i + 1][j + 1];
            }
            matrix[i * n + j] = i == j ? 1 : ii > 0 && jj > 0 ? ij / sqrt(ii) / sqrt(jj) / 0.99 : 0;
        }
    if (LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'L', (lapack_int)n, matrix, (lapack_int)n) < 0)
        return err_stop(err, EXIT_DATA, "singular: the sources' correlations");
    for (size_t i = 0; i < n; i++)
        if (!(matrix[i * n + i] * matrix[i * n + i] > repeated))
            return err_stop(err, EXIT_DATA, "singular: %s says only what the sources before it say",
                            model->sources[i].name);
    return 0;
}

/* --- places --- */

static int find_places(struct model *model, const struct sample *sample, struct err *err)
{
    model->place_count = 0;
    for (size_t i = 0; *model->place && i < sample->count; i++) {
        double code = sample->inputs[i].place;
        size_t j = 0;

        while (j < model->place_count && model->places[j] < code)
            j++;
        if (isnan(code) || (j < model->place_count && model->places[j] == code))
            continue;
        if (model->place_count == MODEL_PLACES_MAX)
            return err_stop(err, EXIT_DATA, "%s: has more than %d codes", model->place, MODEL_PLACES_MAX);
        memmove(model->places + j + 1, model->places + j, (model->place_count - j) * sizeof *model->places);
        model->places[j] = code;
        model->place_count++;
    }
    return 0;
}

/* --- regimes --- */

/* Rows of a regime (REGIME_UNKNOWN: all) that are not in the fold; fold FOLDS: all are in. */
static size_t rows_of(const struct model *model, const struct sample *sample, enum model_regime regime,
                      size_t fold, size_t *ret)
{
    size_t count = 0;

    for (size_t i = 0; i < sample->count; i++)
        if (i % FOLDS != fold &&
            (regime == REGIME_UNKNOWN || model_regime_of(model, &sample->inputs[i]) == regime))
            ret[count++] = i;
    return count;
}

static int fit_regimes(struct model *model, const struct sample *sample, size_t fold, struct err *err)
{
    size_t *rows = mem_alloc(sample->count * sizeof *rows);
    int code = 0;

    for (int regime = 0; code == 0 && regime < REGIME_COUNT; regime++) {
        size_t count = rows_of(model, sample, regime, fold, rows);

        model->fits[regime].labels = 0;
        if (regime == REGIME_UNKNOWN || count >= LABELS_A_REGIME)
            code = fit_regime(model, sample, rows, count, &model->fits[regime], err);
    }
    mem_freep(&rows);
    return code < 0 ? -1 : model_prepare(model, err);
}

/* --- cross-fitting --- */

/* One household, scored by a model that did not see it. */
struct unseen {
    double weight, ln_income, estimate, deviation;
    unsigned age_group, compared; /* sources that are held against each other */
    double disagreement;          /* M */
    enum model_regime regime;
};

static void score_unseen(const struct model *model, const struct sample *sample, size_t i, bool drop,
                         struct unseen *ret)
{
    struct model_input input = sample->inputs[i];
    struct model_score score;
    struct model_disagreement disagreement;
    uint32_t number = (uint32_t)i; /* of a household whose id is no number */

    sample_number(sample->ids[i], &number);
    if (drop)
        sample_drop(number, model->source_count, &input);
    model_score(model, &input, &score);
    model_disagree(model, &score, &disagreement);
    *ret = (struct unseen){
        .weight = sample->weights[i],
        .ln_income = sample->ln_incomes[i],
        .estimate = score.estimate,
        .deviation = score.sigma,
        .age_group = model_cell_of(model, &input).age_group,
        .compared = disagreement.compared,
        .disagreement = disagreement.all,
        .regime = model->fits[score.regime].labels ? score.regime : REGIME_UNKNOWN,
    };
}

static void neutral(struct model *model)
{
    for (size_t i = 0; i < MODEL_AGE_GROUPS; i++)
        for (size_t j = 0; j < MODEL_TERCILES; j++)
            model->spread[i][j] = 1;
    for (size_t i = 0; i < MODEL_QUANTILES; i++)
        model->quantiles[i] = (double)i - MODEL_QUANTILE_MIDDLE;
    for (int i = 0; i < REGIME_COUNT; i++)
        model->fits[i].shift = 0;
}

static int cross_fit(const struct model *model, const struct sample *sample, struct unseen *ret,
                     struct err *err)
{
    CLEANUP(model_freep) struct model *part = model_new();

    *part = *model;
    memset(part->tables, 0, sizeof part->tables);
    for (size_t fold = 0; fold < FOLDS; fold++) {
        if (fit_regimes(part, sample, fold, err) < 0)
            return -1;
        for (size_t i = fold; i < sample->count; i += FOLDS)
            for (size_t pattern = 0; pattern < PATTERNS; pattern++)
                score_unseen(part, sample, i, pattern != 0, &ret[pattern * sample->count + i]);
    }
    return 0;
}

/* --- from errors to an honest interval --- */

struct errors {
    struct unseen *items;
    size_t count; /* both patterns */
    struct weighted *scratch;
};

/* The estimate becomes the median: by regime, as the low tail is longer where incomes are informal. */
static void find_shifts(struct model *model, struct errors *errors)
{
    for (int regime = 0; regime < REGIME_COUNT; regime++) {
        size_t count = 0;

        if (!model->fits[regime].labels)
            continue;
        for (size_t i = 0; i < errors->count; i++)
            if (errors->items[i].regime == (enum model_regime)regime)
                errors->scratch[count++] =
                    (struct weighted){ errors->items[i].ln_income - errors->items[i].estimate,
                                       errors->items[i].weight };
        weighted_sort(errors->scratch, count);
        model->fits[regime].shift = count ? weighted_quantile(errors->scratch, count, 0.5) : 0;
    }
    for (size_t i = 0; i < errors->count; i++)
        errors->items[i].estimate += model->fits[errors->items[i].regime].shift;
}

static unsigned tercile_of(const struct model *model, double estimate)
{
    unsigned ret = 0;

    while (ret < MODEL_TERCILES - 1 && estimate >= model->tercile_bounds[ret])
        ret++;
    return ret;
}

/* h: how much wider than their covariance says the errors of a group are. */
static void find_spreads(struct model *model, struct errors *errors)
{
    double square[MODEL_AGE_GROUPS][MODEL_TERCILES] = { 0 }, weight[MODEL_AGE_GROUPS][MODEL_TERCILES] = { 0 };
    double total = 0, all = 0;

    for (size_t i = 0; i < errors->count; i++)
        errors->scratch[i] = (struct weighted){ errors->items[i].estimate, errors->items[i].weight };
    weighted_sort(errors->scratch, errors->count);
    for (size_t i = 0; i < MODEL_TERCILES - 1; i++)
        model->tercile_bounds[i] =
            weighted_quantile(errors->scratch, errors->count, (double)(i + 1) / MODEL_TERCILES);
    for (size_t i = 0; i < errors->count; i++) {
        const struct unseen *item = &errors->items[i];
        double z = (item->ln_income - item->estimate) / item->deviation;
        unsigned tercile = tercile_of(model, item->estimate);

        square[item->age_group][tercile] += item->weight * z * z;
        weight[item->age_group][tercile] += item->weight;
        total += item->weight * z * z;
        all += item->weight;
    }
    for (size_t i = 0; i < MODEL_AGE_GROUPS; i++)
        for (size_t j = 0; j < MODEL_TERCILES; j++) {
            double households = spread_households * all / (double)errors->count;

            model->spread[i][j] =
                sqrt((square[i][j] + households * total / all) / (weight[i][j] + households));
        }
}

/* The quantile that, with so many errors seen, one more falls below with probability p (conformal). */
static double one_more(double p, double count)
{
    double edge = p > 0.5 ? p * (count + 1) / count : 1 - (1 - p) * (count + 1) / count;

    return edge < 0 ? 0 : edge > 1 ? 1 : edge;
}

static void find_quantiles(struct model *model, struct errors *errors)
{
    double sum = 0, squares = 0, count;

    for (size_t i = 0; i < errors->count; i++) {
        const struct unseen *item = &errors->items[i];
        double sigma = item->deviation * model->spread[item->age_group][tercile_of(model, item->estimate)];

        errors->scratch[i] = (struct weighted){ (item->ln_income - item->estimate) / sigma, item->weight };
        sum += item->weight;
        squares += item->weight * item->weight;
    }
    count = sum * sum / squares / PATTERNS; /* households, as if of equal weight */
    weighted_sort(errors->scratch, errors->count);
    for (size_t i = 0; i < MODEL_QUANTILES; i++)
        model->quantiles[i] = weighted_quantile(errors->scratch, errors->count,
                                                one_more(((double)i + 0.5) / MODEL_QUANTILES, count));
    model->quantiles[MODEL_QUANTILE_MIDDLE] = 0;
    for (size_t i = MODEL_QUANTILE_MIDDLE + 1; i < MODEL_QUANTILES; i++)
        model->quantiles[i] = fmax(model->quantiles[i], model->quantiles[i - 1] + 1e-6);
    for (size_t i = MODEL_QUANTILE_MIDDLE; i-- > 0;)
        model->quantiles[i] = fmin(model->quantiles[i], model->quantiles[i + 1] - 1e-6);
}

/* M of n normal sources is chi-squared; its cube root, nearly normal (Wilson and Hilferty), lets numbers of
 * sources of which few households are there lean on the others. */
static double from_chi_squared(double m, double n)
{
    return (cbrt(m / n) - (1 - 2 / (9 * n))) / sqrt(2 / (9 * n));
}

static double to_chi_squared(double z, double n)
{
    double root = fmax(1 - 2 / (9 * n) + z * sqrt(2 / (9 * n)), 0);

    return n * root * root * root;
}

/* The quantile of households of whom so many sources are compared (0: of all); ret_count: how many those are,
 * as if of equal weight. */
static double disagreement_quantile(struct errors *errors, unsigned compared, double *ret_count)
{
    double sum = 0, squares = 0;
    size_t count = 0;

    for (size_t i = 0; i < errors->count; i++) {
        const struct unseen *item = &errors->items[i];

        if (item->compared < 2 || (compared && item->compared != compared))
            continue;
        errors->scratch[count++] =
            (struct weighted){ from_chi_squared(item->disagreement, item->compared), item->weight };
        sum += item->weight;
        squares += item->weight * item->weight;
    }
    *ret_count = count ? sum * sum / squares : 0;
    weighted_sort(errors->scratch, count);
    return count ? weighted_quantile(errors->scratch, count, one_more(consistent_share, *ret_count)) : 0;
}

static void find_disagreement(struct model *model, struct errors *errors)
{
    double weights[MODEL_SOURCES_MAX + 1], count, pooled = disagreement_quantile(errors, 0, &count);

    for (unsigned n = 2; n <= model->source_count; n++) {
        double own = disagreement_quantile(errors, n, &count);

        weights[n] = count + disagreement_households;
        model->disagreement_max[n] =
            to_chi_squared((count * own + disagreement_households * pooled) / weights[n], n);
    }
    /* With one source more, sources are not less apart. */
    if (model->source_count > 2)
        pool_violators(model->disagreement_max + 2, weights + 2, model->source_count - 1);
}

static void find_reliability(struct model *model, const struct unseen *items, size_t count, size_t pattern)
{
    double weight = 0, mean = 0, error = 0, variance = 0, inside = 0;

    for (size_t i = 0; i < count; i++) {
        weight += items[i].weight;
        mean += items[i].weight * items[i].ln_income;
    }
    mean /= weight;
    for (size_t i = 0; i < count; i++) {
        const struct unseen *item = &items[i];
        double sigma = item->deviation * model->spread[item->age_group][tercile_of(model, item->estimate)];
        struct model_score score = { .estimate = item->estimate, .sigma = sigma };
        double below = model_below(model, &score, exp(item->ln_income));
        size_t decile = below >= 1 ? MODEL_DECILES - 1 : (size_t)(below * MODEL_DECILES);

        error += item->weight * (item->ln_income - item->estimate) * (item->ln_income - item->estimate);
        variance += item->weight * (item->ln_income - mean) * (item->ln_income - mean);
        inside += below >= 0.05 && below <= 0.95 ? item->weight : 0;
        model->deciles[pattern][decile] += item->weight / weight;
    }
    model->coverage[pattern] = inside / weight;
    model->r2[pattern] = 1 - error / variance;
}

static int find_errors(struct model *model, const struct sample *sample, struct err *err)
{
    struct errors errors = { .count = PATTERNS * sample->count };
    int code;

    errors.items = mem_alloc(errors.count * sizeof *errors.items);
    errors.scratch = mem_alloc(errors.count * sizeof *errors.scratch);
    code = cross_fit(model, sample, errors.items, err);
    if (code == 0) {
        find_shifts(model, &errors);
        find_spreads(model, &errors);
        find_quantiles(model, &errors);
        find_disagreement(model, &errors);
        for (size_t pattern = 0; pattern < PATTERNS; pattern++)
            find_reliability(model, errors.items + pattern * sample->count, sample->count, pattern);
    }
    mem_freep(&errors.items);
    mem_freep(&errors.scratch);
    return code;
}

/* --- notes --- */

static void note_sources(const struct model *model, struct buffer *notes)
{
    for (size_t i = 0; i < model->source_count; i++) {
        bool speaks = false, refused = false;
        const struct model_fit *fit = &model->fits[REGIME_UNKNOWN];
        const struct model_tables *tables = &model->tables[REGIME_UNKNOWN];

        for (size_t type = 0; type < MODEL_TYPES; type++) {
            size_t all = ((type + 1) << model->source_count) - 1;

            speaks = speaks || tables->weights[all].beta[i] > 0;
            refused = refused || fit->covariance[type][i + 1][i + 1] >= 1e-9;
        }
        if (!speaks)
            buffer_printf(
                notes, "%s: dropped while the other sources are known: %s\n", model->sources[i].name,
                refused ? "its weight would be negative" : "more of it does not go with more income");
    }
}

static void note_regimes(const struct model *model, struct buffer *notes)
{
    static const char *const names[] = { "unknown", "positive", "zero" };

    if (model->regime_source == model->source_count)
        return;
    for (int i = REGIME_POSITIVE; i < REGIME_COUNT; i++)
        if (!model->fits[i].labels)
            buffer_printf(notes, "%s %s: fewer than %d labels, so the fit of all households serves\n",
                          model->sources[model->regime_source].name, names[i], LABELS_A_REGIME);
}

static int calibrate_sample(struct model *model, const struct spec *spec, const struct sample *sample,
                            struct buffer *notes, struct err *err)
{
    if (sample->unlabelled)
        buffer_printf(notes, "%zu rows left out: no income, or weight 0\n", sample->unlabelled);
    if (check_labels(sample, err) < 0 || check_columns(model, spec, sample, err) < 0 ||
        find_places(model, sample, err) < 0)
        return -1;
    model->labels = sample->count;
    neutral(model);
    if (fit_regimes(model, sample, FOLDS, err) < 0 ||
        check_sources(model, &model->fits[REGIME_UNKNOWN], err) < 0)
        return -1;
    if (find_errors(model, sample, err) < 0)
        return -1;
    note_sources(model, notes);
    note_regimes(model, notes);
    return model_prepare(model, err);
}

int calibrate(struct model *model, const struct spec *spec, const struct table *table, struct buffer *notes,
              struct err *err)
{
    CLEANUP(sample_freep) struct sample *sample = NULL;

    if (sample_read(table, model, spec, &sample, err) < 0)
        return -1;
    memcpy(model->sample_digest, table->digest, sizeof model->sample_digest);
    return calibrate_sample(model, spec, sample, notes, err);
}
