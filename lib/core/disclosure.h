/* disclosure - which cells of tables that add up must be hidden, so that none can be had from the others
 * (统计披露控制).
 *
 * A cell below the minimum is hidden. Then, equation by equation, until nothing changes: where cells are
 * hidden there are at least two of them; and if all of these are counted, what the equation tells of them
 * together comes to the minimum at least. So no equation tells one hidden cell, and none tells of a few
 * households. What is hidden for that is the lowest in rank that serves, the smallest of these, the first of
 * equals, so the same tables always hide the same cells. Who looks is not told which of them were small: "the
 * other one is not" would be a bound.
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

struct disclosure_cell {
    int64_t value;
    int64_t least;   /* what everybody knows it to be at least */
    uint32_t within; /* the cell without which it is not shown either; DISCLOSURE_ALONE: none */
    int rank;        /* of those that serve, the ones of the lowest rank are hidden first */
    bool counted;    /* who is in it is there; an expected number is nobody in particular */
};
#define DISCLOSURE_ALONE UINT32_MAX
/* Its number. */
uint32_t disclosure_add(struct disclosure *disclosure, const struct disclosure_cell *cell);
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
