/* policy_file - a policy as people write it (deploy/policy/<region>.yaml), read into struct policy.
 *
 * Top level: version, valid_from, caps, floors, covers, fresh, bands, goals, lines, assets, disregards,
 * deflators, groups, portrait; all may be left out, and deploy/policy/330305.yaml explains each. Amounts are
 * said in yuan, with at most two decimals, or in fen. What counts is the text: its SHA-256 is the policy's
 * digest, and the text itself is kept in olive.policy.
 *
 * Of one kind and region a rule holds until its `until` (the first day on which it no longer does), or until
 * the next one begins: reading makes until_day of both, so that never two hold. Refused: two that begin on
 * the same day, one that reaches into the next, one that leaves days before the next without a rule; bands
 * that do not rise, goals that are no union of the bands in force with them, 低边 below 低保.
 *
 * Ownership: policy_free() gives back what policy_parse() and policy_read() make; the text is freed by
 * free().
 * Errors:    ERR_STOP, EXIT_CONFIG, "name:line:column: what is wrong": the first finding in the file. */
#ifndef OLIVE_IO_POLICY_FILE_H
#define OLIVE_IO_POLICY_FILE_H

#include <stddef.h>

#include "lib/base/err.h"
#include "lib/core/policy.h"

/* name stands for the path in messages. */
int policy_parse(const char *text, size_t size, const char *name, struct policy **ret, struct err *err);
int policy_read(const char *path, char **ret_text, size_t *ret_size, struct policy **ret, struct err *err);
void policy_free(struct policy *policy);
void policy_freep(struct policy **policy);

/* What is wrong with a file, or worth a look, in its order. */
struct policy_finding {
    size_t line, column; /* from 1; 0: of the file as a whole */
    bool is_error;       /* else a warning: the policy can be used */
    char *text;          /* one line, without the place */
};
struct policy_findings {
    struct policy_finding *items;
    size_t count, error_count;
};
void policy_findings_free(struct policy_findings *findings); /* also for CLEANUP(); empties it */

/* All findings of a file, also when it is no YAML or cannot be read. When there are no errors, also what no
 * rule in force on `today` judges, bands without goals, rules without a basis. */
void policy_check(const char *path, int32_t today, struct policy_findings *ret);

#endif
