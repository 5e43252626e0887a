#include "lib/core/receipt.h"

const char *const delivery_state_names[DELIVERY_STATE_COUNT] = {
    [DELIVERY_PUBLISHED] = "published", [DELIVERY_INCOMPLETE] = "incomplete",
    [DELIVERY_DUPLICATE] = "duplicate", [DELIVERY_OBSOLETE] = "obsolete",
    [DELIVERY_REJECTED] = "rejected",   [DELIVERY_DISMISSED] = "dismissed",
};
