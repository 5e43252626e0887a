/* model - the assessed ledger: from what sources say of a household to an estimate of its income, with
 * reasons (ASSESSMENT 1).
 *
 *     estimate     = base + contribution of the 1st source + of the 2nd + …, added from left to right
 *     centre       = exp(estimate): the median of what households like this one earn
 *
 * The base knows age, size, children and place only. A source that is missing contributes exactly 0; with
 * none at all the base is the estimate ("demographics only"). The estimate is *defined* as that sum in that
 * order, so base + contributions = estimate holds to the bit, and exp(contribution) - 1 is "+12 % because of
 * deposits". The source that sets the regime (the provident fund: missing, paid into, verified without)
 * carries what membership as such says, too.
 *
 * A contribution is weight * (curve(x) - what households of this age and size have). Curves never fall among
 * positive amounts, weights are never negative, so more of a source never lowers the estimate. The own level
 * at 0 stays free: no amount is another fact than a small one. An amount below 0 (an overdraft) counts as 0.
 *
 * Sources are held against each other, too: u is what each says beyond a household of that age and size, and
 * Omega the inverse of their covariance. M = u'Omega u says how far they are apart in all, and
 * d = (Omega u)_s / sqrt(Omega_ss) how far one is from what the others let expect of it, in deviations. One
 * source alone has nothing to disagree with. This is a question to a person: it moves no estimate.
 *
 * A model is what calibration found (the upper part of each struct, which a model file holds) and tables made
 * of it by model_prepare(). Scoring allocates nothing, and its sums run in one order: the same bits
 * everywhere.
 *
 * Ownership: model_new() … model_free(). Threads: any number may score with one prepared model. */
#ifndef OLIVE_CORE_MODEL_H
#define OLIVE_CORE_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

enum {
    MODEL_SOURCES_MAX = 10,
    MODEL_FIELDS_MAX = 24, /* of all sources */
    MODEL_KNOTS_MAX = 16,
    MODEL_COUNT_LEVELS = 5, /* a count of more reads as this */
    MODEL_CUTS_MAX = 15,
    MODEL_PLACES_MAX = 16,
    MODEL_NAME_SIZE = 64,
    MODEL_TEXT_SIZE = 512,
    MODEL_QUANTILES = 65,
    MODEL_QUANTILE_MIDDLE = MODEL_QUANTILES / 2,
    MODEL_DECILES = 10,

    MODEL_AGE_BANDS = 12, /* under 25, 25-29, … 70-74, 75 and over */
    MODEL_SIZES = 6,      /* 1 … 5, 6 and more */
    MODEL_CHILD_LEVELS = 3,
    MODEL_CELLS_A_PLACE = MODEL_AGE_BANDS * MODEL_SIZES * MODEL_CHILD_LEVELS,
    MODEL_PRIOR_TERMS = 52, /* of a cell, before the places' */
    MODEL_TERMS_MAX = MODEL_PRIOR_TERMS + MODEL_PLACES_MAX,

    MODEL_AGE_GROUPS = 3,               /* under 40, 40-64, 65 and over */
    MODEL_TYPES = 3 * MODEL_AGE_GROUPS, /* of household: one person, two or more, by the head's age group */
    MODEL_TERCILES = 3,
    MODEL_DIMENSION_MAX = MODEL_SOURCES_MAX + 1, /* ln income first, then the sources */
};

enum model_regime { REGIME_UNKNOWN, REGIME_POSITIVE, REGIME_ZERO, REGIME_COUNT };
enum model_field_kind { MODEL_AMOUNT, MODEL_COUNT };

/* What a field says of ln income. Amounts: at 0 a level of its own; above, straight lines between knots of
 * ln(1 + x), level outside. Counts: knots 1 … knot_count hold the levels of 1, 2, … */
struct model_curve {
    uint64_t knot_count;
    double zero;
    double knots[MODEL_KNOTS_MAX], values[MODEL_KNOTS_MAX];
};

struct model_field {
    char column[MODEL_NAME_SIZE];
    enum model_field_kind kind;
    double deflator; /* amounts are divided by it */
};

struct model_source {
    char name[MODEL_NAME_SIZE];
    uint64_t field_first, field_count;
};

struct model_weights {
    double beta[MODEL_SOURCES_MAX];
    double deviation; /* of ln income around the estimate */
};

/* One regime. */
struct model_fit {
    uint64_t labels; /* households it was fitted on; 0: too few, the pooled fit (REGIME_UNKNOWN) serves */
    double shift;    /* from the mean of ln income to its median */
    double prior[MODEL_TERMS_MAX];
    struct model_curve curves[MODEL_FIELDS_MAX];
    double typical[MODEL_SOURCES_MAX][MODEL_TERMS_MAX];
    double covariance[MODEL_TYPES][MODEL_DIMENSION_MAX][MODEL_DIMENSION_MAX];
};

/* By model_prepare(): per cell, and per type and set of known sources (a bit mask). */
struct model_tables {
    double *level; /* prior + shift */
    double (*typical)[MODEL_SOURCES_MAX];
    struct model_weights *weights;
    double *precision; /* Omega: lower triangles, row by row; 0 where a source is not known or never varies */
};

struct model {
    char name[MODEL_TEXT_SIZE], provenance[MODEL_TEXT_SIZE];
    char sample_digest[65]; /* SHA-256 of the labelled file */
    uint64_t labels;
    char id[MODEL_NAME_SIZE], age[MODEL_NAME_SIZE], size[MODEL_NAME_SIZE], children[MODEL_NAME_SIZE],
        place[MODEL_NAME_SIZE]; /* columns; children and place may be "" */
    double floor;
    uint64_t cut_count;
    double cuts[MODEL_CUTS_MAX], ln_cuts[MODEL_CUTS_MAX];
    uint64_t place_count;
    double places[MODEL_PLACES_MAX]; /* their codes; any other is nobody's */
    uint64_t source_count, field_count;
    struct model_source sources[MODEL_SOURCES_MAX];
    struct model_field fields[MODEL_FIELDS_MAX];
    uint64_t regime_source; /* source_count: none */
    struct model_fit fits[REGIME_COUNT];
    double tercile_bounds[MODEL_TERCILES - 1];
    double spread[MODEL_AGE_GROUPS][MODEL_TERCILES];
    double quantiles[MODEL_QUANTILES]; /* of the standardised error; the middle one is 0 */
    /* By the number of sources that are compared, from 2 on: 99 % of unseen households have a smaller M. */
    double disagreement_max[MODEL_SOURCES_MAX + 1];
    /* How it did on households that it had not seen, cross-fitted: with all sources, with random ones
     * missing. deciles: how many had an income in each tenth of what was expected of them; 0.1 everywhere is
     * right. */
    double coverage[2], r2[2], deciles[2][MODEL_DECILES];

    struct model_tables tables[REGIME_COUNT];
};

struct model_input {
    double head_age, size, children, place;
    bool known[MODEL_SOURCES_MAX];
    double values[MODEL_FIELDS_MAX]; /* as the field's column has them, not deflated yet */
};

struct model_score {
    double base, contributions[MODEL_SOURCES_MAX], estimate;
    double sigma;
    double centre, low, high;
    double bands[MODEL_CUTS_MAX + 1]; /* add up to 1 */
    enum model_regime regime;
    bool demographics_only;
    unsigned known, type;             /* a mask of sources; the household's type */
    double beyond[MODEL_SOURCES_MAX]; /* u; 0: not known */
};

/* Sources against each other. */
struct model_disagreement {
    unsigned compared; /* how many; below 2 the rest is 0 */
    double all;        /* M */
    unsigned odd;      /* a mask of sources that the others do not bear out: |d| > 3 */
    bool inconsistent; /* M is above what 99 % of households have */
};

struct model *model_new(void);
void model_free(struct model *model);
void model_freep(struct model **model);

/* Makes the tables; again after a change of what they are made of. ERR_STOP, EXIT_DATA: a covariance is not
 * one.
 */
int model_prepare(struct model *model, struct err *err);
void model_score(const struct model *model, const struct model_input *input, struct model_score *ret);
/* The two halves of it, without the model's own bands, for whoever rounds the estimate in between: base,
 * contributions, estimate, sigma, regime, what was known; then centre, low and high of estimate and sigma. */
void model_estimate(const struct model *model, const struct model_input *input, struct model_score *ret);
void model_distribute(const struct model *model, struct model_score *score);
/* Of what model_estimate() or model_score() found known. */
void model_disagree(const struct model *model, const struct model_score *score,
                    struct model_disagreement *ret);
/* exp(estimate) times the mean of the error: for totals, as the median alone is low. */
double model_mean(const struct model *model, const struct model_score *score);
/* P(income < amount), amount > 0. */
double model_below(const struct model *model, const struct model_score *score, double amount);

/* --- what calibration shares with scoring --- */

struct model_cell {
    unsigned
        cell; /* place by place: place * MODEL_CELLS_A_PLACE + ((age * sizes) + size) * levels + children */
    unsigned age_group, type;
};
size_t model_cells(const struct model *model);
size_t model_terms(const struct model *model); /* of prior and typical */
struct model_cell model_cell_of(const struct model *model, const struct model_input *input);
/* z(c) */
void model_cell_terms(const struct model *model, unsigned cell, double ret[MODEL_TERMS_MAX]);
/* f(x) of an amount that is deflated already, or of a count. */
double model_curve_at(enum model_field_kind kind, const struct model_curve *curve, double x);
/* g of a known source. */
double model_source_at(const struct model *model, const struct model_fit *fit, size_t source,
                       const double values[MODEL_FIELDS_MAX]);
enum model_regime model_regime_of(const struct model *model, const struct model_input *input);
/* Below, a source says the same of everybody: it has no weight, and is compared with none. */
static const double model_variance_min = 1e-9;
/* Omega of the sources in a mask: order * (order + 1) / 2 numbers, order = source_count. False: C_mm is not
 * positive definite. */
bool model_precision_of(double covariance[MODEL_DIMENSION_MAX][MODEL_DIMENSION_MAX], size_t source_count,
                        unsigned mask, double *ret);
/* Weights of the sources in a mask: beta = C_mm^-1 C_m0, by Cholesky; the most negative one is dropped until
 * none is. False: C_mm is not positive definite. */
bool model_weights_of(double covariance[MODEL_DIMENSION_MAX][MODEL_DIMENSION_MAX], size_t source_count,
                      unsigned mask, struct model_weights *ret);
/* In place, lower triangle, row by row. False: not positive definite. */
bool cholesky(double *matrix, size_t order, size_t stride);
void cholesky_solve(const double *factor, size_t order, size_t stride, double *vector);

#endif
