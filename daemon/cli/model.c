/* olive model calibrate, score, show. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/cli/cli.h"
#include "daemon/model/calibrate.h"
#include "lib/io/model_file.h"
#include "daemon/model/show.h"

static int need(const char *value, const char *name, struct err *err)
{
    return value ? 0 : err_stop(err, EXIT_USAGE, "--%s is needed (see --help)", name);
}

int run_model_calibrate(struct cli *cli, struct err *err)
{
    CLEANUP(model_freep) struct model *model = model_new();
    CLEANUP(table_freep) struct table *table = NULL;
    CLEANUP(buffer_free) struct buffer notes = { 0 };
    struct spec spec = { 0 };

    if (need(cli->options.data, "data", err) < 0 || need(cli->options.spec, "spec", err) < 0 ||
        need(cli->options.out, "out", err) < 0 || spec_read(cli->options.spec, model, &spec, err) < 0 ||
        table_read(cli->options.data, &table, err) < 0 || calibrate(model, &spec, table, &notes, err) < 0 ||
        model_file_write(cli->options.out, model, err) < 0)
        return -1;
    fwrite(notes.data, 1, notes.size, stderr);
    fprintf(stderr,
            "%s: %" PRIu64 " labelled households; unseen ones: R2 %.3f, %.1f %% inside the 90 %% interval "
            "(random sources missing: %.3f, %.1f %%)\n",
            model->name, model->labels, model->r2[0], 100 * model->coverage[0], model->r2[1],
            100 * model->coverage[1]);
    if (model->labels < LABELS_ADVISED)
        fprintf(stderr, "%d and more labelled households are advised\n", LABELS_ADVISED);
    return EXIT_OK;
}

/* --- score --- */

static void score_header(const struct model *model, struct buffer *out)
{
    buffer_add_string(out, "hh_id,centre,lo,hi");
    for (size_t i = 0; i <= model->cut_count; i++)
        buffer_printf(out, ",p%zu", i + 1);
    for (size_t i = 0; i < model->source_count; i++)
        buffer_printf(out, ",%s", model->sources[i].name);
    buffer_add_string(out, "\n");
}

static void score_row(const struct model *model, const char *id, const struct model_score *score,
                      struct buffer *out)
{
    buffer_printf(out, "%s,%.17g,%.17g,%.17g", id, score->centre, score->low, score->high);
    for (size_t i = 0; i <= model->cut_count; i++)
        buffer_printf(out, ",%.17g", score->bands[i]);
    for (size_t i = 0; i < model->source_count; i++)
        buffer_printf(out, ",%.17g", score->contributions[i]);
    buffer_add_string(out, "\n");
}

static int drop_random(const struct table *table, const struct model *model, const char *id,
                       struct model_input *input, struct err *err)
{
    uint32_t number;

    if (!sample_number(id, &number))
        return err_stop(err, EXIT_DATA, "%s: %s: --drop-random needs whole numbers below 2^32", table->path,
                        model->id);
    sample_drop(number, model->source_count, input);
    return 0;
}

static int score_all(const struct cli *cli, const struct model *model, const struct table *table,
                     const struct sample *sample, struct err *err)
{
    CLEANUP(buffer_free) struct buffer out = { 0 };
    size_t demographics_only = 0;

    score_header(model, &out);
    for (size_t i = 0; i < sample->count; i++) {
        struct model_score score;

        if (cli->options.drop_random &&
            drop_random(table, model, sample->ids[i], &sample->inputs[i], err) < 0)
            return -1;
        model_score(model, &sample->inputs[i], &score);
        demographics_only += score.demographics_only;
        score_row(model, sample->ids[i], &score, &out);
    }
    if (demographics_only)
        fprintf(stderr, "%zu of %zu households: demographics only\n", demographics_only, sample->count);
    return cli_write_file(cli->options.out, &out, err);
}

int run_model_score(struct cli *cli, struct err *err)
{
    CLEANUP(model_freep) struct model *model = NULL;
    CLEANUP(table_freep) struct table *table = NULL;
    CLEANUP(sample_freep) struct sample *sample = NULL;

    if (need(cli->options.model, "model", err) < 0 || need(cli->options.data, "data", err) < 0 ||
        need(cli->options.out, "out", err) < 0 ||
        model_file_read(cli->options.model, &model, NULL, err) < 0 ||
        table_read(cli->options.data, &table, err) < 0 || sample_read(table, model, NULL, &sample, err) < 0 ||
        score_all(cli, model, table, sample, err) < 0)
        return -1;
    return EXIT_OK;
}

int run_model_show(struct cli *cli, struct err *err)
{
    CLEANUP(model_freep) struct model *model = NULL;
    CLEANUP(buffer_free) struct buffer text = { 0 };
    CLEANUP(buffer_free) struct buffer picture = { 0 };
    char digest[65];

    if (model_file_read(cli->words[0], &model, digest, err) < 0)
        return -1;
    show_text(model, digest, &text);
    if (cli->options.svg) {
        show_svg(model, digest, &picture);
        if (cli_write_file(cli->options.svg, &picture, err) < 0)
            return -1;
    }
    return cli_print(&text, err);
}
