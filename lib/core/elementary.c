#include "lib/core/elementary.h"

#include <float.h>
#include <stdint.h>
#include <string.h>

/* ln 2 in two parts: the first has 21 zero bits at its end, so that a product with an exponent is exact. */
static const double ln2_high = 0x1.62e42fee00000p-1, ln2_low = 0x1.a39ef35793c76p-33;
static const double root_half = 0x1.6a09e667f3bcdp-1;
enum { EXPONENT_BIAS = 1023, MANTISSA_BITS = 52 };

static double power_of_two(int exponent)
{
    uint64_t bits = (uint64_t)(exponent + EXPONENT_BIAS) << MANTISSA_BITS;
    double ret;

    memcpy(&ret, &bits, sizeof ret);
    return ret;
}

/* x = ret * 2^exponent with ret in [sqrt(1/2), sqrt(2)). */
static double split(double x, int *exponent)
{
    uint64_t bits;
    double ret;
    int shift = 0;

    if (x < DBL_MIN) { /* subnormal */
        x *= 0x1p54;
        shift = 54;
    }
    memcpy(&bits, &x, sizeof bits);
    *exponent = (int)(bits >> MANTISSA_BITS) - EXPONENT_BIAS + 1 - shift;
    bits = (bits & ((UINT64_C(1) << MANTISSA_BITS) - 1)) | (uint64_t)(EXPONENT_BIAS - 1) << MANTISSA_BITS;
    memcpy(&ret, &bits, sizeof ret); /* in [1/2, 1) */
    if (ret < root_half) {
        ret *= 2;
        --*exponent;
    }
    return ret;
}

/* With f = m - 1 (exact) and s = f / (2 + f): ln m = 2 (s + s^3/3 + s^5/5 ...). Written around f - f^2/2,
 * whose rounding is small against the result; |s| <= 0.172, so that 11 terms leave less than 2^-64. In two
 * sums, every other term each, which a processor does side by side. */
double ln_of(double x)
{
    double f, s, z, zz, odd, even, tail, half;
    int exponent;

    if (!(x > 0 && x <= DBL_MAX))
        return -DBL_MAX;
    f = split(x, &exponent) - 1;
    s = f / (2 + f);
    z = s * s;
    zz = z * z;
    odd = ((((2.0 / 23 * zz + 2.0 / 19) * zz + 2.0 / 15) * zz + 2.0 / 11) * zz + 2.0 / 7) * zz + 2.0 / 3;
    even = (((2.0 / 21 * zz + 2.0 / 17) * zz + 2.0 / 13) * zz + 2.0 / 9) * zz + 2.0 / 5;
    tail = z * (odd + z * even);
    half = 0.5 * f * f;
    return exponent * ln2_high - ((half - (s * (half + tail) + exponent * ln2_low)) - f);
}

/* exp x = 2^k exp r, |r| <= ln 2 / 2, by its series; 13 terms leave less than 2^-57. The last steps keep the
 * small part apart, so that only one rounding shows. */
double exp_of(double x)
{
    double high, low, r, rr, odd, even, tail, scaled;
    int k;

    if (!(x > -745.1))
        return 0;
    if (x > 709.78)
        return DBL_MAX;
    scaled = x * 0x1.71547652b82fep0; /* 1 / ln 2 */
    k = (int)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    high = x - k * ln2_high;
    low = k * ln2_low;
    r = high - low;
    rr = r * r;
    odd = ((((1.0 / 6227020800 * rr + 1.0 / 39916800) * rr + 1.0 / 362880) * rr + 1.0 / 5040) * rr +
           1.0 / 120) *
              rr +
          1.0 / 6;
    even = ((((1.0 / 479001600 * rr + 1.0 / 3628800) * rr + 1.0 / 40320) * rr + 1.0 / 720) * rr + 1.0 / 24) *
               rr +
           0.5;
    tail = rr * (even + r * odd) + ((high - r) - low);
    r = 1 + (r + tail);
    if (k > 1000) /* 2^1024 is no double */
        return r * power_of_two(1000) * power_of_two(k - 1000);
    if (k < -1000)
        return r * power_of_two(-1000) * power_of_two(k + 1000);
    return r * power_of_two(k);
}

double sqrt_of(double x)
{
    return __builtin_sqrt(x);
}
