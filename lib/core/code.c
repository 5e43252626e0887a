#include "lib/core/code.h"

#define CODES(list, title, ...)                                                                              \
    static const struct code list##_entries[] = { __VA_ARGS__ };                                             \
    const struct codes list##_codes = { title, list##_entries,                                               \
                                        sizeof list##_entries / sizeof *list##_entries }

/* clang-format off */
CODES(source, "source",
    [SOURCE_HOUSEHOLD]      = { "household",      "户籍" },
    [SOURCE_ROSTER]         = { "roster",         "名册" },
    [SOURCE_DECLARATION]    = { "declaration",    "申报" },
    [SOURCE_DEPOSIT]        = { "deposit",        "存款" },
    [SOURCE_PROPERTY]       = { "property",       "房产" },
    [SOURCE_VEHICLE]        = { "vehicle",        "车辆" },
    [SOURCE_PROVIDENT_FUND] = { "provident-fund", "公积金" },
    [SOURCE_UTILITY]        = { "utility",        "水电气" },
    [SOURCE_TELECOM]        = { "telecom",        "通讯" },
    [SOURCE_TRANSPORT]      = { "transport",      "交通" },
    [SOURCE_METER]          = { "meter",          "表计" });

CODES(household_kind, "household kind",
    [HOUSEHOLD_REGISTERED] = { "registered", "户籍户" },
    [HOUSEHOLD_ASSISTANCE] = { "assistance", "共同生活家庭" },
    [HOUSEHOLD_DWELLING]   = { "dwelling",   "住户" });

CODES(indicator, "indicator",
    [INDICATOR_DEPOSIT]     = { "deposit",     "存款" },
    [INDICATOR_PROPERTY]    = { "property",    "房产" },
    [INDICATOR_VEHICLE]     = { "vehicle",     "车辆" },
    [INDICATOR_FUND]        = { "fund",        "公积金" },
    [INDICATOR_ELECTRICITY] = { "electricity", "用电" },
    [INDICATOR_WATER]       = { "water",       "用水" },
    [INDICATOR_GAS]         = { "gas",         "用气" },
    [INDICATOR_TELECOM]     = { "telecom",     "通讯" },
    [INDICATOR_TRANSPORT]   = { "transport",   "交通" });

CODES(state, "state",
    [STATE_MISSING]        = { "missing",        "无答复" },
    [STATE_ZERO]           = { "zero",           "核实为零" },
    [STATE_STALE]          = { "stale",          "已过期" },
    [STATE_KNOWN]          = { "known",          "已知" },
    [STATE_NOT_AUTHORISED] = { "not_authorised", "未授权" });

CODES(utility_kind, "utility kind",
    [UTILITY_ELECTRICITY] = { "electricity", "用电" },
    [UTILITY_WATER]       = { "water",       "用水" },
    [UTILITY_GAS]         = { "gas",         "用气" });

CODES(income_kind, "income kind",
    [INCOME_WAGE]     = { "wage",     "工资性" },
    [INCOME_BUSINESS] = { "business", "经营净" },
    [INCOME_PROPERTY] = { "property", "财产净" },
    [INCOME_TRANSFER] = { "transfer", "转移净" });

CODES(usage, "usage",
    [USAGE_RESIDENTIAL]     = { "residential",     "住宅" },
    [USAGE_SHOP]            = { "shop",            "商铺" },
    [USAGE_OFFICE]          = { "office",          "办公" },
    [USAGE_FACTORY]         = { "factory",         "厂房" },
    [USAGE_APARTMENT_HOTEL] = { "apartment-hotel", "酒店式公寓" },
    [USAGE_OTHER]           = { "other",           "其他" });

CODES(vehicle_type, "vehicle type",
    [VEHICLE_CAR]                = { "car",                "汽车" },
    [VEHICLE_MOTORCYCLE]         = { "motorcycle",         "摩托车" },
    [VEHICLE_TRUCK]              = { "truck",              "货车" },
    [VEHICLE_BOAT]               = { "boat",               "船" },
    [VEHICLE_ELECTRIC_BICYCLE]   = { "electric-bicycle",   "电动自行车" },
    [VEHICLE_DISABILITY_SCOOTER] = { "disability-scooter", "残疾人代步车" },
    [VEHICLE_OTHER]              = { "other",              "其他" });

CODES(urban, "urban",
    [URBAN_UNKNOWN] = { "unknown", "未知" },
    [URBAN_URBAN]   = { "urban",   "城镇" },
    [URBAN_RURAL]   = { "rural",   "乡村" });

CODES(group, "group",
    [GROUP_COLLEGE_GRADUATE]        = { "college-graduate",        "大专院校毕业生" },
    [GROUP_SKILLED_WORKER]          = { "skilled-worker",          "技术工人" },
    [GROUP_SMALL_BUSINESS]          = { "small-business",          "中小企业主和个体工商户" },
    [GROUP_URBANISED_MIGRANT]       = { "urbanised-migrant",       "城镇化转移人口" },
    [GROUP_SKILLED_FARMER_FISHER]   = { "skilled-farmer-fisher",   "高素质渔农民" },
    [GROUP_NEW_ECONOMY_WORKER]      = { "new-economy-worker",      "新业态从业人员" },
    [GROUP_PUBLIC_SECTOR]           = { "public-sector",           "机关事业单位" },
    [GROUP_UNSETTLED_FARMER_FISHER] = { "unsettled-farmer-fisher", "未进城落户渔农民" },
    [GROUP_HARDSHIP]                = { "hardship",                "困难群体" },
    [GROUP_CHILD_OR_ELDER]          = { "child-or-elder",          "困境儿童和高龄老年人" },
    [GROUP_DIBAO]                   = { "dibao",                   "低保" },
    [GROUP_DIBIAN]                  = { "dibian",                  "低边" },
    [GROUP_TEKUN]                   = { "tekun",                   "特困" },
    [GROUP_RIGID_EXPENSE]           = { "rigid-expense",           "刚性支出困难" });

CODES(poverty_line, "line",
    [LINE_DIBAO]         = { "dibao",         "低保" },
    [LINE_DIBIAN]        = { "dibian",        "低边" },
    [LINE_RIGID_EXPENSE] = { "rigid_expense", "刚性支出困难" });

CODES(line_test, "test",
    [TEST_INCOME]  = { "income",  "收入" },
    [TEST_MONEY]   = { "money",   "金融资产" },
    [TEST_VEHICLE] = { "vehicle", "车辆" },
    [TEST_HOME]    = { "home",    "住房" });

CODES(hint, "hint",
    [HINT_NO_RULE]       = { "no_rule",       "无此规定" },
    [HINT_MEETS]         = { "meets",         "符合" },
    [HINT_DOES_NOT_MEET] = { "does_not_meet", "不符合" },
    [HINT_CANNOT_TELL]   = { "cannot_tell",   "无法判断" });

CODES(basis, "basis",
    [BASIS_NO_MODEL]     = { "no_model",          "无模型" },
    [BASIS_DEMOGRAPHICS] = { "demographics_only", "仅凭人口特征" },
    [BASIS_SOURCES]      = { "sources",           "有数据来源" });

CODES(mark, "mark",
    [MARK_DECLARED_BELOW]                        = { "declared_below",     "申报偏低" },
    [MARK_DECLARED_FAR_BELOW]                    = { "declared_far_below", "申报明显偏低" },
    [MARK_DECLARED_ABOVE]                        = { "declared_above",     "申报偏高" },
    [MARK_DECLARED_FAR_ABOVE]                    = { "declared_far_above", "申报明显偏高" },
    [MARK_ODD_DEPOSIT + INDICATOR_DEPOSIT]       = { "odd_deposit",        "存款与其他来源不符" },
    [MARK_ODD_DEPOSIT + INDICATOR_PROPERTY]      = { "odd_property",       "房产与其他来源不符" },
    [MARK_ODD_DEPOSIT + INDICATOR_VEHICLE]       = { "odd_vehicle",        "车辆与其他来源不符" },
    [MARK_ODD_DEPOSIT + INDICATOR_FUND]          = { "odd_fund",           "公积金与其他来源不符" },
    [MARK_ODD_DEPOSIT + INDICATOR_ELECTRICITY]   = { "odd_electricity",    "用电与其他来源不符" },
    [MARK_ODD_DEPOSIT + INDICATOR_WATER]         = { "odd_water",          "用水与其他来源不符" },
    [MARK_ODD_DEPOSIT + INDICATOR_GAS]           = { "odd_gas",            "用气与其他来源不符" },
    [MARK_ODD_DEPOSIT + INDICATOR_TELECOM]       = { "odd_telecom",        "通讯与其他来源不符" },
    [MARK_ODD_DEPOSIT + INDICATOR_TRANSPORT]     = { "odd_transport",      "交通与其他来源不符" },
    [MARK_INCONSISTENT]                          = { "inconsistent",       "各来源相互矛盾" });

CODES(contradiction, "contradiction",
    [CONTRADICTION_BELOW_EVIDENCED] = { "declared_below_evidenced", "申报低于核实下限" },
    [CONTRADICTION_ABOVE_EVIDENCED] = { "declared_above_evidenced", "申报高于核实上限" },
    [CONTRADICTION_NO_WAGE]         = { "wage_not_declared",        "有公积金缴存而未申报工资" },
    [CONTRADICTION_NO_INTEREST]     = { "interest_not_declared",    "有存款利息而未申报财产收入" });
/* clang-format on */

const char *code_name(const struct codes *codes, int value)
{
    return value >= 0 && value < codes->count ? codes->entries[value].name : "?";
}

bool code_find(const struct codes *codes, struct text text, int *ret)
{
    for (int i = 0; i < codes->count; i++)
        if (text_equal(text.data, text.len, codes->entries[i].name) ||
            text_equal(text.data, text.len, codes->entries[i].chinese)) {
            *ret = i;
            return true;
        }
    return false;
}

unsigned group_mask(enum group group)
{
    bool hardship = group >= GROUP_DIBAO && group <= GROUP_RIGID_EXPENSE;

    return 1U << group | (hardship ? 1U << GROUP_HARDSHIP : 0);
}

enum indicator indicator_of_source(enum source source, enum utility_kind kind)
{
    static const enum indicator indicators[SOURCE_COUNT] = {
        [SOURCE_HOUSEHOLD] = INDICATOR_NONE,      [SOURCE_ROSTER] = INDICATOR_NONE,
        [SOURCE_DECLARATION] = INDICATOR_NONE,    [SOURCE_DEPOSIT] = INDICATOR_DEPOSIT,
        [SOURCE_PROPERTY] = INDICATOR_PROPERTY,   [SOURCE_VEHICLE] = INDICATOR_VEHICLE,
        [SOURCE_PROVIDENT_FUND] = INDICATOR_FUND, [SOURCE_UTILITY] = INDICATOR_ELECTRICITY,
        [SOURCE_TELECOM] = INDICATOR_TELECOM,     [SOURCE_TRANSPORT] = INDICATOR_TRANSPORT,
        [SOURCE_METER] = INDICATOR_NONE,
    };

    return source == SOURCE_UTILITY ? (enum indicator)(INDICATOR_ELECTRICITY + (int)kind)
                                    : indicators[source];
}
