/* portrait - the group portrait 群体画像: how many households of a region, industry, group and band there
 * are, what they earn, and how far the plan's two indicators are from their goals.
 *
 * A row is (region, industry, group), each one value or all of them; with more than two said there is no row,
 * because such cells are households, not groups. Shares are sums of band probabilities, never counts of
 * likeliest bands; every share says whether it counts households or persons.
 *
 * Disclosure: a row of fewer households than the policy's portrait.minimum shows nothing but its being there.
 * Where one hidden row could be had from the others and their total, the next smallest is hidden, too, and
 * likewise for a band within a row.
 *
 * Profiles come in canonical order, so that sums are the same bits everywhere (P10). Pure.
 * Ownership: portrait_new() … portrait_free(); lends rules. */
#ifndef OLIVE_CORE_PORTRAIT_H
#define OLIVE_CORE_PORTRAIT_H

#include "lib/core/rules.h"

enum { PORTRAIT_QUANTILES = 5 }; /* 10, 25, 50, 75, 90 % */
enum { PORTRAIT_ALL = -1 };      /* of group and band */
enum portrait_hidden { HIDDEN_NOT, HIDDEN_FEW, HIDDEN_FOR_OTHERS, HIDDEN_COUNT };
extern const struct codes hidden_codes; /* "", "few", "for_others" */

/* One cell: a row's band, or (band PORTRAIT_ALL) all of the row. Shares in millionths. */
struct portrait_cell {
    char region[REGION_SIZE]; /* of the township, 9 digits; "": all, "-": not stated */
    char industry[2];         /* section A-T of GB/T 4754; "": all, "-": not stated */
    int group;                /* enum group as rosters state it, or PORTRAIT_ALL */
    int band;                 /* from 0, or PORTRAIT_ALL */
    enum portrait_hidden hidden;
    int64_t households, persons;               /* PORTRAIT_ALL: counted; of a band: expected, in millionths */
    int64_t share, share_low, share_high;      /* of households, with a 90 % interval */
    int64_t person_share;                      /* of persons */
    int64_t quantiles_fen[PORTRAIT_QUANTILES]; /* of household income; PORTRAIT_ALL only */
    int64_t plan[PLAN_COUNT], plan_low[PLAN_COUNT], plan_high[PLAN_COUNT]; /* A and B; PORTRAIT_ALL only */
};

struct portrait;
struct portrait *portrait_new(const struct rules *rules, enum household_kind kind, int32_t period);
void portrait_free(struct portrait *portrait);
void portrait_freep(struct portrait **portrait);
void portrait_add(struct portrait *portrait, const struct profile *profile); /* other kinds are passed over */
/* Hides what must be hidden, then tells each cell in order of (region, industry, group, band), all first. */
typedef int portrait_each(void *user, const struct portrait_cell *cell, struct err *err);
int portrait_walk(struct portrait *portrait, portrait_each *each, void *user, struct err *err);

#endif
