#include "connectors/inspect/mapping.h"

#include <string.h>

#include "connectors/field.h"
#include "connectors/inspect/names.h"
#include "connectors/line.h"

enum {
    FIELDS_MAX = 16,
    BY_SHAPE_MIN = 4,       /* what is less is no evidence */
    BY_SHAPE_OF_NAMED = 13, /* of a column that has a name, which says something else */
    SURE_SHAPE = 24,        /* no other setter takes such values */
    SURE_ALONE = 13,        /* the source has no other column of such values */
    LACKING = 30,           /* of a source whose column is nowhere */
    LACKING_CONSTANT = 8,   /* the same of one that may be the same in all lines */
    NEAR_SOURCE = 25,       /* the second best is this near: it is named */
    TAKEN_SURE = 80,        /* per cent */
};

static const int of_basis[BASIS_COUNT] = { [BASIS_NEAR] = 20, [BASIS_USUAL] = 50, [BASIS_NAME] = 80 };

struct pair { /* a column and a field */
    int score;
    enum basis basis;
};

struct matching {
    enum source source;
    const struct field *fields[FIELDS_MAX];
    size_t field_count;
    int field_of[MAPPING_COLUMNS_MAX]; /* of a column: index; -1: none */
    int column_of[FIELDS_MAX];
    struct pair pairs[MAPPING_COLUMNS_MAX][FIELDS_MAX];
    int total;
};

struct mapping {
    struct guess *guess;
    const struct sheet *sheet;
    struct shapes *shapes;
    struct shape *columns;
    size_t count;
    const struct text *names; /* NULL: no header */
};

/* --- one source --- */

static void list_fields(struct matching *matching)
{
    static const char *const of_all[] = { "revision", "op" };

    for (const struct field *field = connector_of(matching->source)->fields; field->column; field++)
        matching->fields[matching->field_count++] = field;
    for (size_t i = 0; i < sizeof of_all / sizeof *of_all; i++)
        matching->fields[matching->field_count++] = line_find_column(matching->source, of_all[i]);
}

/* A name that says what it is; or values that do, where no name says otherwise. */
static struct pair weigh(const struct mapping *mapping, size_t column, const struct field *field)
{
    struct text name = mapping->names ? mapping->names[column] : TEXT("");
    enum basis basis = name.len ? name_basis(field, name) : BASIS_NONE;
    int evidence = shape_evidence(mapping->shapes, &mapping->columns[column], field);
    int least = name.len ? BY_SHAPE_OF_NAMED : BY_SHAPE_MIN;

    if (basis != BASIS_NONE)
        return (struct pair){ of_basis[basis] + evidence, basis };
    if (evidence < least || (name.len && name_is_unread(name)))
        return (struct pair){ 0, BASIS_NONE };
    return (struct pair){ evidence, BASIS_SHAPE };
}

/* The best pair that is left; the first of equals, from the left and from the top of the table. */
static bool next_pair(const struct mapping *mapping, const struct matching *matching, size_t *ret_column,
                      size_t *ret_field)
{
    int best = 0;

    for (size_t f = 0; f < matching->field_count; f++)
        for (size_t c = 0; c < mapping->count; c++) {
            const struct pair *pair = &matching->pairs[c][f];

            if (matching->column_of[f] >= 0 || matching->field_of[c] >= 0 || pair->score <= best)
                continue;
            best = pair->score;
            *ret_column = c;
            *ret_field = f;
        }
    return best > 0;
}

static void pair_up(const struct mapping *mapping, struct matching *matching)
{
    size_t column, field;

    while (next_pair(mapping, matching, &column, &field)) {
        matching->field_of[column] = (int)field;
        matching->column_of[field] = (int)column;
        matching->total += matching->pairs[column][field].score;
    }
}

/* One word for all lines: what bank, what kind. */
static bool may_be_constant(const struct field *field)
{
    return field->set == set_scope || (field->set == set_code && field->need == KEY);
}

static bool is_lacking(const struct matching *matching, size_t f)
{
    const struct field *field = matching->fields[f];
    bool alone =
        field->need != EITHER || f + 1 == matching->field_count || matching->fields[f + 1]->need != EITHER;

    if (matching->column_of[f] >= 0)
        return false;
    if (field->need == EITHER) /* the first of the two speaks for both */
        return !alone && matching->column_of[f + 1] < 0;
    return field->need == KEY || field->need == REQUIRED;
}

static void count_lacking(struct matching *matching)
{
    for (size_t f = 0; f < matching->field_count; f++)
        if (is_lacking(matching, f))
            matching->total -= may_be_constant(matching->fields[f]) ? LACKING_CONSTANT : LACKING;
}

static struct matching *match(const struct mapping *mapping, enum source source)
{
    struct matching *matching = arena_zalloc(mapping->guess->arena, sizeof *matching);

    matching->source = source;
    list_fields(matching);
    memset(matching->field_of, -1, sizeof matching->field_of);
    memset(matching->column_of, -1, sizeof matching->column_of);
    for (size_t c = 0; c < mapping->count; c++)
        for (size_t f = 0; f < matching->field_count; f++)
            matching->pairs[c][f] = weigh(mapping, c, matching->fields[f]);
    pair_up(mapping, matching);
    count_lacking(matching);
    return matching;
}

/* --- the best one --- */

static size_t count_matched(const struct matching *matching)
{
    size_t count = 0;

    for (size_t f = 0; f < matching->field_count; f++)
        count += matching->column_of[f] >= 0;
    return count;
}

static void remark_source(struct guess *guess, const struct matching *best, const struct matching *second)
{
    const char *second_name = second ? code_name(&source_codes, (int)second->source) : "";

    if (best->total <= 0)
        guess_remark(guess, "source", true, "nothing in it looks like any source: this one lacks the least");
    else if (second && second->total + NEAR_SOURCE > best->total)
        guess_remark(guess, "source", true, "%s fits nearly as well (--source %s)", second_name, second_name);
    else
        guess_remark(guess, "source", false, "%zu of its columns are there%s%s", count_matched(best),
                     second && second->total > 0 ? "; the next best is " : "",
                     second && second->total > 0 ? second_name : "");
}

static const struct matching *choose(struct mapping *mapping)
{
    const struct matching *best = NULL, *second = NULL;

    for (int source = 0; source < SOURCE_COUNT; source++) {
        const struct matching *matching = match(mapping, (enum source)source);

        if (!best || matching->total > best->total) {
            second = best;
            best = matching;
        } else if (!second || matching->total > second->total) {
            second = matching;
        }
    }
    remark_source(mapping->guess, best, second);
    return best;
}

/* --- what is said of a column --- */

static bool has_rival(const struct mapping *mapping, const struct matching *matching, size_t column)
{
    int field = matching->field_of[column];

    for (size_t c = 0; c < mapping->count; c++)
        if (c != column && matching->pairs[c][field].basis == BASIS_SHAPE &&
            matching->pairs[c][field].score + 3 >= matching->pairs[column][field].score)
            return true;
    return false;
}

/* Other fields that the column might as well be. */
static const char *alternatives(const struct mapping *mapping, const struct matching *matching, size_t column,
                                const char *intro)
{
    int taken = matching->field_of[column];
    const char *list = "";

    for (size_t f = 0; f < matching->field_count; f++) {
        const struct pair *pair = &matching->pairs[column][f];

        if ((int)f == taken || pair->score <= 0 ||
            (taken >= 0 && pair->score * 2 < matching->pairs[column][taken].score))
            continue;
        list = guess_text(mapping->guess, "%s%s%s", list, *list ? ", " : intro, matching->fields[f]->column);
    }
    return list;
}

static void remark_column(const struct mapping *mapping, const struct matching *matching, size_t column)
{
    struct guessed_column *guessed = &mapping->guess->columns[column];
    const struct shape *shape = &mapping->columns[column];
    const struct pair *pair = &matching->pairs[column][matching->field_of[column]];
    unsigned taken = shape_taken(mapping->shapes, shape, guessed->field);
    const char *others = alternatives(mapping, matching, column, ", or rather ");

    guessed->unsure = true;
    if (!shape_is_thin(shape) && taken < TAKEN_SURE)
        guessed->why = guess_text(mapping->guess, "only %u %% of its values can be %s%s", taken,
                                  guessed->field->column, others);
    else if (pair->basis == BASIS_NEAR)
        guessed->why =
            guess_text(mapping->guess, "its name is near to one of %s%s", guessed->field->column, others);
    else if (pair->basis == BASIS_SHAPE &&
             (pair->score < (*others ? SURE_SHAPE : SURE_ALONE) || has_rival(mapping, matching, column)))
        guessed->why = guess_text(mapping->guess, "by its values alone it could be %s%s",
                                  guessed->field->column, others);
    else
        guessed->unsure = false;
}

static void remark_unread(const struct mapping *mapping, const struct matching *matching, size_t column)
{
    struct guessed_column *guessed = &mapping->guess->columns[column];
    const struct shape *shape = &mapping->columns[column];

    guessed->unsure =
        !(mapping->names && (name_is_unread(guessed->name) || (!guessed->name.len && !shape->values)));
    if (guessed->unsure)
        guessed->why = guess_text(mapping->guess, "is not read%s: does %s need it?",
                                  alternatives(mapping, matching, column, ", though it could be "),
                                  code_name(&source_codes, (int)matching->source));
}

static void put_columns(const struct mapping *mapping, const struct matching *matching)
{
    struct guess *guess = mapping->guess;

    guess->columns = arena_zalloc(guess->arena, (mapping->count + 1) * sizeof *guess->columns);
    guess->column_count = mapping->count;
    for (size_t c = 0; c < mapping->count; c++) {
        struct guessed_column *guessed = &guess->columns[c];
        int field = matching->field_of[c];

        guessed->name = mapping->names ? mapping->names[c] : TEXT("");
        guessed->shape = shape_text(mapping->shapes, &mapping->columns[c], guess);
        guessed->values = mapping->columns[c].values;
        guessed->blanks = mapping->columns[c].blanks;
        guessed->field = field < 0 ? NULL : matching->fields[field];
        guessed->basis = field < 0 ? BASIS_NONE : matching->pairs[c][field].basis;
        (field < 0 ? remark_unread : remark_column)(mapping, matching, c);
    }
}

/* --- constants --- */

static int hint(const struct mapping *mapping, int (*hint_of)(struct text text))
{
    int value = hint_of(text_of(mapping->guess->file_name));

    for (size_t i = 0; mapping->names && value < 0 && i < mapping->count; i++)
        value = hint_of(mapping->names[i]);
    return value;
}

static void put_constant(const struct mapping *mapping, const struct field *field)
{
    static const char *const of_bank = "CHANGE-ME";
    const struct codes *codes = field->codes;
    struct guess *guess = mapping->guess;
    int value = -1;

    if (codes == &utility_kind_codes)
        value = hint(mapping, hint_of_kind);
    else if (codes == &household_kind_codes)
        value = hint(mapping, hint_of_household);
    guess_add_pair(guess, &guess->feed.constants, text_of(field->column),
                   codes ? code_name(codes, value < 0 ? 0 : value) : of_bank);
    guess_remark(guess, "constants", true, "no column is %s: which one is it, on every line?", field->column);
}

static void put_lacking(const struct mapping *mapping, const struct matching *matching)
{
    for (size_t f = 0; f < matching->field_count; f++) {
        const struct field *field = matching->fields[f];

        if (!is_lacking(matching, f))
            continue;
        if (may_be_constant(field))
            put_constant(mapping, field);
        else
            guess_remark(mapping->guess, "source", true,
                         "no column looks like %s%s%s, which every line needs: it would be MISSING",
                         field->column, field->need == EITHER ? " or " : "",
                         field->need == EITHER ? matching->fields[f + 1]->column : "");
    }
}

static void put_kinds(const struct mapping *mapping)
{
    struct guess *guess = mapping->guess;
    unsigned kinds = 0;
    int value;

    if (guess->feed.source != SOURCE_UTILITY)
        return;
    for (size_t c = 0; c < mapping->count; c++)
        if (guess->columns[c].field && !strcmp(guess->columns[c].field->column, "kind"))
            kinds |= mapping->columns[c].kinds;
    for (size_t i = 0; i < guess->feed.constants.count; i++)
        if (code_find(&utility_kind_codes, text_of(guess->feed.constants.items[i].value), &value))
            kinds |= 1U << value;
    guess->feed.utility_kinds = kinds ? kinds : 1U << UTILITY_ELECTRICITY;
    if (guess_is_unsure(guess, "constants"))
        guess_remark(guess, "kinds", true, "as constants says");
    else if (kinds)
        guess_remark(guess, "kinds", false, "those that were seen");
    else
        guess_remark(guess, "kinds", true, "none was seen: which are they?");
}

/* --- all of it --- */

static void look_at_rows(struct mapping *mapping, size_t rows_max)
{
    const struct sheet *sheet = mapping->sheet;
    size_t rows = sheet->last - sheet->first, step = rows / rows_max + 1;

    for (size_t i = sheet->first; i < sheet->last; i += step)
        for (size_t c = 0; c < mapping->count && sheet->rows[i].count == sheet->columns; c++)
            shape_add(mapping->shapes, &mapping->columns[c], sheet->rows[i].cells[c]);
}

/* A header that is shorter than the rows names the first columns. */
static const struct text *names_of(const struct mapping *mapping)
{
    const struct sheet *sheet = mapping->sheet;
    const struct sheet_row *header;
    struct text *names;

    if (sheet->header == SHEET_NONE)
        return NULL;
    header = &sheet->rows[sheet->header];
    names = arena_zalloc(mapping->guess->arena, (mapping->count + 1) * sizeof *names);
    for (size_t i = 0; i < mapping->count; i++)
        names[i] = i < header->count ? header->cells[i] : TEXT("");
    return names;
}

void mapping_guess(struct guess *guess, const struct sheet *sheet, int source, size_t rows_max,
                   int64_t now_ms)
{
    struct mapping mapping = { .guess = guess, .sheet = sheet };
    const struct matching *matching;

    mapping.count = sheet->columns < MAPPING_COLUMNS_MAX ? sheet->columns : MAPPING_COLUMNS_MAX;
    mapping.shapes = shapes_new(guess->arena, now_ms);
    mapping.columns = arena_zalloc(guess->arena, (mapping.count + 1) * sizeof *mapping.columns);
    mapping.names = names_of(&mapping);
    look_at_rows(&mapping, rows_max);
    matching = source == SOURCE_UNKNOWN ? choose(&mapping) : match(&mapping, (enum source)source);
    guess->feed.source = matching->source;
    put_columns(&mapping, matching);
    put_lacking(&mapping, matching);
    put_kinds(&mapping);
    shapes_free(mapping.shapes);
}
