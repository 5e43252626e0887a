/* policy_file - a policy as people write it (deploy/policy/<region>.yaml), read into struct policy.
 *
 * Top level: version, valid_from, caps, floors, covers, fresh; deploy/policy/330305.yaml explains each. What
 * counts is the text: its SHA-256 is the policy's digest, and the text itself is kept in olive.policy.
 *
 * Ownership: policy_free() gives back what policy_parse() and policy_read() make; the text is freed by
 * free(). Errors:    ERR_STOP, EXIT_CONFIG, "name:line:column: what is wrong". */
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

#endif
