/* portrait - the group portrait 群体画像: how many households of a region, industry and group there are, in
 * which bands, what they earn, and how far the plan's two indicators are from their goals.
 *
 * A row is (region, industry, group), each one value or all of them; with more than two said there is no row,
 * because such cells are households, not groups. A household without a group is in the rows of all groups and
 * in no other.
 *
 * Shares are sums of band probabilities, never counts of likeliest bands, and say whether they count
 * households or persons. They are of those households that are assessed: that have a model's estimate, and
 * bands in force where they live. Without a model nobody is, and all but the counts is null.
 *
 * The 90 % interval of a share covers who of them really is in which band, each with the probability that the
 * model gives (the spread of a sum of independent draws, taken as normal). It does not cover what is wrong
 * with the model itself: an error that all households share moves the share and not its interval.
 *
 * Quantiles are those of all these households' distributions together, read from a grid of ln income in steps
 * of 1/16 and straight lines between: off by less than 0.2 % of the amount where many households lie, and
 * never by more than a step (6.4 %). Below 1,000 yuan and above 10 million they are that amount.
 *
 * Disclosure (disclosure.h), with the policy's portrait_minimum (0: 10):
 * - A row of fewer households shows nothing but its being there.
 * - A band in which fewer are expected is hidden, and likewise A and B. Nobody in particular is in it, as
 * every household of the row adds a probability; but who reads "1.3 households" looks for that one.
 * - A group is hidden when all but fewer than the minimum of the same place and industry are in it.
 * - More is hidden where what is hidden would follow: bands, A and B add up to the assessed households; rows
 *   of a region or industry to the row of all. Bands are hidden before A and B. Groups overlap and add up to
 * nothing, but a group's regions and industries do. Quantiles of a row are shown with it, if as many are
 * assessed: they bound a hidden band, and tell none.
 *
 * Sums are whole numbers, so the order of households is all one, and every machine has the same bits (P10).
 * Pure. Ownership: portrait_new() … portrait_free(); lends rules. */
#ifndef OLIVE_CORE_PORTRAIT_H
#define OLIVE_CORE_PORTRAIT_H

#include "lib/core/rules.h"

enum { PORTRAIT_QUANTILES = 5, PORTRAIT_MINIMUM = 10 };
extern const int portrait_percents[PORTRAIT_QUANTILES]; /* 10, 25, 50, 75, 90 */
enum { PORTRAIT_ALL = -1 };                             /* of group and band */
enum { PORTRAIT_INDUSTRY_SIZE = 2 };
#define PORTRAIT_NOT_STATED "-"

/* One cell: a row (band PORTRAIT_ALL), or one band of it. Households and persons are millionths: counted ones
 * of a row, expected ones of a band. Shares are millionths, too. NUMBER_NONE: hidden, or there is no model.
 */
struct portrait_cell {
    char region[TOWNSHIP_SIZE];            /* "": all, "-": not stated */
    char industry[PORTRAIT_INDUSTRY_SIZE]; /* section A-T of GB/T 4754; "": all, "-": not stated */
    int group;                             /* enum group as rosters state it, or PORTRAIT_ALL */
    int band;                              /* from 0, or PORTRAIT_ALL */
    bool hidden;
    int64_t households, persons;
    int64_t assessed;                                                      /* households; of a row */
    int64_t share, share_low, share_high;                                  /* of households; of a band */
    int64_t person_share;                                                  /* of persons; of a band */
    int64_t quantiles_fen[PORTRAIT_QUANTILES];                             /* of household income; of a row */
    int64_t plan[PLAN_COUNT], plan_low[PLAN_COUNT], plan_high[PLAN_COUNT]; /* A and B; of a row */
};

struct portrait;
struct portrait *portrait_new(const struct rules *rules, enum household_kind kind);
void portrait_free(struct portrait *portrait);
void portrait_freep(struct portrait **portrait);
void portrait_add(struct portrait *portrait, const struct profile *profile); /* other kinds are passed over */

/* Tells each cell in order of (region, industry, group, band), all first. The row of all is always there; a
 * hidden row, and one without an assessed household, has no bands. */
typedef int portrait_each(void *user, const struct portrait_cell *cell, struct err *err);
int portrait_walk(const struct portrait *portrait, portrait_each *each, void *user, struct err *err);

#endif
