/* holdings - what a household's income leaves behind: accounts, homes, vehicles, meters, telephones, cards.
 *
 * Everything follows the household's standing (ln of its income over the usual) with noise of its own, so
 * that each source says something about income and none says it all. What a month's line states is computed
 * when it is written. */
#ifndef OLIVE_TESTS_COUNTY_HOLDINGS_H
#define OLIVE_TESTS_COUNTY_HOLDINGS_H

#include "tests/county/county.h"

enum usage { RESIDENTIAL, SHOP, FACTORY, APARTMENT_HOTEL, USAGE_COUNT };
enum { LIST_NEVER = INT16_MAX };

int64_t balance_fen(const struct county *county, uint32_t account, int32_t month); /* at its end */
int64_t consumption_milli(const struct county *county, uint32_t meter, int32_t month);
int64_t bill_fen(const struct county *county, uint32_t item, const struct line_item *of, int32_t month,
                 unsigned stream);

#endif
