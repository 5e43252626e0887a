/* group - groups that follow from indicators of a person by the policy's rules, apart from what rosters state
 * (ASSESSMENT, FEEDS: groups attach to persons and roll up to households).
 *
 * A household has a derived group at E when a rule in force at its region holds for one of its members. */
#ifndef OLIVE_CORE_GROUP_H
#define OLIVE_CORE_GROUP_H

#include "lib/core/profile.h"

/* Whether a rule holds for a person of this household: `age` in full years at E. The profile's hints stand.
 */
bool group_rule_holds(const struct group_rule *rule, const struct subject *person, int age,
                      const struct profile *household);
/* All groups, with those that they state in turn, of one person, as a mask. */
unsigned groups_derive(const struct policy *policy, const struct subject *person, int age, int32_t day,
                       const struct profile *household);

#endif
