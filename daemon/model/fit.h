/* fit - one regime of a model: prior, curves, typical levels and covariances from labelled households
 * (ASSESSMENT 1 (a)-(d)).
 *
 * Covariances are those of a household type, shrunk to the regime's: how much a source says of income, and
 * how widely incomes spread, differs between a pensioner who lives alone and a family. */
#ifndef OLIVE_DAEMON_MODEL_FIT_H
#define OLIVE_DAEMON_MODEL_FIT_H

#include "daemon/model/sample.h"
#include "lib/core/model.h"

/* rows: indices into the sample, `count` of them. ERR_STOP, EXIT_DATA: singular. */
int fit_regime(const struct model *model, const struct sample *sample, const size_t *rows, size_t count,
               struct model_fit *ret, struct err *err);

#endif
