/* dice - chance, the same on every machine: a number is a pure function of (seed, stream, object, throw).
 *
 * Each object of the county has dice of its own, so that what one draws never moves what another gets, and a
 * month can be written without the months before it. splitmix64 (Steele, Lea, Flood 2014) mixes well enough
 * for this; nothing here is for secrets. Floating point is + - * / and exact scaling only (no libm, no
 * contraction), so gcc and clang give the same bits at any -O; never throw twice in one call's arguments or
 * one initialiser, whose order C leaves open. */
#ifndef OLIVE_TESTS_COUNTY_DICE_H
#define OLIVE_TESTS_COUNTY_DICE_H

#include <stdbool.h>
#include <stdint.h>

/* What the dice are for; a new use gets a new stream at the end, so that the others stay as they are. */
enum stream {
    STREAM_HOUSEHOLD,
    STREAM_PERSON,
    STREAM_ODDITY, /* + enum oddity */
    STREAM_EVENT = 100,
    STREAM_WORK,
    STREAM_DEPOSIT,
    STREAM_BALANCE,
    STREAM_PROPERTY,
    STREAM_VEHICLE,
    STREAM_METER,
    STREAM_CONSUMPTION,
    STREAM_PHONE,
    STREAM_CARD,
    STREAM_BILL,
    STREAM_DECLARATION,
    STREAM_ROSTER,
    STREAM_ASSISTANCE,
    STREAM_EMPLOYER,
    STREAM_NAME,
    STREAM_DAMAGE, /* + number of the feed */
};

struct dice {
    uint64_t state;
};

struct dice dice_of(uint64_t seed, unsigned stream, uint64_t object);
uint64_t dice_next(struct dice *dice);
uint32_t dice_below(struct dice *dice, uint32_t limit); /* 0 … limit - 1; limit > 0 */
int32_t dice_between(struct dice *dice, int32_t low, int32_t high);
bool dice_chance(struct dice *dice, uint32_t per_million);
double dice_uniform(struct dice *dice); /* [0, 1) */
double dice_normal(struct dice *dice);  /* mean 0, variance 1, within ±6 (the sum of twelve uniforms) */

double natural_exp(double x); /* |x| < 300 */
double natural_ln(double x);  /* x > 0 */

#endif
