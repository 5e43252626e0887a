/* figure - a profile's columns for people: what each is called, and its value with a unit they know.
 *
 * Amounts in yuan, areas in m², consumption in kWh and m³, probabilities in per cent; null is "not known",
 * never 0 (P4). */
#ifndef OLIVE_DAEMON_CLI_FIGURE_H
#define OLIVE_DAEMON_CLI_FIGURE_H

#include "daemon/cli/messages.h"
#include "lib/core/profile.h"

enum message figure_label(const struct profile_field *field); /* MESSAGE_COUNT never: a test asks */
/* Whether it is a figure of the indicator: its name begins so, and those of the wage come from the fund. */
bool figure_belongs(const struct profile_field *field, enum indicator indicator);
/* "deposit: balance", "dibao, income": what a label alone does not say. */
void figure_title(const struct page *page, const struct profile_field *field);
void figure_fill(const struct page *page, const struct profile *profile, const struct profile_field *field);
/* Members of a set, in the list's order; "none". */
void figure_set(const struct page *page, const struct codes *codes, unsigned mask);
/* The newest month of an indicator's facts, or NUMBER_NONE. */
int64_t figure_last(const struct profile *profile, enum indicator indicator);
/* The field of that column; NULL: none. */
const struct profile_field *figure_find(const char *column);

#endif
