/* assess - the assessed ledger of a household: what a model makes of its profile (ASSESSMENT 1).
 *
 * A model names its sources and their columns; here they are bound, once, to the indicators of a profile and
 * to figures made of them (assess_columns). A source is there when its indicator is known or a verified zero
 * and none of its figures is null; else it is missing, which is never zero, and contributes nothing.
 *
 * Whole millionths: base and contributions are rounded to millionths of ln income, the estimate is their sum,
 * and interval, bands and probabilities are made of that sum, so that what is stored adds up exactly and
 * nothing else is behind it. Pure, and the same bits everywhere (P10).
 *
 * The ledger reads declared and evidenced figures to raise questions (marks), and changes none of them (P5).
 *
 * Units: fen a year throughout: floor and cuts of a district's model are fen, its bands the policy's.
 * Errors: ERR_STOP, EXIT_CONFIG: the model has a source that is no indicator, or a column that no profile
 * has. */
#ifndef OLIVE_CORE_ASSESS_H
#define OLIVE_CORE_ASSESS_H

#include "lib/core/model.h"
#include "lib/core/profile.h"

/* A figure of a profile that a model may read: "deposit_money", "fund_wage", "telecom_per_adult" … */
struct assess_column {
    const char *name;
    enum indicator indicator; /* whose figure it is: of a source with another name it is refused */
    enum model_field_kind kind;
    /* Null: NUMBER_NONE. Amounts in fen, not deflated. */
    int64_t (*of)(const struct profile *profile);
    const char *rule; /* how it is made, in a sentence; the columns it is made of are named */
};
extern const struct assess_column assess_columns[]; /* ends with a NULL name */

/* The figure as a model reads it: amounts deflated by the policy in force at the profile's region and period.
 * False: its source is missing, or stale, or the figure is null. Calibration must read the same, so a
 * labelled sample is made of this. */
bool assess_figure(const struct assess_column *column, const struct policy *policy,
                   const struct profile *profile, double *ret);
/* The township, as a number: a place is a code to a model. 0: the region states none. */
double assess_place(const struct profile *profile);

struct assessor; /* a model bound to profiles */
/* Takes the model over, also when it fails. */
int assessor_new(struct model *model, const uint8_t digest[DIGEST_SIZE], struct assessor **ret,
                 struct err *err);
void assessor_free(struct assessor *assessor);
void assessor_freep(struct assessor **assessor);
const struct model *assessor_model(const struct assessor *assessor);
const uint8_t *assessor_digest(const struct assessor *assessor);

/* What the model is asked about a profile. */
void assess_input(const struct assessor *assessor, const struct policy *policy, const struct profile *profile,
                  struct model_input *ret);

/* Fills profile->assessed, assessed_per_head and model. assessor NULL: no model, all of it null. Before it
 * everything else of the profile must stand. */
void assess(const struct assessor *assessor, const struct policy *policy, struct profile *profile);

/* P(income < amount), in millionths, of an assessed profile; amount > 0. */
int64_t assess_below(const struct assessor *assessor, const struct assessed *assessed, int64_t amount_fen);

#endif
