/* property - rights over units, from registration to cancellation, values in yuan, areas in m². */
#include "connectors/field.h"

/* clang-format off */
static const struct field fields[] = {
    /* column           中文            setter          need      member and codes */
    { "id_no",          "身份证号",     set_person,     KEY },
    { "unit_no",        "不动产单元号", set_unit,       KEY },
    { "share",          "份额",         set_share,      OPTIONAL, MEMBER(property.share) },
    { "area_m2",        "面积",         set_area,       OPTIONAL, MEMBER(property.area_cm2) },
    { "usage",          "用途",         set_code,       REQUIRED, MEMBER(property.usage), &usage_codes },
    { "assessed_value", "评估价值",     set_value,      OPTIONAL, MEMBER(property.value_fen) },
    { "registered_on",  "登记日期",     set_valid_from, KEY },
    { "cancelled_on",   "注销日期",     set_valid_to,   OPTIONAL },
    { NULL },
};
/* clang-format on */

static int finish(struct draft *draft, struct err *err)
{
    return check_span(draft, "cancelled_on", err);
}

const struct connector connector_property = {
    .fields = fields,
    .item = TOKEN_UNIT,
    .blank = { .source = SOURCE_PROPERTY,
               .property = { .share = { 1, 1 }, .area_cm2 = NUMBER_NONE, .value_fen = NUMBER_NONE } },
    .finish = finish,
};
