/* olive model sample: households whose income somebody knows, as a model would be told of them. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/cli/cli.h"
#include "daemon/cli/question.h"
#include "daemon/model/table.h"
#include "daemon/state/profile_rows.h"
#include "daemon/state/recompute.h"
#include "lib/base/arena.h"
#include "lib/io/crypto.h"

struct label {
    struct token household;
    double income_fen, weight;
    size_t line;
};

/* What is known, by token, and what is written of it. */
struct labels {
    struct label *items;
    size_t count, found;
    enum household_kind kind;
    const struct policy *policy;
    FILE *out;
};

/* --- reading labels --- */

/* Where the file has what; column_count: nowhere. */
struct places {
    size_t token, number, fen, yuan, weight;
};

static int find_places(const struct table *table, struct places *ret, struct err *err)
{
    size_t none = table->column_count;

    *ret = (struct places){
        .token = table_column(table, "household"),
        .number = table_column(table, "household_no"),
        .fen = table_column(table, "income_fen"),
        .yuan = table_column(table, "income"),
        .weight = table_column(table, "weight"),
    };
    if ((ret->token == none) == (ret->number == none))
        return err_stop(err, EXIT_DATA, "%s: needs a column household_no, or household (tokens)",
                        table->path);
    if ((ret->fen == none) == (ret->yuan == none))
        return err_stop(err, EXIT_DATA, "%s: needs a column income (yuan), or income_fen", table->path);
    return 0;
}

static int bad_cell(const struct table *table, size_t row, size_t column, const char *what, struct err *err)
{
    return err_stop(err, EXIT_DATA, "%s:%zu: %s: %s", table->path, table->lines[row], table->cells[column],
                    what);
}

static int read_household(const struct table *table, size_t row, const struct places *places,
                          struct tokeniser *tokeniser, struct token *ret, struct err *err)
{
    size_t column = tokeniser ? places->number : places->token;
    const char *cell = table_cell(table, row, column);

    if (tokeniser)
        return household_number_token(tokeniser, cell, ret)
                   ? 0
                   : bad_cell(table, row, column, "is no number", err);
    return hex_decode(text_of(cell), ret->bytes, TOKEN_SIZE)
               ? 0
               : bad_cell(table, row, column, "takes 32 hexadecimal digits", err);
}

/* An income that is not said is NAN: nobody's label. */
static int read_label(const struct table *table, size_t row, const struct places *places,
                      struct tokeniser *tokeniser, struct label *ret, struct err *err)
{
    bool fen = places->fen < table->column_count;
    size_t column = fen ? places->fen : places->yuan;

    *ret = (struct label){ .weight = 1, .line = table->lines[row] };
    if (read_household(table, row, places, tokeniser, &ret->household, err) < 0 ||
        table_number(table, row, column, &ret->income_fen, err) < 0)
        return -1;
    if (places->weight < table->column_count &&
        table_number(table, row, places->weight, &ret->weight, err) < 0)
        return -1;
    if (!(ret->weight >= 0))
        return bad_cell(table, row, places->weight, "is empty or negative", err);
    if (!fen)
        ret->income_fen = rint(ret->income_fen * 100); /* yuan have no exact double */
    return 0;
}

static int by_token(const void *a, const void *b)
{
    return memcmp(&((const struct label *)a)->household, &((const struct label *)b)->household, TOKEN_SIZE);
}

static int check_once(const struct table *table, const struct labels *labels, struct err *err)
{
    for (size_t i = 1; i < labels->count; i++)
        if (!by_token(&labels->items[i - 1], &labels->items[i]))
            return err_stop(err, EXIT_DATA, "%s: lines %zu and %zu are of one household", table->path,
                            labels->items[i - 1].line, labels->items[i].line);
    return 0;
}

static int read_labels(const struct cli *cli, struct labels *ret, struct err *err)
{
    CLEANUP(table_freep) struct table *table = NULL;
    CLEANUP(tokeniser_closep) struct tokeniser *tokeniser = NULL;
    struct places places;

    if (table_read(cli->options.labels, &table, err) < 0 || find_places(table, &places, err) < 0)
        return -1;
    if (places.number < table->column_count && cli_tokeniser(cli->conf, &tokeniser, err) < 0)
        return -1;
    ret->items = mem_alloc((table->row_count + 1) * sizeof *ret->items);
    for (size_t i = 0; i < table->row_count; i++) {
        struct label *label = &ret->items[ret->count];

        if (read_label(table, i, &places, tokeniser, label, err) < 0)
            return -1;
        ret->count += !isnan(label->income_fen);
    }
    qsort(ret->items, ret->count, sizeof *ret->items, by_token);
    return check_once(table, ret, err);
}

/* --- writing the sample --- */

static void write_header(FILE *out)
{
    fputs("number,weight,income_fen,head_age,members,children,place", out);
    for (const struct assess_column *column = assess_columns; column->name; column++)
        fprintf(out, ",%s", column->name);
    fputs("\n", out);
}

static void write_row(const struct labels *labels, const struct label *label, const struct profile *profile)
{
    fprintf(labels->out, "%zu,%.17g,%.17g,%" PRId64 ",%" PRId64 ",%" PRId64 ",%.0f", labels->found,
            label->weight, label->income_fen, profile->head_age, profile->member_count, profile->child_count,
            assess_place(profile));
    for (const struct assess_column *column = assess_columns; column->name; column++) {
        double value;

        fputc(',', labels->out);
        if (assess_figure(column, labels->policy, profile, &value))
            fprintf(labels->out, "%.17g", value);
    }
    fputc('\n', labels->out);
}

static int each_profile(void *user, const struct profile *profile, struct err *err)
{
    struct labels *labels = user;
    struct label key = { .household = profile->household };
    const struct label *label;

    (void)err;
    if (profile->kind != labels->kind)
        return 0;
    label = bsearch(&key, labels->items, labels->count, sizeof *labels->items, by_token);
    if (!label)
        return 0;
    labels->found++;
    write_row(labels, label, profile);
    return 0;
}

static int write_sample(struct cli *cli, struct labels *labels, struct err *err)
{
    CLEANUP(store_closep) struct store *store = NULL;
    CLEANUP(question_free) struct question question = { 0 };
    struct unplaced unplaced[HOUSEHOLD_KIND_COUNT];

    if (cli_store(cli, &store, err) < 0 || question_ask(cli, store, &question, err) < 0)
        return -1;
    labels->policy = question.rules.policy;
    write_header(labels->out);
    if (question.answer == ANSWER_RECOMPUTED)
        return recompute(store, question.period, question.known_at_ms, &question.rules, question.coverage,
                         each_profile, labels, unplaced, err);
    return profile_read(store, question.rows, each_profile, labels, err);
}

/* A sample that is not whole is taken away: somebody might calibrate on it. */
static int finish(const char *path, const struct labels *labels, int code, struct err *err)
{
    bool whole = !ferror(labels->out);

    whole = fclose(labels->out) == 0 && whole;
    if (code == 0 && whole)
        return 0;
    if (code == 0)
        err_stop(err, EXIT_FAILED, "%s: cannot be written: %s", path, strerror(errno));
    remove(path);
    return -1;
}

static void labels_free(struct labels *labels)
{
    mem_freep(&labels->items);
}

int run_model_sample(struct cli *cli, struct err *err)
{
    CLEANUP(labels_free) struct labels labels = { 0 };
    const char *path = cli->options.out;

    if (cli_need(cli->options.labels, "labels", err) < 0 || cli_need(path, "out", err) < 0 ||
        cli_kind(cli, &labels.kind, err) < 0 || read_labels(cli, &labels, err) < 0)
        return -1;
    labels.out = fopen(path, "w");
    if (!labels.out)
        return err_stop(err, EXIT_FAILED, "%s: cannot be written: %s", path, strerror(errno));
    if (finish(path, &labels, write_sample(cli, &labels, err), err) < 0)
        return -1;
    fprintf(stderr, "%zu labelled households, %zu of them with a profile\n", labels.count, labels.found);
    return EXIT_OK;
}
