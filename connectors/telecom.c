/* telecom - the bill of a telephone number for a month, in yuan; a refund is negative. */
#include "connectors/field.h"

/* clang-format off */
static const struct field fields[] = {
    /* column      中文        setter      need      member */
    { "id_no",     "身份证号", set_person, KEY },
    { "phone_no",  "号码",     set_item,   KEY },
    { "month",     "月份",     set_month,  KEY },
    { "amount",    "金额",     set_amount, REQUIRED, MEMBER(bill.amount_fen) },
    { NULL },
};
/* clang-format on */

const struct connector connector_telecom = {
    .fields = fields,
    .item = TOKEN_PHONE,
    .dated = true,
    .blank = { .source = SOURCE_TELECOM, .bill = { .trips = NUMBER_NONE } },
};
