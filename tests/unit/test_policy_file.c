#include "lib/io/policy_file.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "tests/unit/scratch.h"
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

static struct policy *policy_of(const char *text)
{
    struct policy *policy = NULL;
    struct err err = { 0 };

    if (policy_parse(text, strlen(text), "p.yaml", &policy, &err) < 0)
        fail_msg("%s", err.text);
    return policy;
}

static void every_section_is_read_and_every_amount_is_exact(void **state)
{
    static const char text[] =
        "valid_from: 2024-07-01\n"
        "caps: [{from: 2024-01-01, yuan: 3200.5}]\n"
        "bands: [{region: \"33\", from: 2024-01-01, yuan: [0.01, 2, 3, 4, 9999999999999.99], basis: \"b\"}]\n"
        "goals: {A: [{from: 2024-01-01, region: \"33\", yuan: [2, 4], share: 80%}],\n"
        "        B: [{from: 2024-01-01, region: \"33\", yuan: [0, 9999999999999.99], share: 0.455}]}\n"
        "lines: {dibao: [{from: 2024-01-01, until: 2025-01-01, yuan_per_head: 13000.07}],\n"
        "        低边: [{from: 2024-01-01, fen_per_head: 999999999999999}]}\n"
        "assets: {rigid_expense: {money: [{from: 2024-01-01, yuan_per_head: 0}],\n"
        "         vehicle: [{from: 2024-01-01, count: 1, yuan: 5}, {from: 2025-01-01, count: 2}],\n"
        "         home: [{from: 2024-01-01, count: 3, m2_per_head: 20.5}]}}\n"
        "disregards: {dibian: [{from: 2024-01-01, income: 工资性, share: 1}]}\n"
        "deflators: {electricity: [{from: 2024-01-01, index: 1.0234}]}\n"
        "groups:\n"
        "  - {group: child-or-elder, from: 2024-01-01, age_from: 80, age_below: 100}\n"
        "  - {group: dibao, from: 2024-01-01, industries: [A, H6110], fund_months: 6, declares: [wage, "
        "transfer],\n"
        "     meets: [dibao, rigid_expense]}\n"
        "portrait: {minimum: 25}\n";
    CLEANUP(policy_freep) struct policy *policy = policy_of(text);
    const struct group_rule *group = &policy->groups[1];
    const struct asset_rule *vehicles = policy->assets[LINE_RIGID_EXPENSE][TEST_VEHICLE];

    assert_int_equal(policy->valid_from_day, day_from(2024, 7, 1));
    assert_int_equal(policy->caps[0].amount_fen, 320050);
    assert_string_equal(policy->bands[0].rule.basis, "b");
    assert_string_equal(policy->bands[0].rule.region, "33");
    assert_int_equal(policy->bands[0].cuts_fen[0], 1);
    assert_int_equal(policy->bands[0].cuts_fen[4], 999999999999999);
    assert_int_equal(policy->goals[PLAN_A][0].band_first, 2);
    assert_int_equal(policy->goals[PLAN_A][0].band_last, 3);
    assert_int_equal(policy->goals[PLAN_A][0].goal_millionths, 800000);
    assert_int_equal(policy->goals[PLAN_B][0].band_first, 0);
    assert_int_equal(policy->goals[PLAN_B][0].band_last, 4);
    assert_int_equal(policy->goals[PLAN_B][0].goal_millionths, 455000);
    assert_int_equal(policy->lines[LINE_DIBAO][0].per_head_fen, 1300007);
    assert_int_equal(policy->lines[LINE_DIBAO][0].rule.until_day, day_from(2025, 1, 1));
    assert_int_equal(policy->lines[LINE_DIBIAN][0].per_head_fen, 999999999999999);
    assert_int_equal(policy->assets[LINE_RIGID_EXPENSE][TEST_MONEY][0].per_head_fen, 0);
    assert_int_equal(vehicles[0].count_max, 1);
    assert_int_equal(vehicles[0].value_max_fen, 500);
    assert_true(vehicles[1].value_max_fen == NUMBER_NONE);
    assert_int_equal(policy->assets[LINE_RIGID_EXPENSE][TEST_HOME][0].area_per_head_cm2_max, 205000);
    assert_int_equal(policy->asset_count[LINE_DIBAO][TEST_HOME], 0);
    assert_int_equal(policy->disregards[LINE_DIBIAN][0].income, INCOME_WAGE);
    assert_int_equal(policy->disregards[LINE_DIBIAN][0].share_millionths, MILLION);
    assert_int_equal(policy->deflators[INDICATOR_ELECTRICITY][0].index_millionths, 1023400);
    assert_int_equal(policy->groups[0].age_from, 80);
    assert_int_equal(policy->groups[0].age_below, 100);
    assert_int_equal(group->group, GROUP_DIBAO);
    assert_int_equal(group->age_from, INT32_MIN);
    assert_int_equal(group->industry_count, 2);
    assert_string_equal(group->industries[1], "H6110");
    assert_int_equal(group->fund_months_min, 6);
    assert_int_equal(group->declares, 1U << INCOME_WAGE | 1U << INCOME_TRANSFER);
    assert_int_equal(group->line_tests, 1U << LINE_DIBAO | 1U << LINE_RIGID_EXPENSE);
    assert_int_equal(policy->portrait_minimum, 25);
}

static void what_is_left_out_is_nothing_but_the_minimum(void **state)
{
    CLEANUP(policy_freep) struct policy *policy = policy_of("version: \"1\"\n");

    assert_int_equal(policy->valid_from_day, DAY_NONE);
    assert_int_equal(policy->portrait_minimum, 10);
    for (int kind = 0; kind < RULE_KIND_COUNT; kind++)
        for (size_t i = 0; i < rule_kind_lists((enum rule_kind)kind); i++)
            assert_int_equal(policy_list(policy, (enum rule_kind)kind, i).count, 0);
}

/* Line, by day and region; 0: none in force. */
static void a_rule_holds_until_it_ends_or_the_next_of_its_region_begins(void **state)
{
    static const char text[] =
        "lines: {dibao: [\n"
        "  {region: \"330305\", from: 2023-01-01, yuan_per_head: 1},\n"
        "  {region: \"330322\", from: 2024-01-01, until: 2025-01-01, yuan_per_head: 2},\n" /* 洞头 of old */
        "  {region: \"330305\", from: 2025-01-01, until: 2025-07-01, yuan_per_head: 3},\n"
        "  {region: \"330305101\", from: 2024-06-01, until: 2024-09-01, yuan_per_head: 4},\n"
        "  {region: \"33\", from: 2025-02-01, yuan_per_head: 5}]}\n";
    static const struct {
        const char *region;
        int year, month, day;
        int64_t fen;
    } cases[] = {
        { "330305001", 2022, 12, 31, 0 },   { "330305001", 2023, 1, 1, 100 },
        { "330305001", 2023, 12, 31, 100 }, { "330305001", 2024, 1, 1, 200 },
        { "330305001", 2024, 12, 31, 200 }, { "330305001", 2025, 1, 1, 300 },
        { "330305001", 2025, 6, 30, 300 },  { "330305001", 2025, 7, 1, 500 }, /* not those before it again */
        { "330305101", 2024, 5, 31, 200 },  { "330305101", 2024, 6, 1, 400 },
        { "330305101", 2024, 9, 1, 200 },   { "330400", 2025, 1, 31, 0 },
        { "330400", 2025, 2, 1, 500 },
    };
    CLEANUP(policy_freep) struct policy *policy = policy_of(text);

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct line_rule *rule =
            POLICY_RULE(policy->lines[LINE_DIBAO], policy->line_count[LINE_DIBAO], cases[i].region,
                        day_from(cases[i].year, cases[i].month, cases[i].day));

        if ((rule ? rule->per_head_fen : 0) != cases[i].fen)
            fail_msg("case %zu", i);
    }
}

static void a_policy_of_another_day_is_that_policy_with_its_rules_shifted(void **state)
{
    static const char text[] = "caps: [{from: 2024-01-01, fen: 1}]\n"
                               "lines: {dibao: [{from: 2024-01-01, until: 2025-01-01, yuan_per_head: 1}]}\n"
                               "groups: [{group: dibao, from: 2024-01-01, age_from: 1}]\n";
    CLEANUP(policy_freep) struct policy *policy = policy_of(text);

    policy_shift(policy, -31);
    assert_int_equal(policy->caps[0].rule.from_day, day_from(2024, 1, 1));
    assert_int_equal(policy->lines[LINE_DIBAO][0].rule.from_day, day_from(2023, 12, 1));
    assert_int_equal(policy->lines[LINE_DIBAO][0].rule.until_day, day_from(2024, 12, 1));
    assert_int_equal(policy->groups[0].rule.until_day, DAY_OPEN);
}

#define BANDS "bands: [{from: 2024-01-01, yuan: [1, 2, 3, 4, 5]}]\n"
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
        /* amounts: in whole fen, exactly, and far from the edge of what a number can be */
        { "caps: [{from: 2024-07-01, fen: 9223372036854775807}]\n",
          "p.yaml:1:32: fen must be an amount in fen: a whole number, not below 0, of at most 15 digits" },
        { "caps: [{from: 2024-07-01, yuan: 10000000000000}]\n",
          "p.yaml:1:33: yuan must be an amount in yuan: not below 0, of at most 13 digits and two decimals" },
        { "caps: [{from: 2024-07-01, yuan: 1, fen: 100}]\n",
          "p.yaml:1:36: fen says again what another key has said in another unit" },
        { "lines: {dibao: [{from: 2024-07-01, yuan_per_head: 1.005}]}\n",
          "p.yaml:1:51: yuan_per_head must be an amount in yuan: not below 0, of at most 13 digits and two "
          "decimals" },
        { "lines: {dibao: [{from: 2024-07-01, yuan_per_head: \"13,000\"}]}\n",
          "p.yaml:1:51: yuan_per_head must be an amount in yuan: not below 0, of at most 13 digits and two "
          "decimals" },
        { "lines: {dibap: []}\n", "p.yaml:1:9: dibap is not a line (did you mean dibao?)" },
        { "lines: {dibao: [], 低保: []}\n",
          "p.yaml:1:24: lines.dibao is here for the second time, by another name" },
        { "lines: []\n", "p.yaml:1:8: lines must be a mapping: line, then a list of rules" },
        /* bands and goals */
        { "bands: [{from: 2024-01-01, yuan: [1, 2, 3, 3, 5]}]\n",
          "p.yaml:1:44: yuan must rise from amount to amount" },
        { "bands: [{from: 2024-01-01, yuan: [1, 2, 3, 4]}]\n",
          "p.yaml:1:34: yuan must be 5 amounts, rising" },
        { "bands: [{from: 2024-01-01, yuan: [1, 2, 3, 4, 5, 6]}]\n",
          "p.yaml:1:34: yuan must be 5 amounts, rising" },
        { "bands: [{from: 2024-01-01, yuan: [0, 2, 3, 4, 5]}]\n",
          "p.yaml:1:34: the first of yuan must be above 0" },
        { "goals: {A: [{from: 2024-01-01, yuan: [1, 2], share: 80%}]}\n",
          "p.yaml:1:13: a goal needs bands: none are in force with it on 2024-01-01" },
        { BANDS "goals: {A: [{from: 2023-12-31, yuan: [1, 2], share: 80%}]}\n",
          "p.yaml:2:13: a goal needs bands: none are in force with it on 2023-12-31" },
        { BANDS "goals: {A: [{from: 2024-01-01, yuan: [1, 6], share: 80%}]}\n",
          "p.yaml:2:38: is no union of bands: those of 2024-01-01 (line 1) are cut at other amounts" },
        { BANDS "goals: {A: [{from: 2024-01-01, yuan: [1.5, 2], share: 80%}]}\n",
          "p.yaml:2:38: is no union of bands: those of 2024-01-01 (line 1) are cut at other amounts" },
        { "bands: [{from: 2024-01-01, yuan: [1, 2, 3, 4, 5]}, {from: 2025-01-01, yuan: [1, 3, 4, 5, 6]}]\n"
          "goals: {A: [{from: 2024-01-01, yuan: [1, 3], share: 80%}]}\n",
          "p.yaml:2:38: is another union of bands from 2025-01-01 on (line 1): let a new goal begin there" },
        { "bands: [{from: 2024-01-01, yuan: [1, 2, 3, 4, 5]},\n {from: 2024-01-01, region: \"330305\", yuan: "
          "[10, 20, 30, 40, 50]}]\n"
          "goals: {A: [{from: 2024-01-01, yuan: [1, 3], share: 80%}]}\n",
          "p.yaml:3:38: is no union of bands: those of 2024-01-01 (line 2) are cut at other amounts" },
        { "goals: {C: []}\n", "p.yaml:1:9: C is not a plan indicator" },
        { BANDS "goals: {A: [{from: 2024-01-01, yuan: [1, 2], share: 0}]}\n",
          "p.yaml:2:53: share must be above 0 and at most 1: 0.2 or 20%" },
        { "disregards: {dibao: [{from: 2024-01-01, income: wage, share: 101%}]}\n",
          "p.yaml:1:62: share must be above 0 and at most 1: 0.2 or 20%" },
        /* dates */
        { "caps: [{from: 2024-07-01, until: 2024-07-01, fen: 1}]\n",
          "p.yaml:1:34: until must come after from" },
        { "caps:\n - {from: 2024-07-01, fen: 1}\n - {from: 2024-07-01, fen: 2}\n",
          "p.yaml:3:4: caps: begins on the same day as the rule in line 2 for the same region (everywhere)" },
        { "caps:\n - {region: \"332822\", from: 2024-07-01, fen: 1}\n - {region: \"330305\", from: "
          "2024-07-01, "
          "fen: 2}\n",
          "p.yaml:3:4: caps: begins on the same day as the rule in line 2 for the same region (330305)" },
        { "caps:\n - {from: 2025-07-01, fen: 1}\n - {from: 2024-07-01, until: 2025-06-01, fen: 2}\n",
          "p.yaml:3:30: caps: leaves 2025-06-01 to 2025-06-30 without a rule for the region (everywhere): "
          "the "
          "next, in line 2, begins on 2025-07-01" },
        { "caps:\n - {from: 2024-07-01, until: 2025-07-02, fen: 1}\n - {from: 2025-07-01, fen: 2}\n",
          "p.yaml:2:30: caps: reaches into the rule in line 3, which begins on 2025-07-01" },
        { "disregards:\n dibao:\n - {from: 2024-07-01, income: wage, share: 1}\n - {from: 2024-07-01, "
          "income: "
          "wage, share: 1}\n",
          "p.yaml:4:4: disregards.dibao: begins on the same day as the rule in line 3 for the same region "
          "(everywhere)" },
        /* lines to each other: 低边 stays below from 2025 on, and in one place alone */
        { "lines:\n dibao:\n - {from: 2024-01-01, yuan_per_head: 10}\n - {from: 2025-01-01, yuan_per_head: "
          "13}\n"
          " dibian:\n - {from: 2024-01-01, yuan_per_head: 12}\n",
          "p.yaml:6:4: lines.dibian is below the line of dibao in line 4, with which it holds on "
          "2025-01-01" },
        { "lines:\n dibao:\n - {from: 2024-01-01, yuan_per_head: 10}\n - {from: 2025-01-01, region: "
          "\"330305\", "
          "yuan_per_head: 13}\n"
          " dibian:\n - {from: 2024-01-01, region: \"33\", yuan_per_head: 12}\n",
          "p.yaml:6:4: lines.dibian is below the line of dibao in line 4, with which it holds on "
          "2025-01-01" },
        /* the rest */
        { "assets: {dibao: {income: []}}\n",
          "p.yaml:1:26: income is nothing that is owned: its limit is lines.dibao" },
        { "assets: {dibao: {cars: []}}\n", "p.yaml:1:18: cars is not a test" },
        { "assets: {dibao: {vehicle: [{from: 2024-01-01}]}}\n",
          "p.yaml:1:28: a limit on vehicles needs from and count" },
        { "assets: {dibao: {home: [{from: 2024-01-01, count: -1}]}}\n",
          "p.yaml:1:51: count must be a whole number from 0 to 1000" },
        { "deflators: {electricity: [{from: 2024-01-01, index: 0}]}\n",
          "p.yaml:1:53: index must be above 0, with at most four decimals: 1.02" },
        { "deflators: {electricity: [{from: 2024-01-01, index: -1}]}\n",
          "p.yaml:1:53: index must be above 0, with at most four decimals: 1.02" },
        { "deflators: {electric: []}\n", "p.yaml:1:13: electric is not an indicator" },
        { "groups: [{group: child-or-elders, from: 2024-01-01, age_from: 80}]\n",
          "p.yaml:1:18: child-or-elders is not a group (did you mean child-or-elder?)" },
        { "groups: [{group: dibao, from: 2024-01-01}]\n",
          "p.yaml:1:10: a rule for a group needs from, group, and a condition (age_from, age_below, "
          "industries, "
          "fund_months, declares, meets)" },
        { "groups: [{group: dibao, from: 2024-01-01, industries: [X1]}]\n",
          "p.yaml:1:56: an industry is a letter A-T of GB/T 4754 and up to 4 digits" },
        { "groups: [{group: dibao, from: 2024-01-01, meets: []}]\n",
          "p.yaml:1:50: meets must be a list of words: dibao ..." },
        { "portrait: {minimum: 0}\n", "p.yaml:1:21: minimum must be a whole number from 1 to 1000000" },
        { "valid_from: soon\n", "p.yaml:1:13: valid_from must be a day, YYYY-MM-DD" },
        { "- a\n", "p.yaml:1:1: must be a mapping" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct policy *policy = NULL;
        struct err err = { 0 };

        policy_parse(cases[i].text, strlen(cases[i].text), "p.yaml", &policy, &err);
        if (policy || strcmp(err.text, cases[i].message) != 0)
            fail_msg("%sgives: %s", cases[i].text, err.text);
        assert_int_equal(err.code, EXIT_CONFIG);
    }
}

/* --- findings --- */

static void find(const char *text, int32_t today, struct policy_findings *ret)
{
    scratch_write("p.yaml", text, strlen(text), 0600);
    policy_check("p.yaml", today, ret);
}

static void all_findings_are_told_at_once_in_the_order_of_the_file(void **state)
{
    static const char text[] = "portrait: {minimum: 0}\n"
                               "lines:\n"
                               "  dibao: [{from: 2024-01-01, yuan_per_head: -1}, {fron: 2024-01-01}]\n"
                               "caps: [{from: 2025-01-01, fen: 1}, {from: 2025-01-01, fen: 1}]\n"
                               "nothing: 1\n";
    static const size_t places[][2] = { { 1, 21 }, { 3, 45 }, { 3, 51 }, { 4, 36 }, { 5, 1 } };
    CLEANUP(policy_findings_free) struct policy_findings findings = { 0 };

    find(text, day_from(2025, 6, 30), &findings);
    assert_int_equal(findings.count, COUNT_OF(places));
    assert_int_equal(findings.error_count, COUNT_OF(places));
    for (size_t i = 0; i < findings.count; i++) {
        assert_int_equal(findings.items[i].line, places[i][0]);
        assert_int_equal(findings.items[i].column, places[i][1]);
    }
}

static void a_policy_that_can_be_used_may_be_worth_a_look(void **state)
{
    static const char text[] =
        "valid_from: 2025-07-01\n"
        "covers: {wage: [telecom]}\n" BANDS
        "lines: {dibao: [{from: 2024-01-01, until: 2025-01-01, yuan_per_head: 1, basis: b}]}\n";
    static const struct {
        size_t line, column;
        const char *text;
    } wanted[] = {
        { 0, 0, "has no goals.A: indicator A has no goal" },
        { 0, 0, "has no goals.B: indicator B has no goal" },
        { 0, 0, "has no lines.dibian: nothing is said of the line" },
        { 0, 0, "has no lines.rigid_expense: nothing is said of the line" },
        { 1, 13, "is valid from 2025-07-01 on: a period that ends before is not assessed by it" },
        { 2, 17,
          "telecom is an auxiliary source: it can raise a question, but what it does not see bounds no "
          "income" },
        { 3, 9, "bands: has no basis: which law, notice or decision says so?" },
        { 4, 16, "lines.dibao: no rule is in force on 2025-06-30 (everywhere)" },
    };
    CLEANUP(policy_findings_free) struct policy_findings findings = { 0 };

    find(text, day_from(2025, 6, 30), &findings);
    assert_int_equal(findings.error_count, 0);
    assert_int_equal(findings.count, COUNT_OF(wanted));
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        assert_string_equal(findings.items[i].text, wanted[i].text);
        assert_int_equal(findings.items[i].line, wanted[i].line);
        assert_int_equal(findings.items[i].column, wanted[i].column);
    }
}

static void what_is_no_policy_at_all_is_one_finding(void **state)
{
    static const struct {
        const char *text;
        size_t line, column;
    } cases[] = { { "a: [\n", 2, 1 }, { "a: 1\na: 2\n", 2, 1 } };
    CLEANUP(policy_findings_free) struct policy_findings findings = { 0 };

    policy_check("nowhere.yaml", 0, &findings);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.items[0].line, 0);
    assert_string_equal(findings.items[0].text, "No such file or directory");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        policy_findings_free(&findings);
        find(cases[i].text, 0, &findings);
        assert_int_equal(findings.count, 1);
        assert_int_equal(findings.error_count, 1);
        assert_int_equal(findings.items[0].line, cases[i].line);
        assert_int_equal(findings.items[0].column, cases[i].column);
    }
}

static void the_shipped_policy_has_no_findings(void **state)
{
    CLEANUP(policy_findings_free) struct policy_findings findings = { 0 };

    policy_check(SHIPPED_POLICY, day_from(2026, 1, 1), &findings);
    if (findings.count)
        fail_msg("%zu: %s", findings.items[0].line, findings.items[0].text);
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
          cmocka_unit_test(every_section_is_read_and_every_amount_is_exact),
          cmocka_unit_test(what_is_left_out_is_nothing_but_the_minimum),
          cmocka_unit_test(a_rule_holds_until_it_ends_or_the_next_of_its_region_begins),
          cmocka_unit_test(a_policy_of_another_day_is_that_policy_with_its_rules_shifted),
          cmocka_unit_test(a_bad_policy_is_refused_with_its_place),
          cmocka_unit_test_setup_teardown(all_findings_are_told_at_once_in_the_order_of_the_file,
                                          scratch_enter, scratch_leave),
          cmocka_unit_test_setup_teardown(a_policy_that_can_be_used_may_be_worth_a_look, scratch_enter,
                                          scratch_leave),
          cmocka_unit_test_setup_teardown(what_is_no_policy_at_all_is_one_finding, scratch_enter,
                                          scratch_leave),
          cmocka_unit_test(the_shipped_policy_has_no_findings),
          cmocka_unit_test(the_shipped_policy_covers_nothing_and_changes_no_freshness))
