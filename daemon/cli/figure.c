#include "daemon/cli/figure.h"

#include <string.h>

/* clang-format off */
static const struct { const char *column; enum message label; } labels[] = {
    { "region", MSG_REGION }, { "member_count", MSG_MEMBERS }, { "adult_count", MSG_ADULTS },
    { "child_count", MSG_CHILDREN }, { "elder_count", MSG_ELDERS }, { "head_age", MSG_HEAD_AGE },
    { "deposit_accounts", MSG_ACCOUNTS }, { "deposit_balance", MSG_BALANCE }, { "deposit_interest", MSG_INTEREST },
    { "deposit_mean", MSG_MEAN }, { "property_units", MSG_UNITS }, { "property_homes", MSG_HOMES },
    { "property_value", MSG_ASSESSED_VALUE }, { "property_area_cm2", MSG_AREA }, { "vehicle_count", MSG_VEHICLES },
    { "vehicle_value", MSG_ASSESSED_VALUE }, { "fund_months", MSG_MONTHS_PAID }, { "fund_own", MSG_OWN_CONTRIBUTIONS },
    { "fund_employer", MSG_EMPLOYERS_CONTRIBUTIONS }, { "fund_balance", MSG_BALANCE }, { "wage_low", MSG_WAGE_LOW },
    { "wage_high", MSG_WAGE_HIGH }, { "wage_base_year", MSG_WAGE_YEAR }, { "electricity_wh", MSG_USE },
    { "water_l", MSG_USE }, { "gas_l", MSG_USE }, { "telecom_fen", MSG_BILLS }, { "transport_fen", MSG_SPENDING },
    { "transport_trips", MSG_TRIPS }, { "declared_income", MSG_DECLARED_INCOME },
    { "declared_months", MSG_DECLARED_MONTHS }, { "declared_partial", MSG_DECLARED_PARTIAL },
    { "undeclared_members", MSG_UNDECLARED_MEMBERS }, { "declared_wage", MSG_DECLARED_WAGE },
    { "declared_business", MSG_DECLARED_BUSINESS }, { "declared_property", MSG_DECLARED_PROPERTY },
    { "declared_transfer", MSG_DECLARED_TRANSFER }, { "evidenced_low", MSG_EVIDENCED_LOW },
    { "evidenced_high", MSG_EVIDENCED_HIGH }, { "assessed_p50", MSG_ASSESSED_P50 },
    { "assessed_low", MSG_ASSESSED_LOW }, { "assessed_high", MSG_ASSESSED_HIGH }, { "assessed_base", MSG_ASSESSED_BASE },
    { "assessed_estimate", MSG_ASSESSED_ESTIMATE }, { "assessed_deviation", MSG_ASSESSED_DEVIATION },
    { "band_probability", MSG_BAND_PROBABILITY }, { "band", MSG_BAND }, { "band_basis", MSG_BAND_BASIS },
    { "declared_per_head", MSG_DECLARED_PER_HEAD }, { "evidenced_low_per_head", MSG_EVIDENCED_LOW_PER_HEAD },
    { "evidenced_high_per_head", MSG_EVIDENCED_HIGH_PER_HEAD }, { "assessed_per_head", MSG_ASSESSED_PER_HEAD },
    { "below_dibao", MSG_BELOW_DIBAO }, { "below_dibian", MSG_BELOW_DIBIAN }, { "conflict", MSG_CONFLICT },
    { "conflict_reasons", MSG_CONFLICT_REASONS }, { "contradictions", MSG_CONTRADICTIONS }, { "groups", MSG_GROUPS },
    { "groups_derived", MSG_GROUPS_DERIVED }, { "industry", MSG_INDUSTRY },
};
/* Of the columns of an indicator or a line: the rest of their name says which. */
static const struct { const char *ending; enum message label; } endings[] = {
    { "_last", MSG_NEWEST }, { "_months", MSG_MONTHS }, { "_state", MSG_STATE }, { "_contribution", MSG_CONTRIBUTION },
};
/* Units of the columns as people say them. */
static const struct { const char *unit, *shown; int decimals; } units[] = {
    { "cm²", " m²", 4 }, { "Wh", " kWh", 3 }, { "litre", " m³", 3 },
};
/* clang-format on */

static bool ends_with(const char *column, const char *ending)
{
    size_t len = strlen(column), ending_len = strlen(ending);

    return len > ending_len && !strcmp(column + len - ending_len, ending);
}

enum message figure_label(const struct profile_field *field)
{
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (!strcmp(labels[i].column, field->name))
            return labels[i].label;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends_with(field->name, endings[i].ending))
            return endings[i].label;
    return field->codes == &hint_codes ? MSG_HINT : MESSAGE_COUNT;
}

bool figure_belongs(const struct profile_field *field, enum indicator indicator)
{
    const char *name = code_name(&indicator_codes, (int)indicator);
    size_t len = strlen(name);

    return (!strncmp(field->name, name, len) && field->name[len] == '_') ||
           (indicator == INDICATOR_FUND && !strncmp(field->name, "wage_", 5));
}

/* The line and the test that a hint's column is named after. */
static void hint_title(const struct page *page, const char *column)
{
    for (int line = 0; line < LINE_COUNT; line++)
        if (!strncmp(column, code_name(&poverty_line_codes, line),
                     strlen(code_name(&poverty_line_codes, line)))) {
            page_fill(page, fill_code(&poverty_line_codes, line));
            page_fill(page, fill_message(MSG_COMMA));
        }
    for (int test = 0; test < TEST_COUNT; test++)
        if (ends_with(column, code_name(&line_test_codes, test)))
            page_fill(page, fill_code(&line_test_codes, test));
}

void figure_title(const struct page *page, const struct profile_field *field)
{
    if (field->codes == &hint_codes) {
        hint_title(page, field->name);
        return;
    }
    for (int i = 0; i < INDICATOR_COUNT; i++)
        if (figure_belongs(field, (enum indicator)i)) {
            page_fill(page, fill_code(&indicator_codes, i));
            page_fill(page, fill_message(MSG_COLON));
        }
    page_fill(page, fill_message(figure_label(field)));
}

const struct profile_field *figure_find(const char *column)
{
    for (const struct profile_field *field = profile_fields; field->name; field++)
        if (!strcmp(field->name, column))
            return field;
    return NULL;
}

int64_t figure_last(const struct profile *profile, enum indicator indicator)
{
    static const char *const columns[INDICATOR_COUNT] = {
        [INDICATOR_DEPOSIT] = "deposit_last",
        [INDICATOR_PROPERTY] = "property_last",
        [INDICATOR_VEHICLE] = "vehicle_last",
        [INDICATOR_FUND] = "fund_last",
        [INDICATOR_ELECTRICITY] = "electricity_last",
        [INDICATOR_WATER] = "water_last",
        [INDICATOR_GAS] = "gas_last",
        [INDICATOR_TELECOM] = "telecom_last",
        [INDICATOR_TRANSPORT] = "transport_last",
    };

    return profile_int(profile, figure_find(columns[indicator]));
}

static void number_fill(const struct page *page, int64_t value, const char *unit)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(units[i].unit, unit)) {
            grouped_text(value, units[i].decimals, page->out);
            buffer_add_string(page->out, units[i].shown);
            return;
        }
    page_fill(page, fill(strcmp(unit, "fen") != 0 ? FILL_PLAIN : FILL_YUAN, value));
}

void figure_set(const struct page *page, const struct codes *codes, unsigned mask)
{
    bool any = false;

    for (int value = 0; value < codes->count; value++) {
        if (!(mask >> value & 1))
            continue;
        if (any)
            page_fill(page, fill_message(MSG_COMMA));
        page_fill(page, fill_code(codes, value));
        any = true;
    }
    if (!any)
        page_fill(page, fill_message(MSG_NONE));
}

static void decimal_fill(const struct page *page, int64_t millionths, const char *unit)
{
    char decimal[DECIMAL_TEXT_SIZE];

    if (!strcmp(unit, "probability"))
        page_fill(page, fill(FILL_SHARE, millionths));
    else
        buffer_add_string(page->out, decimal_text(millionths, RATE_DECIMALS, decimal));
}

static void decimals_fill(const struct page *page, const char *at, const char *unit)
{
    int64_t values[BAND_COUNT];

    memcpy(values, at, sizeof values);
    for (int i = 0; i < BAND_COUNT && values[0] != NUMBER_NONE; i++) {
        if (i)
            page_fill(page, fill_message(MSG_COMMA));
        decimal_fill(page, values[i], unit);
    }
    if (values[0] == NUMBER_NONE)
        page_fill(page, fill_message(MSG_NOT_KNOWN));
}

static void whole_fill(const struct page *page, int64_t value, const struct profile_field *field)
{
    if (value == NUMBER_NONE)
        page_fill(page, fill_message(MSG_NOT_KNOWN));
    else if (field->type == PROFILE_MONTH)
        page_fill(page, fill(FILL_MONTH, value));
    else if (field->type == PROFILE_DECIMAL)
        decimal_fill(page, value, field->unit);
    else
        number_fill(page, value, field->unit);
}

void figure_fill(const struct page *page, const struct profile *profile, const struct profile_field *field)
{
    const char *at = (const char *)profile + field->offset;

    switch (field->type) {
    case PROFILE_SET:
        figure_set(page, field->codes, (unsigned)profile_word(profile, field));
        break;
    case PROFILE_TEXT:
        page_fill(page, *at ? fill_text(at) : fill_message(MSG_NOT_KNOWN));
        break;
    case PROFILE_WORD:
        page_fill(page, fill_code(field->codes, profile_word(profile, field)));
        break;
    case PROFILE_DECIMALS:
        decimals_fill(page, at, field->unit);
        break;
    case PROFILE_INT:
    case PROFILE_MONTH:
    case PROFILE_DECIMAL:
        whole_fill(page, profile_int(profile, field), field);
        break;
    }
}
