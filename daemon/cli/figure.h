/* figure - a profile's columns for people: what each is called, and its value with a unit they know.
 *
 * Amounts in yuan, areas in m², consumption in kWh and m³; null is "not known", never 0 (P4). */
#ifndef OLIVE_DAEMON_CLI_FIGURE_H
#define OLIVE_DAEMON_CLI_FIGURE_H

#include "lib/base/buffer.h"
#include "lib/core/profile.h"

const char *figure_label(const char *column);
void figure_text(const struct profile *profile, const struct profile_field *field, struct buffer *out);
void amount_text(int64_t fen, struct buffer *out); /* 12,345.67 */
/* The field of that column; NULL: none. */
const struct profile_field *figure_find(const char *column);
/* Chinese and English: "存款 deposit". */
const char *indicator_title(enum indicator indicator);

#endif
