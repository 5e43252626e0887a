/* olive portrait show: a sealed month's households by band, place, industry and group. */
#include <stdio.h>
#include <string.h>

#include "daemon/cli/cli.h"
#include "daemon/cli/portrait_view.h"
#include "daemon/cli/question.h"
#include "daemon/state/recompute.h"

/* --- what is asked for --- */

static int take_region(const char *said, struct portrait_view *view, struct err *err)
{
    char region[REGION_SIZE];

    if (!said)
        return 0;
    if (!strcmp(said, PORTRAIT_NOT_STATED)) {
        strcpy(view->region, PORTRAIT_NOT_STATED);
        return 0;
    }
    if (region_parse(text_of(said), region) && region_township(region, view->region))
        return 0;
    return err_stop(err, EXIT_USAGE, "--region takes the 9 digits of a township, or -");
}

static int take_industry(const char *said, struct portrait_view *view, struct err *err)
{
    if (!said)
        return 0;
    if (said[0] && !said[1] && (*said == '-' || (*said >= 'A' && *said <= 'T'))) {
        view->industry[0] = *said;
        return 0;
    }
    return err_stop(err, EXIT_USAGE, "--industry takes a section of GB/T 4754, A to T, or -");
}

static int take_kind(const char *said, struct portrait_view *view, struct err *err)
{
    int kind = HOUSEHOLD_REGISTERED;

    if (said && !code_find(&household_kind_codes, text_of(said), &kind))
        return err_stop(err, EXIT_USAGE, "--kind takes registered, assistance or dwelling");
    view->kind = (enum household_kind)kind;
    return 0;
}

static int take_options(const struct cli *cli, struct portrait_view *view, struct err *err)
{
    const struct options *options = &cli->options;

    view->group = PORTRAIT_ALL;
    if (cli_language(cli, &view->language, err) < 0)
        return -1;
    if (options->group && !code_find(&group_codes, text_of(options->group), &view->group))
        return err_stop(err, EXIT_USAGE, "--group: there is no group %s", options->group);
    if (options->region && options->industry && options->group)
        return err_stop(err, EXIT_USAGE,
                        "of --region, --industry and --group two may be said: all three would be households");
    return take_region(options->region, view, err) < 0 || take_industry(options->industry, view, err) < 0
               ? -1
               : take_kind(options->kind, view, err);
}

/* --- whence --- */

/* The month sealed last, when none is named: the open one is partial, and told every day it would tell who
 * came. */
static int choose_period(struct cli *cli, struct store *store, char month[MONTH_TEXT_SIZE], struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;
    struct text text;

    if (cli->options.period)
        return 0;
    if (store_query(store, "SELECT max(period) FROM olive.seal", NULL, 0, &rows, err) < 0)
        return -1;
    if (rows_null(rows, 0, 0))
        return err_stop(err, EXIT_FAILED, "no period is sealed yet: olive period close");
    text = rows_text(rows, 0, 0);
    snprintf(month, MONTH_TEXT_SIZE, "%.*s", (int)text.len, text.data);
    cli->options.period = month;
    return 0;
}

static int add_profile(void *user, const struct profile *profile, struct err *err)
{
    (void)err;
    portrait_add(user, profile);
    return 0;
}

static int compute(struct store *store, const struct question *question, struct portrait_view *view,
                   struct err *err)
{
    CLEANUP(portrait_freep) struct portrait *portrait = portrait_new(&question->rules, view->kind);
    struct unplaced unplaced[HOUSEHOLD_KIND_COUNT];

    if (recompute(store, question->period, question->known_at_ms, &question->rules, question->coverage,
                  add_profile, portrait, unplaced, err) < 0)
        return -1;
    return portrait_walk(portrait, portrait_keep, &view->cells, err);
}

static int read_cells(struct store *store, const struct question *question, struct portrait_view *view,
                      struct err *err)
{
    view->sealed = question->answer == ANSWER_SEALED;
    if (!view->sealed)
        return compute(store, question, view, err);
    if (portrait_read(store, question->period, view->kind, &view->cells, err) < 0)
        return -1;
    if (view->cells.count)
        return 0;
    return err_stop(
        err, EXIT_FAILED,
        "this period was sealed before portraits were kept; --known-at computes it from the evidence");
}

static void take_model(const struct assessor *assessor, struct portrait_view *view)
{
    const struct model *model;

    if (!assessor)
        return;
    model = assessor_model(assessor);
    view->model = model->name;
    view->synthetic = strcasestr(model->name, "synthetic") || strcasestr(model->provenance, "synthetic");
    hex_encode(assessor_digest(assessor), DIGEST_SIZE, view->model_digest);
}

/* The rules in force for the district as a whole, which the figures are held against. */
static void take_rules(const struct cli *cli, const struct question *question, struct portrait_view *view)
{
    const struct policy *policy = question->rules.policy;
    int32_t day = month_last_day(question->period);

    view->period = question->period;
    view->known_at = cli->options.known_at;
    view->district = cli->conf->region ? cli->conf->region : "";
    take_model(question->rules.assessor, view);
    view->minimum = policy->portrait_minimum ? policy->portrait_minimum : PORTRAIT_MINIMUM;
    view->bands = POLICY_RULE(policy->bands, policy->band_count, view->district, day);
    for (int plan = 0; plan < PLAN_COUNT; plan++)
        view->goals[plan] = POLICY_RULE(policy->goals[plan], policy->goal_count[plan], view->district, day);
    view->row = portrait_row(&view->cells, view->region, view->industry, view->group);
}

/* --- the forms --- */

static int write_form(const char *path, void (*form)(const struct portrait_view *view, struct buffer *out),
                      const struct portrait_view *view, struct err *err)
{
    CLEANUP(buffer_free) struct buffer out = { 0 };

    if (!path)
        return 0;
    form(view, &out);
    return cli_write_file(path, &out, err);
}

static int tell(const struct cli *cli, const struct portrait_view *view, struct err *err)
{
    CLEANUP(buffer_free) struct buffer out = { 0 };

    if (write_form(cli->options.svg, portrait_svg, view, err) < 0 ||
        write_form(cli->options.csv, portrait_csv, view, err) < 0)
        return -1;
    if (cli->options.json)
        portrait_json(view, &out);
    else
        portrait_text(view, &out);
    return cli_print(&out, err);
}

int run_portrait_show(struct cli *cli, struct err *err)
{
    CLEANUP(store_closep) struct store *store = NULL;
    CLEANUP(question_free) struct question question = { 0 };
    CLEANUP(portrait_view_free) struct portrait_view view = { 0 };
    char month[MONTH_TEXT_SIZE];

    if (take_options(cli, &view, err) < 0 || cli_store(cli, &store, err) < 0 ||
        choose_period(cli, store, month, err) < 0 || question_ask(cli, store, &question, err) < 0 ||
        read_cells(store, &question, &view, err) < 0)
        return -1;
    take_rules(cli, &question, &view);
    return tell(cli, &view, err);
}
