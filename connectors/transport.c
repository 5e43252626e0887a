/* transport - journeys on a card in a month, amounts in yuan. */
#include "connectors/field.h"

/* clang-format off */
static const struct field fields[] = {
    /* column     中文        setter      need      member */
    { "id_no",    "身份证号", set_person, KEY },
    { "card_no",  "卡号",     set_item,   KEY },
    { "month",    "月份",     set_month,  KEY },
    { "trips",    "次数",     set_trips,  OPTIONAL, MEMBER(bill.trips) },
    { "amount",   "金额",     set_amount, REQUIRED, MEMBER(bill.amount_fen) },
    { NULL },
};
/* clang-format on */

const struct connector connector_transport = {
    .fields = fields,
    .item = TOKEN_CARD,
    .dated = true,
    .blank = { .source = SOURCE_TRANSPORT, .bill = { .trips = NUMBER_NONE } },
};
