#include "connectors/line.h"

#include <stdlib.h>
#include <string.h>

#include "connectors/field.h"
#include "lib/base/arena.h"

enum { FIELDS_MAX = 16, COLUMN_NONE = -1 };

/* What every source has beside its own columns; checked after them. */
/* clang-format off */
static const struct field common_fields[] = {
    { "revision", "修订号", set_revision,  OPTIONAL },
    { "op",       "操作",   set_operation, OPTIONAL }, /* last: set_fields() looks ahead to it */
    { NULL },
};
/* clang-format on */

struct binding {
    const struct field *field;
    int column;           /* of the row, or COLUMN_NONE */
    struct text constant; /* of a field that the row lacks; empty: it is absent */
};

struct line {
    const struct feed_conf *feed;
    const struct connector *connector;
    struct tokeniser *tokeniser;
    uint32_t key_epoch;
    struct arena *arena;
    struct binding bindings[FIELDS_MAX]; /* in the order in which they are checked */
    size_t count;
};

static struct text feed_constant(const struct feed_conf *feed, const char *column)
{
    for (size_t i = 0; i < feed->constants.count; i++)
        if (!strcmp(feed->constants.items[i].key, column))
            return text_trim(text_of(feed->constants.items[i].value));
    return text_of(NULL);
}

static void bind_fields(struct line *line, const struct field *fields)
{
    for (; fields->column; fields++)
        line->bindings[line->count++] = (struct binding){ .field = fields, .column = COLUMN_NONE };
}

struct line *line_new(const struct feed_conf *feed, uint32_t key_epoch, struct tokeniser *tokeniser)
{
    struct line *line = mem_zalloc(sizeof *line);

    line->feed = feed;
    line->connector = connector_of(feed->source);
    line->tokeniser = tokeniser;
    line->key_epoch = key_epoch;
    line->arena = arena_new(0);
    bind_fields(line, line->connector->fields);
    bind_fields(line, common_fields);
    return line;
}

void line_free(struct line *line)
{
    if (!line)
        return;
    arena_free(line->arena);
    free(line);
}

void line_freep(struct line **line)
{
    line_free(*line);
}

/* --- columns --- */

const struct field *line_find_column(enum source source, const char *column)
{
    const struct field *const tables[] = { connector_of(source)->fields, common_fields };

    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct field *field = tables[i]; field->column; field++)
            if (!strcmp(field->column, column))
                return field;
    return NULL;
}

/* "户号/表号" is either of them. */
static bool is_alias(const char *chinese, struct text name)
{
    while (chinese) {
        size_t len = strcspn(chinese, "/");

        if (len == name.len && !memcmp(chinese, name.data, len))
            return true;
        chinese = chinese[len] ? chinese + len + 1 : NULL;
    }
    return false;
}

bool field_has_name(const struct field *field, struct text name)
{
    return text_equal(name.data, name.len, field->column) || is_alias(field->chinese, name);
}

static struct binding *find_binding(struct line *line, struct text name)
{
    for (size_t i = 0; i < line->count; i++)
        if (field_has_name(line->bindings[i].field, name))
            return &line->bindings[i];
    return NULL;
}

/* The canonical name of a department's own. */
static struct text mapped_name(const struct feed_conf *feed, struct text name)
{
    for (size_t i = 0; i < feed->columns.count; i++)
        if (text_equal(name.data, name.len, feed->columns.items[i].key))
            return text_of(feed->columns.items[i].value);
    return name;
}

/* A query reads it to know where to go on: nobody need say that it is no column of the source. */
static bool is_watermark(const struct feed_conf *feed, struct text name)
{
    return feed->odbc.watermark && text_equal(name.data, name.len, feed->odbc.watermark);
}

static void unbind(struct line *line)
{
    for (size_t i = 0; i < line->count; i++) {
        line->bindings[i].column = COLUMN_NONE;
        line->bindings[i].constant = feed_constant(line->feed, line->bindings[i].field->column);
    }
}

/* Binds what is known; *ret_stranger is the first column that is neither known nor ignored, from 1. */
static size_t bind_columns(struct line *line, const struct text *names, size_t count, size_t *ret_stranger)
{
    size_t known = 0;

    for (size_t i = 0; i < count; i++) {
        struct text name = text_trim(names[i]);
        struct binding *binding;

        if (conf_names_have(&line->feed->ignore, name))
            continue;
        binding = find_binding(line, mapped_name(line->feed, name));
        known += binding != NULL;
        if (binding && binding->column == COLUMN_NONE)
            binding->column = (int)i;
        else if (!*ret_stranger && !is_watermark(line->feed, name))
            *ret_stranger = i + 1;
    }
    return known;
}

int line_columns(struct line *line, const struct text *names, size_t count, struct err *err)
{
    size_t stranger = 0;

    unbind(line);
    if (!bind_columns(line, names, count, &stranger))
        return err_reject(err, NO_KNOWN_COLUMN);
    if (!stranger)
        return 0;
    err_reject(err, FIELD_NOT_ALLOWED);
    return err_add(err, "column %zu ", stranger);
}

/* --- rows --- */

/* A number that a spreadsheet keeps is no identifier any more: it has 15 digits and no leading zeros. */
static bool is_number_for_text(const struct binding *binding, const struct row *row)
{
    return row->plain && binding->column != COLUMN_NONE && !row->plain[binding->column] &&
           field_is_identifier(binding->field);
}

static struct text binding_text(const struct binding *binding, const struct row *row)
{
    return binding->column == COLUMN_NONE ? binding->constant : text_trim(row->cells[binding->column]);
}

/* Of two EITHER columns, which stand next to each other, the first is missing when both are blank. */
static bool is_missing(const struct line *line, size_t i, const struct row *row, bool is_delete)
{
    switch (line->bindings[i].field->need) {
    case REQUIRED:
        return !is_delete;
    case KEY:
        return true;
    case EITHER:
        return line->bindings[i + 1].field->need == EITHER && !binding_text(&line->bindings[i + 1], row).len;
    default:
        return false;
    }
}

static int set_fields(const struct line *line, const struct row *row, struct draft *draft, struct err *err)
{
    bool is_delete = text_is_delete(binding_text(&line->bindings[line->count - 1], row));

    for (size_t i = 0; i < line->count; i++) {
        const struct field *field = line->bindings[i].field;
        struct text text = binding_text(&line->bindings[i], row);

        draft->column = field->column;
        if (!text.len && is_missing(line, i, row, is_delete))
            return err_reject(err, MISSING);
        if (text.len && is_number_for_text(&line->bindings[i], row))
            return err_reject(err, BAD_ID);
        if (text.len && field->set(draft, field, text, err) < 0)
            return -1;
    }
    return 0;
}

struct text line_text(const struct line *line, const struct row *row, const char *column)
{
    for (size_t i = 0; i < line->count && row->reason == REASON_NONE; i++)
        if (!strcmp(line->bindings[i].field->column, column))
            return binding_text(&line->bindings[i], row);
    return TEXT("");
}

static void draft_start(const struct line *line, const struct row *row, const struct line_origin *origin,
                        struct draft *ret)
{
    *ret = (struct draft){ .record = line->connector->blank,
                           .arena = line->arena,
                           .received_day = day_of_ms(origin->delivery->received_ms),
                           .item = TEXT("") };
    ret->record.delivery = origin->delivery;
    ret->record.line = row->line;
    ret->record.key_epoch = line->key_epoch;
    ret->record.schema = RECORD_SCHEMA;
    ret->record.revision = (int64_t)origin->sequence;
    ret->record.valid_to_day = DAY_OPEN;
}

static int read_draft(struct line *line, struct tokeniser *tokeniser, const struct row *row,
                      const struct line_origin *origin, struct record *ret, const char **ret_column,
                      struct err *err)
{
    const struct connector *connector = line->connector;
    struct draft draft;

    arena_reset(line->arena);
    *ret_column = "";
    if (row->reason != REASON_NONE)
        return err_reject(err, row->reason);
    draft_start(line, row, origin, &draft);
    draft.tokeniser = tokeniser;
    if (set_fields(line, row, &draft, err) < 0 || (connector->finish && connector->finish(&draft, err) < 0)) {
        *ret_column = draft.column;
        return -1;
    }
    if (tokeniser)
        draft_tokens(&draft, connector);
    if (draft.record.retracted)
        record_retract(&draft.record); /* its other columns were checked and are no part of it */
    *ret = draft.record;
    return 0;
}

int line_read(struct line *line, const struct row *row, const struct line_origin *origin, struct record *ret,
              const char **ret_column, struct err *err)
{
    return read_draft(line, line->tokeniser, row, origin, ret, ret_column, err);
}

int line_check(struct line *line, const struct row *row, const struct line_origin *origin, struct record *ret,
               const char **ret_column, struct err *err)
{
    return read_draft(line, NULL, row, origin, ret, ret_column, err);
}
