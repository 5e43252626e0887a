/* A portrait as one page to print: valid XML, the system's fonts, nothing from elsewhere. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "daemon/cli/portrait_view.h"
#include "lib/base/date.h"
#include "lib/base/xml.h"

enum { WIDTH = 840, LEFT = 40, RIGHT = WIDTH - LEFT, ROW = 20, NOTE_COLUMNS = 132 };
/* The olive: bars around a middle, the highest band on top. */
enum { OLIVE_MIDDLE = 430, OLIVE_WIDTH = 300, OLIVE_ROW = 36, BRACKET_LEFT = 190, BRACKET_STEP = 26 };
enum { GAUGE_LEFT = 245, GAUGE_WIDTH = 290 };
static const char *const band_colours[BAND_COUNT] = { "#d8c48a", "#bdb76b", "#8f9e45",
                                                      "#6b7f2e", "#8a8f3c", "#b9a24a" };
static const char ink[] = "#222222", pale[] = "#666666", line_colour[] = "#cccccc", goal_colour[] = "#b03a2e";

struct sheet {
    const struct portrait_view *view;
    struct buffer *out;
    int y; /* where the next thing begins */
};

/* --- pieces --- */

static void text_begin(struct sheet *sheet, int x, int y, const char *anchor, int size, const char *colour,
                       bool bold)
{
    buffer_printf(sheet->out, "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" font-size=\"%d\" fill=\"%s\"%s>", x,
                  y, anchor, size, colour, bold ? " font-weight=\"bold\"" : "");
}

static void text_end(struct sheet *sheet)
{
    buffer_add_string(sheet->out, "</text>\n");
}

static void label(struct sheet *sheet, int x, int y, const char *anchor, int size, const char *colour,
                  bool bold, const char *text)
{
    text_begin(sheet, x, y, anchor, size, colour, bold);
    xml_add(sheet->out, text);
    text_end(sheet);
}

static void box(struct sheet *sheet, int x, int y, int width, int height, const char *colour)
{
    buffer_printf(sheet->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"2\" fill=\"%s\"/>\n",
                  x, y, width, height, colour);
}

static void stroke(struct sheet *sheet, int x1, int y1, int x2, int y2, const char *colour, int width)
{
    buffer_printf(sheet->out,
                  "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"%d\"/>\n", x1,
                  y1, x2, y2, colour, width);
}

static void heading(struct sheet *sheet, enum message word)
{
    sheet->y += 34;
    label(sheet, LEFT, sheet->y, "start", 15, ink, true, portrait_word(sheet->view, word));
    sheet->y += 8;
    stroke(sheet, LEFT, sheet->y, RIGHT, sheet->y, line_colour, 1);
}

static int part_of(int whole, int64_t share)
{
    return (int)((share * whole + MILLION / 2) / MILLION);
}

/* --- head --- */

static void draw_scope(struct sheet *sheet)
{
    const struct portrait_view *view = sheet->view;
    struct buffer *out = sheet->out;

    if (!*view->region && !*view->industry && view->group == PORTRAIT_ALL)
        return;
    sheet->y += 22;
    text_begin(sheet, LEFT, sheet->y, "start", 14, ink, true);
    buffer_printf(out, "%s: ", portrait_word(view, MSG_PORTRAIT_TOWNSHIP));
    portrait_put_region(view, view->region, out);
    buffer_printf(out, "; %s: ", portrait_word(view, MSG_INDUSTRY));
    portrait_put_industry(view, view->industry, out);
    buffer_printf(out, "; %s: ", portrait_word(view, MSG_PORTRAIT_GROUP));
    portrait_put_group(view, view->group, out);
    text_end(sheet);
}

static void draw_counts(struct sheet *sheet)
{
    const struct portrait_view *view = sheet->view;
    const struct portrait_cell *row = view->row;
    const int64_t counts[] = { row->households, row->persons, row->assessed };
    const enum message names[] = { MSG_PORTRAIT_HOUSEHOLDS, MSG_PORTRAIT_PERSONS,
                                   MSG_PORTRAIT_WITH_ESTIMATE };

    sheet->y += 34;
    for (int i = 0; i < 3; i++) {
        text_begin(sheet, LEFT + i * 200, sheet->y, "start", 22, ink, true);
        portrait_put_count(counts[i], sheet->out);
        text_end(sheet);
        label(sheet, LEFT + i * 200, sheet->y + 18, "start", 12, pale, false, portrait_word(view, names[i]));
    }
    sheet->y += 18;
}

static void draw_head(struct sheet *sheet)
{
    const struct portrait_view *view = sheet->view;
    struct buffer *out = sheet->out;
    char month[MONTH_TEXT_SIZE];

    box(sheet, 0, 0, WIDTH, 10, band_colours[3]);
    sheet->y = 56;
    text_begin(sheet, LEFT, sheet->y, "start", 26, ink, true);
    buffer_add_string(out, portrait_word(view, MSG_PORTRAIT_TITLE));
    text_end(sheet);
    sheet->y += 26;
    text_begin(sheet, LEFT, sheet->y, "start", 14, pale, false);
    xml_add(out, view->district);
    buffer_printf(out, " · %s · %s · %s", month_text(view->period, month), portrait_kind(view),
                  portrait_word(view, view->sealed ? MSG_PORTRAIT_SEALED : MSG_PORTRAIT_RECOMPUTED));
    if (view->known_at) {
        buffer_add_string(out, " · ");
        xml_add(out, view->known_at);
    }
    text_end(sheet);
    draw_scope(sheet);
}

/* --- the olive --- */

static int64_t widest(const struct portrait_cell *bands)
{
    int64_t ret = MILLION / 10;

    for (int i = 0; i < BAND_COUNT; i++)
        if (bands[i].share > ret)
            ret = bands[i].share;
    return ret;
}

static void draw_band(struct sheet *sheet, const struct portrait_cell *band, int64_t scale)
{
    struct buffer *out = sheet->out;
    int base = sheet->y + 23, width = band->hidden ? 0 : (int)(band->share * OLIVE_WIDTH / scale);

    text_begin(sheet, BRACKET_LEFT - 16, base, "end", 13, ink, false);
    portrait_put_band(sheet->view, band->band, out);
    text_end(sheet);
    if (width > 0)
        buffer_printf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"%d\" fill=\"%s\"/>\n",
                      OLIVE_MIDDLE - width / 2, sheet->y + 3, width, OLIVE_ROW - 4,
                      width < 24 ? width / 2 : 12, band_colours[band->band]);
    text_begin(sheet, RIGHT - 150, base, "end", 15, ink, true);
    portrait_put_share(band->share, out);
    text_end(sheet);
    text_begin(sheet, RIGHT - 75, base, "end", 11, pale, false);
    portrait_put_span(band->share_low, band->share_high, out);
    text_end(sheet);
    text_begin(sheet, RIGHT, base, "end", 13, ink, false);
    portrait_put_count(band->households, out);
    text_end(sheet);
    sheet->y += OLIVE_ROW;
}

/* What A and B are made of, beside the bands. */
static void draw_brackets(struct sheet *sheet, int top)
{
    for (int plan = 0; plan < PLAN_COUNT; plan++) {
        const struct goal_rule *goal = sheet->view->goals[plan];
        const char name[] = { (char)('A' + plan), '\0' };
        int x = BRACKET_LEFT + plan * BRACKET_STEP, from, to;

        if (!goal)
            continue;
        from = top + (BAND_COUNT - 1 - goal->band_last) * OLIVE_ROW + 5;
        to = top + (BAND_COUNT - goal->band_first) * OLIVE_ROW - 5;
        stroke(sheet, x, from, x, to, goal_colour, 2);
        label(sheet, x + 5, (from + to) / 2 + 5, "start", 13, goal_colour, true, name);
    }
}

static void draw_bands(struct sheet *sheet)
{
    const struct portrait_cell *bands = sheet->view->row + 1;
    int64_t scale = widest(bands);
    int top;

    heading(sheet, MSG_PORTRAIT_BANDS);
    sheet->y += 18;
    label(sheet, BRACKET_LEFT - 16, sheet->y, "end", 11, pale, false,
          portrait_word(sheet->view, MSG_PORTRAIT_BAND));
    label(sheet, RIGHT - 150, sheet->y, "end", 11, pale, false,
          portrait_word(sheet->view, MSG_PORTRAIT_SHARE));
    label(sheet, RIGHT - 75, sheet->y, "end", 11, pale, false,
          portrait_word(sheet->view, MSG_PORTRAIT_INTERVAL));
    label(sheet, RIGHT, sheet->y, "end", 11, pale, false,
          portrait_word(sheet->view, MSG_PORTRAIT_HOUSEHOLDS));
    sheet->y += 4;
    top = sheet->y;
    for (int i = BAND_COUNT - 1; i >= 0; i--)
        draw_band(sheet, &bands[i], scale);
    draw_brackets(sheet, top);
}

/* --- A and B --- */

static void draw_goal(struct sheet *sheet, int64_t share, int64_t goal)
{
    const struct portrait_view *view = sheet->view;
    int x = GAUGE_LEFT + part_of(GAUGE_WIDTH, goal), y = sheet->y;

    stroke(sheet, x, y - 4, x, y + 22, goal_colour, 3);
    text_begin(sheet, x, y + 35, "middle", 11, goal_colour, false);
    buffer_printf(sheet->out, "%s ", portrait_word(view, MSG_PORTRAIT_GOAL));
    portrait_put_share(goal, sheet->out);
    text_end(sheet);
    text_begin(sheet, RIGHT, y + 15, "end", 12, share >= goal ? band_colours[3] : goal_colour, true);
    if (share >= goal)
        buffer_add_string(sheet->out, portrait_word(view, MSG_PORTRAIT_REACHED));
    else
        buffer_printf(sheet->out, "%s %" PRId64 ".%" PRId64 " %s", portrait_word(view, MSG_PORTRAIT_SHORT_OF),
                      (goal - share + 500) / 10000, (goal - share + 500) / 1000 % 10,
                      portrait_word(view, MSG_PORTRAIT_POINTS));
    text_end(sheet);
}

static void draw_plan(struct sheet *sheet, int plan)
{
    const struct portrait_cell *row = sheet->view->row;
    int64_t share = row->plan[plan];

    sheet->y += 16;
    text_begin(sheet, LEFT, sheet->y + 15, "start", 13, ink, true);
    portrait_put_plan(sheet->view, plan, sheet->out);
    text_end(sheet);
    box(sheet, GAUGE_LEFT, sheet->y, GAUGE_WIDTH, 18, "#eeeeee");
    if (share != NUMBER_NONE)
        box(sheet, GAUGE_LEFT, sheet->y, part_of(GAUGE_WIDTH, share), 18, band_colours[3]);
    text_begin(sheet, GAUGE_LEFT + GAUGE_WIDTH + 70, sheet->y + 15, "end", 15, ink, true);
    portrait_put_share(share, sheet->out);
    text_end(sheet);
    if (share != NUMBER_NONE && sheet->view->goals[plan])
        draw_goal(sheet, share, sheet->view->goals[plan]->goal_millionths);
    sheet->y += 34;
}

static void draw_quantiles(struct sheet *sheet)
{
    heading(sheet, MSG_PORTRAIT_INCOME);
    sheet->y += 26;
    for (int i = 0; i < PORTRAIT_QUANTILES; i++) {
        int x = LEFT + i * (RIGHT - LEFT) / PORTRAIT_QUANTILES;

        text_begin(sheet, x, sheet->y, "start", 16, ink, true);
        portrait_put_yuan(sheet->view, sheet->view->row->quantiles_fen[i], sheet->out);
        text_end(sheet);
        text_begin(sheet, x, sheet->y + 17, "start", 11, pale, false);
        buffer_printf(sheet->out, "%d %%", portrait_percents[i]);
        text_end(sheet);
    }
    sheet->y += 17;
}

/* --- lists --- */

enum { COLUMN_HOUSEHOLDS = 440, COLUMN_PERSONS = 530, COLUMN_A = 620, COLUMN_B = 700, COLUMN_MEDIAN = RIGHT };

static void draw_listed(void *user, const struct portrait_cell *row, const char *name, size_t len)
{
    struct sheet *sheet = user;
    struct buffer *out = sheet->out;
    const int64_t counts[] = { row->households, row->persons };
    const int places[] = { COLUMN_HOUSEHOLDS, COLUMN_PERSONS, COLUMN_A, COLUMN_B };

    sheet->y += ROW;
    text_begin(sheet, LEFT, sheet->y, "start", 12, ink, false);
    buffer_add(out, name, len);
    text_end(sheet);
    for (int i = 0; i < 2; i++) {
        text_begin(sheet, places[i], sheet->y, "end", 12, ink, false);
        portrait_put_count(counts[i], out);
        text_end(sheet);
    }
    if (!sheet->view->row->assessed)
        return;
    for (int plan = 0; plan < PLAN_COUNT; plan++) {
        text_begin(sheet, places[2 + plan], sheet->y, "end", 12, ink, false);
        portrait_put_share(row->plan[plan], out);
        text_end(sheet);
    }
    text_begin(sheet, COLUMN_MEDIAN, sheet->y, "end", 12, ink, false);
    portrait_put_yuan(sheet->view, row->quantiles_fen[2], out);
    text_end(sheet);
}

static void draw_list(struct sheet *sheet, enum portrait_list list)
{
    const struct portrait_view *view = sheet->view;

    if (!portrait_list(view, list, NULL, NULL))
        return;
    heading(sheet, portrait_list_title(list));
    sheet->y += 18;
    label(sheet, COLUMN_HOUSEHOLDS, sheet->y, "end", 11, pale, false,
          portrait_word(view, MSG_PORTRAIT_HOUSEHOLDS));
    label(sheet, COLUMN_PERSONS, sheet->y, "end", 11, pale, false, portrait_word(view, MSG_PORTRAIT_PERSONS));
    if (view->row->assessed) {
        label(sheet, COLUMN_A, sheet->y, "end", 11, pale, false, "A");
        label(sheet, COLUMN_B, sheet->y, "end", 11, pale, false, "B");
        label(sheet, COLUMN_MEDIAN, sheet->y, "end", 11, pale, false,
              portrait_word(view, MSG_PORTRAIT_MEDIAN));
    }
    portrait_list(view, list, draw_listed, sheet);
}

/* --- notes --- */

/* How much of a text fits into a line: up to a blank, or to any Chinese character. */
static size_t fitting(const char *text)
{
    size_t ret = 0, columns = 0, len = strlen(text);

    for (size_t at = 0; at < len;) {
        size_t size = 1;

        while ((text[at + size] & 0xC0) == 0x80)
            size++;
        columns += text_columns(text + at, size);
        if (columns > NOTE_COLUMNS)
            return ret ? ret : at;
        at += size;
        if (at == len || text[at] == ' ' || size > 2)
            ret = at;
    }
    return len;
}

static void draw_note(void *user, const char *note)
{
    struct sheet *sheet = user;

    while (*note) {
        size_t len = fitting(note);
        CLEANUP(buffer_free) struct buffer part = { 0 };

        buffer_add(&part, note, len);
        buffer_add_byte(&part, '\0');
        sheet->y += 17;
        label(sheet, LEFT, sheet->y, "start", 11, pale, false, (const char *)part.data);
        note += len;
        note += *note == ' ';
    }
    sheet->y += 3;
}

/* --- all --- */

static void draw_figures(struct sheet *sheet)
{
    const struct portrait_view *view = sheet->view;

    draw_counts(sheet);
    if (portrait_bands(&view->cells, view->row)) {
        draw_bands(sheet);
        heading(sheet, MSG_PORTRAIT_PLAN);
        for (int plan = 0; plan < PLAN_COUNT; plan++)
            draw_plan(sheet, plan);
        draw_quantiles(sheet);
    } else {
        sheet->y += 20;
        draw_note(sheet, portrait_word(view, MSG_PORTRAIT_NO_MODEL));
    }
    for (int list = 0; list < LIST_COUNT; list++)
        draw_list(sheet, (enum portrait_list)list);
}

void portrait_svg(const struct portrait_view *view, struct buffer *out)
{
    CLEANUP(buffer_free) struct buffer body = { 0 };
    struct sheet sheet = { view, &body, 0 };

    draw_head(&sheet);
    if (view->row && !view->row->hidden) {
        draw_figures(&sheet);
    } else {
        sheet.y += 20;
        draw_note(&sheet, portrait_word(view, view->row ? MSG_PORTRAIT_HIDDEN : MSG_PORTRAIT_NOBODY));
    }
    heading(&sheet, MSG_PORTRAIT_NOTES);
    portrait_notes(view, draw_note, &sheet);
    sheet.y += 24;
    buffer_printf(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
        "height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"'Noto Sans CJK SC','Source Han Sans SC',"
        "'Microsoft YaHei','PingFang SC','SimSun',sans-serif\">\n"
        "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
        WIDTH, sheet.y, WIDTH, sheet.y);
    buffer_add(out, body.data, body.size);
    buffer_add_string(out, "</svg>\n");
}
