/* coverage - which indicators may be read as "verified zero" where nothing was found (ASSESSMENT 2.2, P4).
 *
 * An indicator is covered at a period when the configuration declares it complete (all its feeds say
 * `complete`) and every feed of it delivered freshly. It is delivered when at least one feed did. Both go
 * into one number, so that a close can pin them. */
#ifndef OLIVE_CORE_COVERAGE_H
#define OLIVE_CORE_COVERAGE_H

#include "lib/core/policy.h"
#include "lib/core/receipt.h"

typedef uint32_t coverage_t; /* bits 0-8: covered, bits 16-24: delivered; by enum indicator */

static inline bool coverage_covered(coverage_t coverage, enum indicator indicator)
{
    return coverage >> indicator & 1;
}
static inline bool coverage_delivered(coverage_t coverage, enum indicator indicator)
{
    return coverage >> (16 + indicator) & 1;
}

/* What counts of a delivery: published and incomplete ones only; give those alone, up to the cut. */
struct coverage_delivery {
    const char *feed;
    int64_t received_ms;
    const struct month_count *months;
    size_t month_count;
};

coverage_t coverage_at(int32_t period, const struct policy *policy, const struct feed_declared *feeds,
                       size_t feed_count, const struct coverage_delivery *deliveries, size_t delivery_count);

#endif
