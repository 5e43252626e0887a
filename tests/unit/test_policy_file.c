#include "lib/io/policy_file.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "tests/unit/unit.h"

static void a_policy_is_read_in_full(void **state)
{
    static const char text[] =
        "version: \"7\"\nvalid_from: 2025-07-01\n"
        "caps:\n"
        "  - {region: \"330305\", from: 2024-07-01, fen: 320000, basis: \"notice\"}\n"
        "  - {from: 2020-01-01, fen: 1}\n"
        "floors: [{region: \"\", from: 2024-07-01, fen: 10000}]\n"
        "covers: {wage: [provident-fund], business: [], transfer: [utility, deposit]}\n"
        "fresh: {deposit: 4}\n";
    CLEANUP(policy_freep) struct policy *policy = NULL;
    struct err err = { 0 };
    uint8_t digest[DIGEST_SIZE];

    assert_int_equal(policy_parse(text, sizeof text - 1, "p.yaml", &policy, &err), 0);
    digest_of(text, sizeof text - 1, digest);
    assert_memory_equal(policy->digest, digest, DIGEST_SIZE);
    assert_int_equal(policy->cap_count, 2);
    assert_int_equal(policy_limit(policy->caps, 2, "330305100", day_from(2024, 7, 1)), 320000);
    assert_int_equal(policy_limit(policy->caps, 2, "330305100", day_from(2024, 6, 30)), 1);
    assert_int_equal(policy->floor_count, 1);
    assert_int_equal(policy->covers[INCOME_WAGE], 1U << INDICATOR_FUND);
    assert_int_equal(policy->covers[INCOME_BUSINESS], 0);
    assert_int_equal(policy->covers[INCOME_TRANSFER], 1U << INDICATOR_DEPOSIT | 1U << INDICATOR_ELECTRICITY |
                                                          1U << INDICATOR_WATER | 1U << INDICATOR_GAS);
    assert_int_equal(policy->fresh_months[INDICATOR_DEPOSIT], 4);
    assert_int_equal(policy->fresh_months[INDICATOR_FUND], policy_fresh_months[INDICATOR_FUND]);
}

static void a_bad_policy_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "cap: []\n", "p.yaml:1:1: cap is no key of a policy (did you mean caps?)" },
        { "caps: {}\n", "p.yaml:1:7: caps must be a list of rules" },
        { "caps:\n  - {from: 2024-07-01}\n", "p.yaml:2:5: a limit needs from, and fen or yuan" },
        { "caps:\n  - {from: 2024-02-30, fen: 1}\n", "p.yaml:2:12: from must be a day, YYYY-MM-DD" },
        { "caps:\n  - {from: 2024-07-01, fen: 3.5}\n",
          "p.yaml:2:29: fen must be an amount in fen: a whole number, not below 0, of at most 15 digits" },
        { "caps:\n  - {from: 2024-07-01, fen: -1}\n",
          "p.yaml:2:29: fen must be an amount in fen: a whole number, not below 0, of at most 15 digits" },
        { "caps:\n  - {region: \"33030\", from: 2024-07-01, fen: 1}\n",
          "p.yaml:2:14: region must be 2, 4, 6, 9 or 12 digits, or \"\" for everywhere" },
        { "caps:\n  - {fron: 2024-07-01}\n", "p.yaml:2:6: fron is no key of a policy (did you mean from?)" },
        { "covers: {wages: []}\n", "p.yaml:1:10: wages is not an income kind (did you mean wage?)" },
        { "covers: {wage: provident-fund}\n", "p.yaml:1:16: wage must be a list of sources" },
        { "covers: {wage: [fund]}\n", "p.yaml:1:17: fund is not a source" },
        { "covers: {wage: [household]}\n",
          "p.yaml:1:17: household feeds no indicator: nothing could say whether it is there" },
        { "fresh: {deposits: 3}\n", "p.yaml:1:9: deposits is not an indicator (did you mean deposit?)" },
        { "fresh: {deposit: 0}\n", "p.yaml:1:18: deposit must be a whole number from 1 to 120" },
        { "fresh: {deposit: 1, deposit: 2}\n",
          "p.yaml:1:21: deposit is here for the second time (first in line 1)" },
        { "- a\n", "p.yaml:1:1: must be a mapping" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct policy *policy = NULL;
        struct err err = { 0 };

        assert_int_equal(policy_parse(cases[i].text, strlen(cases[i].text), "p.yaml", &policy, &err), -1);
        assert_string_equal(err.text, cases[i].message);
        assert_int_equal(err.code, EXIT_CONFIG);
    }
}

static void the_shipped_policy_covers_nothing_and_changes_no_freshness(void **state)
{
    CLEANUP(policy_freep) struct policy *policy = NULL;
    CLEANUP(mem_freep) char *text = NULL;
    struct err err = { 0 };
    size_t size;

    if (policy_read(SHIPPED_POLICY, &text, &size, &policy, &err) < 0)
        fail_msg("%s", err.text);
    for (int kind = 0; kind < INCOME_KIND_COUNT; kind++)
        assert_int_equal(policy->covers[kind], 0);
    assert_memory_equal(policy->fresh_months, policy_fresh_months, sizeof policy_fresh_months);
}

static void an_error_is_one_line_whatever_the_key(void **state)
{
    static const char text[] = "\"a\\nb\": 1\n";
    struct policy *policy = NULL;
    struct err err = { 0 };

    assert_int_equal(policy_parse(text, sizeof text - 1, "p.yaml", &policy, &err), -1);
    assert_null(strchr(err.text, '\n'));
    assert_non_null(strstr(err.text, "a b"));
}

UNIT_MAIN(cmocka_unit_test(an_error_is_one_line_whatever_the_key), cmocka_unit_test(a_policy_is_read_in_full),
          cmocka_unit_test(a_bad_policy_is_refused_with_its_place),
          cmocka_unit_test(the_shipped_policy_covers_nothing_and_changes_no_freshness))
