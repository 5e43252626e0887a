/* elementary - ln, exp and square root by + - * / and sqrt alone, so that every machine gives the same bits.
 *
 * libm's own are better than needed and differ from one release to the next; these are within one unit in the
 * last place of the true value (a test compares them with long double) and never change. Rounding must be to
 * nearest, and contraction off (-ffp-contract=off, set for this folder). */
#ifndef OLIVE_CORE_ELEMENTARY_H
#define OLIVE_CORE_ELEMENTARY_H

/* x finite and > 0; anything else gives -DBL_MAX, which no sum of ours survives unseen. */
double ln_of(double x);
/* Saturates: 0 below -745.1, DBL_MAX above 709.78. */
double exp_of(double x);
double sqrt_of(double x); /* x >= 0; IEEE 754 rounds it correctly */

#endif
