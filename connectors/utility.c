/* utility - electricity, water and gas of a month, under a person's number or a meter's.
 *
 * Quantities in kWh or m³, amounts in yuan; a correction may be negative. */
#include "connectors/field.h"

/* clang-format off */
static const struct field fields[] = {
    /* column        中文        setter        need      member and codes */
    { "id_no",       "身份证号", set_person,   EITHER },
    { "meter_no",    "户号/表号", set_meter,   EITHER }, /* with both, the meter is the subject */
    { "kind",        "类型",     set_code,     KEY,      MEMBER(utility.kind), &utility_kind_codes },
    { "contract_no", "合同号",   set_item,     KEY_OPTIONAL },
    { "month",       "月份",     set_month,    KEY },
    { "quantity",    "用量",     set_quantity, REQUIRED, MEMBER(utility.quantity_milli) },
    { "amount",      "金额",     set_amount,   OPTIONAL, MEMBER(utility.amount_fen) },
    { NULL },
};
/* clang-format on */

/* Contract and meter numbers are those of one kind: the water meter M1 is not the electric meter M1. */
static int finish(struct draft *draft, struct err *err)
{
    draft->scope = code_name(&utility_kind_codes, (int)draft->record.utility.kind);
    return 0;
}

const struct connector connector_utility = {
    .fields = fields,
    .item = TOKEN_CONTRACT,
    .dated = true,
    .blank = { .source = SOURCE_UTILITY, .utility = { .amount_fen = NUMBER_NONE } },
    .finish = finish,
};
