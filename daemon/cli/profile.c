/* olive profile show: one household on a page. */
#include <stdio.h>
#include <string.h>

#include "daemon/cli/accounting.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/profile_page.h"
#include "daemon/cli/question.h"

/* What is read to show one. */
struct showing {
    struct store *store;
    struct question question;
    struct rows *gaps, *policy;
    struct arena *arena;
    struct profile profile;
    struct feeds feeds;
};

static void showing_free(struct showing *showing)
{
    question_free(&showing->question);
    rows_freep(&showing->gaps);
    rows_freep(&showing->policy);
    arena_free(showing->arena);
    store_close(showing->store);
}

/* --- what had not come: any household may lack something by it --- */

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

static const char *cell(const struct showing *showing, const struct rows *rows, size_t row, int column)
{
    struct text text = rows_text(rows, row, column);

    return arena_strndup(showing->arena, text.data, text.len);
}

static const struct feed_gap *gaps_of(const struct showing *showing)
{
    size_t count = rows_count(showing->gaps);
    struct feed_gap *gaps = arena_alloc(showing->arena, count * sizeof *gaps);

    for (size_t i = 0; i < count; i++)
        gaps[i] = (struct feed_gap){ cell(showing, showing->gaps, i, 0), cell(showing, showing->gaps, i, 1),
                                     cell(showing, showing->gaps, i, 2) };
    return gaps;
}

/* --- reading --- */

static int read_row(const struct cli *cli, struct showing *showing, struct err *err)
{
    struct question *question = &showing->question;
    enum household_kind kind;
    struct token household;
    bool found;

    if (question_household(cli, &kind, &household, err) < 0 || cli_store(cli, &showing->store, err) < 0 ||
        question_ask(cli, showing->store, question, err) < 0)
        return -1;
    if (question->answer == ANSWER_RECOMPUTED)
        return err_stop(err, EXIT_FAILED,
                        "this period is not sealed; without --period the live profile is shown");
    if (question_row(question, showing->store, kind, &household, &showing->profile, &found, err) < 0)
        return -1;
    return found ? 0 : err_stop(err, EXIT_FAILED, "there is no such household");
}

static int read_rest(const struct cli *cli, struct showing *showing, struct err *err)
{
    const struct question *question = &showing->question;
    const struct param policy = param_bytes(showing->profile.policy, DIGEST_SIZE);

    showing->arena = arena_new(0);
    if (gaps_at_close(showing->store, cli->conf,
                      question->answer == ANSWER_SEALED ? question->period : MONTH_NONE, &showing->gaps,
                      err) < 0 ||
        store_query(showing->store, "SELECT name FROM olive.policy WHERE digest = $1", &policy, 1,
                    &showing->policy, err) < 0)
        return -1;
    return question_feeds(cli, showing->store, showing->arena, &showing->feeds, err);
}

/* --- showing --- */

static void show_json(const struct showing *showing, struct buffer *out)
{
    profile_canonical(&showing->profile, out);
    gaps_json(showing->gaps, out);
    buffer_add_byte(out, '\n');
}

static void show_page(const struct showing *showing, const struct page *page)
{
    const struct profile_view view = {
        .profile = &showing->profile,
        .sealed = showing->question.answer == ANSWER_SEALED,
        .rules = &showing->question.rules,
        .coverage = showing->question.coverage,
        .policy_name = rows_count(showing->policy) ? cell(showing, showing->policy, 0, 0) : "?",
        .feeds = showing->feeds.items,
        .feed_count = showing->feeds.count,
        .gaps = gaps_of(showing),
        .gap_count = rows_count(showing->gaps),
    };

    profile_page(page, &view);
}

int run_profile_show(struct cli *cli, struct err *err)
{
    CLEANUP(showing_free) struct showing showing = { 0 };
    CLEANUP(buffer_free) struct buffer out = { 0 };
    struct page page = { .out = &out };

    if (cli_language(cli, &page.language, err) < 0 || read_row(cli, &showing, err) < 0 ||
        read_rest(cli, &showing, err) < 0)
        return -1;
    if (cli->options.json)
        show_json(&showing, &out);
    else
        show_page(&showing, &page);
    return cli_print(&out, err);
}
