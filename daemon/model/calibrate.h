/* calibrate - fits a model to labelled households (ASSESSMENT 1 (a)-(g)).
 *
 * Errors: ERR_STOP, EXIT_DATA: too few labels (says how many are needed), a column that is the same in all
 * rows, sources that repeat each other, a system without a solution. */
#ifndef OLIVE_DAEMON_MODEL_CALIBRATE_H
#define OLIVE_DAEMON_MODEL_CALIBRATE_H

#include "daemon/model/sample.h"
#include "lib/base/buffer.h"

enum {
    LABELS_NEEDED = 300, /* below, not even the pooled fit stands */
    LABELS_ADVISED = 800,
    LABELS_A_REGIME = 60, /* below, the pooled fit serves the regime */
    FOLDS = 10,
};

/* The model comes with what the spec says of it, and leaves calibrated and prepared. Notes for people (a
 * source that says nothing, a regime without a fit of its own) go to `notes`, a line each. */
int calibrate(struct model *model, const struct spec *spec, const struct table *table, struct buffer *notes,
              struct err *err);

#endif
