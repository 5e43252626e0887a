/* A policy file: refused with a place, or a policy. */
#include <string.h>

#include "lib/io/policy_file.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(policy_freep) struct policy *policy = NULL;
    struct err err = { 0 };

    if (policy_parse((const char *)data, size, "policy.yaml", &policy, &err) < 0) {
        MUST(err.kind == ERR_STOP && err.code == EXIT_CONFIG);
        MUST(!strncmp(err.text, "policy.yaml", strlen("policy.yaml")) && !strchr(err.text, '\n'));
        return 0;
    }
    policy_limit(policy->caps, policy->cap_count, "330305", 20000);
    policy_limit(policy->floors, policy->floor_count, "330305", 20000);
    return 0;
}
