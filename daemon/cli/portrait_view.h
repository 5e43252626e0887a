/* portrait_view - one portrait as people ask for it: what it is of, its cells, and the words it is told in.
 *
 * The forms (text, SVG page, JSON, CSV) read one view, so they cannot differ in what they say; JSON and CSV
 * know English names only. Each says which model the figures come from.
 *
 * Ownership: portrait_view_free() gives the cells back; texts are lent. Units: as lib/core/portrait.h. */
#ifndef OLIVE_DAEMON_CLI_PORTRAIT_VIEW_H
#define OLIVE_DAEMON_CLI_PORTRAIT_VIEW_H

#include "daemon/state/portrait_rows.h"
#include "lib/base/buffer.h"

enum portrait_language { PORTRAIT_ENGLISH, PORTRAIT_CHINESE, PORTRAIT_LANGUAGE_COUNT };

struct portrait_view {
    enum portrait_language language;
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

/* --- words (portrait_words.c) --- */

enum portrait_word {
    WORD_TITLE,
    WORD_SEALED,
    WORD_RECOMPUTED,
    WORD_REGISTERED,
    WORD_ASSISTANCE,
    WORD_DWELLING,
    WORD_HOUSEHOLDS,
    WORD_PERSONS,
    WORD_WITH_ESTIMATE,
    WORD_ALL,
    WORD_NOT_STATED,
    WORD_TOWNSHIP,
    WORD_INDUSTRY,
    WORD_GROUP,
    WORD_BY_TOWNSHIP,
    WORD_BY_INDUSTRY,
    WORD_BY_GROUP,
    WORD_BANDS,
    WORD_BAND,
    WORD_BELOW,
    WORD_FROM,
    WORD_SHARE,
    WORD_INTERVAL,
    WORD_OF_PERSONS,
    WORD_PLAN,
    WORD_GOAL,
    WORD_REACHED,
    WORD_SHORT_OF,
    WORD_POINTS,
    WORD_INCOME,
    WORD_MEDIAN,
    WORD_HIDDEN,
    WORD_NOBODY,
    WORD_NO_MODEL,
    WORD_MODEL,
    WORD_SYNTHETIC,
    WORD_NOTES,
    WORD_NOTE_SHARE,
    WORD_NOTE_INTERVAL,
    WORD_NOTE_COVERAGE,
    WORD_NOTE_HIDDEN,
    WORD_NOTE_GROUPS,
    WORD_NOTE_DECIDES,
    WORD_COUNT
};
const char *portrait_word(const struct portrait_view *view, enum portrait_word word);
/* --lang, or what the environment says. False: it is neither en nor zh. */
bool portrait_language_find(const char *said, enum portrait_language *ret);

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
/* Columns of a terminal: two for a Chinese character. */
size_t portrait_columns(const char *text, size_t len);

/* Each row that says one more than the view's: its townships, industries or groups. */
enum portrait_list { LIST_TOWNSHIPS, LIST_INDUSTRIES, LIST_GROUPS, LIST_COUNT };
typedef void portrait_listed(void *user, const struct portrait_cell *row, const char *name, size_t len);
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
