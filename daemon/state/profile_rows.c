#include "daemon/state/profile_rows.h"

#include <stddef.h>
#include <string.h>

/* The columns around profile_fields. `model` stays null until there is one. */
static const char *const before[] = { "kind", "household" };
static const char *const after[] = { "as_of", "policy", "evidence_count", "evidence_digest", "digest" };
enum { BEFORE = sizeof before / sizeof *before, AFTER = sizeof after / sizeof *after };

typedef void each_column(struct buffer *out, const char *name, const struct profile_field *field);

static void columns_each(struct buffer *out, size_t skip, each_column *each)
{
    size_t at = 0;

    for (size_t i = 0; i < BEFORE; i++)
        if (at++ >= skip)
            each(out, before[i], NULL);
    for (const struct profile_field *field = profile_fields; field->name; field++)
        if (at++ >= skip)
            each(out, field->name, field);
    for (size_t i = 0; i < AFTER; i++)
        if (at++ >= skip)
            each(out, after[i], NULL);
}

static void separate(struct buffer *out)
{
    if (out->size)
        buffer_add_string(out, ", ");
}

static void column_name(struct buffer *out, const char *name, const struct profile_field *field)
{
    (void)field;
    separate(out);
    buffer_add_string(out, name);
}

static void column_assignment(struct buffer *out, const char *name, const struct profile_field *field)
{
    (void)field;
    separate(out);
    buffer_printf(out, "%s = s.%s", name, name);
}

/* As the reader below wants it: text for what is neither number nor bytes. */
static void column_selected(struct buffer *out, const char *name, const struct profile_field *field)
{
    separate(out);
    if (field && field->type == PROFILE_GROUPS)
        buffer_printf(out, "array_to_string(%s, ',')", name);
    else
        buffer_printf(out, field && field->type == PROFILE_STATE ? "%s::text" : "%s", name);
}

void profile_columns(struct buffer *out)
{
    buffer_clear(out);
    columns_each(out, 0, column_name);
    buffer_add_byte(out, '\0');
}

void profile_assignments(struct buffer *out)
{
    buffer_clear(out);
    columns_each(out, BEFORE, column_assignment);
    buffer_add_byte(out, '\0');
}

int profile_column_count(void)
{
    int count = BEFORE + AFTER;

    for (const struct profile_field *field = profile_fields; field->name; field++)
        count++;
    return count;
}

/* --- writing --- */

static void copy_string(struct copy *copy, const char *string)
{
    copy_bytes(copy, string, strlen(string));
}

static void copy_month(struct copy *copy, int32_t month)
{
    char text[MONTH_TEXT_SIZE];

    copy_string(copy, month_text(month, text));
}

static void copy_groups(struct copy *copy, unsigned mask)
{
    const char *names[PROFILE_GROUPS_MAX];

    copy_text_array(copy, names, profile_groups(mask, names));
}

static void copy_number(struct copy *copy, int64_t value, bool month)
{
    if (value == NUMBER_NONE)
        copy_null(copy);
    else if (month)
        copy_month(copy, (int32_t)value);
    else
        copy_int8(copy, value);
}

static void copy_field(struct copy *copy, const struct profile *profile, const struct profile_field *field)
{
    const char *at = (const char *)profile + field->offset;
    enum indicator_state state;
    unsigned mask;

    switch (field->type) {
    case PROFILE_INT:
    case PROFILE_MONTH:
        copy_number(copy, profile_int(profile, field), field->type == PROFILE_MONTH);
        break;
    case PROFILE_TEXT:
        if (*at)
            copy_string(copy, at);
        else
            copy_null(copy);
        break;
    case PROFILE_GROUPS:
        memcpy(&mask, at, sizeof mask);
        copy_groups(copy, mask);
        break;
    case PROFILE_STATE:
        memcpy(&state, at, sizeof state);
        copy_string(copy, code_name(&state_codes, (int)state));
        break;
    }
}

void profile_copy(struct copy *copy, const struct profile *profile, struct buffer *scratch)
{
    uint8_t digest[DIGEST_SIZE];

    profile_digest(profile, scratch, digest);
    copy_int2(copy, (int16_t)profile->kind);
    copy_bytes(copy, profile->household.bytes, TOKEN_SIZE);
    for (const struct profile_field *field = profile_fields; field->name; field++)
        copy_field(copy, profile, field);
    copy_month(copy, profile->as_of);
    copy_bytes(copy, profile->policy, DIGEST_SIZE);
    copy_int8(copy, (int64_t)profile->evidence_count);
    copy_bytes(copy, profile->evidence_sum, SUM_SIZE);
    copy_bytes(copy, digest, DIGEST_SIZE);
}

/* --- reading --- */

static int64_t integer_of(struct text field)
{
    uint64_t value = field.len && (field.data[0] & 0x80) ? UINT64_MAX : 0;

    for (size_t i = 0; i < field.len; i++)
        value = value << 8 | (uint8_t)field.data[i];
    return (int64_t)value;
}

static bool bytes_field(struct reader *row, void *ret, size_t size)
{
    struct text field;

    if (!reader_field(row, &field) || field.len != size)
        return false;
    memcpy(ret, field.data, size);
    return true;
}

static bool integer_field(struct reader *row, int64_t *ret)
{
    struct text field;

    *ret = reader_field(row, &field) ? integer_of(field) : NUMBER_NONE;
    return !row->failed;
}

static bool month_field(struct reader *row, int64_t *ret)
{
    struct text field;
    int32_t month;

    *ret = NUMBER_NONE;
    if (!reader_field(row, &field))
        return !row->failed;
    if (!month_parse(field, &month))
        return false;
    *ret = month;
    return true;
}

static bool text_field(struct reader *row, char *ret, size_t size)
{
    struct text field;

    if (!reader_field(row, &field))
        return !row->failed;
    if (field.len >= size)
        return false;
    memcpy(ret, field.data, field.len);
    ret[field.len] = '\0';
    return true;
}

static bool groups_field(struct reader *row, unsigned *ret)
{
    struct text field;

    if (!reader_field(row, &field))
        return !row->failed;
    while (field.len) {
        const char *comma = memchr(field.data, ',', field.len);
        size_t len = comma ? (size_t)(comma - field.data) : field.len, step = len + (comma != NULL);
        int group;

        if (!code_find(&group_codes, (struct text){ field.data, len }, &group))
            return false;
        *ret |= 1U << group;
        field.data += step;
        field.len -= step;
    }
    return true;
}

static bool state_field(struct reader *row, void *ret)
{
    enum indicator_state state;
    struct text field;
    int value;

    if (!reader_field(row, &field) || !code_find(&state_codes, field, &value))
        return false;
    state = (enum indicator_state)value;
    memcpy(ret, &state, sizeof state);
    return true;
}

static size_t text_size(const struct profile_field *field)
{
    return field->offset == offsetof(struct profile, region) ? REGION_SIZE : INDUSTRY_SIZE;
}

static bool read_field(struct reader *row, const struct profile_field *field, struct profile *profile)
{
    char *at = (char *)profile + field->offset;
    int64_t number;
    bool fine;

    switch (field->type) {
    case PROFILE_INT:
    case PROFILE_MONTH:
        fine = field->type == PROFILE_MONTH ? month_field(row, &number) : integer_field(row, &number);
        memcpy(at, &number, sizeof number);
        return fine;
    case PROFILE_TEXT:
        return text_field(row, at, text_size(field));
    case PROFILE_GROUPS:
        return groups_field(row, &profile->groups);
    case PROFILE_STATE:
        return state_field(row, at);
    }
    return false;
}

static bool read_row(struct reader *row, struct profile *profile)
{
    int64_t kind, as_of, evidence_count;

    if (!integer_field(row, &kind) || !bytes_field(row, profile->household.bytes, TOKEN_SIZE))
        return false;
    profile->kind = (enum household_kind)kind;
    for (const struct profile_field *field = profile_fields; field->name; field++)
        if (!read_field(row, field, profile))
            return false;
    if (!month_field(row, &as_of) || !bytes_field(row, profile->policy, DIGEST_SIZE) ||
        !integer_field(row, &evidence_count) || !bytes_field(row, profile->evidence_sum, SUM_SIZE))
        return false;
    profile->as_of = (int32_t)as_of;
    profile->evidence_count = (uint64_t)evidence_count;
    return true;
}

struct reading {
    census_profile *each;
    void *user;
};

static int read_one(void *user, struct reader *row, int columns, struct err *err)
{
    const struct reading *reading = user;
    struct profile profile = { 0 };

    (void)columns;
    if (!read_row(row, &profile))
        return err_stop(err, EXIT_FAILED, "a row of profiles cannot be read: is the schema of this version?");
    return reading->each(reading->user, &profile, err);
}

int profile_read(struct store *store, const char *from, census_profile *each, void *user, struct err *err)
{
    CLEANUP(buffer_free) struct buffer columns = { 0 }, sql = { 0 };
    struct reading reading = { each, user };

    columns_each(&columns, 0, column_selected);
    buffer_printf(&sql, "COPY (SELECT %.*s FROM %s ORDER BY kind, household) TO STDOUT BINARY",
                  (int)columns.size, (const char *)columns.data, from);
    buffer_add_byte(&sql, '\0');
    return copy_out(store, (const char *)sql.data, read_one, &reading, err);
}
