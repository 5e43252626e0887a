#include "connectors/field.h"

#include <string.h>

enum {
    RATE_MIN = 50000, /* 缴存比例 of one side, in millionths: 5 % to 12 % (Regulations on the Management of */
    RATE_MAX = 120000, /* Housing Provident Funds, art. 18, and the notices that cap it) */
    INDUSTRY_DIGITS_MIN = 2,
    INDUSTRY_DIGITS_MAX = 4,
};

static void put(struct draft *draft, const struct field *field, const void *value, size_t size)
{
    memcpy((char *)&draft->record + field->member, value, size);
}

/* Full-width forms become plain, so that one identifier is one token. Never fails: the copy is no longer. */
static struct text halfwidth(struct draft *draft, struct text text)
{
    char *copy = arena_alloc(draft->arena, text.len + 1);

    text_halfwidth(text, copy, text.len + 1);
    return text_of(copy);
}

static struct token token_of(struct draft *draft, enum token_kind kind, const char *text)
{
    struct token token = { 0 };

    if (draft->tokeniser)
        tokeniser_token(draft->tokeniser, kind, text, strlen(text), &token);
    return token;
}

/* --- identifiers --- */

static int person(struct draft *draft, struct text text, struct id_no *ret, struct err *err)
{
    if (!id_no_parse(text, draft->received_day, ret))
        return err_reject(err, BAD_ID);
    draft->record.subject_kind = SUBJECT_PERSON;
    draft->record.subject = token_of(draft, TOKEN_PERSON, ret->text);
    return 0;
}

int set_person(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    struct id_no id;

    return person(draft, text, &id, err);
}

int set_birth(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    struct id_no id;

    if (person(draft, text, &id, err) < 0)
        return -1;
    draft->record.household.birth_day = id.birth_day; /* all that stays of the number */
    draft->record.household.sex = id.sex;
    return 0;
}

int set_meter(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    draft->meter = halfwidth(draft, text);
    return 0;
}

int set_item(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    draft->item = halfwidth(draft, text);
    return 0;
}

int set_scope(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    draft->scope = halfwidth(draft, text).data;
    return 0;
}

int set_unit(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    char unit[UNIT_NO_SIZE];

    if (!unit_no_parse(text, unit))
        return err_reject(err, BAD_ID);
    draft->item = text_of(arena_strndup(draft->arena, unit, strlen(unit)));
    return 0;
}

int set_employer(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    char employer[EMPLOYER_NO_SIZE];
    struct token token;

    if (!employer_no_parse(text, employer))
        return err_reject(err, BAD_ID);
    token = token_of(draft, TOKEN_EMPLOYER, employer);
    put(draft, field, &token, sizeof token);
    return 0;
}

int set_household(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    struct token token = token_of(draft, TOKEN_HOUSEHOLD, halfwidth(draft, text).data);

    put(draft, field, &token, sizeof token);
    return 0;
}

bool field_is_identifier(const struct field *field)
{
    static field_setter *const setters[] = { set_person, set_birth,    set_meter,    set_item,
                                             set_unit,   set_employer, set_household };

    for (size_t i = 0; i < sizeof setters / sizeof *setters; i++)
        if (field->set == setters[i])
            return true;
    return false;
}

void draft_tokens(struct draft *draft, const struct connector *connector)
{
    struct record *record = &draft->record;

    if (draft->meter.len) {
        record->subject_kind = SUBJECT_METER;
        tokeniser_token2(draft->tokeniser, TOKEN_METER, draft->scope, draft->meter.data, draft->meter.len,
                         &record->subject);
    }
    if (connector->item == ITEM_CODED)
        record->item = record_item_plain(record);
    else if (draft->scope)
        tokeniser_token2(draft->tokeniser, (enum token_kind)connector->item, draft->scope, draft->item.data,
                         draft->item.len, &record->item);
    else
        tokeniser_token(draft->tokeniser, (enum token_kind)connector->item, draft->item.data, draft->item.len,
                        &record->item);
}

/* --- time --- */

int set_valid_from(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    return day_parse(text, &draft->record.valid_from_day) ? 0 : err_reject(err, BAD_DATE);
}

int set_valid_to(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    return day_parse(text, &draft->record.valid_to_day) ? 0 : err_reject(err, BAD_DATE);
}

int set_month(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    int32_t month;

    if (!month_parse(text, &month))
        return err_reject(err, BAD_DATE);
    draft->record.valid_from_day = month_first_day(month);
    return 0;
}

int set_period_from(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    if (day_parse(text, &draft->record.valid_from_day))
        return 0;
    return set_month(draft, field, text, err);
}

int set_period_to(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    int32_t month;

    if (day_parse(text, &draft->period_to_day))
        return 0;
    if (!month_parse(text, &month))
        return err_reject(err, BAD_DATE);
    draft->period_to_day = month_last_day(month);
    return 0;
}

int draft_reject(struct draft *draft, const char *column, enum reason reason, struct err *err)
{
    draft->column = column;
    return err_reject(err, reason);
}

int check_span(struct draft *draft, const char *column_to, struct err *err)
{
    if (draft->record.valid_to_day < draft->record.valid_from_day)
        return draft_reject(draft, column_to, BAD_DATE, err);
    return 0;
}

/* --- numbers --- */

static int number(struct draft *draft, const struct field *field, struct text text, int decimals,
                  bool negative_too, struct err *err)
{
    int64_t value = 0;

    if (err_parse(err, decimal_parse(text, decimals, &value)) < 0)
        return -1;
    if (value < 0 && !negative_too)
        return err_reject(err, OUT_OF_RANGE);
    put(draft, field, &value, sizeof value);
    return 0;
}

int set_amount(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    return number(draft, field, text, AMOUNT_DECIMALS, true, err);
}

int set_value(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    return number(draft, field, text, AMOUNT_DECIMALS, false, err);
}

int set_quantity(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    return number(draft, field, text, QUANTITY_DECIMALS, true, err);
}

int set_area(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    return number(draft, field, text, AREA_DECIMALS, false, err);
}

int set_trips(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    return number(draft, field, text, 0, false, err);
}

int set_share(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    struct share share;

    if (err_parse(err, share_parse(text, &share)) < 0)
        return -1;
    put(draft, field, &share, sizeof share);
    return 0;
}

int set_rate(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    int32_t rate = 0;

    if (err_parse(err, rate_parse(text, &rate)) < 0)
        return -1;
    if (rate < RATE_MIN || rate > RATE_MAX)
        return err_reject(err, OUT_OF_RANGE);
    put(draft, field, &rate, sizeof rate);
    return 0;
}

/* Any integer that fits; one that does not is still an integer. */
int set_revision(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    int64_t revision = 0, ignored;
    bool fits = text_int64(text, &revision);

    if (!fits && decimal_parse(text, 0, &ignored) == PARSE_BAD)
        return err_reject(err, BAD_AMOUNT);
    if (!fits || revision < 0)
        return err_reject(err, OUT_OF_RANGE);
    draft->record.revision = revision;
    return 0;
}

/* --- codes --- */

int set_code(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    int value;

    if (!code_find(field->codes, text, &value))
        return err_reject(err, BAD_CODE);
    put(draft, field, &value, sizeof value);
    return 0;
}

int set_urban(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    int value;

    if (!code_find(&urban_codes, text, &value) || value == URBAN_UNKNOWN)
        return err_reject(err, BAD_CODE);
    draft->record.household.urban = (enum urban)value;
    return 0;
}

static bool is_digits(struct text text, size_t len_min, size_t len_max)
{
    uint64_t ignored;

    return text.len >= len_min && text_digits(text, len_max, &ignored);
}

/* Copies a code that is kept as stated. */
static void keep(char *ret, struct text text)
{
    memcpy(ret, text.data, text.len);
    ret[text.len] = '\0';
}

int set_relation(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    if (!is_digits(text, 1, RELATION_SIZE - 1))
        return err_reject(err, BAD_CODE);
    keep(draft->record.household.relation, text);
    return 0;
}

int set_region(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    return region_parse(text, draft->record.household.region) ? 0 : err_reject(err, BAD_CODE);
}

/* A letter A-T alone or with 2 to 4 digits, or the digits alone. */
int set_industry(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    bool letter = text.data[0] >= 'A' && text.data[0] <= 'T';
    struct text digits = { text.data + letter, text.len - letter };

    if (!(letter && !digits.len) && !is_digits(digits, INDUSTRY_DIGITS_MIN, INDUSTRY_DIGITS_MAX))
        return err_reject(err, BAD_CODE);
    keep(draft->record.fund.industry, text);
    return 0;
}

bool text_is_delete(struct text text)
{
    return text_equal(text.data, text.len, "delete") || text_equal(text.data, text.len, "删除");
}

int set_operation(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    draft->record.retracted = text_is_delete(text);
    if (draft->record.retracted || text_equal(text.data, text.len, "upsert") ||
        text_equal(text.data, text.len, "新增"))
        return 0;
    return err_reject(err, BAD_CODE);
}

int accept_any(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    return 0;
}
