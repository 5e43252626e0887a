/* A portrait for programs: JSON, and CSV for spreadsheets. Both have every cell of what is asked for. */
#include <inttypes.h>
#include <string.h>

#include "daemon/cli/portrait_view.h"
#include "lib/base/date.h"
#include "lib/base/json.h"

enum { DECIMALS = 6 };
static const char *const plan_names[PLAN_COUNT] = { "A", "B" };
static const char *const quantile_names[PORTRAIT_QUANTILES] = { "p10", "p25", "p50", "p75", "p90" };

/* What is not said is everything. */
static bool is_asked(const struct portrait_view *view, const struct portrait_cell *cell)
{
    return (!*view->region || !strcmp(view->region, cell->region)) &&
           (!*view->industry || !strcmp(view->industry, cell->industry)) &&
           (view->group == PORTRAIT_ALL || view->group == cell->group);
}

static const char *or_all(const char *code)
{
    return *code ? code : "all";
}

static const char *group_of(const struct portrait_cell *cell)
{
    return cell->group == PORTRAIT_ALL ? "all" : code_name(&group_codes, cell->group);
}

/* --- JSON --- */

static void key_decimal(struct json *json, const char *key, int64_t value)
{
    json_key(json, key);
    if (value == NUMBER_NONE)
        json_none(json);
    else
        json_decimal(json, value, DECIMALS);
}

static void key_int(struct json *json, const char *key, int64_t value)
{
    json_key(json, key);
    if (value == NUMBER_NONE)
        json_none(json);
    else
        json_int(json, value);
}

/* Counted ones are whole. */
static void key_count(struct json *json, const char *key, int64_t millionths)
{
    key_int(json, key, millionths == NUMBER_NONE ? NUMBER_NONE : millionths / MILLION);
}

static void band_json(const struct portrait_cell *cell, struct json *json)
{
    json_open(json, '{');
    key_int(json, "band", cell->band + 1);
    json_key(json, "hidden");
    json_bool(json, cell->hidden);
    key_decimal(json, "households", cell->households);
    key_decimal(json, "persons", cell->persons);
    key_decimal(json, "share", cell->share);
    key_decimal(json, "share_low", cell->share_low);
    key_decimal(json, "share_high", cell->share_high);
    key_decimal(json, "person_share", cell->person_share);
    json_close(json, '}');
}

static void plan_json(const struct portrait_cell *cell, struct json *json)
{
    json_key(json, "plan");
    json_open(json, '{');
    for (int plan = 0; plan < PLAN_COUNT; plan++) {
        json_key(json, plan_names[plan]);
        json_open(json, '{');
        key_decimal(json, "share", cell->plan[plan]);
        key_decimal(json, "share_low", cell->plan_low[plan]);
        key_decimal(json, "share_high", cell->plan_high[plan]);
        json_close(json, '}');
    }
    json_close(json, '}');
}

static void row_json(const struct portrait_view *view, const struct portrait_cell *row, struct json *json)
{
    size_t bands = portrait_bands(&view->cells, row);

    json_open(json, '{');
    json_key(json, "region");
    json_str(json, or_all(row->region));
    json_key(json, "industry");
    json_str(json, or_all(row->industry));
    json_key(json, "group");
    json_str(json, group_of(row));
    json_key(json, "hidden");
    json_bool(json, row->hidden);
    key_count(json, "households", row->households);
    key_count(json, "persons", row->persons);
    key_count(json, "assessed", row->assessed);
    json_key(json, "income_fen");
    json_open(json, '{');
    for (int i = 0; i < PORTRAIT_QUANTILES; i++)
        key_int(json, quantile_names[i], row->quantiles_fen[i]);
    json_close(json, '}');
    plan_json(row, json);
    json_key(json, "bands");
    json_open(json, '[');
    for (size_t i = 0; i < bands; i++)
        band_json(row + 1 + i, json);
    json_close(json, ']');
    json_close(json, '}');
}

static void cuts_json(const struct portrait_view *view, struct json *json)
{
    json_key(json, "cuts_fen");
    if (!view->bands) {
        json_none(json);
        return;
    }
    json_open(json, '[');
    for (int i = 0; i < BAND_CUTS; i++)
        json_int(json, view->bands->cuts_fen[i]);
    json_close(json, ']');
}

/* By bands, from 1, both inclusive. */
static void goals_json(const struct portrait_view *view, struct json *json)
{
    json_key(json, "goals");
    json_open(json, '{');
    for (int plan = 0; plan < PLAN_COUNT; plan++) {
        const struct goal_rule *goal = view->goals[plan];

        json_key(json, plan_names[plan]);
        if (!goal) {
            json_none(json);
            continue;
        }
        json_open(json, '{');
        key_int(json, "band_first", goal->band_first + 1);
        key_int(json, "band_last", goal->band_last + 1);
        key_decimal(json, "goal", goal->goal_millionths);
        json_close(json, '}');
    }
    json_close(json, '}');
}

void portrait_json(const struct portrait_view *view, struct buffer *out)
{
    struct json json = json_to(out);
    char month[MONTH_TEXT_SIZE];

    json_open(&json, '{');
    json_key(&json, "period");
    json_str(&json, month_text(view->period, month));
    json_key(&json, "kind");
    json_str(&json, code_name(&household_kind_codes, (int)view->kind));
    json_key(&json, "sealed");
    json_bool(&json, view->sealed);
    json_key(&json, "known_at");
    json_str(&json, view->known_at);
    json_key(&json, "model");
    json_str(&json, view->model);
    json_key(&json, "model_digest");
    json_str(&json, view->model ? view->model_digest : NULL);
    key_int(&json, "minimum", view->minimum);
    cuts_json(view, &json);
    goals_json(view, &json);
    json_key(&json, "rows");
    json_open(&json, '[');
    for (size_t i = 0; i < view->cells.count; i++)
        if (view->cells.items[i].band == PORTRAIT_ALL && is_asked(view, &view->cells.items[i]))
            row_json(view, &view->cells.items[i], &json);
    json_close(&json, ']');
    json_close(&json, '}');
    buffer_add_byte(out, '\n');
}

/* --- CSV: the columns of olive.portrait --- */

static void csv_decimal(int64_t value, struct buffer *out)
{
    struct json json = json_to(out);

    buffer_add_byte(out, ',');
    if (value != NUMBER_NONE)
        json_decimal(&json, value, DECIMALS);
}

static void csv_int(int64_t value, struct buffer *out)
{
    buffer_add_byte(out, ',');
    if (value != NUMBER_NONE)
        buffer_printf(out, "%" PRId64, value);
}

/* Always quoted: a model's name is free text. What a spreadsheet would take for a formula gets a mark. */
static void csv_model(const char *name, struct buffer *out)
{
    buffer_add_string(out, ",\"");
    if (name && *name && strchr("=+-@", *name))
        buffer_add_byte(out, '\'');
    for (; name && *name; name++) {
        if (*name == '"')
            buffer_add_byte(out, '"');
        buffer_add_byte(out, (uint8_t)*name);
    }
    buffer_add_string(out, "\"\r\n");
}

static void csv_row(const struct portrait_view *view, const struct portrait_cell *cell, struct buffer *out)
{
    char month[MONTH_TEXT_SIZE];

    buffer_printf(out, "%s,%s,%s,%s,%s,%d,%s", month_text(view->period, month),
                  code_name(&household_kind_codes, (int)view->kind), or_all(cell->region),
                  or_all(cell->industry), group_of(cell), cell->band + 1, cell->hidden ? "true" : "false");
    csv_decimal(cell->households, out);
    csv_decimal(cell->persons, out);
    csv_decimal(cell->assessed, out);
    csv_decimal(cell->share, out);
    csv_decimal(cell->share_low, out);
    csv_decimal(cell->share_high, out);
    csv_decimal(cell->person_share, out);
    for (int i = 0; i < PORTRAIT_QUANTILES; i++)
        csv_int(cell->quantiles_fen[i], out);
    for (int plan = 0; plan < PLAN_COUNT; plan++) {
        csv_decimal(cell->plan[plan], out);
        csv_decimal(cell->plan_low[plan], out);
        csv_decimal(cell->plan_high[plan], out);
    }
    csv_model(view->model, out);
}

void portrait_csv(const struct portrait_view *view, struct buffer *out)
{
    buffer_add_string(
        out, "\xEF\xBB\xBF"
             "period,kind,region,industry,group,band,hidden,households,persons,assessed,share,share_low,"
             "share_high,person_share,p10,p25,p50,p75,p90,plan_a,plan_a_low,plan_a_high,plan_b,plan_b_low,"
             "plan_b_high,model\r\n");
    for (size_t i = 0; i < view->cells.count; i++)
        if (is_asked(view, &view->cells.items[i]))
            csv_row(view, &view->cells.items[i], out);
}
