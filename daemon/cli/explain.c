/* olive explain: from each figure of a household to the records behind it, and the rule that chose them (P7).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/cli/cli.h"
#include "daemon/cli/explain_rules.h"
#include "daemon/cli/figure.h"
#include "daemon/cli/members.h"
#include "lib/wire/record_wire.h"

struct explanation {
    const struct cli *cli;
    struct store *store;
    struct question question;
    struct members members;
    struct profile profile; /* as the evidence gives it now */
    struct profile row;     /* as stored, when there is a row */
    bool has_row;
    struct buffer out;
    struct page page;
    struct json json;
};

/* --- where a record came from --- */

struct origin {
    char feed[48];
    int64_t sequence;
    char original[2 * DIGEST_SIZE + 1]; /* whose dead letter the record was; "": nobody's */
};

static int find_origin(struct explanation *explanation, const struct record *record, struct origin *ret,
                       struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;
    const struct param param = param_bytes(record->delivery->digest, DIGEST_SIZE);

    *ret = (struct origin){ .feed = "(receipt not in yet)" };
    if (store_query(explanation->store,
                    "SELECT feed, sequence, encode(original, 'hex') FROM olive.delivery WHERE delivery = $1 "
                    "ORDER BY receipt_offset LIMIT 1",
                    &param, 1, &rows, err) < 0)
        return -1;
    if (!rows_count(rows))
        return 0;
    snprintf(ret->feed, sizeof ret->feed, "%.*s", (int)rows_text(rows, 0, 0).len, rows_text(rows, 0, 0).data);
    ret->sequence = rows_int8(rows, 0, 1);
    if (!rows_null(rows, 0, 2))
        snprintf(ret->original, sizeof ret->original, "%.*s", (int)rows_text(rows, 0, 2).len,
                 rows_text(rows, 0, 2).data);
    return 0;
}

/* --- why a record did not go in --- */

enum use { USE_WENT_IN, USE_NOT_CHOSEN, USE_SUPERSEDED, USE_NOT_KNOWN_YET };
static const char *const use_names[] = { "went_in", "not_chosen", "superseded", "not_known_yet" };
static const char *const use_texts[] = { "went in", "holds, but the rule does not choose it",
                                         "superseded by a later record of its key", "came later" };

static bool is_fact(const struct member *member, const struct record *record, size_t *ret_index)
{
    for (size_t i = 0; i < member->fact_count; i++)
        if (member->facts[i] == record) {
            *ret_index = i;
            return true;
        }
    return false;
}

static enum use use_of(const struct explanation *explanation, const struct member *member,
                       const struct record *record, const struct figure_rule *rule)
{
    size_t index;

    if (record->delivery->received_ms > explanation->question.known_at_ms)
        return USE_NOT_KNOWN_YET;
    if (!is_fact(member, record, &index))
        return USE_SUPERSEDED;
    return rule->went_in(member->facts, member->fact_count, index, explanation->question.period)
               ? USE_WENT_IN
               : USE_NOT_CHOSEN;
}

/* --- one record --- */

static void record_text(struct explanation *explanation, const struct record *record,
                        const struct origin *origin, enum use use)
{
    struct buffer *out = &explanation->out;
    struct json fact = json_to(out);
    char day[DAY_TEXT_SIZE];

    buffer_printf(out, "    %-10s %s, delivery %" PRId64 "%s, ", day_text(record->valid_from_day, day),
                  origin->feed, origin->sequence, record->line && *origin->original ? ", replayed" : "");
    if (record->line)
        buffer_printf(out, "line %" PRIu64 "", record->line);
    else
        buffer_add_string(out, "by the list that lacks it");
    buffer_printf(out, "%s: %s\n        ", record->retracted ? ", retracted" : "", use_texts[use]);
    wire_record_json(record, &fact);
    buffer_add_byte(out, '\n');
}

static void record_json(struct explanation *explanation, const struct record *record,
                        const struct origin *origin, enum use use)
{
    struct json *json = &explanation->json;

    json_open(json, '{');
    json_key(json, "use");
    json_str(json, use_names[use]);
    json_key(json, "feed");
    json_str(json, origin->feed);
    json_key(json, "sequence");
    json_int(json, origin->sequence);
    json_key(json, "original");
    json_str(json, *origin->original ? origin->original : NULL);
    json_key(json, "record");
    wire_record_json(record, json);
    json_close(json, '}');
}

static int explain_member(struct explanation *explanation, const struct member *member,
                          const struct figure_rule *rule, struct err *err)
{
    for (size_t i = 0; i < member->record_count; i++) {
        const struct record *record = &member->records[i];
        struct origin origin;
        enum use use;

        if (!rule->from(record))
            continue;
        if (find_origin(explanation, record, &origin, err) < 0)
            return -1;
        use = use_of(explanation, member, record, rule);
        (explanation->cli->options.json ? record_json : record_text)(explanation, record, &origin, use);
    }
    return 0;
}

/* --- one figure --- */

/* What the row says, when records that came since give another figure. */
static bool differs_from_row(const struct explanation *explanation, const struct profile_field *field)
{
    CLEANUP(buffer_free) struct buffer now = { 0 }, then = { 0 };
    const struct page now_page = { .out = &now }, then_page = { .out = &then };

    if (!explanation->has_row)
        return false;
    figure_fill(&now_page, &explanation->profile, field);
    figure_fill(&then_page, &explanation->row, field);
    return now.size != then.size || memcmp(now.data, then.data, now.size) != 0;
}

static void figure_head_text(struct explanation *explanation, const struct figure_rule *rule,
                             const struct profile_field *field)
{
    struct buffer *out = &explanation->out;

    buffer_printf(out, "\n%s = ", rule->column);
    figure_fill(&explanation->page, &explanation->profile, field);
    if (differs_from_row(explanation, field)) {
        buffer_add_string(out, "   (as stored: ");
        figure_fill(&explanation->page, &explanation->row, field);
        buffer_add_string(out, "; records came since)");
    }
    buffer_printf(out, "\n  rule: %s\n", rule->text);
}

static void figure_head_json(struct explanation *explanation, const struct figure_rule *rule,
                             const struct profile_field *field)
{
    struct json *json = &explanation->json;

    json_open(json, '{');
    json_key(json, "figure");
    json_str(json, rule->column);
    json_key(json, "value");
    profile_field_json(&explanation->profile, field, json);
    if (differs_from_row(explanation, field)) {
        json_key(json, "stored");
        profile_field_json(&explanation->row, field, json);
    }
    json_key(json, "rule");
    json_str(json, rule->text);
    json_key(json, "records");
    json_open(json, '[');
}

static int explain_figure(struct explanation *explanation, const struct figure_rule *rule, struct err *err)
{
    const struct profile_field *field = figure_find(rule->column);
    bool json = explanation->cli->options.json;

    (json ? figure_head_json : figure_head_text)(explanation, rule, field);
    for (size_t i = 0; i < explanation->members.count; i++)
        if (explain_member(explanation, &explanation->members.items[i], rule, err) < 0)
            return -1;
    if (json) {
        json_close(&explanation->json, ']');
        json_close(&explanation->json, '}');
    }
    return 0;
}

static int explain_figures(struct explanation *explanation, const struct figure_rule *only, struct err *err)
{
    bool json = explanation->cli->options.json;
    int code = 0;

    explanation->json = json_to(&explanation->out);
    if (json)
        json_open(&explanation->json, '[');
    for (const struct figure_rule *rule = figure_rules; rule->column && code == 0; rule++)
        if (!only || rule == only)
            code = explain_figure(explanation, rule, err);
    if (json) {
        json_close(&explanation->json, ']');
        buffer_add_byte(&explanation->out, '\n');
    }
    return code < 0 ? -1 : cli_print(&explanation->out, err);
}

static int unknown_figure(struct err *err)
{
    char list[sizeof err->text - 64] = "";

    for (const struct figure_rule *rule = figure_rules; rule->column; rule++)
        snprintf(list + strlen(list), sizeof list - strlen(list), " %s", rule->column);
    return err_stop(err, EXIT_USAGE, "no such figure; there are%s", list);
}

/* --- the command --- */

static int gather(struct explanation *explanation, struct err *err)
{
    enum household_kind kind;
    struct token household;

    if (question_household(explanation->cli, &kind, &household, err) < 0 ||
        cli_store(explanation->cli, &explanation->store, err) < 0 ||
        question_ask(explanation->cli, explanation->store, &explanation->question, err) < 0 ||
        members_read(explanation->store, &explanation->question, kind, &household, &explanation->members,
                     err) < 0)
        return -1;
    if (!members_assess(&explanation->members, &explanation->question, kind, &household,
                        &explanation->profile))
        return err_stop(err, EXIT_FAILED, "there is no such household in this period");
    if (explanation->question.answer == ANSWER_RECOMPUTED)
        return 0;
    return question_row(&explanation->question, explanation->store, kind, &household, &explanation->row,
                        &explanation->has_row, err);
}

static void explanation_free(struct explanation *explanation)
{
    members_free(&explanation->members);
    question_free(&explanation->question);
    store_close(explanation->store);
    buffer_free(&explanation->out);
}

int run_explain(struct cli *cli, struct err *err)
{
    CLEANUP(explanation_free) struct explanation explanation = { .cli = cli };
    const struct figure_rule *only = NULL;

    if (cli->word_count) {
        only = figure_rule_of(cli->words[0]);
        if (!only)
            return unknown_figure(err);
    }
    explanation.page.out = &explanation.out;
    if (cli_language(cli, &explanation.page.language, err) < 0 || gather(&explanation, err) < 0)
        return -1;
    return explain_figures(&explanation, only, err);
}
