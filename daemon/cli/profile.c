/* olive profile show: one household on a page. */
#include <stdio.h>
#include <string.h>

#include "daemon/cli/accounting.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/figure.h"
#include "daemon/cli/question.h"

enum { LABEL_COLUMNS = 31 };

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

static void indicator_say(const struct page *page, const struct profile *profile, enum indicator indicator)
{
    /* What each state means for a reader who decides something (P4). */
    static const enum message meanings[STATE_COUNT] = {
        [STATE_MISSING] = MSG_STATE_MISSING,
        [STATE_ZERO] = MSG_STATE_ZERO,
        [STATE_STALE] = MSG_STATE_STALE,
        [STATE_KNOWN] = MSG_STATE_KNOWN,
        [STATE_NOT_AUTHORISED] = MSG_STATE_NOT_AUTHORISED,
    };
    enum indicator_state state = profile->states[indicator];

    say(page, MSG_INDICATOR_HEAD, fill_code(&indicator_codes, (int)indicator), fill_message(meanings[state]));
    if (state == STATE_MISSING)
        return;
    for (const struct profile_field *field = profile_fields; field->name; field++) {
        size_t mark = page_mark(page);

        if (!belongs_to(field, indicator))
            continue;
        say(page, MSG_FIGURE_ROW, fill_message(figure_label(field)));
        page_pad(page, mark, LABEL_COLUMNS, false);
        figure_fill(page, profile, field);
        page_line(page);
    }
}

static void head_say(const struct page *page, const struct profile *profile, const struct question *question)
{
    char hex[TOKEN_TEXT_SIZE];

    say(page, MSG_HOUSEHOLD_HEAD, fill_code(&household_kind_codes, (int)profile->kind),
        fill_text(token_text(&profile->household, hex)));
    say(page, question->answer == ANSWER_SEALED ? MSG_AS_SEALED : MSG_AS_LIVE,
        fill(FILL_MONTH, profile->as_of));
    say(page, MSG_WHO, *profile->region ? fill_text(profile->region) : fill_message(MSG_NOT_KNOWN),
        fill(FILL_COUNT, profile->member_count), fill(FILL_COUNT, profile->adult_count),
        fill(FILL_COUNT, profile->child_count), fill(FILL_COUNT, profile->elder_count),
        fill(FILL_COUNT, profile->head_age));
    figure_fill(page, profile, figure_find("groups"));
    page_line(page);
}

static void ledgers_say(const struct page *page, const struct profile *profile)
{
    say(page, MSG_DECLARED, fill(FILL_YUAN, profile->declared_income));
    if (profile->evidenced_high == NUMBER_NONE)
        say(page, MSG_EVIDENCED_OPEN, fill(FILL_YUAN, profile->evidenced_low));
    else
        say(page, MSG_EVIDENCED, fill(FILL_YUAN, profile->evidenced_low),
            fill(FILL_YUAN, profile->evidenced_high));
    say(page, MSG_RECORDS, fill(FILL_COUNT, (int64_t)profile->evidence_count));
}

/* --- what had not come: any household may lack something by it --- */

static void gaps_say(const struct page *page, const struct rows *gaps)
{
    if (rows_count(gaps))
        say(page, MSG_GAPS_HEAD);
    for (size_t i = 0; i < rows_count(gaps); i++) {
        struct text feed = rows_text(gaps, i, 0), source = rows_text(gaps, i, 1),
                    numbers = rows_text(gaps, i, 2);

        buffer_printf(page->out, "    %-26.*s %.*s  %.*s\n", (int)feed.len, feed.data, (int)source.len,
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

static void page_of(const struct page *page, const struct profile *profile, const struct question *question)
{
    head_say(page, profile, question);
    for (int i = 0; i < INDICATOR_COUNT; i++)
        indicator_say(page, profile, (enum indicator)i);
    ledgers_say(page, profile);
}

int run_profile_show(struct cli *cli, struct err *err)
{
    CLEANUP(store_closep) struct store *store = NULL;
    CLEANUP(question_free) struct question question = { 0 };
    CLEANUP(rows_freep) struct rows *gaps = NULL;
    CLEANUP(buffer_free) struct buffer out = { 0 };
    struct page page = { .out = &out };
    enum household_kind kind;
    struct profile profile;
    struct token household;
    bool found;

    if (cli_language(cli, &page.language, err) < 0 || question_household(cli, &kind, &household, err) < 0 ||
        cli_store(cli, &store, err) < 0 || question_ask(cli, store, &question, err) < 0)
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
        page_of(&page, &profile, &question);
        gaps_say(&page, gaps);
    }
    return cli_print(&out, err);
}
