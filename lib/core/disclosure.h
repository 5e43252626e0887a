/* disclosure - which cells of tables that add up must be hidden, so that none can be had from the others
 * (统计披露控制).
 *
 * A cell below the minimum is hidden. Then, equation by equation, until nothing changes: where cells are
 * hidden there are at least two of them, and those that the others' sum gives together come to the minimum at
 * least; so no equation tells one hidden cell, and none tells of a few. What is hidden for that is the
 * smallest that serves, the first of equals, so the same tables always hide the same cells. Who looks is not
 * told which of them were small: "the other one is not" would be a bound.
 *
 * The same once more with bounds, passed on from equation to equation until they narrow no further: where
 * they meet around a hidden cell, one more is hidden. Equations that are added up and solved together, and
 * one month against the next, it does not look at.
 *
 * Ownership: disclosure_new() … disclosure_free(). Pure. Units: whatever the cells have, the minimum alike.
 */
#ifndef OLIVE_CORE_DISCLOSURE_H
#define OLIVE_CORE_DISCLOSURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct disclosure;
struct disclosure *disclosure_new(int64_t minimum);
void disclosure_free(struct disclosure *disclosure);
void disclosure_freep(struct disclosure **disclosure);

/* Its number. `least`: what everybody knows it to be at least. `within`: the cell without which it is not
 * shown either; DISCLOSURE_ALONE: none. */
#define DISCLOSURE_ALONE UINT32_MAX
uint32_t disclosure_add(struct disclosure *disclosure, int64_t value, int64_t least, uint32_t within);
void disclosure_hide(struct disclosure *disclosure, uint32_t cell);

/* The terms of an equation add up to 0, or to something everybody knows. Sign: 1 or -1. */
struct disclosure_term {
    uint32_t cell;
    int sign;
};
void disclosure_equation(struct disclosure *disclosure, const struct disclosure_term *terms, size_t count);

/* When all cells and equations are there. */
void disclosure_settle(struct disclosure *disclosure);
bool disclosure_hidden(const struct disclosure *disclosure, uint32_t cell);

#endif
