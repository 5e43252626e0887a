/* spec - the YAML file that says how a labelled sample is to be read: columns to sources, weights, deflators.
 *
 *     name: scf2019                       in the model's header and in every output
 *     provenance: "who surveyed whom, when"
 *     id: hh_id                           columns; children and place may be left out
 *     weight: weight
 *     income: income                      the label, yearly
 *     age: head_age
 *     size: hh_size
 *     children: n_children
 *     place: urban                        a code of the place; each one found gets a level of its own
 *     floor: 3000                         incomes below count as this
 *     bands: [11199, 21380]               the cuts between bands
 *     sources:                            at most 10; their order is that of the contributions
 *       deposit: { amounts: [deposit_balance] }
 *       vehicle: { counts: [vehicle_count], amounts: [vehicle_value] }
 *     regime: fund                        the source whose first field, missing, positive or 0, sets the
 * regime deflators: { deposit_balance: 1.02 }  what an amount of that column is divided by; 1 when not said
 *
 * A source is missing in a household when any of its columns is empty.
 * Errors: ERR_STOP, EXIT_CONFIG, "file:line:column: what is wrong". */
#ifndef OLIVE_DAEMON_MODEL_SPEC_H
#define OLIVE_DAEMON_MODEL_SPEC_H

#include "lib/core/model.h"

struct spec {
    char weight[MODEL_NAME_SIZE], income[MODEL_NAME_SIZE];
};

/* What the model keeps goes there, what only calibration needs into ret. */
int spec_read(const char *path, struct model *model, struct spec *ret, struct err *err);

#endif
