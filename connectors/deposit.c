/* deposit - balances of accounts at a date, amounts in yuan. */
#include "connectors/field.h"

static field_setter require_cny;

/* clang-format off */
static const struct field fields[] = {
    /* column         中文        setter          need      member */
    { "id_no",        "身份证号", set_person,     KEY },     /* a token; the number itself stops here */
    { "account_no",   "账号",     set_item,       KEY },
    { "bank_code",    "银行代码", set_scope,      KEY },     /* the item is bank and account */
    { "balance",      "余额",     set_amount,     REQUIRED, MEMBER(deposit.balance_fen) },
    { "balance_date", "余额日期", set_valid_from, KEY },
    { "interest",     "年利息",   set_amount,     OPTIONAL, MEMBER(deposit.interest_fen) },
    { "share",        "份额",     set_share,      OPTIONAL, MEMBER(deposit.share) }, /* joint accounts */
    { "currency",     "币种",     require_cny,    OPTIONAL },
    { NULL },
};
/* clang-format on */

/* UNKNOWN_CURRENCY is the one rule of this source that no shared setter knows. */
static int require_cny(struct draft *draft, const struct field *field, struct text text, struct err *err)
{
    if (!text_equal(text.data, text.len, "CNY") && !text_equal(text.data, text.len, "人民币"))
        return err_reject(err, UNKNOWN_CURRENCY);
    return 0;
}

const struct connector connector_deposit = {
    .fields = fields,
    .item = TOKEN_ACCOUNT,
    .dated = true,
    .blank = { .source = SOURCE_DEPOSIT, .deposit = { .share = { 1, 1 }, .interest_fen = NUMBER_NONE } },
};
