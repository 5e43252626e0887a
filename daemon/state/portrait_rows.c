#include "daemon/state/portrait_rows.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/date.h"

static const char all[] = "all";

/* The columns that are numbers, in the order of the table; null: NUMBER_NONE. */
#define AT(member) offsetof(struct portrait_cell, member)
static const struct column {
    const char *name;
    size_t offset;
    bool amount; /* whole fen; else millionths, written as a decimal */
} columns[] = {
    { "households", AT(households), false },
    { "persons", AT(persons), false },
    { "assessed", AT(assessed), false },
    { "share", AT(share), false },
    { "share_low", AT(share_low), false },
    { "share_high", AT(share_high), false },
    { "person_share", AT(person_share), false },
    { "p10", AT(quantiles_fen[0]), true },
    { "p25", AT(quantiles_fen[1]), true },
    { "p50", AT(quantiles_fen[2]), true },
    { "p75", AT(quantiles_fen[3]), true },
    { "p90", AT(quantiles_fen[4]), true },
    { "plan_a", AT(plan[PLAN_A]), false },
    { "plan_a_low", AT(plan_low[PLAN_A]), false },
    { "plan_a_high", AT(plan_high[PLAN_A]), false },
    { "plan_b", AT(plan[PLAN_B]), false },
    { "plan_b_low", AT(plan_low[PLAN_B]), false },
    { "plan_b_high", AT(plan_high[PLAN_B]), false },
};
enum { COLUMN_COUNT = sizeof columns / sizeof *columns, KEY_COUNT = 7 /* period … hidden */ };

/* --- in memory --- */

int portrait_keep(void *user, const struct portrait_cell *cell, struct err *err)
{
    struct portrait_cells *cells = user;

    (void)err;
    if (cells->count == cells->room) {
        cells->room = 2 * cells->room + 64;
        cells->items = mem_realloc(cells->items, cells->room * sizeof *cells->items);
    }
    cells->items[cells->count++] = *cell;
    return 0;
}

void portrait_cells_free(struct portrait_cells *cells)
{
    mem_freep(&cells->items);
    *cells = (struct portrait_cells){ 0 };
}

/* "" is all, and sorts first; "-" sorts before what is a code. */
static int by_place(const void *left, const void *right)
{
    const struct portrait_cell *a = left, *b = right;
    int order = strcmp(a->region, b->region);

    if (!order)
        order = strcmp(a->industry, b->industry);
    if (!order)
        order = a->group - b->group;
    return order ? order : a->band - b->band;
}

const struct portrait_cell *portrait_row(const struct portrait_cells *cells, const char *region,
                                         const char *industry, int group)
{
    struct portrait_cell key = { .group = group, .band = PORTRAIT_ALL };

    if (!cells->count || strlen(region) >= sizeof key.region || strlen(industry) >= sizeof key.industry)
        return NULL;
    strcpy(key.region, region);
    strcpy(key.industry, industry);
    return bsearch(&key, cells->items, cells->count, sizeof key, by_place);
}

size_t portrait_bands(const struct portrait_cells *cells, const struct portrait_cell *row)
{
    const struct portrait_cell *end = cells->items + cells->count;

    return row + 1 < end && row[1].band != PORTRAIT_ALL ? BAND_COUNT : 0;
}

/* --- writing --- */

struct writing {
    struct copy *copy;
    const char *period, *model; /* model NULL: none */
    enum household_kind kind;
};

static void copy_string(struct copy *copy, const char *string)
{
    copy_bytes(copy, string, strlen(string));
}

static void copy_number(struct copy *copy, int64_t value, bool amount)
{
    if (value == NUMBER_NONE)
        copy_null(copy);
    else if (amount)
        copy_int8(copy, value);
    else
        copy_millionths(copy, value);
}

static int write_cell(void *user, const struct portrait_cell *cell, struct err *err)
{
    struct writing *writing = user;
    struct copy *copy = writing->copy;

    (void)err;
    copy_row(copy, KEY_COUNT + COLUMN_COUNT + 1);
    copy_string(copy, writing->period);
    copy_int2(copy, (int16_t)writing->kind);
    copy_string(copy, *cell->region ? cell->region : all);
    copy_string(copy, *cell->industry ? cell->industry : all);
    copy_string(copy, cell->group == PORTRAIT_ALL ? all : code_name(&group_codes, cell->group));
    copy_int2(copy, (int16_t)(cell->band + 1));
    copy_bool(copy, cell->hidden);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        int64_t value;

        memcpy(&value, (const char *)cell + columns[i].offset, sizeof value);
        copy_number(copy, value, columns[i].amount);
    }
    if (writing->model)
        copy_string(copy, writing->model);
    else
        copy_null(copy);
    return 0;
}

/* Through a staging table, as row security forbids COPY. */
int portrait_write(struct store *store, int32_t period, enum household_kind kind,
                   const struct portrait *portrait, const struct rules *rules, struct err *err)
{
    char month[MONTH_TEXT_SIZE];
    struct writing writing = { .period = month_text(period, month), .kind = kind };

    if (rules->assessor)
        writing.model = assessor_model(rules->assessor)->name;
    if (store_run(store,
                  "CREATE TEMP TABLE IF NOT EXISTS stage_portrait (LIKE olive.portrait) ON COMMIT DROP; "
                  "TRUNCATE stage_portrait",
                  err) < 0 ||
        copy_begin(store, "COPY stage_portrait FROM STDIN BINARY", &writing.copy, err) < 0)
        return -1;
    if (portrait_walk(portrait, write_cell, &writing, err) < 0) {
        copy_abort(writing.copy);
        return -1;
    }
    if (copy_end(writing.copy, err) < 0)
        return -1;
    return store_run(store, "INSERT INTO olive.portrait SELECT * FROM stage_portrait", err);
}

/* --- reading --- */

static void select_sql(struct buffer *out)
{
    buffer_add_string(out, "SELECT region, industry, \"group\", band::int, hidden");
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        buffer_printf(out, columns[i].amount ? ", %s" : ", (%s * 1000000)::bigint", columns[i].name);
    buffer_add_string(out, " FROM olive.portrait WHERE period = $1 AND kind = $2");
    buffer_add_byte(out, '\0');
}

/* "all" is "" in the core. */
static bool take_code(struct text text, char *ret, size_t size)
{
    bool is_all = text_equal(text.data, text.len, all);

    if (!is_all && text.len >= size)
        return false;
    memset(ret, 0, size);
    if (!is_all)
        memcpy(ret, text.data, text.len);
    return true;
}

static bool take_row(const struct rows *rows, size_t row, struct portrait_cell *ret)
{
    struct text group = rows_text(rows, row, 2);

    *ret = (struct portrait_cell){ .group = PORTRAIT_ALL, .band = rows_int4(rows, row, 3) - 1 };
    ret->hidden = rows_bool(rows, row, 4);
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        int64_t value = rows_null(rows, row, 5 + (int)i) ? NUMBER_NONE : rows_int8(rows, row, 5 + (int)i);

        memcpy((char *)ret + columns[i].offset, &value, sizeof value);
    }
    return take_code(rows_text(rows, row, 0), ret->region, sizeof ret->region) &&
           take_code(rows_text(rows, row, 1), ret->industry, sizeof ret->industry) &&
           (text_equal(group.data, group.len, all) || code_find(&group_codes, group, &ret->group));
}

int portrait_read(struct store *store, int32_t period, enum household_kind kind, struct portrait_cells *ret,
                  struct err *err)
{
    CLEANUP(buffer_free) struct buffer sql = { 0 };
    CLEANUP(rows_freep) struct rows *rows = NULL;
    char month[MONTH_TEXT_SIZE];
    const struct param params[] = { param_text(month_text(period, month)), param_int4((int32_t)kind) };

    select_sql(&sql);
    if (store_query(store, (const char *)sql.data, params, 2, &rows, err) < 0)
        return -1;
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct portrait_cell cell;

        if (!take_row(rows, i, &cell))
            return err_stop(err, EXIT_FAILED,
                            "a row of olive.portrait cannot be read: is the schema of this version?");
        portrait_keep(ret, &cell, err);
    }
    if (ret->count)
        qsort(ret->items, ret->count, sizeof *ret->items, by_place);
    return 0;
}
