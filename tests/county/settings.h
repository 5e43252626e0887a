/* settings - what tells others about the county's feeds: conf.d/feeds.yaml for olive's own programs,
 * scenario.json for the oracle and for tests/scenario (each feed's `dialect` has the words of the YAML). */
#ifndef OLIVE_TESTS_COUNTY_SETTINGS_H
#define OLIVE_TESTS_COUNTY_SETTINGS_H

#include "tests/county/delivery.h"

void settings_write(const struct county *county, struct post *post); /* sorts what was sent by receipt */

#endif
