#include <inttypes.h>
#include <math.h>

#include "daemon/model/show.h"
#include "lib/base/xml.h"

enum { COLUMNS = 3, PANEL_WIDTH = 300, PANEL_HEIGHT = 200, GAP = 30, HEAD = 70, MARGIN = 44, BAR = 14 };
static const char *const colours[REGIME_COUNT] = { "#555555", "#0072b2", "#d55e00" };
static const char *const colour_names[REGIME_COUNT] = { "all households", "positive", "verified zero" };

/* One drawing area with its axes: x and y are in the data's units. */
struct panel {
    struct buffer *out;
    double left, top;
    double x_low, x_high, y_low, y_high;
};

static void label(struct buffer *out, double x, double y, const char *anchor, int size, const char *text)
{
    buffer_printf(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">", x, y, anchor,
                  size);
    xml_add(out, text);
    buffer_add_string(out, "</text>\n");
}

static void number(struct buffer *out, double x, double y, const char *anchor, const char *format,
                   double value)
{
    CLEANUP(buffer_free) struct buffer text = { 0 };

    if (*format == 'n')
        buffer_printf(&text, "%.0f", value);
    else
        buffer_printf(&text, "%+.2f", value);
    buffer_add_byte(&text, '\0');
    label(out, x, y, anchor, 10, (const char *)text.data);
}

static double at_x(const struct panel *panel, double x)
{
    return panel->left + MARGIN +
           (x - panel->x_low) / (panel->x_high - panel->x_low) * (PANEL_WIDTH - MARGIN - 10);
}

static double at_y(const struct panel *panel, double y)
{
    return panel->top + PANEL_HEIGHT - 20 -
           (y - panel->y_low) / (panel->y_high - panel->y_low) * (PANEL_HEIGHT - 50);
}

static struct panel panel_at(struct buffer *out, size_t index, const char *title)
{
    struct panel ret = { .out = out, .x_high = 1, .y_high = 1 };
    size_t column = index % COLUMNS, row = index / COLUMNS;

    ret.left = (double)column * (PANEL_WIDTH + GAP) + GAP;
    ret.top = HEAD + (double)row * (PANEL_HEIGHT + GAP);
    buffer_printf(
        out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#dddddd\"/>\n",
        ret.left, ret.top, PANEL_WIDTH, PANEL_HEIGHT);
    label(out, ret.left + 8, ret.top + 18, "start", 13, title);
    return ret;
}

/* --- curves --- */

static void widen(struct panel *panel, const struct model_curve *curve)
{
    size_t last = curve->knot_count - 1;

    panel->y_low = fmin(panel->y_low, curve->zero);
    panel->y_high = fmax(panel->y_high, curve->zero);
    if (!curve->knot_count)
        return;
    panel->x_low = fmin(panel->x_low, curve->knots[0]);
    panel->x_high = fmax(panel->x_high, curve->knots[last]);
    panel->y_low = fmin(panel->y_low, curve->values[0]);
    panel->y_high = fmax(panel->y_high, curve->values[last]);
}

static void draw_curve(const struct panel *panel, const struct model_curve *curve, const char *colour)
{
    buffer_printf(panel->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\" fill=\"%s\"/>\n",
                  panel->left + MARGIN - 8, at_y(panel, curve->zero), colour);
    buffer_add_string(panel->out, "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"");
    buffer_printf(panel->out, "%s\" points=\"", colour);
    for (size_t i = 0; i < curve->knot_count; i++)
        buffer_printf(panel->out, "%.1f,%.1f ", at_x(panel, curve->knots[i]), at_y(panel, curve->values[i]));
    buffer_add_string(panel->out, "\"/>\n");
}

static void draw_field(const struct model *model, size_t field, size_t index, struct buffer *out)
{
    bool count = model->fields[field].kind == MODEL_COUNT;
    struct panel panel = panel_at(out, index, model->fields[field].column);

    panel.x_low = panel.y_low = INFINITY;
    panel.x_high = panel.y_high = -INFINITY;
    for (int i = 0; i < REGIME_COUNT; i++)
        if (model->fits[i].labels)
            widen(&panel, &model->fits[i].curves[field]);
    if (!(panel.x_high > panel.x_low))
        panel.x_low -= 1, panel.x_high = panel.x_low + 2;
    if (!(panel.y_high > panel.y_low))
        panel.y_high = panel.y_low + 1;
    for (int i = 0; i < REGIME_COUNT; i++)
        if (model->fits[i].labels)
            draw_curve(&panel, &model->fits[i].curves[field], colours[i]);
    number(out, panel.left + MARGIN - 14, at_y(&panel, panel.y_low), "end", "+", panel.y_low);
    number(out, panel.left + MARGIN - 14, at_y(&panel, panel.y_high) + 4, "end", "+", panel.y_high);
    label(out, panel.left + MARGIN - 8, panel.top + PANEL_HEIGHT - 5, "middle", 10, "0");
    number(out, at_x(&panel, panel.x_low), panel.top + PANEL_HEIGHT - 5, "start", "n",
           count ? panel.x_low : (exp(panel.x_low) - 1) * model->fields[field].deflator);
    number(out, at_x(&panel, panel.x_high), panel.top + PANEL_HEIGHT - 5, "end", "n",
           count ? panel.x_high : (exp(panel.x_high) - 1) * model->fields[field].deflator);
}

/* --- weights, reliability, calibration --- */

/* Mean over the types of household, all sources known. */
static double mean_weight(const struct model *model, int regime, size_t source)
{
    unsigned all = (1U << model->source_count) - 1;
    double sum = 0;

    for (size_t type = 0; type < MODEL_TYPES; type++)
        sum += model->tables[regime].weights[(type << model->source_count) + all].beta[source];
    return sum / MODEL_TYPES;
}

static void draw_weights(const struct model *model, size_t index, struct buffer *out)
{
    struct panel panel = panel_at(out, index, "weights, all sources known");
    double step = (PANEL_HEIGHT - 40) / (double)model->source_count;

    for (size_t i = 0; i < model->source_count; i++) {
        double y = panel.top + 30 + (double)i * step;

        label(out, panel.left + 80, y + step / 2, "end", 11, model->sources[i].name);
        for (int regime = 0; regime < REGIME_COUNT; regime++) {
            double weight = model->fits[regime].labels ? mean_weight(model, regime, i) : 0;

            buffer_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n",
                          panel.left + 86, y + regime * step / 4,
                          fmin(weight, 1.2) / 1.2 * (PANEL_WIDTH - 96), step / 5, colours[regime]);
        }
    }
}

static void draw_reliability(const struct model *model, size_t pattern, size_t index, struct buffer *out)
{
    struct panel panel = panel_at(out, index,
                                  pattern ? "income in tenths of what was expected, random sources missing"
                                          : "income in tenths of what was expected, all sources");

    panel.y_high = 0.2;
    for (size_t i = 0; i < MODEL_DECILES; i++) {
        double x = at_x(&panel, (double)i / MODEL_DECILES),
               y = at_y(&panel, fmin(model->deciles[pattern][i], 0.2));

        buffer_printf(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" fill=\"#56b4e9\"/>\n",
                      x + 2, y, BAR, at_y(&panel, 0) - y);
    }
    buffer_printf(
        out,
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#333333\" stroke-dasharray=\"4\"/>\n",
        at_x(&panel, 0), at_y(&panel, 0.1), at_x(&panel, 1), at_y(&panel, 0.1));
    label(out, panel.left + MARGIN - 6, at_y(&panel, 0.1) + 4, "end", 10, "10 %");
}

/* Expected against found: how many incomes lie below what was to be exceeded with that probability. */
static void draw_calibration(const struct model *model, size_t index, struct buffer *out)
{
    static const char *const strokes[2] = { "#0072b2", "#d55e00" };
    struct panel panel = panel_at(out, index, "calibration: found (up) against expected");

    buffer_printf(
        out,
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#333333\" stroke-dasharray=\"4\"/>\n",
        at_x(&panel, 0), at_y(&panel, 0), at_x(&panel, 1), at_y(&panel, 1));
    for (size_t pattern = 0; pattern < 2; pattern++) {
        double sum = 0;

        buffer_printf(out, "<polyline fill=\"none\" stroke-width=\"2\" stroke=\"%s\" points=\"%.1f,%.1f",
                      strokes[pattern], at_x(&panel, 0), at_y(&panel, 0));
        for (size_t i = 0; i < MODEL_DECILES; i++) {
            sum += model->deciles[pattern][i];
            buffer_printf(out, " %.1f,%.1f", at_x(&panel, (double)(i + 1) / MODEL_DECILES),
                          at_y(&panel, sum));
        }
        buffer_add_string(out, "\"/>\n");
    }
    label(out, panel.left + MARGIN, panel.top + 36, "start", 10,
          "blue: all sources; orange: random ones missing");
}

/* --- all --- */

static void draw_head(const struct model *model, const char *digest, struct buffer *out)
{
    CLEANUP(buffer_free) struct buffer line = { 0 };

    label(out, GAP, 24, "start", 18, model->name);
    label(out, GAP, 42, "start", 11, model->provenance);
    buffer_printf(
        &line,
        "%" PRIu64
        " labelled households; unseen ones: R2 %.3f, %.1f %% inside the 90 %% interval; model %.16s",
        model->labels, model->r2[0], 100 * model->coverage[0], digest);
    buffer_add_byte(&line, '\0');
    label(out, GAP, 58, "start", 11, (const char *)line.data);
    for (int i = 0; i < REGIME_COUNT; i++)
        buffer_printf(out, "<text x=\"%d\" y=\"24\" font-size=\"11\" fill=\"%s\">%s</text>\n",
                      COLUMNS * (PANEL_WIDTH + GAP) - 3 * 110 + i * 110, colours[i], colour_names[i]);
}

void show_svg(const struct model *model, const char *digest, struct buffer *out)
{
    size_t panels = model->field_count + 4, rows = (panels + COLUMNS - 1) / COLUMNS, at = 0;
    unsigned width = COLUMNS * (PANEL_WIDTH + GAP) + GAP,
             height = HEAD + (unsigned)rows * (PANEL_HEIGHT + GAP);

    buffer_printf(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" viewBox=\"0 0 %u %u\" "
        "font-family=\"sans-serif\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
        width, height, width, height);
    draw_head(model, digest, out);
    for (size_t i = 0; i < model->field_count; i++)
        draw_field(model, i, at++, out);
    draw_weights(model, at++, out);
    draw_reliability(model, 0, at++, out);
    draw_reliability(model, 1, at++, out);
    draw_calibration(model, at++, out);
    buffer_add_string(out, "</svg>\n");
}
