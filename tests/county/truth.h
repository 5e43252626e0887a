/* truth - what a model or a tester may compare with, and no program of olive ever reads.
 *
 * truth.csv          households on the last day: income of the last twelve months by kind, what they declare,
 *                    and the wage that their fund contributions state (of the base years)
 * truth_persons.csv  the same by person, with the work
 * truth_members.csv  who truly belonged where, day by day */
#ifndef OLIVE_TESTS_COUNTY_TRUTH_H
#define OLIVE_TESTS_COUNTY_TRUTH_H

#include <stdio.h>

#include "tests/county/county.h"

void truth_write(const struct county *county);
void truth_summary(const struct county *county, FILE *out); /* a few lines for people */

#endif
