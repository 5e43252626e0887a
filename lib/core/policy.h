/* policy - the dated rules that indicators and ledgers need, per region (deploy/policy/<any>.yaml).
 *
 * Ownership: arrays belong to whoever made the policy (lib/io/policy_file.h reads one from its text). */
#ifndef OLIVE_CORE_POLICY_H
#define OLIVE_CORE_POLICY_H

#include "lib/core/record.h"

/* Monthly one-side contribution to the provident fund: cap and floor by region, from a day on (the fund year
 * begins on 1 July; Regulations on the Management of Housing Provident Funds, art. 16-18, and each city's
 * yearly notice). */
struct fund_limit {
    char region[REGION_SIZE]; /* a prefix of the region's code, of its series; empty: everywhere */
    int32_t from_day;
    int64_t amount_fen;
};

struct policy {
    uint8_t digest[DIGEST_SIZE]; /* of the text */
    struct fund_limit *caps, *floors;
    size_t cap_count, floor_count;
    unsigned covers[INCOME_KIND_COUNT]; /* bit mask over enum indicator; 0: nothing covers this income kind */
    int fresh_months[INDICATOR_COUNT];
};

/* ASSESSMENT 2.1: deposit 3, property 12, vehicle 12, fund 2, the others 12. */
extern const int policy_fresh_months[INDICATOR_COUNT];

/* The limit in force on a day: of the entries in force those with the longest prefix of the region (both
 * through their series), of these the newest; NUMBER_NONE when there is none. */
int64_t policy_limit(const struct fund_limit *limits, size_t count, const char *region, int32_t day);

#endif
