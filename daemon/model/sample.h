/* sample - households of a CSV file as a model reads them, with their labels if there are any.
 *
 * Ownership: sample_read() … sample_free(); ids lend from the table.
 * Errors:    ERR_STOP, EXIT_DATA: columns that are missing (all of them are named), what is no number, a
 *            household without age or size, a negative weight. */
#ifndef OLIVE_DAEMON_MODEL_SAMPLE_H
#define OLIVE_DAEMON_MODEL_SAMPLE_H

#include "daemon/model/spec.h"
#include "daemon/model/table.h"
#include "lib/core/model.h"

struct sample {
    size_t count;
    const char **ids;
    struct model_input *inputs;
    double *weights, *ln_incomes; /* NULL without labels */
    size_t unlabelled;            /* rows that were left out, having no income or weight 0 */
};

/* spec NULL: to be scored, so that neither weight nor income is needed, and all rows are kept. */
int sample_read(const struct table *table, const struct model *model, const struct spec *spec,
                struct sample **ret, struct err *err);
void sample_free(struct sample *sample);
void sample_freep(struct sample **sample);

/* The fixed pattern of missing sources by which methods are compared: each is missing in 30 % of households,
 * by a hash of the household's number. */
void sample_drop(uint32_t number, size_t source_count, struct model_input *input);
bool sample_number(const char *id, uint32_t *ret); /* false: that is no number below 2^32 */

#endif
