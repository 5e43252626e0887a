/* profile_estimate - the assessed ledger, retold: base, contributions in order of size, interval and bands.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/cli/figure.h"
#include "daemon/cli/profile_page.h"
#include "lib/core/elementary.h"

enum { NAME_COLUMNS = 16, CHANGE_COLUMNS = 9, BAND_COLUMNS = 34, SHARE_COLUMNS = 8, BAR_BLOCKS = 20 };

/* --- what the model reads of a source --- */

/* clang-format off */
static const struct { const char *column; enum message message; const char *unit; int decimals; } readings[] = {
    { "deposit_money", MSG_READ_MONEY, "fen", 0 }, { "property_value", MSG_READ_VALUE, "fen", 0 },
    { "property_area_cm2", MSG_READ_AREA, " m²", 4 }, { "further_homes", MSG_READ_HOMES, "", 0 },
    { "vehicle_count", MSG_READ_VEHICLES, "", 0 }, { "vehicle_value", MSG_READ_VALUE, "fen", 0 },
    { "fund_wage", MSG_READ_WAGE, "fen", 0 }, { "fund_balance", MSG_READ_FUND, "fen", 0 },
    { "electricity_wh", MSG_READ_USE, " kWh", 3 }, { "water_l", MSG_READ_USE, " m³", 3 }, { "gas_l", MSG_READ_USE, " m³", 3 },
    { "telecom_per_adult", MSG_READ_BILLS, "fen", 0 }, { "transport_fen", MSG_READ_SPENDING, "fen", 0 },
};
/* clang-format on */
enum { READING_COUNT = sizeof readings / sizeof *readings };

static const struct assess_column *column_of(const char *name)
{
    const struct assess_column *column = assess_columns;

    while (column->name && strcmp(column->name, name) != 0)
        column++;
    return column;
}

static void reading(const struct page *page, const struct profile *profile, const char *name)
{
    int64_t value = column_of(name)->of(profile);
    struct buffer text = { 0 };
    size_t i = 0;

    while (i < READING_COUNT && strcmp(readings[i].column, name) != 0)
        i++;
    if (i == READING_COUNT)
        return;
    if (value != NUMBER_NONE && *readings[i].unit && strcmp(readings[i].unit, "fen") != 0) {
        grouped_text(value, readings[i].decimals, &text);
        buffer_add(&text, readings[i].unit, strlen(readings[i].unit) + 1);
        say(page, readings[i].message, fill_text((const char *)text.data));
    } else {
        say(page, readings[i].message, fill(*readings[i].unit ? FILL_ABOUT : FILL_COUNT, value));
    }
    buffer_free(&text);
}

static const struct model_source *source_of(const struct profile_view *view, enum indicator indicator)
{
    const struct model *model = assessor_model(view->rules->assessor);

    for (size_t i = 0; i < model->source_count; i++)
        if (!strcmp(model->sources[i].name, code_name(&indicator_codes, (int)indicator)))
            return &model->sources[i];
    return NULL;
}

bool profile_model_reads(const struct page *page, const struct profile_view *view, enum indicator indicator)
{
    const struct model_source *source = view->rules->assessor ? source_of(view, indicator) : NULL;

    for (size_t i = 0; source && page && i < source->field_count; i++) {
        if (i)
            page_fill(page, fill_message(MSG_COMMA));
        reading(page, view->profile,
                assessor_model(view->rules->assessor)->fields[source->field_first + i].column);
    }
    return source != NULL;
}

/* --- contributions --- */

struct part {
    enum indicator indicator;
    int64_t contribution;
};

/* The greatest first, then the list's order. */
static int by_size(const void *a, const void *b)
{
    const struct part *x = a, *y = b;
    int64_t left = llabs(x->contribution), right = llabs(y->contribution);

    if (left != right)
        return left < right ? 1 : -1;
    return (int)x->indicator - (int)y->indicator;
}

static void source_name(const struct page *page, enum indicator indicator)
{
    size_t mark = page_mark(page);

    buffer_add_string(page->out, "    ");
    page_fill(page, fill_code(&indicator_codes, (int)indicator));
    page_pad(page, mark, NAME_COLUMNS, false);
}

static void contribution(const struct page *page, const struct profile_view *view, const struct part *part)
{
    size_t mark;

    source_name(page, part->indicator);
    mark = page_mark(page);
    page_fill(page, fill(FILL_CHANGE, part->contribution));
    page_pad(page, mark, CHANGE_COLUMNS, true);
    buffer_add_string(page->out, "   ");
    if (view->profile->states[part->indicator] == STATE_ZERO)
        page_fill(page, fill_message(MSG_WHY_ZERO));
    else
        profile_model_reads(page, view, part->indicator);
    page_line(page);
}

/* Why a source has no say. */
static void silence(const struct page *page, const struct profile_view *view, enum indicator indicator)
{
    static const enum message reasons[STATE_COUNT] = {
        [STATE_MISSING] = MSG_WHY_MISSING,
        [STATE_ZERO] = MSG_WHY_NULL,
        [STATE_STALE] = MSG_WHY_STALE,
        [STATE_KNOWN] = MSG_WHY_NULL,
        [STATE_NOT_AUTHORISED] = MSG_WHY_NOT_AUTHORISED,
    };
    enum indicator_state state = view->profile->states[indicator];

    source_name(page, indicator);
    if (!profile_model_reads(NULL, view, indicator))
        page_fill(page, fill_message(MSG_WHY_NOT_READ));
    else if (state == STATE_STALE)
        say(page, MSG_WHY_STALE, fill(FILL_MONTH, figure_last(view->profile, indicator)));
    else
        page_fill(page, fill_message(reasons[state]));
    page_line(page);
}

static size_t parts_of(const struct assessed *assessed, struct part parts[INDICATOR_COUNT])
{
    size_t count = 0;

    for (int i = 0; i < INDICATOR_COUNT; i++)
        if (assessed->contributions[i] != NUMBER_NONE)
            parts[count++] = (struct part){ (enum indicator)i, assessed->contributions[i] };
    qsort(parts, count, sizeof *parts, by_size);
    return count;
}

void profile_base(const struct page *page, const struct profile_view *view)
{
    const struct profile *profile = view->profile;

    say(page, MSG_WHY_BASE, fill(FILL_COUNT, profile->member_count), fill(FILL_COUNT, profile->child_count),
        fill(FILL_COUNT, profile->head_age),
        fill(FILL_ROUGH, (int64_t)(exp_of((double)profile->assessed.base / MILLION) + 0.5)));
}

static void why(const struct page *page, const struct profile_view *view)
{
    const struct profile *profile = view->profile;
    struct part parts[INDICATOR_COUNT];
    size_t count = parts_of(&profile->assessed, parts);

    say(page, MSG_WHY);
    profile_base(page, view);
    for (size_t i = 0; i < count; i++)
        contribution(page, view, &parts[i]);
    for (int i = 0; i < INDICATOR_COUNT; i++)
        if (profile->assessed.contributions[i] == NUMBER_NONE)
            silence(page, view, (enum indicator)i);
    say(page, MSG_WHY_SUM, fill(FILL_ROUGH, profile->assessed.p50));
}

/* --- how sure --- */

static void band_name(const struct page *page, const struct band_rule *rule, int band)
{
    if (band == 0)
        say(page, MSG_BAND_BELOW, fill(FILL_WAN, rule->cuts_fen[0]));
    else if (band < BAND_CUTS)
        say(page, MSG_BETWEEN, fill(FILL_WAN, rule->cuts_fen[band - 1]),
            fill(FILL_WAN, rule->cuts_fen[band]));
    else
        say(page, MSG_BAND_FROM, fill(FILL_WAN, rule->cuts_fen[band - 1]));
}

static void bar(const struct page *page, int64_t millionths)
{
    int64_t blocks = (millionths * BAR_BLOCKS + MILLION / 2) / MILLION;

    if (blocks)
        buffer_add_string(page->out, "  ");
    for (; blocks > 0; blocks--)
        buffer_add_string(page->out, "█");
}

static void band(const struct page *page, const struct assessed *assessed, const struct band_rule *rule,
                 int band)
{
    size_t mark = page_mark(page);

    buffer_add_string(page->out, "    ");
    band_name(page, rule, band);
    page_pad(page, mark, BAND_COLUMNS, false);
    mark = page_mark(page);
    page_fill(page, fill(FILL_SHARE, assessed->bands[band]));
    page_pad(page, mark, SHARE_COLUMNS, true);
    bar(page, assessed->bands[band]);
    if (band + 1 == assessed->band)
        page_fill(page, fill_message(MSG_BAND_LIKELIEST));
    page_line(page);
}

void profile_bands(const struct page *page, const struct profile_view *view)
{
    const struct policy *policy = view->rules->policy;
    const struct assessed *assessed = &view->profile->assessed;
    const struct band_rule *rule = POLICY_RULE(policy->bands, policy->band_count, view->profile->region,
                                               month_last_day(view->profile->as_of));

    if (!rule || assessed->band == NUMBER_NONE) {
        say(page, MSG_SURE_NO_BANDS);
        return;
    }
    say(page, MSG_SURE_BANDS);
    for (int i = 0; i < BAND_COUNT; i++)
        band(page, assessed, rule, i);
    say(page, MSG_BAND_IS_WRONG, fill(FILL_SHARE, MILLION - assessed->bands[assessed->band - 1]));
}

static void below(const struct page *page, const struct profile_view *view, enum poverty_line line,
                  int64_t probability)
{
    const struct policy *policy = view->rules->policy;
    const struct line_rule *rule = POLICY_RULE(policy->lines[line], policy->line_count[line],
                                               view->profile->region, month_last_day(view->profile->as_of));

    if (rule && probability != NUMBER_NONE)
        say(page, MSG_BELOW_LINE, fill_code(&poverty_line_codes, (int)line),
            fill(FILL_WAN, rule->per_head_fen), fill(FILL_SHARE, probability));
}

static void sure(const struct page *page, const struct profile_view *view)
{
    const struct assessed *assessed = &view->profile->assessed;
    const struct model *model = assessor_model(view->rules->assessor);

    say(page, MSG_SURE);
    say(page, MSG_SURE_INTERVAL, fill(FILL_ROUGH, assessed->low), fill(FILL_ROUGH, assessed->high));
    say(page, MSG_SURE_TRIED, fill(FILL_SHARE, (int64_t)(model->coverage[0] * MILLION)),
        fill(FILL_SHARE, (int64_t)(model->coverage[1] * MILLION)));
    profile_bands(page, view);
    say(page, MSG_PER_HEAD, fill(FILL_ROUGH, view->profile->assessed_per_head));
    below(page, view, LINE_DIBAO, assessed->below_dibao);
    below(page, view, LINE_DIBIAN, assessed->below_dibian);
    if (assessed->below_dibao != NUMBER_NONE || assessed->below_dibian != NUMBER_NONE)
        say(page, MSG_BELOW_FOR_ORDER);
}

void profile_estimate(const struct page *page, const struct profile_view *view)
{
    if (view->profile->assessed.basis == BASIS_NO_MODEL || !view->rules->assessor)
        return;
    why(page, view);
    sure(page, view);
}
