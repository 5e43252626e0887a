/* A portrait for a terminal. */
#include <inttypes.h>
#include <string.h>

#include "daemon/cli/portrait_view.h"
#include "lib/base/date.h"

enum { NAME_COLUMNS = 34, COUNT_COLUMNS = 12, SHARE_COLUMNS = 14, SPAN_COLUMNS = 14, BAR_COLUMNS = 30 };

/* What came since `mark` takes so many columns, at the left or the right of them. */
static void pad(struct buffer *out, size_t mark, size_t columns, bool right)
{
    size_t len = out->size - mark, is = text_columns((const char *)out->data + mark, len),
           blanks = is < columns ? columns - is : 0;

    for (size_t i = 0; i < blanks; i++)
        buffer_add_byte(out, ' ');
    if (!right || !blanks)
        return;
    memmove(out->data + mark + blanks, out->data + mark, len);
    memset(out->data + mark, ' ', blanks);
}

static void put_word(const struct portrait_view *view, enum message word, size_t columns, struct buffer *out)
{
    size_t mark = out->size;

    buffer_add_string(out, portrait_word(view, word));
    pad(out, mark, columns, true);
}

static void put_count(int64_t value, struct buffer *out)
{
    size_t mark = out->size;

    portrait_put_count(value, out);
    pad(out, mark, COUNT_COLUMNS, true);
}

static void put_share(int64_t value, struct buffer *out)
{
    size_t mark = out->size;

    portrait_put_share(value, out);
    pad(out, mark, SHARE_COLUMNS, true);
}

/* --- head --- */

static void put_head(const struct portrait_view *view, struct buffer *out)
{
    char month[MONTH_TEXT_SIZE];

    buffer_printf(out, "%s  %s  %s (%s%s%s)\n", portrait_word(view, MSG_PORTRAIT_TITLE), view->district,
                  month_text(view->period, month),
                  portrait_word(view, view->sealed ? MSG_PORTRAIT_SEALED : MSG_PORTRAIT_RECOMPUTED),
                  view->known_at ? ", " : "", view->known_at ? view->known_at : "");
    buffer_printf(out, "%s; %s: ", portrait_kind(view), portrait_word(view, MSG_PORTRAIT_TOWNSHIP));
    portrait_put_region(view, view->region, out);
    buffer_printf(out, "; %s: ", portrait_word(view, MSG_INDUSTRY));
    portrait_put_industry(view, view->industry, out);
    buffer_printf(out, "; %s: ", portrait_word(view, MSG_PORTRAIT_GROUP));
    portrait_put_group(view, view->group, out);
    buffer_add_byte(out, '\n');
}

static void put_counts(const struct portrait_view *view, struct buffer *out)
{
    buffer_printf(out, "%s ", portrait_word(view, MSG_PORTRAIT_HOUSEHOLDS));
    portrait_put_count(view->row->households, out);
    buffer_printf(out, "; %s ", portrait_word(view, MSG_PORTRAIT_PERSONS));
    portrait_put_count(view->row->persons, out);
    buffer_printf(out, "; %s ", portrait_word(view, MSG_PORTRAIT_WITH_ESTIMATE));
    portrait_put_count(view->row->assessed, out);
    buffer_add_byte(out, '\n');
}

/* --- bands --- */

static void put_bar(int64_t share, struct buffer *out)
{
    int64_t length = share == NUMBER_NONE ? 0 : (share * BAR_COLUMNS + MILLION / 2) / MILLION;

    buffer_add_string(out, "  ");
    for (int64_t i = 0; i < length; i++)
        buffer_add_string(out, "█");
}

static void put_band(const struct portrait_view *view, const struct portrait_cell *cell, struct buffer *out)
{
    size_t mark;

    buffer_add_string(out, "  ");
    mark = out->size;
    portrait_put_band(view, cell->band, out);
    pad(out, mark, NAME_COLUMNS - 2, false);
    put_count(cell->households, out);
    put_share(cell->share, out);
    mark = out->size;
    portrait_put_span(cell->share_low, cell->share_high, out);
    pad(out, mark, SPAN_COLUMNS, true);
    put_share(cell->person_share, out);
    put_bar(cell->share, out);
    buffer_add_byte(out, '\n');
}

static void put_bands(const struct portrait_view *view, struct buffer *out)
{
    size_t count = portrait_bands(&view->cells, view->row), mark;

    buffer_printf(out, "\n%s\n  ", portrait_word(view, MSG_PORTRAIT_BANDS));
    mark = out->size;
    buffer_add_string(out, portrait_word(view, MSG_PORTRAIT_BAND));
    pad(out, mark, NAME_COLUMNS - 2, false);
    put_word(view, MSG_PORTRAIT_HOUSEHOLDS, COUNT_COLUMNS, out);
    put_word(view, MSG_PORTRAIT_SHARE, SHARE_COLUMNS, out);
    put_word(view, MSG_PORTRAIT_INTERVAL, SPAN_COLUMNS, out);
    put_word(view, MSG_PORTRAIT_OF_PERSONS, SHARE_COLUMNS, out);
    buffer_add_byte(out, '\n');
    for (size_t i = 0; i < count; i++)
        put_band(view, view->row + 1 + i, out);
}

static void put_quantiles(const struct portrait_view *view, struct buffer *out)
{
    buffer_printf(out, "\n%s\n", portrait_word(view, MSG_PORTRAIT_INCOME));
    for (int i = 0; i < PORTRAIT_QUANTILES; i++) {
        buffer_printf(out, "  %d %%: ", portrait_percents[i]);
        portrait_put_yuan(view, view->row->quantiles_fen[i], out);
    }
    buffer_add_byte(out, '\n');
}

/* --- A and B --- */

/* The goal stands in the bar. */
static void put_goal_bar(int64_t share, int64_t goal, struct buffer *out)
{
    int64_t length = (share * BAR_COLUMNS + MILLION / 2) / MILLION,
            mark = goal == NUMBER_NONE ? -1 : (goal * BAR_COLUMNS + MILLION / 2) / MILLION;

    buffer_add_string(out, "  ▕");
    for (int64_t i = 0; i < BAR_COLUMNS; i++)
        buffer_add_string(out, i == mark ? "┃" : i < length ? "█" : "░");
    buffer_add_string(out, "▏");
}

static void put_distance(const struct portrait_view *view, int64_t share, int64_t goal, struct buffer *out)
{
    buffer_printf(out, "  %s ", portrait_word(view, MSG_PORTRAIT_GOAL));
    portrait_put_share(goal, out);
    if (share >= goal) {
        buffer_printf(out, ", %s", portrait_word(view, MSG_PORTRAIT_REACHED));
        return;
    }
    buffer_printf(out, ", %s %" PRId64 ".%" PRId64 " %s", portrait_word(view, MSG_PORTRAIT_SHORT_OF),
                  (goal - share + 500) / 10000, (goal - share + 500) / 1000 % 10,
                  portrait_word(view, MSG_PORTRAIT_POINTS));
}

static void put_plan(const struct portrait_view *view, int plan, struct buffer *out)
{
    const struct portrait_cell *row = view->row;
    size_t mark;

    buffer_add_string(out, "  ");
    mark = out->size;
    portrait_put_plan(view, plan, out);
    pad(out, mark, NAME_COLUMNS - 2, false);
    put_share(row->plan[plan], out);
    if (row->plan[plan] != NUMBER_NONE) {
        mark = out->size;
        portrait_put_span(row->plan_low[plan], row->plan_high[plan], out);
        pad(out, mark, SPAN_COLUMNS, true);
        put_goal_bar(row->plan[plan], view->goals[plan] ? view->goals[plan]->goal_millionths : NUMBER_NONE,
                     out);
        if (view->goals[plan])
            put_distance(view, row->plan[plan], view->goals[plan]->goal_millionths, out);
    }
    buffer_add_byte(out, '\n');
}

/* --- lists --- */

struct listing {
    const struct portrait_view *view;
    struct buffer *out;
};

static void put_listed(void *user, const struct portrait_cell *row, const char *name, size_t len)
{
    struct listing *listing = user;
    struct buffer *out = listing->out;
    size_t mark;

    buffer_add_string(out, "  ");
    mark = out->size;
    buffer_add(out, name, len);
    pad(out, mark, NAME_COLUMNS - 2, false);
    put_count(row->households, out);
    put_count(row->persons, out);
    if (listing->view->row->assessed) {
        put_share(row->plan[PLAN_A], out);
        put_share(row->plan[PLAN_B], out);
        mark = out->size;
        portrait_put_yuan(listing->view, row->quantiles_fen[2], out);
        pad(out, mark, SPAN_COLUMNS, true);
    }
    buffer_add_byte(out, '\n');
}

static void put_list(const struct portrait_view *view, enum portrait_list list, struct buffer *out)
{
    struct listing listing = { view, out };
    size_t mark;

    if (!portrait_list(view, list, NULL, NULL))
        return;
    buffer_add_byte(out, '\n');
    mark = out->size;
    buffer_add_string(out, portrait_word(view, portrait_list_title(list)));
    pad(out, mark, NAME_COLUMNS, false);
    put_word(view, MSG_PORTRAIT_HOUSEHOLDS, COUNT_COLUMNS, out);
    put_word(view, MSG_PORTRAIT_PERSONS, COUNT_COLUMNS, out);
    if (view->row->assessed) {
        buffer_printf(out, "%*s%*s", SHARE_COLUMNS, "A", SHARE_COLUMNS, "B");
        put_word(view, MSG_PORTRAIT_MEDIAN, SPAN_COLUMNS, out);
    }
    buffer_add_byte(out, '\n');
    portrait_list(view, list, put_listed, &listing);
}

/* --- all --- */

static void put_note(void *user, const char *note)
{
    buffer_printf(user, "  %s\n", note);
}

static void put_assessed(const struct portrait_view *view, struct buffer *out)
{
    if (!portrait_bands(&view->cells, view->row)) {
        buffer_printf(out, "\n%s\n", portrait_word(view, MSG_PORTRAIT_NO_MODEL));
        return;
    }
    put_bands(view, out);
    put_quantiles(view, out);
    buffer_printf(out, "\n%s\n", portrait_word(view, MSG_PORTRAIT_PLAN));
    for (int plan = 0; plan < PLAN_COUNT; plan++)
        put_plan(view, plan, out);
}

void portrait_text(const struct portrait_view *view, struct buffer *out)
{
    put_head(view, out);
    if (!view->row || view->row->hidden) {
        buffer_printf(out, "%s\n",
                      portrait_word(view, view->row ? MSG_PORTRAIT_HIDDEN : MSG_PORTRAIT_NOBODY));
    } else {
        put_counts(view, out);
        put_assessed(view, out);
        for (int list = 0; list < LIST_COUNT; list++)
            put_list(view, (enum portrait_list)list, out);
    }
    buffer_printf(out, "\n%s\n", portrait_word(view, MSG_PORTRAIT_NOTES));
    portrait_notes(view, put_note, out);
}
