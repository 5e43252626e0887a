#include "daemon/cli/question.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/state/profile_rows.h"
#include "lib/base/arena.h"
#include "lib/core/identifier.h"
#include "lib/io/crypto.h"

enum { HOUSEHOLD_NO_MAX = 256 };

static int recomputed(const struct cli *cli, struct store *store, struct question *question, struct err *err)
{
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    struct feeds feeds = feeds_of_conf(cli->conf, arena);

    question->answer = ANSWER_RECOMPUTED;
    return coverage_read(store, question->period, question->known_at_ms, question->rules.policy, &feeds,
                         &question->coverage, err);
}

static int sealed(struct store *store, struct question *question, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;
    char month[MONTH_TEXT_SIZE];
    const struct param params[] = { param_text(month_text(question->period, month)) };

    question->answer = ANSWER_SEALED;
    snprintf(question->rows, sizeof question->rows, "olive.profile_seal WHERE period = '%s'", month);
    if (store_query(store, "SELECT coverage FROM olive.seal WHERE period = $1", params, 1, &rows, err) < 0)
        return -1;
    if (!rows_count(rows))
        return err_stop(err, EXIT_FAILED, "period %s is sealed but has no seal", month);
    question->coverage = (coverage_t)rows_int4(rows, 0, 0);
    return 0;
}

static void live(struct question *question, const struct period_row *row)
{
    question->answer = ANSWER_LIVE;
    question->coverage = row->coverage;
    strcpy(question->rows, "olive.profile WHERE true");
}

/* The row of the period that is asked about; of the open one when none is named. */
static int asked_period(const struct cli *cli, struct store *store, struct period_row *ret, bool *ret_found,
                        struct err *err)
{
    int32_t period;

    *ret_found = true;
    if (!cli->options.period)
        return period_read_open(store, ret, err);
    if (cli_period(cli, &period, err) < 0 || period_read(store, period, ret, ret_found, err) < 0)
        return -1;
    ret->period = period;
    return 0;
}

int question_ask(const struct cli *cli, struct store *store, struct question *ret, struct err *err)
{
    struct period_row row;
    bool found;

    *ret = (struct question){ .known_at_ms = KNOWN_AT_END };
    if (cli_known_at(cli, &ret->known_at_ms, err) < 0 || asked_period(cli, store, &row, &found, err) < 0)
        return -1;
    ret->period = row.period;
    if ((found ? rules_load(store, &row.rules, &ret->rules, err)
               : rules_of_conf(cli->conf, &ret->rules, err)) < 0)
        return -1;
    if (!cli->options.known_at && found && row.state == PERIOD_SEALED)
        return sealed(store, ret, err);
    if (cli->options.known_at || cli->options.period)
        return recomputed(cli, store, ret, err);
    live(ret, &row);
    return 0;
}

void question_free(struct question *question)
{
    rules_free(&question->rules);
}

int question_feeds(const struct cli *cli, struct store *store, struct arena *arena, struct feeds *ret,
                   struct err *err)
{
    if (feeds_read(store, arena, ret, err) < 0)
        return -1;
    if (!ret->count)
        *ret = feeds_of_conf(cli->conf, arena);
    return 0;
}

/* --- whom --- */

struct found_profile {
    struct profile *profile;
    bool found;
};

static int take_profile(void *user, const struct profile *profile, struct err *err)
{
    struct found_profile *found = user;

    *found->profile = *profile;
    found->found = true;
    return 0;
}

int question_row(const struct question *question, struct store *store, enum household_kind kind,
                 const struct token *household, struct profile *ret, bool *ret_found, struct err *err)
{
    struct found_profile found = { ret, false };
    char from[256], hex[TOKEN_TEXT_SIZE];

    snprintf(from, sizeof from, "%s AND kind = %d AND household = decode('%s', 'hex')", question->rows,
             (int)kind, token_text(household, hex));
    if (profile_read(store, from, take_profile, &found, err) < 0)
        return -1;
    *ret_found = found.found;
    return 0;
}

bool household_number_token(struct tokeniser *tokeniser, const char *household_no, struct token *ret)
{
    char half[HOUSEHOLD_NO_MAX];

    if (!text_halfwidth(text_trim(text_of(household_no)), half, sizeof half) || !*half)
        return false;
    tokeniser_token(tokeniser, TOKEN_HOUSEHOLD, half, strlen(half), ret);
    return true;
}

static int household_token(const struct conf *conf, const char *household_no, struct token *ret,
                           struct err *err)
{
    CLEANUP(tokeniser_closep) struct tokeniser *tokeniser = NULL;

    if (cli_tokeniser(conf, &tokeniser, err) < 0)
        return -1;
    return household_number_token(tokeniser, household_no, ret)
               ? 0
               : err_stop(err, EXIT_USAGE, "--household is empty or too long");
}

int question_household(const struct cli *cli, enum household_kind *ret_kind, struct token *ret,
                       struct err *err)
{
    const struct options *options = &cli->options;

    if (cli_kind(cli, ret_kind, err) < 0)
        return -1;
    if (!options->household == !options->token)
        return err_stop(err, EXIT_USAGE, "name the household: --household NO, or --token HEX");
    if (options->household)
        return household_token(cli->conf, options->household, ret, err);
    return hex_decode(text_of(options->token), ret->bytes, TOKEN_SIZE)
               ? 0
               : err_stop(err, EXIT_USAGE, "--token takes 32 hexadecimal digits");
}
