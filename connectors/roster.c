/* roster - a department's own statement that a person belongs to a group. */
#include "connectors/field.h"

/* clang-format off */
static const struct field fields[] = {
    /* column      中文        setter          need      member and codes */
    { "id_no",      "身份证号", set_person,     KEY },
    { "group",      "群体",     set_code,       KEY,      MEMBER(roster.group), &group_codes },
    { "authority",  "认定单位", accept_any,     OPTIONAL }, /* used by no rule, may name a person */
    { "valid_from", "生效日期", set_valid_from, KEY },
    { "valid_to",   "失效日期", set_valid_to,   OPTIONAL },
    { NULL },
};
/* clang-format on */

static int finish(struct draft *draft, struct err *err)
{
    return check_span(draft, "valid_to", err);
}

const struct connector connector_roster = {
    .fields = fields,
    .item = ITEM_CODED,
    .blank = { .source = SOURCE_ROSTER },
    .finish = finish,
};
