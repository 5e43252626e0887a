#include "daemon/state/profile_rows.h"

#include <string.h>

/* The columns around profile_fields. */
static const char *const before[] = { "kind", "household" };
static const char *const after[] = {
    "as_of", "policy", "model", "evidence_count", "evidence_digest", "digest"
};
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
    static const char *const selected[] = {
        [PROFILE_INT] = "%s",
        [PROFILE_MONTH] = "%s",
        [PROFILE_DECIMAL] = "(%s * 1000000)::bigint",
        [PROFILE_DECIMALS] = "array_to_string(ARRAY(SELECT (p * 1000000)::bigint FROM unnest(%s) AS p), ',')",
        [PROFILE_TEXT] = "%s",
        [PROFILE_SET] = "array_to_string(%s, ',')",
        [PROFILE_WORD] = "%s::text",
    };
    const char *at = field ? selected[field->type] : "%s", *mark = strstr(at, "%s");

    separate(out);
    buffer_printf(out, "%.*s%s%s", (int)(mark - at), at, name, mark + 2);
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

static void copy_set(struct copy *copy, const struct codes *codes, unsigned mask)
{
    const char *names[PROFILE_SET_MAX];

    copy_text_array(copy, names, profile_set(codes, mask, names));
}

static void copy_number(struct copy *copy, int64_t value, enum profile_type type)
{
    if (value == NUMBER_NONE)
        copy_null(copy);
    else if (type == PROFILE_MONTH)
        copy_month(copy, (int32_t)value);
    else if (type == PROFILE_DECIMAL)
        copy_millionths(copy, value);
    else
        copy_int8(copy, value);
}

static void copy_decimals(struct copy *copy, const char *at)
{
    int64_t values[BAND_COUNT];

    memcpy(values, at, sizeof values);
    if (values[0] == NUMBER_NONE)
        copy_null(copy);
    else
        copy_millionths_array(copy, values, BAND_COUNT);
}

static void copy_field(struct copy *copy, const struct profile *profile, const struct profile_field *field)
{
    const char *at = (const char *)profile + field->offset;

    switch (field->type) {
    case PROFILE_INT:
    case PROFILE_MONTH:
    case PROFILE_DECIMAL:
        copy_number(copy, profile_int(profile, field), field->type);
        break;
    case PROFILE_DECIMALS:
        copy_decimals(copy, at);
        break;
    case PROFILE_TEXT:
        if (*at)
            copy_string(copy, at);
        else
            copy_null(copy);
        break;
    case PROFILE_SET:
        copy_set(copy, field->codes, (unsigned)profile_word(profile, field));
        break;
    case PROFILE_WORD:
        copy_string(copy, code_name(field->codes, profile_word(profile, field)));
        break;
    }
}

static void copy_model(struct copy *copy, const uint8_t model[DIGEST_SIZE])
{
    static const uint8_t none[DIGEST_SIZE];

    if (memcmp(model, none, DIGEST_SIZE) != 0)
        copy_bytes(copy, model, DIGEST_SIZE);
    else
        copy_null(copy);
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
    copy_model(copy, profile->model);
    copy_int8(copy, (int64_t)profile->evidence_count);
    copy_bytes(copy, profile->evidence_sum, SUM_SIZE);
    copy_bytes(copy, digest, DIGEST_SIZE);
}

int profile_stage_begin(struct store *store, struct copy **ret, struct err *err)
{
    CLEANUP(buffer_free) struct buffer columns = { 0 }, sql = { 0 };

    profile_columns(&columns);
    buffer_printf(&sql, "COPY stage_profile (%s) FROM STDIN BINARY", (const char *)columns.data);
    buffer_add_byte(&sql, '\0');
    return copy_begin(store, (const char *)sql.data, ret, err);
}

static int write_rows(struct store *store, const struct buffer *sql, uint64_t *rows_written, struct err *err)
{
    if (store_query(store, (const char *)sql->data, NULL, 0, NULL, err) < 0)
        return -1;
    *rows_written += (uint64_t)store_affected(store);
    return 0;
}

int profile_upsert(struct store *store, uint64_t *rows_written, struct err *err)
{
    CLEANUP(buffer_free) struct buffer columns = { 0 }, assignments = { 0 }, update = { 0 }, insert = { 0 };

    profile_columns(&columns);
    profile_assignments(&assignments);
    buffer_printf(&update,
                  "UPDATE olive.profile p SET %s FROM stage_profile s WHERE p.kind = s.kind AND "
                  "p.household = s.household AND p.digest <> s.digest%c",
                  (const char *)assignments.data, '\0');
    buffer_printf(
        &insert,
        "INSERT INTO olive.profile (%s) SELECT %s FROM stage_profile s WHERE NOT EXISTS (SELECT FROM "
        "olive.profile p WHERE p.kind = s.kind AND p.household = s.household)%c",
        (const char *)columns.data, (const char *)columns.data, '\0');
    return write_rows(store, &update, rows_written, err) < 0 ? -1
                                                             : write_rows(store, &insert, rows_written, err);
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

/* The next of a list with commas; false: it is at its end. */
static bool next_word(struct text *list, struct text *ret)
{
    const char *comma;

    if (!list->len)
        return false;
    comma = memchr(list->data, ',', list->len);
    *ret = (struct text){ list->data, comma ? (size_t)(comma - list->data) : list->len };
    list->data += ret->len + (comma != NULL);
    list->len -= ret->len + (comma != NULL);
    return true;
}

static bool set_field(struct reader *row, const struct codes *codes, void *ret)
{
    struct text field, word;
    unsigned mask = 0;

    if (!reader_field(row, &field))
        return !row->failed;
    while (next_word(&field, &word)) {
        int member;

        if (!code_find(codes, word, &member))
            return false;
        mask |= 1U << member;
    }
    memcpy(ret, &mask, sizeof mask);
    return true;
}

static bool decimals_field(struct reader *row, void *ret)
{
    int64_t values[BAND_COUNT];
    struct text field = { 0 }, word;
    int count = 0;

    if (!reader_field(row, &field) && row->failed)
        return false;
    while (count < BAND_COUNT && next_word(&field, &word))
        if (!text_int64(word, &values[count++]))
            return false;
    for (int i = count; i < BAND_COUNT; i++)
        values[i] = NUMBER_NONE;
    memcpy(ret, values, sizeof values);
    return (count == 0 || count == BAND_COUNT) && !field.len;
}

static bool word_field(struct reader *row, const struct codes *codes, void *ret)
{
    struct text field;
    unsigned stored;
    int value;

    if (!reader_field(row, &field) || !code_find(codes, field, &value))
        return false;
    stored = (unsigned)value;
    memcpy(ret, &stored, sizeof stored);
    return true;
}

static bool read_field(struct reader *row, const struct profile_field *field, struct profile *profile)
{
    char *at = (char *)profile + field->offset;
    int64_t number;
    bool fine;

    switch (field->type) {
    case PROFILE_INT:
    case PROFILE_MONTH:
    case PROFILE_DECIMAL:
        fine = field->type == PROFILE_MONTH ? month_field(row, &number) : integer_field(row, &number);
        memcpy(at, &number, sizeof number);
        return fine;
    case PROFILE_DECIMALS:
        return decimals_field(row, at);
    case PROFILE_TEXT:
        return text_field(row, at, field->size);
    case PROFILE_SET:
        return set_field(row, field->codes, at);
    case PROFILE_WORD:
        return word_field(row, field->codes, at);
    }
    return false;
}

static bool model_field(struct reader *row, uint8_t ret[DIGEST_SIZE])
{
    struct text field;

    if (!reader_field(row, &field))
        return !row->failed;
    if (field.len == DIGEST_SIZE)
        memcpy(ret, field.data, DIGEST_SIZE);
    return field.len == DIGEST_SIZE;
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
        !model_field(row, profile->model) || !integer_field(row, &evidence_count) ||
        !bytes_field(row, profile->evidence_sum, SUM_SIZE))
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
