/* rules - what a period is assessed by: the policy, and the model as it reads a profile. */
#ifndef OLIVE_CORE_RULES_H
#define OLIVE_CORE_RULES_H

#include "lib/core/assess.h"

struct rules {
    struct policy *policy;
    struct assessor *assessor; /* NULL: no model, so the assessed ledger stays empty */
};

#endif
