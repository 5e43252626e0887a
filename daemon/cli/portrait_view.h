/* portrait_view - one portrait as people ask for it: what it is of, its cells, and the words it is told in.
 *
 * The forms (text, SVG page, JSON, CSV) read one view, so they cannot differ in what they say; JSON and CSV
 * know English names only. Each says which model the figures come from.
 *
 * Ownership: portrait_view_free() gives the cells back; texts are lent. Units: as lib/core/portrait.h. */
#ifndef OLIVE_DAEMON_CLI_PORTRAIT_VIEW_H
#define OLIVE_DAEMON_CLI_PORTRAIT_VIEW_H

#include "daemon/cli/messages.h"
#include "daemon/state/portrait_rows.h"
#include "lib/base/buffer.h"

struct portrait_view {
    enum language language;
    enum household_kind kind;
    int32_t period;
    bool sealed;          /* else computed anew */
    const char *known_at; /* as said; NULL: everything that is there */
    const char *district; /* the configuration's region */
    const char *model;    /* its name; NULL: none */
    bool synthetic;       /* it was calibrated on invented households */
    char model_digest[2 * DIGEST_SIZE + 1];
    int64_t minimum;
    const struct band_rule *bands;             /* NULL: the policy has none in force */
    const struct goal_rule *goals[PLAN_COUNT]; /* likewise */
    struct portrait_cells cells;
    /* What is asked for. Not said: "", PORTRAIT_ALL. */
    char region[TOWNSHIP_SIZE], industry[PORTRAIT_INDUSTRY_SIZE];
    int group;
    const struct portrait_cell *row; /* of that, or NULL: nobody */
};
void portrait_view_free(struct portrait_view *view); /* also for CLEANUP() */

/* --- words (message_table.h) and figures (portrait_words.c) --- */

static inline const char *portrait_word(const struct portrait_view *view, enum message message)
{
    return message_text(view->language, message);
}
const char *portrait_kind(const struct portrait_view *view);

/* What is added to the buffer ends in no NUL. */
void portrait_put_band(const struct portrait_view *view, int band, struct buffer *out);
void portrait_put_plan(const struct portrait_view *view, int plan,
                       struct buffer *out); /* "A, 100,000 to 500,000 yuan" */
void portrait_put_industry(const struct portrait_view *view, const char *industry, struct buffer *out);
void portrait_put_region(const struct portrait_view *view, const char *region, struct buffer *out);
void portrait_put_group(const struct portrait_view *view, int group, struct buffer *out);
void portrait_put_count(int64_t millionths, struct buffer *out); /* 12,345; * when it is NUMBER_NONE */
void portrait_put_share(int64_t millionths, struct buffer *out); /* 12.3 %; likewise */
void portrait_put_span(int64_t low, int64_t high, struct buffer *out);
void portrait_put_yuan(const struct portrait_view *view, int64_t fen, struct buffer *out);

/* Each row that says one more than the view's: its townships, industries or groups. */
enum portrait_list { LIST_TOWNSHIPS, LIST_INDUSTRIES, LIST_GROUPS, LIST_COUNT };
typedef void portrait_listed(void *user, const struct portrait_cell *row, const char *name, size_t len);
enum message portrait_list_title(enum portrait_list list);
/* How many there are; `each` may be NULL. */
size_t portrait_list(const struct portrait_view *view, enum portrait_list list, portrait_listed *each,
                     void *user);

/* The notes under a portrait, in order: what it rests on. */
typedef void portrait_noted(void *user, const char *note);
void portrait_notes(const struct portrait_view *view, portrait_noted *each, void *user);

/* --- forms --- */

void portrait_text(const struct portrait_view *view, struct buffer *out);
void portrait_svg(const struct portrait_view *view, struct buffer *out);
void portrait_json(const struct portrait_view *view, struct buffer *out);
void portrait_csv(const struct portrait_view *view, struct buffer *out);

#endif
