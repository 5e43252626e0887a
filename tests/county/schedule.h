/* schedule - which department sends what when: in order, late, twice, corrected, incomplete. */
#ifndef OLIVE_TESTS_COUNTY_SCHEDULE_H
#define OLIVE_TESTS_COUNTY_SCHEDULE_H

#include "tests/county/delivery.h"

/* Writes every delivery of the county; post->sent tells what was received when, in no order. */
void schedule_run(struct post *post);

#endif
