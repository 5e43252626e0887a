#include "daemon/cli/explain_more.h"

#include <stdio.h>
#include <string.h>

#include "daemon/cli/figure.h"
#include "lib/core/determination.h"
#include "lib/core/group.h"

/* --- the assessed ledger --- */

void more_base(const struct explain_more *more)
{
    if (!more->json && more->view->profile->assessed.basis != BASIS_NO_MODEL)
        profile_base(more->page, more->view);
}

/* "fund_contribution": the indicator stands in front. */
static enum indicator indicator_of(const char *column)
{
    int indicator = INDICATOR_NONE;

    code_find(&indicator_codes, (struct text){ column, strcspn(column, "_") }, &indicator);
    return (enum indicator)indicator;
}

void more_contribution(const struct explain_more *more)
{
    enum indicator indicator = indicator_of(more->column);
    int64_t contribution = more->view->profile->assessed.contributions[indicator];

    if (more->json || contribution == NUMBER_NONE)
        return;
    say(more->page, MSG_EXPLAIN_CHANGE, fill(FILL_CHANGE, contribution));
    say(more->page, MSG_EXPLAIN_READ);
    profile_model_reads(more->page, more->view, indicator);
    page_line(more->page);
}

void more_bands(const struct explain_more *more)
{
    if (!more->json && more->view->profile->assessed.basis != BASIS_NO_MODEL)
        profile_bands(more->page, more->view);
}

void more_questions(const struct explain_more *more)
{
    if (!more->json)
        profile_question_list(more->page, more->view);
}

/* --- hints --- */

/* "dibao_income": the line, then the test. */
static void test_of(const char *column, enum poverty_line *ret_line, enum line_test *ret_test)
{
    char name[64];

    for (int line = 0; line < LINE_COUNT; line++)
        for (int test = 0; test < TEST_COUNT; test++) {
            snprintf(name, sizeof name, "%s_%s", code_name(&poverty_line_codes, line),
                     code_name(&line_test_codes, test));
            if (!strcmp(name, column)) {
                *ret_line = (enum poverty_line)line;
                *ret_test = (enum line_test)test;
            }
        }
}

static void number_json(struct json *json, const char *key, int64_t number)
{
    json_key(json, key);
    if (number == NUMBER_NONE)
        json_none(json);
    else
        json_int(json, number);
}

static void rule_json(struct json *json, const struct rule *rule)
{
    char day[DAY_TEXT_SIZE];

    json_key(json, "from");
    json_str(json, day_text(rule->from_day, day));
    json_key(json, "basis");
    json_str(json, rule->basis);
}

static void determination_json(struct json *json, const struct determination *determination)
{
    json_key(json, "determination");
    json_open(json, '{');
    number_json(json, "figure_low", determination->figure_low);
    number_json(json, "figure_high", determination->figure_high);
    number_json(json, "must_be_below", determination->limit);
    number_json(json, "disregarded", determination->disregarded_fen);
    rule_json(json, determination->rule);
    json_close(json, '}');
}

void more_hint(const struct explain_more *more)
{
    const struct profile *profile = more->view->profile;
    enum poverty_line line = LINE_DIBAO;
    enum line_test test = TEST_INCOME;
    struct determination determination;

    test_of(more->column, &line, &test);
    determine(more->view->rules->policy, more->view->coverage, profile, month_last_day(profile->as_of), line,
              test, &determination);
    if (!determination.rule)
        return;
    if (more->json) {
        determination_json(more->json, &determination);
        return;
    }
    say(more->page, MSG_EXPLAIN_FIGURES);
    profile_test(more->page, profile, test, &determination);
    profile_rule_basis(more->page, determination.rule);
    profile_settle_test(more->page, more->view, test, 1U << line);
    say(more->page, MSG_HINTS_ONLY);
}

/* --- groups by rule --- */

static int age_of(const struct explain_more *more, const struct member *member)
{
    const struct profile *profile = more->view->profile;

    return full_years(member->subject.placements[profile->kind].birth_day, month_last_day(profile->as_of));
}

static bool holds(const struct explain_more *more, const struct group_rule *rule, const struct member *member)
{
    const struct profile *profile = more->view->profile;

    return member->subject.kind == SUBJECT_PERSON &&
           policy_holds(&rule->rule, profile->region, month_last_day(profile->as_of)) &&
           group_rule_holds(rule, &member->subject, age_of(more, member), profile);
}

static void reason_json(struct json *json, const struct group_rule *rule, const struct member *member)
{
    json_open(json, '{');
    json_key(json, "group");
    json_str(json, code_name(&group_codes, (int)rule->group));
    json_key(json, "person");
    json_hex(json, member->token.bytes, TOKEN_SIZE);
    rule_json(json, &rule->rule);
    json_close(json, '}');
}

static void reason_text(const struct page *page, const struct group_rule *rule, const struct member *member)
{
    char hex[TOKEN_TEXT_SIZE];

    say(page, MSG_EXPLAIN_PERSON, fill_text(token_text(&member->token, hex)));
    profile_group_rule(page, rule);
}

void more_groups(const struct explain_more *more)
{
    const struct policy *policy = more->view->rules->policy;

    if (more->json) {
        json_key(more->json, "reasons");
        json_open(more->json, '[');
    }
    for (size_t i = 0; i < more->members->count; i++)
        for (size_t k = 0; k < policy->group_count; k++) {
            if (!holds(more, &policy->groups[k], &more->members->items[i]))
                continue;
            if (more->json)
                reason_json(more->json, &policy->groups[k], &more->members->items[i]);
            else
                reason_text(more->page, &policy->groups[k], &more->members->items[i]);
        }
    if (more->json)
        json_close(more->json, ']');
}
