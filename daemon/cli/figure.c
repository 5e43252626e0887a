#include "daemon/cli/figure.h"

#include <inttypes.h>
#include <string.h>

/* clang-format off */
static const struct { const char *column, *label; } labels[] = {
    { "region", "region" }, { "member_count", "members" }, { "adult_count", "adults" }, { "child_count", "children" },
    { "elder_count", "elders" }, { "head_age", "age of the head" },
    { "deposit_accounts", "accounts with money" }, { "deposit_balance", "balance" },
    { "deposit_interest", "interest of 12 months" }, { "deposit_mean", "mean of 12 months" }, { "deposit_last", "newest" },
    { "property_units", "units" }, { "property_homes", "homes" }, { "property_value", "assessed value" },
    { "property_area_cm2", "area" }, { "property_last", "newest" },
    { "vehicle_count", "vehicles" }, { "vehicle_value", "assessed value" }, { "vehicle_last", "newest" },
    { "fund_months", "months paid" }, { "fund_own", "own contributions" }, { "fund_employer", "employer's contributions" },
    { "fund_balance", "balance" }, { "wage_low", "wage at least" }, { "wage_high", "wage at most" },
    { "wage_base_year", "wage of the year" }, { "fund_last", "newest" },
    { "electricity_wh", "use of 12 months" }, { "electricity_months", "months" }, { "electricity_last", "newest" },
    { "water_l", "use of 12 months" }, { "water_months", "months" }, { "water_last", "newest" },
    { "gas_l", "use of 12 months" }, { "gas_months", "months" }, { "gas_last", "newest" },
    { "telecom_fen", "bills of 12 months" }, { "telecom_months", "months" }, { "telecom_last", "newest" },
    { "transport_fen", "spending of 12 months" }, { "transport_trips", "trips" }, { "transport_months", "months" },
    { "transport_last", "newest" },
    { "declared_income", "declared income" }, { "declared_months", "monthly declarations" },
    { "evidenced_low", "evidenced, at least" }, { "evidenced_high", "evidenced, at most" },
    { "groups", "groups" }, { "industry", "industry" },
};
static const char *const titles[INDICATOR_COUNT] = {
    "存款 deposit", "房产 property", "车辆 vehicle", "公积金 fund", "用电 electricity", "用水 water", "用气 gas",
    "通讯 telecom", "交通 transport",
};
/* Units of the columns as people say them. */
static const struct { const char *unit, *shown; int decimals; } units[] = {
    { "fen", "yuan", 2 }, { "cm²", "m²", 4 }, { "Wh", "kWh", 3 }, { "litre", "m³", 3 },
};
/* clang-format on */

const char *indicator_title(enum indicator indicator)
{
    return titles[indicator];
}

const char *figure_label(const char *column)
{
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (!strcmp(labels[i].column, column))
            return labels[i].label;
    return column;
}

const struct profile_field *figure_find(const char *column)
{
    for (const struct profile_field *field = profile_fields; field->name; field++)
        if (!strcmp(field->name, column))
            return field;
    return NULL;
}

/* The decimal with a comma before every third digit of its whole part. */
static void grouped(int64_t value, int decimals, struct buffer *out)
{
    char text[DECIMAL_TEXT_SIZE];
    const char *at = decimal_text(value, decimals, text);
    size_t whole;

    if (*at == '-')
        buffer_add_byte(out, (uint8_t)*at++);
    whole = strcspn(at, ".");
    for (size_t i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0)
            buffer_add_byte(out, ',');
        buffer_add_byte(out, (uint8_t)at[i]);
    }
    buffer_add_string(out, at + whole);
}

void amount_text(int64_t fen, struct buffer *out)
{
    grouped(fen, AMOUNT_DECIMALS, out);
}

static void number_text(int64_t value, const char *unit, struct buffer *out)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(units[i].unit, unit)) {
            grouped(value, units[i].decimals, out);
            buffer_printf(out, " %s", units[i].shown);
            return;
        }
    buffer_printf(out, "%" PRId64, value);
}

static void set_text(const struct codes *codes, unsigned mask, struct buffer *out)
{
    const char *names[PROFILE_SET_MAX];
    size_t count = profile_set(codes, mask, names);

    for (size_t i = 0; i < count; i++)
        buffer_printf(out, "%s%s", i ? ", " : "", names[i]);
    if (!count)
        buffer_add_string(out, "none");
}

static void decimals_text(const char *at, struct buffer *out)
{
    int64_t values[BAND_COUNT];
    char decimal[DECIMAL_TEXT_SIZE];

    memcpy(values, at, sizeof values);
    for (int i = 0; i < BAND_COUNT && values[0] != NUMBER_NONE; i++)
        buffer_printf(out, "%s%s", i ? ", " : "", decimal_text(values[i], RATE_DECIMALS, decimal));
    if (values[0] == NUMBER_NONE)
        buffer_add_string(out, "not known");
}

void figure_text(const struct profile *profile, const struct profile_field *field, struct buffer *out)
{
    const char *at = (const char *)profile + field->offset;
    char month[MONTH_TEXT_SIZE], decimal[DECIMAL_TEXT_SIZE];

    if (field->type == PROFILE_SET) {
        set_text(field->codes, (unsigned)profile_word(profile, field), out);
    } else if (field->type == PROFILE_TEXT) {
        buffer_add_string(out, *at ? at : "not known");
    } else if (field->type == PROFILE_WORD) {
        buffer_add_string(out, code_name(field->codes, profile_word(profile, field)));
    } else if (field->type == PROFILE_DECIMALS) {
        decimals_text(at, out);
    } else if (profile_int(profile, field) == NUMBER_NONE) {
        buffer_add_string(out, "not known");
    } else if (field->type == PROFILE_MONTH) {
        buffer_add_string(out, month_text((int32_t)profile_int(profile, field), month));
    } else if (field->type == PROFILE_DECIMAL) {
        buffer_add_string(out, decimal_text(profile_int(profile, field), RATE_DECIMALS, decimal));
    } else {
        number_text(profile_int(profile, field), field->unit, out);
    }
}
