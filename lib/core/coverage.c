#include "lib/core/coverage.h"

#include <string.h>

static bool feeds_indicator(const struct feed_declared *feed, enum indicator indicator)
{
    if (feed->source == SOURCE_UTILITY)
        return indicator >= INDICATOR_ELECTRICITY && indicator <= INDICATOR_GAS &&
               (feed->utility_kinds >> (indicator - INDICATOR_ELECTRICITY) & 1);
    return indicator_of_source(feed->source, UTILITY_ELECTRICITY) == indicator;
}

static bool is_fresh(int32_t month, int32_t period, int months)
{
    return month <= period && period - month < months;
}

/* Lists (property, vehicle) are fresh by their receipt, in a fresh month or later; the others by what they
 * publish. */
static bool delivery_is_fresh(const struct coverage_delivery *delivery, enum indicator indicator,
                              int32_t period, int months)
{
    if (indicator == INDICATOR_PROPERTY || indicator == INDICATOR_VEHICLE)
        return period - month_of_ms(delivery->received_ms) < months;
    for (size_t i = 0; i < delivery->month_count; i++)
        if (delivery->months[i].indicator == indicator && is_fresh(delivery->months[i].month, period, months))
            return true;
    return false;
}

static bool feed_is_fresh(const struct feed_declared *feed, enum indicator indicator, int32_t period,
                          int months, const struct coverage_delivery *deliveries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(deliveries[i].feed, feed->name) &&
            delivery_is_fresh(&deliveries[i], indicator, period, months))
            return true;
    return false;
}

static coverage_t indicator_coverage(enum indicator indicator, int32_t period, const struct policy *policy,
                                     const struct feed_declared *feeds, size_t feed_count,
                                     const struct coverage_delivery *deliveries, size_t delivery_count)
{
    bool any = false, covered = true, delivered = false;

    for (size_t i = 0; i < feed_count; i++) {
        bool fresh;

        if (!feeds_indicator(&feeds[i], indicator))
            continue;
        fresh = feed_is_fresh(&feeds[i], indicator, period, policy->fresh_months[indicator], deliveries,
                              delivery_count);
        any = true;
        covered &= feeds[i].complete && fresh;
        delivered |= fresh;
    }
    return (coverage_t)(any && covered) << indicator | (coverage_t)delivered << (16 + indicator);
}

coverage_t coverage_at(int32_t period, const struct policy *policy, const struct feed_declared *feeds,
                       size_t feed_count, const struct coverage_delivery *deliveries, size_t delivery_count)
{
    coverage_t coverage = 0;

    for (int i = 0; i < INDICATOR_COUNT; i++)
        coverage |= indicator_coverage((enum indicator)i, period, policy, feeds, feed_count, deliveries,
                                       delivery_count);
    return coverage;
}
