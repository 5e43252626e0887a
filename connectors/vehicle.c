/* vehicle - ownership of vehicles, from registration to cancellation, values in yuan. */
#include "connectors/field.h"

/* clang-format off */
static const struct field fields[] = {
    /* column           中文        setter          need      member and codes */
    { "id_no",          "身份证号", set_person,     KEY },
    { "plate_no",       "号牌",     set_item,       KEY },
    { "vehicle_type",   "车辆类型", set_code,       REQUIRED, MEMBER(vehicle.type), &vehicle_type_codes },
    { "assessed_value", "评估价值", set_value,      OPTIONAL, MEMBER(vehicle.value_fen) },
    { "registered_on",  "登记日期", set_valid_from, KEY },
    { "cancelled_on",   "注销日期", set_valid_to,   OPTIONAL },
    { NULL },
};
/* clang-format on */

static int finish(struct draft *draft, struct err *err)
{
    return check_span(draft, "cancelled_on", err);
}

const struct connector connector_vehicle = {
    .fields = fields,
    .item = TOKEN_PLATE,
    .blank = { .source = SOURCE_VEHICLE, .vehicle = { .value_fen = NUMBER_NONE } },
    .finish = finish,
};
