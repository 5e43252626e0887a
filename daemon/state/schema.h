/* schema - is the database's schema the one that this program was made for?
 *
 * What is planned stands in sqitch.plan beside the migrations (lib/io/data.h finds it), what is deployed in
 * table sqitch.changes. Both are lists of names; they must be equal.
 *
 * Ownership: schema_free() gives a comparison's names back.
 * Errors:    ERR_STOP, EXIT_CONFIG: the plan is not there, or (schema_require) the lists differ. */
#ifndef OLIVE_DAEMON_SCHEMA_H
#define OLIVE_DAEMON_SCHEMA_H

#include "lib/io/store.h"

struct schema_names {
    char **items;
    size_t count;
};

struct schema {
    struct schema_names missing; /* planned, not deployed: the database is older */
    struct schema_names foreign; /* deployed, not planned: it is newer than this program */
};

int schema_compare(struct store *store, struct schema *ret, struct err *err);
void schema_free(struct schema *schema);
/* Start-up of every program with a store. */
int schema_require(struct store *store, struct err *err);

#endif
