/* household - who belongs to which household over which days. The fact is a person's membership. */
#include "connectors/field.h"

/* clang-format off */
static const struct field fields[] = {
    /* column          中文          setter          need      member and codes */
    { "id_no",          "身份证号",   set_birth,      KEY },   /* a token; the number itself stops here */
    { "household_no",   "户号",       set_household,  REQUIRED, MEMBER(household.household) },
    { "household_kind", "户类",       set_code,       KEY,      MEMBER(household.kind), &household_kind_codes },
    { "relation",       "与户主关系", set_relation,   REQUIRED },
    { "region",         "区划代码",   set_region,     REQUIRED },
    { "valid_from",     "生效日期",   set_valid_from, KEY },
    { "valid_to",       "失效日期",   set_valid_to,   OPTIONAL },
    { "urban",          "城乡",       set_urban,      OPTIONAL },
    { NULL },
};
/* clang-format on */

static int finish(struct draft *draft, struct err *err)
{
    return check_span(draft, "valid_to", err);
}

const struct connector connector_household = {
    .fields = fields,
    .item = ITEM_CODED,
    .blank = { .source = SOURCE_HOUSEHOLD },
    .finish = finish,
};
