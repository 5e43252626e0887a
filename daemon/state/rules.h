/* rules - the policy and the model that a period is assessed by: files of the configuration, rows of the
 * state.
 *
 * Their texts are rows (olive.policy, olive.model), so that replay and other machines read what was in force,
 * not what lies on a disk today. A changed file takes effect with the next close.
 *
 * Ownership: rules_free() gives back what was loaded. Threads: read-only once loaded.
 * Errors:    ERR_STOP: a file that is not good (with file:line:column), a digest that no row has. */
#ifndef OLIVE_DAEMON_RULES_H
#define OLIVE_DAEMON_RULES_H

#include "lib/core/rules.h"
#include "lib/io/store.h"

struct rules_digests {
    uint8_t policy[DIGEST_SIZE], model[DIGEST_SIZE]; /* model: zeros, none */
};

/* As the configuration's files say. */
int rules_of_conf(const struct conf *conf, struct rules *ret, struct err *err);
/* As the rows with these digests say. */
int rules_load(struct store *store, const struct rules_digests *digests, struct rules *ret, struct err *err);
/* Puts the configuration's files into olive.policy and olive.model. `period`: the month that is assessed by
 * them; a policy that is valid only later is refused. */
int rules_put(struct store *store, const struct conf *conf, int32_t period, struct rules_digests *ret,
              struct err *err);
void rules_free(struct rules *rules); /* also for CLEANUP(); empties it */

/* A parameter for a model's digest: null when there is none. */
struct param param_model(const uint8_t model[DIGEST_SIZE]);
/* The digest of a nullable column; zeros for null. */
bool rows_model(const struct rows *rows, size_t row, int column, uint8_t ret[DIGEST_SIZE]);

#endif
