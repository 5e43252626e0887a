/* The words of a portrait, English and Chinese, and how figures are written in them. */
#include <inttypes.h>
#include <string.h>

#include "daemon/cli/portrait_view.h"
#include "lib/base/date.h"

enum { FEN_A_YUAN = 100, FEN_A_WAN = 1000000 };

/* clang-format off */
/* Sections of GB/T 4754-2017. */
static const char *const industries[][LANGUAGE_COUNT] = {
    { "farming, forestry, fishing", "农、林、牧、渔业" },
    { "mining", "采矿业" },
    { "manufacturing", "制造业" },
    { "electricity, heat, gas, water", "电力、热力、燃气及水生产和供应业" },
    { "construction", "建筑业" },
    { "wholesale and retail", "批发和零售业" },
    { "transport, storage, post", "交通运输、仓储和邮政业" },
    { "hotels and catering", "住宿和餐饮业" },
    { "information technology", "信息传输、软件和信息技术服务业" },
    { "finance", "金融业" },
    { "real estate", "房地产业" },
    { "leasing and business services", "租赁和商务服务业" },
    { "research and technical services", "科学研究和技术服务业" },
    { "water, environment, facilities", "水利、环境和公共设施管理业" },
    { "household services, repair", "居民服务、修理和其他服务业" },
    { "education", "教育" },
    { "health and social work", "卫生和社会工作" },
    { "culture, sport, entertainment", "文化、体育和娱乐业" },
    { "public administration", "公共管理、社会保障和社会组织" },
    { "international organisations", "国际组织" },
};
/* clang-format on */

const char *portrait_kind(const struct portrait_view *view)
{
    static const enum message kinds[HOUSEHOLD_KIND_COUNT] = { MSG_PORTRAIT_REGISTERED,
                                                              MSG_PORTRAIT_ASSISTANCE,
                                                              MSG_PORTRAIT_DWELLING };

    return portrait_word(view, kinds[view->kind]);
}

enum message portrait_list_title(enum portrait_list list)
{
    static const enum message titles[LIST_COUNT] = { MSG_PORTRAIT_BY_TOWNSHIP, MSG_PORTRAIT_BY_INDUSTRY,
                                                     MSG_PORTRAIT_BY_GROUP };

    return titles[list];
}

void portrait_view_free(struct portrait_view *view)
{
    portrait_cells_free(&view->cells);
}

/* --- figures --- */

void portrait_put_count(int64_t millionths, struct buffer *out)
{
    if (millionths == NUMBER_NONE)
        buffer_add_string(out, "*");
    else
        grouped_text((millionths + MILLION / 2) / MILLION, 0, out);
}

static void put_tenths(int64_t millionths, struct buffer *out)
{
    int64_t tenths = (millionths + 500) / 1000;

    buffer_printf(out, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
}

void portrait_put_share(int64_t millionths, struct buffer *out)
{
    if (millionths == NUMBER_NONE) {
        buffer_add_string(out, "*");
        return;
    }
    put_tenths(millionths, out);
    buffer_add_string(out, " %");
}

void portrait_put_span(int64_t low, int64_t high, struct buffer *out)
{
    if (low == NUMBER_NONE)
        return;
    put_tenths(low, out);
    buffer_add_string(out, "–");
    put_tenths(high, out);
}

void portrait_put_yuan(const struct portrait_view *view, int64_t fen, struct buffer *out)
{
    if (fen == NUMBER_NONE) {
        buffer_add_string(out, "*");
        return;
    }
    grouped_text((fen + FEN_A_YUAN / 2) / FEN_A_YUAN, 0, out);
    if (view->language == LANGUAGE_CHINESE)
        buffer_add_string(out, "元");
}

/* A cut of the bands: 50,000, or 5 (万). */
static void put_cut(const struct portrait_view *view, int64_t fen, struct buffer *out)
{
    if (view->language == LANGUAGE_ENGLISH)
        grouped_text(fen / FEN_A_YUAN, 0, out);
    else if (fen % FEN_A_WAN == 0)
        buffer_printf(out, "%" PRId64, fen / FEN_A_WAN);
    else
        buffer_printf(out, "%" PRId64 ".%02" PRId64, fen / FEN_A_WAN, fen % FEN_A_WAN / 10000);
}

static void put_bands(const struct portrait_view *view, int first, int last, struct buffer *out)
{
    bool english = view->language == LANGUAGE_ENGLISH;

    if (english && !first)
        buffer_add_string(out, portrait_word(view, MSG_PORTRAIT_BELOW));
    if (first)
        put_cut(view, view->bands->cuts_fen[first - 1], out);
    if (first && last < BAND_CUTS)
        buffer_add_string(out, "–");
    if (last < BAND_CUTS)
        put_cut(view, view->bands->cuts_fen[last], out);
    if (!english)
        buffer_add_string(out, "万元");
    if (!english && !first)
        buffer_add_string(out, portrait_word(view, MSG_PORTRAIT_BELOW));
    if (last == BAND_CUTS)
        buffer_add_string(out, portrait_word(view, MSG_PORTRAIT_FROM));
}

void portrait_put_band(const struct portrait_view *view, int band, struct buffer *out)
{
    if (view->bands)
        put_bands(view, band, band, out);
    else
        buffer_printf(out, "%d", band + 1);
}

void portrait_put_plan(const struct portrait_view *view, int plan, struct buffer *out)
{
    const struct goal_rule *goal = view->goals[plan];

    buffer_printf(out, "%c", 'A' + plan);
    if (!goal || !view->bands)
        return;
    buffer_add_string(out, view->language == LANGUAGE_ENGLISH ? ", " : "：");
    put_bands(view, goal->band_first, goal->band_last, out);
    if (view->language == LANGUAGE_ENGLISH)
        buffer_add_string(out, " yuan");
}

/* --- names --- */

void portrait_put_region(const struct portrait_view *view, const char *region, struct buffer *out)
{
    if (!*region)
        buffer_add_string(out, portrait_word(view, MSG_PORTRAIT_ALL));
    else
        buffer_add_string(out, strcmp(region, PORTRAIT_NOT_STATED) != 0
                                   ? region
                                   : portrait_word(view, MSG_PORTRAIT_NOT_STATED));
}

void portrait_put_industry(const struct portrait_view *view, const char *industry, struct buffer *out)
{
    if (*industry >= 'A' && *industry < 'A' + (int)(sizeof industries / sizeof *industries))
        buffer_printf(out, "%c %s", *industry, industries[*industry - 'A'][view->language]);
    else
        portrait_put_region(view, industry, out);
}

void portrait_put_group(const struct portrait_view *view, int group, struct buffer *out)
{
    if (group == PORTRAIT_ALL)
        buffer_add_string(out, portrait_word(view, MSG_PORTRAIT_ALL));
    else if (view->language == LANGUAGE_CHINESE)
        buffer_add_string(out, group_codes.entries[group].chinese);
    else
        buffer_add_string(out, code_name(&group_codes, group));
}

/* --- lists --- */

static bool is_listed(const struct portrait_view *view, enum portrait_list list,
                      const struct portrait_cell *cell)
{
    bool region = !strcmp(cell->region, view->region), industry = !strcmp(cell->industry, view->industry),
         group = cell->group == view->group;

    if (cell->band != PORTRAIT_ALL)
        return false;
    switch (list) {
    case LIST_TOWNSHIPS:
        return !*view->region && *cell->region && industry && group;
    case LIST_INDUSTRIES:
        return !*view->industry && *cell->industry && region && group;
    default:
        return view->group == PORTRAIT_ALL && cell->group != PORTRAIT_ALL && region && industry;
    }
}

size_t portrait_list(const struct portrait_view *view, enum portrait_list list, portrait_listed *each,
                     void *user)
{
    CLEANUP(buffer_free) struct buffer name = { 0 };
    size_t ret = 0;

    for (size_t i = 0; i < view->cells.count; i++) {
        const struct portrait_cell *cell = &view->cells.items[i];

        if (!is_listed(view, list, cell))
            continue;
        ret++;
        buffer_clear(&name);
        if (list == LIST_TOWNSHIPS)
            portrait_put_region(view, cell->region, &name);
        else if (list == LIST_INDUSTRIES)
            portrait_put_industry(view, cell->industry, &name);
        else
            portrait_put_group(view, cell->group, &name);
        if (each)
            each(user, cell, (const char *)name.data, name.size);
    }
    return ret;
}

void portrait_notes(const struct portrait_view *view, portrait_noted *each, void *user)
{
    CLEANUP(buffer_free) struct buffer note = { 0 };

    if (view->model) {
        buffer_printf(&note, "%s%s (%.12s)%c", portrait_word(view, MSG_PORTRAIT_MODEL), view->model,
                      view->model_digest, '\0');
        each(user, (const char *)note.data);
        buffer_clear(&note);
    }
    if (view->synthetic)
        each(user, portrait_word(view, MSG_PORTRAIT_SYNTHETIC));
    if (view->row && view->row->assessed > 0) {
        each(user, portrait_word(view, MSG_PORTRAIT_NOTE_SHARE));
        each(user, portrait_word(view, MSG_PORTRAIT_NOTE_INTERVAL));
        each(user, portrait_word(view, MSG_PORTRAIT_NOTE_COVERAGE));
    }
    buffer_printf(&note, "%s%" PRId64 "%c", portrait_word(view, MSG_PORTRAIT_NOTE_HIDDEN), view->minimum,
                  '\0');
    each(user, (const char *)note.data);
    each(user, portrait_word(view, MSG_PORTRAIT_NOTE_GROUPS));
    each(user, portrait_word(view, MSG_PORTRAIT_NOTE_DECIDES));
}
