#include "connectors/inspect/shape.h"

#include <string.h>

#include "connectors/field.h"
#include "connectors/line.h"
#include "lib/base/date.h"

enum { COUNT_LEN = 4, PHONE_LEN = 11, ID_LEN = 18, FEW = 3, LONG_NUMBER = 8, THIN = 10, THIN_SHARE = 20 };

struct shapes {
    struct probe probes[PROBES_MAX];
    size_t count;
    int32_t today;
    struct arena *scratch;
};

/* --- probes --- */

static bool same_probe(const struct field *a, const struct field *b)
{
    bool persons =
        (a->set == set_person || a->set == set_birth) && (b->set == set_person || b->set == set_birth);

    return persons || (a->set == b->set && a->codes == b->codes);
}

static size_t probe_of(const struct shapes *shapes, const struct field *field)
{
    size_t i = 0;

    while (i < shapes->count && !same_probe(shapes->probes[i].field, field))
        i++;
    return i;
}

static void add_probe(struct shapes *shapes, const struct field *field)
{
    if (probe_of(shapes, field) == shapes->count && shapes->count < PROBES_MAX)
        shapes->probes[shapes->count++].field = field;
}

struct shapes *shapes_new(struct arena *arena, int64_t now_ms)
{
    struct shapes *shapes = arena_zalloc(arena, sizeof *shapes);

    shapes->today = day_of_ms(now_ms);
    shapes->scratch = arena_new(0);
    for (int source = 0; source < SOURCE_COUNT; source++)
        for (const struct field *field = connector_of((enum source)source)->fields; field->column; field++)
            add_probe(shapes, field);
    add_probe(shapes, line_find_column(SOURCE_HOUSEHOLD, "revision"));
    add_probe(shapes, line_find_column(SOURCE_HOUSEHOLD, "op"));
    return shapes;
}

void shapes_free(struct shapes *shapes)
{
    if (shapes)
        arena_free(shapes->scratch);
}

static bool takes(struct shapes *shapes, const struct probe *probe, struct text value)
{
    struct draft draft = { .arena = shapes->scratch, .received_day = shapes->today };
    struct err err = { 0 };

    return probe->field->set(&draft, probe->field, value, &err) == 0;
}

/* --- characters --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t count_characters(struct text value)
{
    size_t count = 0;

    for (size_t i = 0; i < value.len; i++)
        count += ((unsigned char)value.data[i] & 0xC0) != 0x80;
    return count;
}

static size_t count_digits(struct text value)
{
    size_t count = 0;

    for (size_t i = 0; i < value.len; i++)
        count += is_digit(value.data[i]);
    return count;
}

static bool has_decimals(struct text value)
{
    const char *dot = memchr(value.data, '.', value.len);

    return dot && dot != value.data && is_digit(dot[-1]) && count_digits(value) + 2 >= value.len;
}

/* 浙C00001: the short name of a province, a letter, then letters and digits. */
static bool is_plate(struct text value)
{
    return count_characters(value) >= 7 && count_characters(value) <= 9 && value.len > 4 &&
           (unsigned char)value.data[0] >= 0xE4 && value.data[3] >= 'A' && value.data[3] <= 'Z' &&
           count_digits(value) >= 2;
}

static void measure(struct shape *shape, struct text value)
{
    size_t characters = count_characters(value), digits = count_digits(value);

    if (!shape->values || characters < shape->characters_min)
        shape->characters_min = characters;
    if (characters > shape->characters_max)
        shape->characters_max = characters;
    shape->digits += digits == value.len;
    shape->decimals += has_decimals(value);
    shape->letters += !text_is_ascii(value);
    shape->phones += digits == PHONE_LEN && value.len == PHONE_LEN && value.data[0] == '1';
    shape->plates += is_plate(value);
    shape->eighteen += value.len == ID_LEN && digits >= ID_LEN - 1;
}

/* FNV-1a: only how many there are is kept, never a value. */
static uint64_t hash_of(struct text value)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < value.len; i++)
        hash = (hash ^ (unsigned char)value.data[i]) * UINT64_C(1099511628211);
    return hash ? hash : 1;
}

static void count_distinct(struct shape *shape, struct text value)
{
    uint64_t hash = hash_of(value);
    size_t at = hash % SEEN_MAX;

    if (shape->distinct == DISTINCT_MAX)
        return;
    while (shape->seen[at] && shape->seen[at] != hash)
        at = (at + 1) % SEEN_MAX;
    shape->distinct += !shape->seen[at];
    shape->seen[at] = hash;
}

static void note_kind(struct shape *shape, struct text value)
{
    int kind;

    if (code_find(&utility_kind_codes, value, &kind))
        shape->kinds |= 1U << kind;
}

void shape_add(struct shapes *shapes, struct shape *shape, struct text value)
{
    value = text_trim(value);
    if (!value.len) {
        shape->blanks++;
        return;
    }
    arena_reset(shapes->scratch);
    for (size_t i = 0; i < shapes->count; i++)
        shape->taken[i] += takes(shapes, &shapes->probes[i], value);
    note_kind(shape, value);
    measure(shape, value);
    count_distinct(shape, value);
    shape->values++;
}

/* --- what it speaks for --- */

unsigned shape_taken(const struct shapes *shapes, const struct shape *shape, const struct field *field)
{
    size_t probe = probe_of(shapes, field);

    return shape->values && probe < shapes->count ? (unsigned)(shape->taken[probe] * 100 / shape->values) : 0;
}

/* How little of other things a setter takes. One that is not here belongs to one source alone and knows
 * words. */
static const struct strength {
    field_setter *set;
    int evidence;
} strengths[] = {
    { set_person, 40 },     { set_birth, 40 },    { set_unit, 32 },        { set_employer, 32 },
    { set_code, 26 },       { set_urban, 26 },    { set_operation, 26 },   { set_month, 16 },
    { set_valid_from, 16 }, { set_valid_to, 15 }, { set_period_from, 13 }, { set_period_to, 13 },
    { set_region, 10 },     { set_rate, 9 },      { set_share, 8 },        { set_industry, 6 },
    { set_relation, 5 },    { set_amount, 5 },    { set_value, 5 },        { set_quantity, 5 },
    { set_area, 5 },        { set_trips, 4 },     { set_revision, 1 },     { set_item, 2 },
    { set_scope, 1 },       { set_meter, 2 },     { set_household, 2 },    { accept_any, 0 },
};
enum { STRENGTH_OF_WORDS = 22, AGAINST = -40 };

static int strength_of(const struct field *field)
{
    for (size_t i = 0; i < sizeof strengths / sizeof *strengths; i++)
        if (strengths[i].set == field->set)
            return strengths[i].evidence;
    return STRENGTH_OF_WORDS;
}

static bool mostly(size_t count, const struct shape *shape)
{
    return count * 10 >= shape->values * 9;
}

static bool looks_like(const struct shapes *shapes, const struct shape *shape, field_setter *set)
{
    const struct field field = { .set = set };

    return shape_taken(shapes, shape, &field) >= 90;
}

static bool is_money(const struct field *field)
{
    return field->set == set_amount || field->set == set_value || field->set == set_quantity ||
           field->set == set_area;
}

/* A number that is a date, or long and without decimals, is rather something else. */
static int evidence_of_number(const struct shapes *shapes, const struct shape *shape)
{
    bool is_date = looks_like(shapes, shape, set_valid_from) || looks_like(shapes, shape, set_month);
    bool is_number_of_something = mostly(shape->digits, shape) && shape->characters_min >= LONG_NUMBER;

    if (is_date || is_number_of_something || looks_like(shapes, shape, set_rate))
        return AGAINST / 2;
    return mostly(shape->decimals, shape) ? 6 : shape->decimals ? 4 : 0;
}

/* What names a thing differs from line to line, has no decimals and is neither person nor date. */
static int evidence_of_item(const struct shapes *shapes, const struct shape *shape, const struct field *field)
{
    bool phone = !strcmp(field->column, "phone_no"), plate = !strcmp(field->column, "plate_no");
    int distinct = (int)(shape->distinct * 5 / (shape->values < DISTINCT_MAX ? shape->values : DISTINCT_MAX));

    if (looks_like(shapes, shape, set_person) || looks_like(shapes, shape, set_valid_from) ||
        looks_like(shapes, shape, set_month) || shape->decimals)
        return AGAINST;
    if (phone || plate)
        return mostly(phone ? shape->phones : shape->plates, shape) ? 24 : AGAINST / 2;
    if (mostly(shape->plates, shape) || shape->letters * 2 > shape->values || shape->characters_max < 2)
        return AGAINST / 2;
    return distinct;
}

/* A bank, a household: of the same characters, and few of the former. */
static int evidence_of_group(const struct shapes *shapes, const struct shape *shape,
                             const struct field *field)
{
    bool few = shape->distinct * 20 <= shape->values || shape->distinct <= FEW;

    if (looks_like(shapes, shape, set_person) || looks_like(shapes, shape, set_valid_from) ||
        shape->decimals || shape->phones)
        return AGAINST;
    if (field->set == set_scope)
        return few && shape->characters_max < 20 ? 3 : AGAINST / 2;
    return few || shape->letters * 2 > shape->values ? AGAINST / 2 : 3;
}

static int evidence_of_kind(const struct shapes *shapes, const struct shape *shape, const struct field *field)
{
    if (is_money(field))
        return evidence_of_number(shapes, shape);
    if (field->set == set_item || field->set == set_meter)
        return evidence_of_item(shapes, shape, field);
    if (field->set == set_scope || field->set == set_household)
        return evidence_of_group(shapes, shape, field);
    if (field->set == set_trips)
        return mostly(shape->digits, shape) && shape->characters_max <= COUNT_LEN ? COUNT_LEN : AGAINST / 2;
    if (field->set == set_relation)
        return shape->distinct > 30 ? AGAINST / 2 : 0;
    return 0;
}

/* A column that may not be blank has few blanks. */
static int evidence_of_blanks(const struct shape *shape, const struct field *field)
{
    size_t rows = shape->values + shape->blanks;
    bool needed = field->need == KEY || field->need == REQUIRED;

    if (needed)
        return shape->blanks * 10 > rows ? -6 : 1;
    return shape->blanks * 10 > rows ? 1 : 0;
}

bool shape_is_thin(const struct shape *shape)
{
    return !shape->values || (shape->values < THIN && shape->blanks > THIN_SHARE * shape->values);
}

int shape_evidence(const struct shapes *shapes, const struct shape *shape, const struct field *field)
{
    unsigned taken = shape_taken(shapes, shape, field);

    if (shape_is_thin(shape))
        return 0;
    if (taken < 50)
        return AGAINST;
    return strength_of(field) * (int)taken / 100 + evidence_of_kind(shapes, shape, field) +
           evidence_of_blanks(shape, field);
}

/* --- in words --- */

static const struct wording {
    field_setter *set;
    const char *text;
} wordings[] = {
    { set_person, "ID numbers" },
    { set_employer, "credit codes of employers" },
    { set_unit, "28 digits and letters, as unit numbers have" },
    { set_valid_from, "days" },
    { set_month, "months" },
};

static const char *count_text(struct guess *guess, const struct shape *shape, const char *what)
{
    if (shape->characters_min == shape->characters_max)
        return guess_text(guess, "%zu %s%s", shape->characters_max, what,
                          shape->characters_max == 1 ? "" : "s");
    return guess_text(guess, "%zu to %zu %ss", shape->characters_min, shape->characters_max, what);
}

static const char *known_shape(const struct shapes *shapes, const struct shape *shape)
{
    for (size_t i = 0; i < sizeof wordings / sizeof *wordings; i++)
        if (looks_like(shapes, shape, wordings[i].set))
            return wordings[i].text;
    for (size_t i = 0; i < shapes->count; i++)
        if (shapes->probes[i].field->codes && mostly(shape->taken[i], shape))
            return "words of a list of olive's";
    if (mostly(shape->phones, shape))
        return "11 digits, as telephone numbers have";
    if (mostly(shape->plates, shape))
        return "plates";
    return NULL;
}

const char *shape_text(const struct shapes *shapes, const struct shape *shape, struct guess *guess)
{
    const char *known = shape->values ? known_shape(shapes, shape) : "blank in all rows";

    if (known)
        return known;
    if (mostly(shape->digits, shape))
        return count_text(guess, shape, "digit");
    if (looks_like(shapes, shape, set_amount) || looks_like(shapes, shape, set_quantity))
        return guess_text(guess, "numbers%s", shape->decimals ? " with decimals" : "");
    if (shape->letters * 2 > shape->values)
        return guess_text(guess, "text, %s", count_text(guess, shape, "character"));
    return guess_text(guess, "letters, digits and signs, %s", count_text(guess, shape, "character"));
}
