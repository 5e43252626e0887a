#include "lib/core/profile.h"

#include <stddef.h>
#include <string.h>

#define AT(member) offsetof(struct profile, member)
/* clang-format off */
#define COUNT(member)         { #member, PROFILE_INT, AT(member), 0, "", NULL }
#define FIGURE(member, unit)  { #member, PROFILE_INT, AT(member), 0, unit, NULL }
#define MONTH(member)         { #member, PROFILE_MONTH, AT(member), 0, "month", NULL }
#define STRING(member)        { #member, PROFILE_TEXT, AT(member), sizeof(((struct profile *)NULL)->member), "", NULL }
#define SET(name, member, codes) { name, PROFILE_SET, AT(member), 0, "", codes }
#define WORD(name, member, codes) { name, PROFILE_WORD, AT(member), 0, "", codes }
#define STATE(name, indicator) WORD(name "_state", states[indicator], &state_codes)
#define DECLARED(name, kind)  { "declared_" name, PROFILE_INT, AT(declared_by_kind[kind]), 0, "fen", NULL }
#define FEN(name, member)     { name, PROFILE_INT, AT(assessed.member), 0, "fen", NULL }
#define DECIMAL(name, member, unit) { name, PROFILE_DECIMAL, AT(assessed.member), 0, unit, NULL }
#define LN(name, member)      DECIMAL(name, member, "ln fen")
#define SHARE(name, member)   DECIMAL(name, member, "probability")
#define CONTRIBUTION(name, indicator) LN(name "_contribution", contributions[indicator])
#define HINT(line, of, test, what) WORD(line "_" test, hints[of][what], &hint_codes)
#define HINTS(line, of)                                                                                      \
    HINT(line, of, "income", TEST_INCOME), HINT(line, of, "money", TEST_MONEY),                              \
    HINT(line, of, "vehicle", TEST_VEHICLE), HINT(line, of, "home", TEST_HOME)

const struct profile_field profile_fields[] = {
    STRING(region),
    COUNT(member_count), COUNT(adult_count), COUNT(child_count), COUNT(elder_count), FIGURE(head_age, "year"),
    COUNT(deposit_accounts), FIGURE(deposit_balance, "fen"), FIGURE(deposit_interest, "fen"),
    FIGURE(deposit_mean, "fen"), MONTH(deposit_last),
    COUNT(property_units), COUNT(property_homes), FIGURE(property_value, "fen"), FIGURE(property_area_cm2, "cm²"),
    MONTH(property_last),
    COUNT(vehicle_count), FIGURE(vehicle_value, "fen"), MONTH(vehicle_last),
    COUNT(fund_months), FIGURE(fund_own, "fen"), FIGURE(fund_employer, "fen"), FIGURE(fund_balance, "fen"),
    FIGURE(wage_low, "fen"), FIGURE(wage_high, "fen"), FIGURE(wage_base_year, "year"), MONTH(fund_last),
    FIGURE(electricity_wh, "Wh"), COUNT(electricity_months), MONTH(electricity_last),
    FIGURE(water_l, "litre"), COUNT(water_months), MONTH(water_last),
    FIGURE(gas_l, "litre"), COUNT(gas_months), MONTH(gas_last),
    FIGURE(telecom_fen, "fen"), COUNT(telecom_months), MONTH(telecom_last),
    FIGURE(transport_fen, "fen"), COUNT(transport_trips), COUNT(transport_months), MONTH(transport_last),
    FIGURE(declared_income, "fen"), COUNT(declared_months), COUNT(declared_partial), COUNT(undeclared_members),
    DECLARED("wage", INCOME_WAGE), DECLARED("business", INCOME_BUSINESS),
    DECLARED("property", INCOME_PROPERTY), DECLARED("transfer", INCOME_TRANSFER),
    FIGURE(evidenced_low, "fen"), FIGURE(evidenced_high, "fen"),
    FEN("assessed_p50", p50), FEN("assessed_low", low), FEN("assessed_high", high),
    LN("assessed_base", base),
    CONTRIBUTION("deposit", INDICATOR_DEPOSIT), CONTRIBUTION("property", INDICATOR_PROPERTY),
    CONTRIBUTION("vehicle", INDICATOR_VEHICLE), CONTRIBUTION("fund", INDICATOR_FUND),
    CONTRIBUTION("electricity", INDICATOR_ELECTRICITY), CONTRIBUTION("water", INDICATOR_WATER),
    CONTRIBUTION("gas", INDICATOR_GAS), CONTRIBUTION("telecom", INDICATOR_TELECOM),
    CONTRIBUTION("transport", INDICATOR_TRANSPORT),
    LN("assessed_estimate", estimate), LN("assessed_deviation", deviation),
    { "band_probability", PROFILE_DECIMALS, AT(assessed.bands), 0, "probability", NULL },
    { "band", PROFILE_INT, AT(assessed.band), 0, "", NULL },
    WORD("band_basis", assessed.basis, &basis_codes),
    FIGURE(declared_per_head, "fen"), FIGURE(evidenced_low_per_head, "fen"), FIGURE(evidenced_high_per_head, "fen"),
    FIGURE(assessed_per_head, "fen"),
    SHARE("below_dibao", below_dibao), SHARE("below_dibian", below_dibian),
    SHARE("conflict", conflict), SET("conflict_reasons", assessed.marks, &mark_codes),
    SET("contradictions", contradictions, &contradiction_codes),
    HINTS("dibao", LINE_DIBAO), HINTS("dibian", LINE_DIBIAN), HINTS("rigid_expense", LINE_RIGID_EXPENSE),
    SET("groups", groups, &group_codes), SET("groups_derived", groups_derived, &group_codes),
    STRING(industry),
    STATE("deposit", INDICATOR_DEPOSIT), STATE("property", INDICATOR_PROPERTY), STATE("vehicle", INDICATOR_VEHICLE),
    STATE("fund", INDICATOR_FUND), STATE("electricity", INDICATOR_ELECTRICITY), STATE("water", INDICATOR_WATER),
    STATE("gas", INDICATOR_GAS), STATE("telecom", INDICATOR_TELECOM), STATE("transport", INDICATOR_TRANSPORT),
    { NULL, PROFILE_INT, 0, 0, "", NULL },
};
/* clang-format on */

int64_t profile_int(const struct profile *profile, const struct profile_field *field)
{
    int64_t value;

    memcpy(&value, (const char *)profile + field->offset, sizeof value);
    return value;
}

int profile_word(const struct profile *profile, const struct profile_field *field)
{
    unsigned value; /* what every enum here is */

    memcpy(&value, (const char *)profile + field->offset, sizeof value);
    return (int)value;
}

bool profile_field_differs(const struct profile_field *field, const struct profile *a,
                           const struct profile *b)
{
    static const size_t sizes[] = {
        [PROFILE_INT] = sizeof(int64_t),     [PROFILE_MONTH] = sizeof(int64_t),
        [PROFILE_DECIMAL] = sizeof(int64_t), [PROFILE_DECIMALS] = BAND_COUNT * sizeof(int64_t),
        [PROFILE_SET] = sizeof(unsigned),    [PROFILE_WORD] = sizeof(unsigned),
    };
    const char *of_a = (const char *)a + field->offset, *of_b = (const char *)b + field->offset;

    return field->type == PROFILE_TEXT ? strcmp(of_a, of_b) != 0
                                       : memcmp(of_a, of_b, sizes[field->type]) != 0;
}

/* Sorted by name: there are few, so insertion does. */
size_t profile_set(const struct codes *codes, unsigned mask, const char *ret[PROFILE_SET_MAX])
{
    size_t count = 0;

    for (int member = 0; member < codes->count; member++) {
        const char *name = code_name(codes, member);
        size_t at = count;

        if (!(mask >> member & 1))
            continue;
        for (; at > 0 && strcmp(ret[at - 1], name) > 0; at--)
            ret[at] = ret[at - 1];
        ret[at] = name;
        count++;
    }
    return count;
}

static void json_set(struct json *json, const struct codes *codes, unsigned mask)
{
    const char *names[PROFILE_SET_MAX];
    size_t count = profile_set(codes, mask, names);

    json_open(json, '[');
    for (size_t i = 0; i < count; i++)
        json_str(json, names[i]);
    json_close(json, ']');
}

static void json_number(struct json *json, int64_t value, enum profile_type type)
{
    char text[MONTH_TEXT_SIZE];

    if (value == NUMBER_NONE)
        json_none(json);
    else if (type == PROFILE_MONTH)
        json_str(json, month_text((int32_t)value, text));
    else if (type == PROFILE_INT)
        json_int(json, value);
    else
        json_decimal(json, value, RATE_DECIMALS);
}

static void json_decimals(struct json *json, const char *at)
{
    int64_t values[BAND_COUNT];

    memcpy(values, at, sizeof values);
    if (values[0] == NUMBER_NONE) {
        json_none(json);
        return;
    }
    json_open(json, '[');
    for (int i = 0; i < BAND_COUNT; i++)
        json_decimal(json, values[i], RATE_DECIMALS);
    json_close(json, ']');
}

void profile_field_json(const struct profile *profile, const struct profile_field *field, struct json *json)
{
    const char *at = (const char *)profile + field->offset;

    switch (field->type) {
    case PROFILE_INT:
    case PROFILE_MONTH:
    case PROFILE_DECIMAL:
        json_number(json, profile_int(profile, field), field->type);
        break;
    case PROFILE_DECIMALS:
        json_decimals(json, at);
        break;
    case PROFILE_TEXT:
        json_str(json, *at ? at : NULL);
        break;
    case PROFILE_SET:
        json_set(json, field->codes, (unsigned)profile_word(profile, field));
        break;
    case PROFILE_WORD:
        json_str(json, code_name(field->codes, profile_word(profile, field)));
        break;
    }
}

void profile_canonical(const struct profile *profile, struct buffer *out)
{
    struct json json = json_to(out);
    char month[MONTH_TEXT_SIZE];

    json_open(&json, '{');
    json_key(&json, "kind");
    json_str(&json, code_name(&household_kind_codes, (int)profile->kind));
    json_key(&json, "household");
    json_hex(&json, profile->household.bytes, TOKEN_SIZE);
    json_key(&json, "as_of");
    json_str(&json, month_text(profile->as_of, month));
    for (const struct profile_field *field = profile_fields; field->name; field++) {
        json_key(&json, field->name);
        profile_field_json(profile, field, &json);
    }
    json_key(&json, "policy");
    json_hex(&json, profile->policy, DIGEST_SIZE);
    json_key(&json, "model");
    json_hex_or_none(&json, profile->model, DIGEST_SIZE);
    json_key(&json, "evidence_count");
    json_uint(&json, profile->evidence_count);
    json_key(&json, "evidence_sum");
    json_hex(&json, profile->evidence_sum, SUM_SIZE);
    json_close(&json, '}');
}

void profile_digest(const struct profile *profile, struct buffer *scratch, uint8_t ret[DIGEST_SIZE])
{
    buffer_clear(scratch);
    profile_canonical(profile, scratch);
    digest_of(scratch->data, scratch->size, ret);
}
