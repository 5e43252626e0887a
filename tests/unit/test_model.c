#include "lib/core/model.h"

#include <math.h>
#include <string.h>

#include "lib/core/elementary.h"
#include "tests/unit/unit.h"

/* --- curves --- */

static void a_curve_is_straight_between_knots_and_level_outside(void **state)
{
    struct model_curve curve = { .knot_count = 3, .zero = 0.5, .knots = { 1, 2, 4 }, .values = { -1, 0, 3 } };
    static const struct {
        double u, said;
    } cases[] = { { 0.2, -1 }, { 1, -1 }, { 1.5, -0.5 }, { 2, 0 }, { 3, 1.5 }, { 4, 3 }, { 9, 3 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_true(fabs(model_curve_at(MODEL_AMOUNT, &curve, exp(cases[i].u) - 1) - cases[i].said) < 1e-9);
    assert_true(model_curve_at(MODEL_AMOUNT, &curve, 0) == 0.5);
    assert_true(model_curve_at(MODEL_AMOUNT, &curve, -100) == 0.5); /* an overdraft is no money */
    assert_true(model_curve_at(MODEL_AMOUNT, &curve, 1e300) == 3);
}

static void a_count_has_a_level_of_its_own_up_to_the_last(void **state)
{
    struct model_curve curve = { .knot_count = 3, .zero = -1, .values = { 0, 1, 2 } };
    static const struct {
        double x, said;
    } cases[] = { { 0, -1 }, { -3, -1 }, { 1, 0 }, { 1.9, 0 }, { 2, 1 }, { 3, 2 }, { 250, 2 } };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_true(model_curve_at(MODEL_COUNT, &curve, cases[i].x) == cases[i].said);
}

static void a_curve_without_knots_knows_its_zero_only(void **state)
{
    struct model_curve curve = { .zero = 0.25 };

    (void)state;
    assert_true(model_curve_at(MODEL_AMOUNT, &curve, 17) == 0.25);
    assert_true(model_curve_at(MODEL_COUNT, &curve, 17) == 0.25);
}

/* --- Cholesky --- */

static void cholesky_solves_what_it_factors(void **state)
{
    double a[3][4] = { { 4 }, { 2, 5 }, { -2, 1, 6 } }, x[3] = { 2, 21, 16 };

    (void)state;
    assert_true(cholesky(a[0], 3, 4));
    assert_true(a[0][0] == 2 && a[1][0] == 1 && a[1][1] == 2 && a[2][0] == -1 && a[2][1] == 1 &&
                a[2][2] == 2);
    cholesky_solve(a[0], 3, 4, x);
    assert_true(fabs(4 * x[0] + 2 * x[1] - 2 * x[2] - 2) < 1e-12);
    assert_true(fabs(2 * x[0] + 5 * x[1] + x[2] - 21) < 1e-12);
    assert_true(fabs(-2 * x[0] + x[1] + 6 * x[2] - 16) < 1e-12);
}

static void what_is_not_positive_definite_has_no_factor(void **state)
{
    double same[2][2] = { { 1 }, { 1, 1 } }, indefinite[2][2] = { { 1 }, { 2, 1 } },
           nothing[1][1] = { { 0 } }, none[1][1] = { { NAN } };

    (void)state;
    assert_false(cholesky(same[0], 2, 2));
    assert_false(cholesky(indefinite[0], 2, 2));
    assert_false(cholesky(nothing[0], 1, 1));
    assert_false(cholesky(none[0], 1, 1));
}

/* --- weights --- */

static void weights_are_the_regression_on_the_known_sources(void **state)
{
    double covariance[MODEL_DIMENSION_MAX][MODEL_DIMENSION_MAX] = { { 1, 0.5, 0.4 },
                                                                    { 0.5, 1, 0.2 },
                                                                    { 0.4, 0.2, 1 } };
    struct model_weights weights;

    (void)state;
    assert_true(model_weights_of(covariance, 2, 0, &weights));
    assert_true(weights.beta[0] == 0 && weights.beta[1] == 0 && weights.deviation == 1);
    assert_true(model_weights_of(covariance, 2, 1, &weights));
    assert_true(weights.beta[0] == 0.5 && weights.beta[1] == 0);
    assert_true(fabs(weights.deviation - sqrt(0.75)) < 1e-15);
    assert_true(model_weights_of(covariance, 2, 3, &weights));
    assert_true(fabs(weights.beta[0] - 0.42 / 0.96) < 1e-15 && fabs(weights.beta[1] - 0.3 / 0.96) < 1e-15);
}

static void a_source_whose_weight_would_be_negative_is_dropped(void **state)
{
    /* The second only repeats the first, with noise: beside it, it would count backwards. */
    double covariance[MODEL_DIMENSION_MAX][MODEL_DIMENSION_MAX] = { { 1, 0.8, 0.5 },
                                                                    { 0.8, 1, 0.9 },
                                                                    { 0.5, 0.9, 1 } };
    struct model_weights weights;

    (void)state;
    assert_true(model_weights_of(covariance, 2, 3, &weights));
    assert_true(weights.beta[0] == 0.8 && weights.beta[1] == 0);
    assert_true(model_weights_of(covariance, 2, 2, &weights));
    assert_true(weights.beta[1] == 0.5);
}

static void a_source_that_never_varies_has_no_weight(void **state)
{
    double covariance[MODEL_DIMENSION_MAX][MODEL_DIMENSION_MAX] = { { 1, 0, 0.4 },
                                                                    { 0, 0, 0 },
                                                                    { 0.4, 0, 1 } };
    struct model_weights weights;

    (void)state;
    assert_true(model_weights_of(covariance, 2, 3, &weights));
    assert_true(weights.beta[0] == 0 && weights.beta[1] == 0.4);
}

/* --- a small model by hand --- */

static struct model *small_model(void)
{
    struct model *model = model_new();
    struct err err = { 0 };

    model->source_count = model->field_count = 2;
    model->regime_source = 1;
    for (size_t i = 0; i < 2; i++) {
        model->sources[i] = (struct model_source){ .field_first = i, .field_count = 1 };
        model->fields[i].deflator = 1;
    }
    model->cut_count = 2;
    model->cuts[0] = 20000;
    model->cuts[1] = 60000;
    for (size_t fit = 0; fit < REGIME_COUNT; fit++) {
        model->fits[fit].labels = fit == REGIME_ZERO ? 0 : 100; /* too few of those without */
        model->fits[fit].prior[0] = 10 + (double)fit / 3;
        model->fits[fit].shift = 0.01;
        for (size_t i = 0; i < 2; i++) {
            model->fits[fit].curves[i] = (struct model_curve){
                .knot_count = 2, .zero = -0.3, .knots = { 3, 12 }, .values = { -0.9, 0.7 }
            };
            model->fits[fit].typical[i][0] = 0.1;
        }
        for (size_t type = 0; type < MODEL_TYPES; type++)
            for (size_t i = 0; i < 3; i++)
                for (size_t j = 0; j < 3; j++)
                    model->fits[fit].covariance[type][i][j] = i == j ? 1 : 0.3;
    }
    model->tercile_bounds[0] = 9.5;
    model->tercile_bounds[1] = 10.5;
    for (size_t i = 0; i < MODEL_AGE_GROUPS; i++)
        for (size_t j = 0; j < MODEL_TERCILES; j++)
            model->spread[i][j] = 1;
    for (size_t i = 0; i < MODEL_QUANTILES; i++)
        model->quantiles[i] = ((double)i - MODEL_QUANTILE_MIDDLE) / 20;
    assert_int_equal(model_prepare(model, &err), 0);
    return model;
}

static void base_and_contributions_are_the_estimate_to_the_bit(void **state)
{
    struct model *model = small_model();

    (void)state;
    for (int i = 0; i < 4096; i++) {
        struct model_input input = { .head_age = i % 97,
                                     .size = i % 9,
                                     .children = i % 4,
                                     .known = { i & 1, i & 2 },
                                     .values = { i * 131.7, (i % 5) * 977.3 } };
        struct model_score score;

        model_score(model, &input, &score);
        assert_true(score.estimate == score.base + score.contributions[0] + score.contributions[1]);
        assert_true(score.centre == exp_of(score.estimate));
        assert_true(score.demographics_only == !(i & 3));
        for (size_t j = 0; j < 2; j++)
            if (!input.known[j])
                assert_true(score.contributions[j] == 0);
    }
    model_free(model);
}

static void the_regime_speaks_through_its_source(void **state)
{
    struct model *model = small_model();
    struct model_input input = { .head_age = 45, .size = 3, .known = { false, true }, .values = { 0, 5000 } };
    struct model_score paid, without, unknown;

    (void)state;
    model_score(model, &input, &paid);
    input.values[1] = 0;
    model_score(model, &input, &without);
    input.known[1] = false;
    model_score(model, &input, &unknown);
    assert_int_equal(paid.regime, REGIME_POSITIVE);
    assert_int_equal(without.regime, REGIME_ZERO);
    assert_int_equal(unknown.regime, REGIME_UNKNOWN);
    assert_true(paid.base == unknown.base && without.base == unknown.base);
    assert_true(without.contributions[1] == 0.3 * (-0.3 - 0.1)); /* the fit of all serves */
    assert_true(paid.contributions[1] > 1.0 / 3 - 0.3);
    model_free(model);
}

static void the_centre_is_the_median_and_bands_add_up(void **state)
{
    struct model *model = small_model();
    struct model_input input = { .head_age = 45, .size = 3, .known = { true, false }, .values = { 30000 } };
    struct model_score score;

    (void)state;
    model_score(model, &input, &score);
    assert_true(fabs(model_below(model, &score, score.centre) - 0.5) < 1e-12);
    assert_true(fabs(model_below(model, &score, score.low) - 0.05) < 1e-12);
    assert_true(fabs(model_below(model, &score, score.high) - 0.95) < 1e-12);
    assert_true(fabs(score.bands[0] + score.bands[1] + score.bands[2] - 1) < 1e-15);
    assert_true(fabs(score.bands[0] - model_below(model, &score, 20000)) < 1e-15);
    assert_true(model_below(model, &score, 1e-300) == 0 && model_below(model, &score, 1e300) == 1);
    assert_true(model_mean(model, &score) > score.centre);
    model_free(model);
}

/* --- sources against each other --- */

static void omega_is_the_inverse_of_what_is_compared(void **state)
{
    double covariance[MODEL_DIMENSION_MAX][MODEL_DIMENSION_MAX] = {
        { 1, 0.5, 0, 0.4 }, { 0.5, 4, 0, 0.6 }, { 0, 0, 0, 0 }, { 0.4, 0.6, 0, 1 }
    };
    double omega[6];

    (void)state;
    assert_true(model_precision_of(covariance, 3, 7, omega));
    assert_true(fabs(omega[0] - 1 / 3.64) < 1e-15 && fabs(omega[3] + 0.6 / 3.64) < 1e-15 &&
                fabs(omega[5] - 4 / 3.64) < 1e-15);
    assert_true(omega[1] == 0 && omega[2] == 0 && omega[4] == 0); /* the second never varies */
    assert_true(model_precision_of(covariance, 3, 4, omega));
    assert_true(omega[0] == 0 && omega[3] == 0 && omega[5] == 1);
    covariance[1][3] = covariance[3][1] = 2;
    assert_false(model_precision_of(covariance, 3, 5, omega));
}

static void sources_that_do_not_go_together_are_named(void **state)
{
    /* Correlated by 0.3: Omega = { 1, -0.3, 1 } / 0.91, so d = (u - 0.3 other) / sqrt(0.91). */
    static const struct {
        unsigned known;
        double beyond[2], all;
        unsigned compared, odd;
        bool inconsistent;
    } cases[] = {
        { 0, { 0, 0 }, 0, 0, 0, false },
        { 1, { 99, 0 }, 0, 1, 0, false }, /* alone: with nothing to disagree with */
        { 3, { 0, 0 }, 0, 2, 0, false },
        { 3, { 1, -1 }, 2.6 / 0.91, 2, 0, false },
        { 3, { 2.25, -2.1 }, (2.25 * 2.25 + 2.1 * 2.1 + 0.6 * 2.25 * 2.1) / 0.91, 2, 1, true },
        { 3, { -2.9, 2.9 }, 2.6 * 2.9 * 2.9 / 0.91, 2, 3, true },
        { 3, { 3.3, 3.3 }, 1.4 * 3.3 * 3.3 / 0.91, 2, 0, true }, /* much of both is not odd of either */
        { 3, { 0, 2.85 }, 2.85 * 2.85 / 0.91, 2, 0, false },
        { 3, { 0, 2.87 }, 2.87 * 2.87 / 0.91, 2, 2, false },
    };
    struct model *model = small_model();

    (void)state;
    model->disagreement_max[2] = 12;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct model_score score = { .known = cases[i].known,
                                     .beyond = { cases[i].beyond[0], cases[i].beyond[1] } };
        struct model_disagreement found;

        model_disagree(model, &score, &found);
        assert_int_equal(found.compared, cases[i].compared);
        assert_true(fabs(found.all - cases[i].all) < 1e-12);
        assert_int_equal(found.odd, cases[i].odd);
        assert_int_equal(found.inconsistent, cases[i].inconsistent);
    }
    model_free(model);
}

static void every_household_has_a_cell(void **state)
{
    struct model model = { .place_count = 1, .places = { 7 } };
    static const double ages[] = { -1, 0, 24, 25, 64, 65, 130 }, sizes[] = { 0, 1, 2, 6, 40 },
                        codes[] = { 7, 8 };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(ages); i++)
        for (size_t j = 0; j < COUNT_OF(sizes); j++)
            for (size_t k = 0; k < COUNT_OF(codes); k++) {
                struct model_input input = {
                    .head_age = ages[i], .size = sizes[j], .children = 9, .place = codes[k]
                };
                struct model_cell at = model_cell_of(&model, &input);
                double z[MODEL_TERMS_MAX];

                assert_true(at.cell < model_cells(&model) && at.type < MODEL_TYPES);
                model_cell_terms(&model, at.cell, z);
                assert_true(z[0] == 1 && z[MODEL_PRIOR_TERMS] == (codes[k] == 7));
            }
}

UNIT_MAIN(cmocka_unit_test(a_curve_is_straight_between_knots_and_level_outside),
          cmocka_unit_test(a_count_has_a_level_of_its_own_up_to_the_last),
          cmocka_unit_test(a_curve_without_knots_knows_its_zero_only),
          cmocka_unit_test(cholesky_solves_what_it_factors),
          cmocka_unit_test(what_is_not_positive_definite_has_no_factor),
          cmocka_unit_test(weights_are_the_regression_on_the_known_sources),
          cmocka_unit_test(a_source_whose_weight_would_be_negative_is_dropped),
          cmocka_unit_test(a_source_that_never_varies_has_no_weight),
          cmocka_unit_test(base_and_contributions_are_the_estimate_to_the_bit),
          cmocka_unit_test(the_regime_speaks_through_its_source),
          cmocka_unit_test(the_centre_is_the_median_and_bands_add_up),
          cmocka_unit_test(omega_is_the_inverse_of_what_is_compared),
          cmocka_unit_test(sources_that_do_not_go_together_are_named),
          cmocka_unit_test(every_household_has_a_cell))
