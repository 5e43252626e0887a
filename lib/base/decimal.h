/* decimal - amounts, quantities and shares as departments write them, exactly (no floating point, never
 * rounded).
 *
 * Units: amounts in fen, quantities in thousandths, areas in cm² (four decimals of m²), rates in millionths.
 * Errors: PARSE_BAD   not such a number, or more decimals than the kind has
 *         PARSE_RANGE a number, but outside what the kind allows */
#ifndef OLIVE_BASE_DECIMAL_H
#define OLIVE_BASE_DECIMAL_H

#include <stdint.h>

#include "lib/base/text.h"

enum parse { PARSE_OK, PARSE_BAD, PARSE_RANGE };

#define COUNT_NONE UINT64_MAX /* a count that nobody said */

enum {
    AMOUNT_DECIMALS = 2,
    QUANTITY_DECIMALS = 3,
    AREA_DECIMALS = 4,
    RATE_DECIMALS = 6,
    RATE_MILLION = 1000000
};

struct share {
    int32_t numerator, denominator; /* 0 < numerator <= denominator <= 10^6 */
};

/* Optional sign, digits, at most `decimals` decimals; |value| < 10^13 units, times 10^decimals in *ret. */
enum parse decimal_parse(struct text text, int decimals, int64_t *ret);
/* 1/3, 33.33% or 0.3333 in (0, 1]; decimals count as written, four at the most. */
enum parse share_parse(struct text text, struct share *ret);
/* 0.07 or 7%, in millionths; the caller knows the range. */
enum parse rate_parse(struct text text, int32_t *ret_millionths);

/* floor(amount * share), also below zero; the product is taken in 128 bits. */
int64_t share_of(struct share share, int64_t amount);
int64_t divide_floor(__int128 dividend, int64_t divisor);   /* divisor > 0 */
int64_t divide_ceiling(__int128 dividend, int64_t divisor); /* divisor > 0 */
/* A sum kept in 128 bits, cut to int64 at its edges once at the end: the order of adding never shows. */
int64_t clamp_int64(__int128 value);

enum { DECIMAL_TEXT_SIZE = 32 };
/* "12345.67" for 1234567 and 2 decimals; all decimals are written. */
const char *decimal_text(int64_t value, int decimals, char ret[DECIMAL_TEXT_SIZE]);

#endif
