/* ledger - the declared and the evidenced ledger of a household (ASSESSMENT, opening and 2.2).
 *
 * The two stand side by side and none overwrites the other (P5); auxiliary sources do not enter either. */
#ifndef OLIVE_CORE_LEDGER_H
#define OLIVE_CORE_LEDGER_H

#include "lib/core/household.h"

/* declared_income, declared_months, declared_partial, declared_by_kind. */
void ledger_declared(const struct subject *const *persons, size_t count, struct profile *profile);
/* Everybody who may earn has declared whole years: only then is declared_income the household's. */
bool ledger_declared_in_full(const struct profile *profile);
/* Whether a person declares income of any kind for a whole year. */
bool ledger_declares_year(const struct subject *person);
/* wage_low, wage_high, wage_base_year: what the fund's contributions say of the wage, by the caps and floors
 * of the household's region. Each part is floored or ceiled away from the truth, so that the interval stays
 * sound. */
void ledger_wage(const struct subject *const *persons, size_t count, const struct policy *policy,
                 struct profile *profile);
/* evidenced_low, evidenced_high: after wage, interest and the states stand. `adult`: a member has reached 16.
 */
void ledger_evidenced(const struct policy *policy, bool adult, struct profile *profile);
/* contradictions: as facts, side by side; neither ledger changes by them. Years differ (wage_base_year), so
 * each is a question to the household. After the ledgers stand. */
void ledger_contradictions(const struct subject *const *persons, size_t count, struct profile *profile);
/* declared_per_head, evidenced_low_per_head, evidenced_high_per_head: by registered members, floored. */
void ledger_per_head(struct profile *profile);

#endif
