#include "lib/core/policy.h"

#include <string.h>

const int policy_fresh_months[INDICATOR_COUNT] = {
    [INDICATOR_DEPOSIT] = 3, [INDICATOR_PROPERTY] = 12,    [INDICATOR_VEHICLE] = 12,
    [INDICATOR_FUND] = 2,    [INDICATOR_ELECTRICITY] = 12, [INDICATOR_WATER] = 12,
    [INDICATOR_GAS] = 12,    [INDICATOR_TELECOM] = 12,     [INDICATOR_TRANSPORT] = 12,
};

/* Length of the entry's region when it is a prefix of the household's, both through their series; -1: it is
 * not. */
static int prefix_len(const char *entry, const char *series)
{
    char prefix[REGION_SIZE];
    size_t len;

    region_series(entry, prefix);
    len = strlen(prefix);
    return strncmp(prefix, series, len) == 0 ? (int)len : -1;
}

int64_t policy_limit(const struct fund_limit *limits, size_t count, const char *region, int32_t day)
{
    const struct fund_limit *best = NULL;
    char series[REGION_SIZE];
    int best_len = -1;

    region_series(region, series);
    for (size_t i = 0; i < count; i++) {
        int len = limits[i].from_day <= day ? prefix_len(limits[i].region, series) : -1;

        if (len < 0 || len < best_len || (len == best_len && best && limits[i].from_day <= best->from_day))
            continue;
        best = &limits[i];
        best_len = len;
    }
    return best ? best->amount_fen : NUMBER_NONE;
}
