/* olive profile show: one household on a page. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/cli/accounting.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/figure.h"
#include "daemon/cli/question.h"

/* What each state means for a reader who decides something (P4). */
static const char *const state_meanings[STATE_COUNT] = {
    [STATE_MISSING] = "no answer: nothing is known, which is not zero",
    [STATE_ZERO] = "verified zero: the source is complete and has nothing",
    [STATE_STALE] = "stale: the newest is too old to count on",
    [STATE_KNOWN] = "known",
    [STATE_NOT_AUTHORISED] = "not authorised",
};

/* Columns of an indicator begin with its name; those of the wage come from the fund. */
static bool belongs_to(const struct profile_field *field, enum indicator indicator)
{
    const char *name = code_name(&indicator_codes, (int)indicator);
    size_t len = strlen(name);

    if (field->codes == &state_codes)
        return false;
    return (!strncmp(field->name, name, len) && field->name[len] == '_') ||
           (indicator == INDICATOR_FUND && !strncmp(field->name, "wage_", 5));
}

static void indicator_text(const struct profile *profile, enum indicator indicator, struct buffer *out)
{
    enum indicator_state state = profile->states[indicator];

    buffer_printf(out, "\n%s - %s\n", indicator_title(indicator), state_meanings[state]);
    if (state == STATE_MISSING)
        return;
    for (const struct profile_field *field = profile_fields; field->name; field++) {
        if (!belongs_to(field, indicator))
            continue;
        buffer_printf(out, "    %-26s ", figure_label(field->name));
        figure_text(profile, field, out);
        buffer_add_byte(out, '\n');
    }
}

static void head_text(const struct profile *profile, const struct question *question, struct buffer *out)
{
    static const char *const titles[HOUSEHOLD_KIND_COUNT] = { "Registered household 户籍户",
                                                              "Assistance household 共同生活家庭",
                                                              "Dwelling 住户" };
    char month[MONTH_TEXT_SIZE], hex[TOKEN_TEXT_SIZE];

    buffer_printf(out, "%s %s\n", titles[profile->kind], token_text(&profile->household, hex));
    buffer_printf(out, "%s, %s\n", month_text(profile->as_of, month),
                  question->answer == ANSWER_SEALED ? "sealed"
                                                    : "live: the month is open, its figures are partial");
    buffer_printf(out,
                  "Region %s; %" PRId64 " members: %" PRId64 " adults, %" PRId64 " children, %" PRId64
                  " elders; the head is %" PRId64 "\n",
                  *profile->region ? profile->region : "not known", profile->member_count,
                  profile->adult_count, profile->child_count, profile->elder_count, profile->head_age);
    buffer_add_string(out, "Groups: ");
    figure_text(profile, figure_find("groups"), out);
    buffer_printf(out, "; industry: %s\n", *profile->industry ? profile->industry : "not known");
}

static void ledger_text(const struct profile *profile, struct buffer *out)
{
    buffer_add_string(out, "\nDeclared 申报              ");
    if (profile->declared_income == NUMBER_NONE) {
        buffer_add_string(out, "nothing");
    } else {
        figure_text(profile, figure_find("declared_income"), out);
        buffer_printf(out, " (%" PRId64 " monthly declarations in it)", profile->declared_months);
    }
    buffer_add_string(out, "\nEvidenced 核实             at least ");
    figure_text(profile, figure_find("evidenced_low"), out);
    if (profile->evidenced_high == NUMBER_NONE) {
        buffer_add_string(out, ", no upper bound: income may exist that no source sees\n");
    } else {
        buffer_add_string(out, ", at most ");
        figure_text(profile, figure_find("evidenced_high"), out);
        buffer_add_byte(out, '\n');
    }
    buffer_printf(out,
                  "\nMade of %" PRIu64 " records; `olive explain` leads from each figure to its records.\n",
                  profile->evidence_count);
}

/* --- what had not come: any household may lack something by it --- */

static void gaps_text(const struct rows *gaps, struct buffer *out)
{
    if (rows_count(gaps))
        buffer_add_string(out, "\nDeliveries that had not come by the last close 缺失的批次:\n");
    for (size_t i = 0; i < rows_count(gaps); i++) {
        struct text feed = rows_text(gaps, i, 0), source = rows_text(gaps, i, 1),
                    numbers = rows_text(gaps, i, 2);

        buffer_printf(out, "    %-26.*s %.*s, number %.*s\n", (int)feed.len, feed.data, (int)source.len,
                      source.data, (int)numbers.len, numbers.data);
    }
}

/* The canonical object, with one key more when there is something to say. */
static void gaps_json(const struct rows *gaps, struct buffer *out)
{
    struct json json = json_to(out);

    if (!rows_count(gaps))
        return;
    out->size--; /* its brace */
    buffer_add_string(out, ",\"feed_gap\":");
    json_open(&json, '{');
    for (size_t i = 0; i < rows_count(gaps); i++) {
        char feed[48];

        snprintf(feed, sizeof feed, "%.*s", (int)rows_text(gaps, i, 0).len, rows_text(gaps, i, 0).data);
        json_key(&json, feed);
        json_text(&json, rows_text(gaps, i, 2).data, rows_text(gaps, i, 2).len);
    }
    json_close(&json, '}');
    buffer_add_byte(out, '}');
}

static void print_text(const struct profile *profile, const struct question *question, struct buffer *out)
{
    head_text(profile, question, out);
    for (int i = 0; i < INDICATOR_COUNT; i++)
        indicator_text(profile, (enum indicator)i, out);
    ledger_text(profile, out);
}

int run_profile_show(struct cli *cli, struct err *err)
{
    CLEANUP(store_closep) struct store *store = NULL;
    CLEANUP(question_free) struct question question = { 0 };
    CLEANUP(rows_freep) struct rows *gaps = NULL;
    CLEANUP(buffer_free) struct buffer out = { 0 };
    enum household_kind kind;
    struct profile profile;
    struct token household;
    bool found;

    if (question_household(cli, &kind, &household, err) < 0 || cli_store(cli, &store, err) < 0 ||
        question_ask(cli, store, &question, err) < 0)
        return -1;
    if (question.answer == ANSWER_RECOMPUTED)
        return err_stop(err, EXIT_FAILED,
                        "this period is not sealed; without --period the live profile is shown");
    if (question_row(&question, store, kind, &household, &profile, &found, err) < 0)
        return -1;
    if (!found)
        return err_stop(err, EXIT_FAILED, "there is no such household");
    if (gaps_at_close(store, cli->conf, question.answer == ANSWER_SEALED ? question.period : MONTH_NONE,
                      &gaps, err) < 0)
        return -1;
    if (cli->options.json) {
        profile_canonical(&profile, &out);
        gaps_json(gaps, &out);
        buffer_add_byte(&out, '\n');
    } else {
        print_text(&profile, &question, &out);
        gaps_text(gaps, &out);
    }
    return cli_print(&out, err);
}
