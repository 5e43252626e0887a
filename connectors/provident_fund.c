/* provident_fund - contributions of a month to the housing provident fund, amounts in yuan. */
#include "connectors/field.h"

/* clang-format off */
static const struct field fields[] = {
    /* column            中文         setter        need      member */
    { "id_no",           "身份证号",  set_person,   KEY },
    { "account_no",      "账号",      set_item,     KEY },
    { "employer_no",     "单位代码",  set_employer, OPTIONAL, MEMBER(fund.employer) },
    { "industry",        "行业",      set_industry, OPTIONAL },
    { "month",           "月份",      set_month,    KEY },
    { "employee_amount", "个人缴存额", set_amount,  REQUIRED, MEMBER(fund.employee_fen) },
    { "employer_amount", "单位缴存额", set_amount,  REQUIRED, MEMBER(fund.employer_fen) },
    { "rate",            "缴存比例",  set_rate,     OPTIONAL, MEMBER(fund.rate_millionths) }, /* of one side */
    { "balance",         "余额",      set_amount,   OPTIONAL, MEMBER(fund.balance_fen) },
    { NULL },
};
/* clang-format on */

const struct connector connector_provident_fund = {
    .fields = fields,
    .item = TOKEN_FUND_ACCOUNT,
    .dated = true,
    .blank = { .source = SOURCE_PROVIDENT_FUND,
               .fund = { .rate_millionths = RATE_NONE, .balance_fen = NUMBER_NONE } },
};
