/* meter - which household a meter serves over which days. The fact is the meter's, not a person's. */
#include "connectors/field.h"

/* clang-format off */
static const struct field fields[] = {
    /* column           中文        setter          need      member and codes */
    { "meter_no",       "表号",     set_meter,      KEY },
    { "kind",           "类型",     set_code,       KEY,      MEMBER(meter.utility), &utility_kind_codes },
    { "household_no",   "户号",     set_household,  REQUIRED, MEMBER(meter.household) },
    { "household_kind", "户类",     set_code,       KEY,      MEMBER(meter.kind), &household_kind_codes },
    { "valid_from",     "生效日期", set_valid_from, KEY },
    { "valid_to",       "失效日期", set_valid_to,   OPTIONAL },
    { NULL },
};
/* clang-format on */

static int finish(struct draft *draft, struct err *err)
{
    draft->scope = code_name(&utility_kind_codes, (int)draft->record.meter.utility);
    return check_span(draft, "valid_to", err);
}

const struct connector connector_meter = {
    .fields = fields,
    .item = ITEM_CODED,
    .blank = { .source = SOURCE_METER },
    .finish = finish,
};
