/* The words of a portrait, English and Chinese, and how figures are written in them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/cli/portrait_view.h"
#include "lib/base/date.h"

enum { FEN_A_YUAN = 100, FEN_A_WAN = 1000000 };

/* {1}, {2}: what the caller puts there, in the order of the language. */
/* clang-format off */
static const char *const words[WORD_COUNT][PORTRAIT_LANGUAGE_COUNT] = {
    [WORD_TITLE]         = { "Portrait of household incomes", "家庭收入群体画像" },
    [WORD_SEALED]        = { "sealed", "已封存" },
    [WORD_RECOMPUTED]    = { "computed anew from the evidence", "据原始记录重新计算" },
    [WORD_REGISTERED]    = { "registered households", "户籍户" },
    [WORD_ASSISTANCE]    = { "assistance households", "共同生活家庭" },
    [WORD_DWELLING]      = { "dwellings", "住户" },
    [WORD_HOUSEHOLDS]    = { "households", "户数" },
    [WORD_PERSONS]       = { "persons", "人数" },
    [WORD_WITH_ESTIMATE] = { "with an estimate", "已评估户数" },
    [WORD_ALL]           = { "all", "全部" },
    [WORD_NOT_STATED]    = { "not stated", "未填" },
    [WORD_TOWNSHIP]      = { "township", "乡镇街道" },
    [WORD_INDUSTRY]      = { "industry", "行业" },
    [WORD_GROUP]         = { "group", "群体" },
    [WORD_BY_TOWNSHIP]   = { "By township", "分乡镇街道" },
    [WORD_BY_INDUSTRY]   = { "By industry", "分行业" },
    [WORD_BY_GROUP]      = { "By group", "分重点群体" },
    [WORD_BANDS]         = { "Bands of yearly household income", "家庭年收入分档" },
    [WORD_BAND]          = { "yuan a year", "年收入" },
    [WORD_BELOW]         = { "below ", "以下" },
    [WORD_FROM]          = { " and more", "以上" },
    [WORD_SHARE]         = { "of households", "占家庭" },
    [WORD_INTERVAL]      = { "90 %", "九成区间" },
    [WORD_OF_PERSONS]    = { "of persons", "占人口" },
    [WORD_PLAN]          = { "The plan's two indicators", "行动方案两项指标" },
    [WORD_GOAL]          = { "goal", "目标" },
    [WORD_REACHED]       = { "reached", "已达到" },
    [WORD_SHORT_OF]      = { "short by", "还差" },
    [WORD_POINTS]        = { "points", "个百分点" },
    [WORD_INCOME]        = { "Household income of a year, at the given share of households", "家庭年收入分位数" },
    [WORD_MEDIAN]        = { "median", "中位数" },
    [WORD_HIDDEN]        = { "Not shown: there are too few, or too few would follow from it.",
                             "不予显示：户数过少，或可由其推算出过少的户数。" },
    [WORD_NOBODY]        = { "There is no such household.", "没有这样的家庭。" },
    [WORD_NO_MODEL]      = { "No household here has an estimate: there was no income model, or no bands in the policy. So there are "
                             "no bands, and A and B are not known.",
                             "没有评估结果：当时未配置收入模型，或政策文件没有分档，因此没有收入分档，A、B 两项指标未知。" },
    [WORD_MODEL]         = { "Estimates by the model ", "评估模型：" },
    [WORD_SYNTHETIC]     = { "This model was calibrated on invented households, not on this district's: figures show the form, "
                             "not the district.",
                             "该模型以虚构家庭校准，未用本地样本校准：数字仅供了解形式，不反映本地实际。" },
    [WORD_NOTES]         = { "What this rests on", "说明" },
    [WORD_NOTE_SHARE]    = { "A share is the sum of the households' probabilities of being in the band, not a count of sure cases.",
                             "比例是各家庭处于该档的概率之和，不是逐户认定的户数。" },
    [WORD_NOTE_INTERVAL] = { "The 90 % interval covers who really is in which band, given the model; not errors of the model itself.",
                             "九成区间只反映在模型之下各家庭实际落在哪一档的不确定性，不包含模型本身的偏差。" },
    [WORD_NOTE_COVERAGE] = { "Shares and quantiles are of the households with an estimate.", "比例与分位数以已评估的家庭为准。" },
    [WORD_NOTE_HIDDEN]   = { "* not shown, to protect households; the policy's minimum number of households is ",
                             "* 为保护家庭隐私不予显示；政策规定的最少户数：" },
    [WORD_NOTE_GROUPS]   = { "Groups are those of the rosters; a household may be in several, so they add up to nothing.",
                             "群体以名册为准；一户可属多个群体，不可相加。" },
    [WORD_NOTE_DECIDES]  = { "An estimate describes many households; it decides nothing about one.",
                             "评估只描述群体，不作为认定任何一户的依据。" },
};

/* Sections of GB/T 4754-2017. */
static const char *const industries[][PORTRAIT_LANGUAGE_COUNT] = {
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

const char *portrait_word(const struct portrait_view *view, enum portrait_word word)
{
    return words[word][view->language];
}

bool portrait_language_find(const char *said, enum portrait_language *ret)
{
    static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
    const char *value = said;

    for (size_t i = 0; (!value || !*value) && i < sizeof names / sizeof *names; i++)
        value = getenv(names[i]);
    *ret = value && !strncmp(value, "zh", 2) ? PORTRAIT_CHINESE : PORTRAIT_ENGLISH;
    return !said || !strcmp(said, "zh") || !strcmp(said, "en");
}

void portrait_view_free(struct portrait_view *view)
{
    portrait_cells_free(&view->cells);
}

/* --- figures --- */

static void put_grouped(int64_t value, struct buffer *out)
{
    if (value >= 1000) {
        put_grouped(value / 1000, out);
        buffer_printf(out, ",%03" PRId64, value % 1000);
    } else {
        buffer_printf(out, "%" PRId64, value);
    }
}

void portrait_put_count(int64_t millionths, struct buffer *out)
{
    if (millionths == NUMBER_NONE)
        buffer_add_string(out, "*");
    else
        put_grouped((millionths + MILLION / 2) / MILLION, out);
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
    put_grouped((fen + FEN_A_YUAN / 2) / FEN_A_YUAN, out);
    if (view->language == PORTRAIT_CHINESE)
        buffer_add_string(out, "元");
}

/* A cut of the bands: 50,000, or 5 (万). */
static void put_cut(const struct portrait_view *view, int64_t fen, struct buffer *out)
{
    if (view->language == PORTRAIT_ENGLISH)
        put_grouped(fen / FEN_A_YUAN, out);
    else if (fen % FEN_A_WAN == 0)
        buffer_printf(out, "%" PRId64, fen / FEN_A_WAN);
    else
        buffer_printf(out, "%" PRId64 ".%02" PRId64, fen / FEN_A_WAN, fen % FEN_A_WAN / 10000);
}

static void put_bands(const struct portrait_view *view, int first, int last, struct buffer *out)
{
    bool english = view->language == PORTRAIT_ENGLISH;

    if (english && !first)
        buffer_add_string(out, portrait_word(view, WORD_BELOW));
    if (first)
        put_cut(view, view->bands->cuts_fen[first - 1], out);
    if (first && last < BAND_CUTS)
        buffer_add_string(out, "–");
    if (last < BAND_CUTS)
        put_cut(view, view->bands->cuts_fen[last], out);
    if (!english)
        buffer_add_string(out, "万元");
    if (!english && !first)
        buffer_add_string(out, portrait_word(view, WORD_BELOW));
    if (last == BAND_CUTS)
        buffer_add_string(out, portrait_word(view, WORD_FROM));
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
    buffer_add_string(out, view->language == PORTRAIT_ENGLISH ? ", " : "：");
    put_bands(view, goal->band_first, goal->band_last, out);
    if (view->language == PORTRAIT_ENGLISH)
        buffer_add_string(out, " yuan");
}

/* --- names --- */

void portrait_put_region(const struct portrait_view *view, const char *region, struct buffer *out)
{
    if (!*region)
        buffer_add_string(out, portrait_word(view, WORD_ALL));
    else
        buffer_add_string(
            out, strcmp(region, PORTRAIT_NOT_STATED) != 0 ? region : portrait_word(view, WORD_NOT_STATED));
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
        buffer_add_string(out, portrait_word(view, WORD_ALL));
    else if (view->language == PORTRAIT_CHINESE)
        buffer_add_string(out, group_codes.entries[group].chinese);
    else
        buffer_add_string(out, code_name(&group_codes, group));
}

size_t portrait_columns(const char *text, size_t len)
{
    size_t ret = 0;

    for (size_t i = 0; i < len; i++) {
        uint8_t byte = (uint8_t)text[i];

        if ((byte & 0xC0) != 0x80)
            ret += byte >= 0xE3 ? 2 : 1; /* U+3000 and beyond; the bars and dashes of ours lie below */
    }
    return ret;
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
        buffer_printf(&note, "%s%s (%.12s)%c", portrait_word(view, WORD_MODEL), view->model,
                      view->model_digest, '\0');
        each(user, (const char *)note.data);
        buffer_clear(&note);
    }
    if (view->synthetic)
        each(user, portrait_word(view, WORD_SYNTHETIC));
    if (view->row && view->row->assessed > 0) {
        each(user, portrait_word(view, WORD_NOTE_SHARE));
        each(user, portrait_word(view, WORD_NOTE_INTERVAL));
        each(user, portrait_word(view, WORD_NOTE_COVERAGE));
    }
    buffer_printf(&note, "%s%" PRId64 "%c", portrait_word(view, WORD_NOTE_HIDDEN), view->minimum, '\0');
    each(user, (const char *)note.data);
    each(user, portrait_word(view, WORD_NOTE_GROUPS));
    each(user, portrait_word(view, WORD_NOTE_DECIDES));
}
