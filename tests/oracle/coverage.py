"""coverage - which indicators a period's deliveries cover, and which have a feed that delivered freshly (ASSESSMENT
2.2, "State")."""
import values

FRESH_MONTHS = {"deposit": 3, "property": 12, "vehicle": 12, "fund": 2, "electricity": 12, "water": 12, "gas": 12,
                "telecom": 12, "transport": 12}
INDICATORS = tuple(FRESH_MONTHS)
UTILITY = ("electricity", "water", "gas")
HOLDINGS = ("property", "vehicle")
SOURCE_OF = {"fund": "provident-fund", **dict.fromkeys(UTILITY, "utility")}


def is_fresh(indicator, month, period):
    return month <= period and period - month < FRESH_MONTHS[indicator]


def feeds_of(feeds, indicator):
    source = SOURCE_OF.get(indicator, indicator)
    return [feed for feed in feeds.values() if feed.source == source
            and (indicator not in UTILITY or indicator in feed.told.get("kinds", UTILITY))]


def delivered_freshly(feed, indicator, period, known_at):
    for delivery in feed.taken:
        if known_at is not None and delivery.at > known_at:
            continue
        if indicator in HOLDINGS:           # received in a fresh month or later, up to the cut
            if period - values.month_of(delivery.received_day) < FRESH_MONTHS[indicator]:
                return True
        elif any(is_fresh(indicator, month, period) for month in delivery.months[indicator]):
            return True
    return False


class Coverage:
    def __init__(self, feeds, period, known_at):
        self.covered, self.alive = {}, {}
        for indicator in INDICATORS:
            fresh = [delivered_freshly(feed, indicator, period, known_at) for feed in feeds_of(feeds, indicator)]
            complete = [feed.told.get("complete", False) for feed in feeds_of(feeds, indicator)]
            self.covered[indicator] = bool(fresh) and all(fresh) and all(complete)
            self.alive[indicator] = any(fresh)
