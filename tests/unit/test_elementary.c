#include "lib/core/elementary.h"

#include <float.h>
#include <math.h>

#include "tests/unit/unit.h"

/* In units of the last place of what is right. */
static double off_by(double got, long double right)
{
    double nearest = (double)right;
    double unit = nextafter(fabs(nearest), INFINITY) - fabs(nearest);

    return (double)(fabsl((long double)got - right) / unit);
}

static void ln_is_within_one_unit_in_the_last_place(void **state)
{
    double worst = 0, x = 0x1p-1074;

    (void)state;
    while (x < DBL_MAX / 1.01) {
        worst = fmax(worst, off_by(ln_of(x), logl(x)));
        x = x < 0x1p-1060 ? x * 2 : x * 1.0037;
    }
    for (int i = -50000; i < 50000; i++) { /* around 1, where all depends on the smallest digits */
        x = 1 + i * 1.7e-6;
        if (i)
            worst = fmax(worst, off_by(ln_of(x), logl(x)));
    }
    assert_true(worst <= 1);
    assert_true(worst > 0); /* it was compared with something better */
}

static void exp_is_within_one_unit_in_the_last_place(void **state)
{
    double worst = 0;

    (void)state;
    for (int i = -708000; i < 709000; i++)
        worst = fmax(worst, off_by(exp_of(i * 1.00017e-3), expl(i * 1.00017e-3)));
    assert_true(worst <= 1);
    assert_true(worst > 0);
}

static void edges_are_defined(void **state)
{
    (void)state;
    assert_true(ln_of(1) == 0);
    assert_true(exp_of(0) == 1);
    assert_true(ln_of(0) == -DBL_MAX);
    assert_true(ln_of(-1) == -DBL_MAX);
    assert_true(ln_of(INFINITY) == -DBL_MAX);
    assert_true(ln_of(NAN) == -DBL_MAX);
    assert_true(exp_of(710) == DBL_MAX);
    assert_true(exp_of(-746) == 0);
    assert_true(exp_of(-744) > 0);
    assert_true(exp_of(709.7) < DBL_MAX);
    assert_true(sqrt_of(2) == 0x1.6a09e667f3bcdp+0);
}

static void exp_undoes_ln(void **state)
{
    (void)state;
    for (int i = -60; i < 120; i++) {
        double x = ldexp(1.37, i);

        assert_true(fabs(exp_of(ln_of(x)) / x - 1) < 1e-14);
    }
}

UNIT_MAIN(cmocka_unit_test(ln_is_within_one_unit_in_the_last_place),
          cmocka_unit_test(exp_is_within_one_unit_in_the_last_place), cmocka_unit_test(edges_are_defined),
          cmocka_unit_test(exp_undoes_ln))
