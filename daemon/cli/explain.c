/* olive explain: from each figure of a household to the records behind it, and the rule that chose them (P7).
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/cli/cli.h"
#include "daemon/cli/explain_more.h"
#include "daemon/cli/figure.h"
#include "lib/base/suggest.h"
#include "lib/wire/record_wire.h"

struct origin { /* of the records of a delivery */
    uint8_t delivery[DIGEST_SIZE];
    char feed[48]; /* "": its receipt is not in yet */
    int64_t sequence;
    char original[2 * DIGEST_SIZE + 1]; /* whose dead letter the record was; "": nobody's */
};

struct origins {
    struct origin *items;
    size_t count;
};

struct explanation {
    const struct cli *cli;
    struct store *store;
    struct question question;
    struct members members;
    struct profile profile; /* as the evidence gives it now */
    struct profile row;     /* as stored, when there is a row */
    bool has_row;
    struct profile_view view;
    struct arena *arena;
    struct origins origins;
    struct buffer out;
    struct page page;
    struct json json;
};

/* --- where a record came from --- */

static int read_origin(struct store *store, const uint8_t delivery[DIGEST_SIZE], struct origin *ret,
                       struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;
    const struct param param = param_bytes(delivery, DIGEST_SIZE);

    *ret = (struct origin){ .feed = "" };
    memcpy(ret->delivery, delivery, DIGEST_SIZE);
    if (store_query(store,
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

/* A household's records are of few deliveries, and each is asked about once. */
static int find_origin(struct explanation *explanation, const struct record *record,
                       const struct origin **ret, struct err *err)
{
    struct origins *origins = &explanation->origins;
    size_t i = 0;

    while (i < origins->count &&
           memcmp(origins->items[i].delivery, record->delivery->digest, DIGEST_SIZE) != 0)
        i++;
    if (i == origins->count) {
        origins->items = mem_realloc(origins->items, (i + 1) * sizeof *origins->items);
        if (read_origin(explanation->store, record->delivery->digest, &origins->items[i], err) < 0)
            return -1;
        origins->count++;
    }
    *ret = &origins->items[i];
    return 0;
}

/* --- why a record did not go in --- */

enum use { USE_WENT_IN, USE_NOT_CHOSEN, USE_SUPERSEDED, USE_NOT_KNOWN_YET };
static const char *const use_names[] = { "went_in", "not_chosen", "superseded", "not_known_yet" };
static const enum message use_texts[] = { MSG_USE_WENT_IN, MSG_USE_NOT_CHOSEN, MSG_USE_SUPERSEDED,
                                          MSG_USE_NOT_KNOWN_YET };

static bool is_fact(const struct member *member, const struct record *record, size_t *ret_index)
{
    for (size_t i = 0; i < member->fact_count; i++)
        if (member->facts[i] == record) {
            *ret_index = i;
            return true;
        }
    return false;
}

/* A contribution that is not there has nothing in it, whatever its source holds. */
static bool is_absent(const struct explanation *explanation, const struct figure_rule *rule)
{
    return rule->more == more_contribution &&
           profile_int(&explanation->profile, figure_find(rule->column)) == NUMBER_NONE;
}

/* A person may be of a household of each kind, and so may a meter; the profile is of one. */
static bool is_of_another_kind(const struct explanation *explanation, const struct record *record)
{
    enum household_kind kind = explanation->profile.kind;

    return (record->source == SOURCE_HOUSEHOLD && record->household.kind != kind) ||
           (record->source == SOURCE_METER && record->meter.kind != kind);
}

static enum use use_of(const struct explanation *explanation, const struct member *member,
                       const struct record *record, const struct figure_rule *rule)
{
    size_t index;

    if (record->delivery->received_ms > explanation->question.known_at_ms)
        return USE_NOT_KNOWN_YET;
    if (!is_fact(member, record, &index))
        return USE_SUPERSEDED;
    return !is_absent(explanation, rule) && !is_of_another_kind(explanation, record) &&
                   rule->went_in(member->facts, member->fact_count, index, explanation->question.period)
               ? USE_WENT_IN
               : USE_NOT_CHOSEN;
}

/* --- one record --- */

static void record_text(struct explanation *explanation, const struct record *record,
                        const struct origin *origin, enum use use)
{
    const struct page *page = &explanation->page;
    struct json fact = json_to(&explanation->out);
    char day[DAY_TEXT_SIZE];

    say(page, MSG_EXPLAIN_RECORD, fill_text(day_text(record->valid_from_day, day)),
        *origin->feed ? fill_text(origin->feed) : fill_message(MSG_EXPLAIN_NO_RECEIPT),
        fill(FILL_PLAIN, origin->sequence));
    if (record->line && *origin->original)
        say(page, MSG_EXPLAIN_REPLAYED);
    if (record->line)
        say(page, MSG_EXPLAIN_LINE, fill(FILL_PLAIN, (int64_t)record->line));
    else
        say(page, MSG_EXPLAIN_LIST);
    if (record->retracted)
        say(page, MSG_EXPLAIN_RETRACTED);
    say(page, use_texts[use]);
    buffer_add_string(page->out, "        ");
    wire_record_json(record, &fact);
    page_line(page);
}

static void record_json(struct explanation *explanation, const struct record *record,
                        const struct origin *origin, enum use use)
{
    struct json *json = &explanation->json;

    json_open(json, '{');
    json_key(json, "use");
    json_str(json, use_names[use]);
    json_key(json, "feed");
    json_str(json, *origin->feed ? origin->feed : message_text(LANGUAGE_ENGLISH, MSG_EXPLAIN_NO_RECEIPT));
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
        const struct origin *origin;
        enum use use;

        if (!rule->from || !rule->from(record))
            continue;
        if (find_origin(explanation, record, &origin, err) < 0)
            return -1;
        use = use_of(explanation, member, record, rule);
        (explanation->cli->options.json ? record_json : record_text)(explanation, record, origin, use);
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
    const struct page *page = &explanation->page;

    say(page, MSG_EXPLAIN_FIGURE, fill_text(rule->column));
    page_fill(page, fill_message(MSG_OPEN));
    figure_title(page, field);
    page_fill(page, fill_message(MSG_CLOSE));
    say(page, MSG_EXPLAIN_IS);
    figure_fill(page, &explanation->profile, field);
    if (differs_from_row(explanation, field)) {
        say(page, MSG_EXPLAIN_STORED);
        figure_fill(page, &explanation->row, field);
        say(page, MSG_EXPLAIN_SINCE);
    }
    say(page, MSG_EXPLAIN_RULE, fill_message(rule->text));
    if (!rule->from)
        say(page, MSG_EXPLAIN_MADE_OF);
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
    json_str(json, message_text(LANGUAGE_ENGLISH, rule->text));
}

static void more_of(struct explanation *explanation, const struct figure_rule *rule)
{
    const struct explain_more more = {
        .page = &explanation->page,
        .json = explanation->cli->options.json ? &explanation->json : NULL,
        .column = rule->column,
        .view = &explanation->view,
        .members = &explanation->members,
    };

    if (rule->more)
        rule->more(&more);
}

/* A hint that no rule gives rests on nothing. */
static bool is_unasked(const struct explanation *explanation, const struct figure_rule *rule)
{
    const struct profile_field *field = figure_find(rule->column);

    return field->codes == &hint_codes && profile_word(&explanation->profile, field) == HINT_NO_RULE;
}

static int explain_figure(struct explanation *explanation, const struct figure_rule *rule, struct err *err)
{
    bool json = explanation->cli->options.json;

    (json ? figure_head_json : figure_head_text)(explanation, rule, figure_find(rule->column));
    more_of(explanation, rule);
    if (json) {
        json_key(&explanation->json, "records");
        json_open(&explanation->json, '[');
    }
    for (size_t i = 0; i < explanation->members.count && !is_unasked(explanation, rule); i++)
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

static int unknown_figure(const char *word, struct err *err)
{
    struct suggestion near = suggestion_for(word);
    char hint[SUGGESTION_SIZE];

    for (const struct figure_rule *rule = figure_rules; rule->column; rule++)
        suggestion_offer(&near, rule->column);
    return err_stop(err, EXIT_USAGE, "no figure %s%s; olive explain without one explains them all", word,
                    suggestion_text(&near, hint));
}

/* --- the command --- */

static int make_view(struct explanation *explanation, struct err *err)
{
    struct feeds feeds;

    explanation->arena = arena_new(0);
    if (question_feeds(explanation->cli, explanation->store, explanation->arena, &feeds, err) < 0)
        return -1;
    explanation->view = (struct profile_view){
        .profile = &explanation->profile,
        .rules = &explanation->question.rules,
        .coverage = explanation->question.coverage,
        .feeds = feeds.items,
        .feed_count = feeds.count,
    };
    return 0;
}

static int gather(struct explanation *explanation, struct err *err)
{
    enum household_kind kind;
    struct token household;

    if (question_household(explanation->cli, &kind, &household, err) < 0 ||
        cli_store(explanation->cli, &explanation->store, err) < 0 ||
        question_ask(explanation->cli, explanation->store, &explanation->question, err) < 0 ||
        members_read(explanation->store, &explanation->question, kind, &household, &explanation->members,
                     err) < 0 ||
        make_view(explanation, err) < 0)
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
    arena_free(explanation->arena);
    free(explanation->origins.items);
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
            return unknown_figure(cli->words[0], err);
    }
    explanation.page.out = &explanation.out;
    if (cli_language(cli, &explanation.page.language, err) < 0 || gather(&explanation, err) < 0)
        return -1;
    return explain_figures(&explanation, only, err);
}
