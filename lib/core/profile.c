#include "lib/core/profile.h"

#include <stddef.h>
#include <string.h>

#define COUNT(member)                                                                                        \
    {                                                                                                        \
#member, PROFILE_INT, offsetof(struct profile, member), ""                                           \
    }
#define FIGURE(member, unit)                                                                                 \
    {                                                                                                        \
#member, PROFILE_INT, offsetof(struct profile, member), unit                                         \
    }
#define MONTH(member)                                                                                        \
    {                                                                                                        \
#member, PROFILE_MONTH, offsetof(struct profile, member), "month"                                    \
    }
#define STATE(name, indicator)                                                                               \
    {                                                                                                        \
        name "_state", PROFILE_STATE,                                                                        \
            offsetof(struct profile, states) + (indicator) * sizeof(enum indicator_state), ""                \
    }

/* clang-format off */
const struct profile_field profile_fields[] = {
    { "region", PROFILE_TEXT, offsetof(struct profile, region), "" },
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
    FIGURE(declared_income, "fen"), COUNT(declared_months),
    FIGURE(evidenced_low, "fen"), FIGURE(evidenced_high, "fen"),
    { "groups", PROFILE_GROUPS, offsetof(struct profile, groups), "" },
    { "industry", PROFILE_TEXT, offsetof(struct profile, industry), "" },
    STATE("deposit", INDICATOR_DEPOSIT), STATE("property", INDICATOR_PROPERTY), STATE("vehicle", INDICATOR_VEHICLE),
    STATE("fund", INDICATOR_FUND), STATE("electricity", INDICATOR_ELECTRICITY), STATE("water", INDICATOR_WATER),
    STATE("gas", INDICATOR_GAS), STATE("telecom", INDICATOR_TELECOM), STATE("transport", INDICATOR_TRANSPORT),
    { NULL, PROFILE_INT, 0, "" },
};
/* clang-format on */

int64_t profile_int(const struct profile *profile, const struct profile_field *field)
{
    int64_t value;

    memcpy(&value, (const char *)profile + field->offset, sizeof value);
    return value;
}

/* Sorted by name: there are few, so insertion does. */
size_t profile_groups(unsigned mask, const char *ret[PROFILE_GROUPS_MAX])
{
    size_t count = 0;

    for (int group = 0; group < GROUP_COUNT; group++) {
        const char *name = code_name(&group_codes, group);
        size_t at = count;

        if (!(mask >> group & 1))
            continue;
        for (; at > 0 && strcmp(ret[at - 1], name) > 0; at--)
            ret[at] = ret[at - 1];
        ret[at] = name;
        count++;
    }
    return count;
}

static void json_groups(struct json *json, unsigned mask)
{
    const char *names[PROFILE_GROUPS_MAX];
    size_t count = profile_groups(mask, names);

    json_open(json, '[');
    for (size_t i = 0; i < count; i++)
        json_str(json, names[i]);
    json_close(json, ']');
}

static void json_number(struct json *json, int64_t value, bool month)
{
    char text[MONTH_TEXT_SIZE];

    if (value == NUMBER_NONE)
        json_none(json);
    else if (month)
        json_str(json, month_text((int32_t)value, text));
    else
        json_int(json, value);
}

void profile_field_json(const struct profile *profile, const struct profile_field *field, struct json *json)
{
    const char *at = (const char *)profile + field->offset;
    enum indicator_state state;
    unsigned mask;

    switch (field->type) {
    case PROFILE_INT:
    case PROFILE_MONTH:
        json_number(json, profile_int(profile, field), field->type == PROFILE_MONTH);
        break;
    case PROFILE_TEXT:
        json_str(json, *at ? at : NULL);
        break;
    case PROFILE_GROUPS:
        memcpy(&mask, at, sizeof mask);
        json_groups(json, mask);
        break;
    case PROFILE_STATE:
        memcpy(&state, at, sizeof state);
        json_str(json, code_name(&state_codes, (int)state));
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
