#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "daemon/model/show.h"

static const char *const regime_names[REGIME_COUNT] = { "all households", "positive", "verified zero" };
static const char *const pattern_names[2] = { "all sources", "random ones missing" };

/* Eight heights of a block, lowest first. */
static void add_height(struct buffer *out, double share)
{
    static const char *const blocks[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
    int at = share >= 1 ? 7 : share > 0 ? (int)(share * 8) : 0;

    buffer_add_string(out, blocks[at]);
}

static void show_head(const struct model *model, const char *digest, struct buffer *out)
{
    buffer_printf(out, "%s\n  %s\n", model->name, model->provenance);
    buffer_printf(out, "  calibrated on %" PRIu64 " labelled households (file %.16s…), model %.16s…\n",
                  model->labels, model->sample_digest, digest);
    buffer_printf(out, "  incomes below %.10g count as that; bands are cut at", model->floor);
    for (size_t i = 0; i < model->cut_count; i++)
        buffer_printf(out, "%s %.10g", i ? "," : "", model->cuts[i]);
    buffer_add_string(out, "\n");
}

/* Least and greatest weight over the types of household. */
static void weight_range(const struct model *model, int regime, size_t source, unsigned mask, double ret[2])
{
    ret[0] = INFINITY;
    ret[1] = 0;
    for (size_t type = 0; type < MODEL_TYPES; type++) {
        double beta = model->tables[regime].weights[(type << model->source_count) + mask].beta[source];

        ret[0] = fmin(ret[0], beta);
        ret[1] = fmax(ret[1], beta);
    }
}

static void show_weights(const struct model *model, struct buffer *out)
{
    unsigned all = (1U << model->source_count) - 1;

    buffer_add_string(
        out, "\nWeights: how much of what a source says goes into the estimate, by type of household\n"
             "  source        regime          all sources known   it alone\n");
    for (size_t i = 0; i < model->source_count; i++)
        for (int regime = 0; regime < REGIME_COUNT; regime++) {
            double together[2], alone[2];

            if (!model->fits[regime].labels)
                continue;
            weight_range(model, regime, i, all, together);
            weight_range(model, regime, i, 1U << i, alone);
            buffer_printf(out, "  %-13s %-15s %.2f - %.2f         %.2f - %.2f\n",
                          regime ? "" : model->sources[i].name, regime_names[regime], together[0],
                          together[1], alone[0], alone[1]);
        }
    if (model->regime_source < model->source_count)
        buffer_printf(out,
                      "  The regime is that of %s: missing (all households), positive or a verified zero.\n",
                      model->sources[model->regime_source].name);
}

static void show_disagreement(const struct model *model, struct buffer *out)
{
    buffer_add_string(out, "\nSources against each other: 99 % of households are less apart (M) than\n ");
    for (size_t i = 2; i <= model->source_count; i++)
        buffer_printf(out, "  %.1f with %zu", model->disagreement_max[i], i);
    buffer_add_string(out, model->source_count < 2 ? "  (there is one source)\n" : " sources\n");
}

static double amount_at(double knot)
{
    return exp(knot) - 1;
}

static void show_curve(const struct model_field *field, const struct model_curve *curve, const char *regime,
                       struct buffer *out)
{
    size_t last = curve->knot_count - 1;
    double low, range;
    bool count = field->kind == MODEL_COUNT;

    buffer_printf(out, "    %-22s %-15s 0: %+.2f", field->column, regime, curve->zero);
    if (!curve->knot_count) {
        buffer_add_string(out, "\n");
        return;
    }
    low = curve->values[0];
    range = curve->values[last] - low;
    buffer_add_string(out, "   ");
    for (size_t i = 0; i <= last; i++)
        add_height(out, range > 0 ? (curve->values[i] - low) / range : 0);
    buffer_printf(out, "  %.0f: %+.2f to %.0f%s: %+.2f\n",
                  count ? curve->knots[0] : amount_at(curve->knots[0]) * field->deflator, low,
                  count ? curve->knots[last] : amount_at(curve->knots[last]) * field->deflator,
                  count ? " and more" : "", curve->values[last]);
}

static void show_curves(const struct model *model, struct buffer *out)
{
    buffer_add_string(
        out, "\nCurves: what an amount says of ln income, against households of that age and size\n");
    for (size_t i = 0; i < model->source_count; i++) {
        const struct model_source *source = &model->sources[i];

        buffer_printf(out, "  %s\n", source->name);
        for (size_t j = source->field_first; j < source->field_first + source->field_count; j++)
            for (int regime = 0; regime < REGIME_COUNT; regime++)
                if (model->fits[regime].labels)
                    show_curve(&model->fields[j], &model->fits[regime].curves[j], regime_names[regime], out);
    }
}

static void show_reliability(const struct model *model, struct buffer *out)
{
    buffer_add_string(
        out, "\nReliability: households that the fit had not seen\n"
             "                        R2     inside the 90 % interval   income in tenths of what was "
             "expected (flat is right)\n");
    for (size_t i = 0; i < 2; i++) {
        buffer_printf(out, "  %-20s  %.3f  %4.1f %%                     ", pattern_names[i], model->r2[i],
                      100 * model->coverage[i]);
        for (size_t j = 0; j < MODEL_DECILES; j++)
            add_height(out, model->deciles[i][j] / 0.2);
        for (size_t j = 0; j < MODEL_DECILES; j++)
            buffer_printf(out, " %.0f", 100 * model->deciles[i][j]);
        buffer_add_string(out, " %\n");
    }
}

void show_text(const struct model *model, const char *digest, struct buffer *out)
{
    show_head(model, digest, out);
    show_reliability(model, out);
    show_weights(model, out);
    show_disagreement(model, out);
    show_curves(model, out);
}
