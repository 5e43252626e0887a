/* declaration - what a person declared to have earned in one or in twelve whole calendar months, in yuan. */
#include "connectors/field.h"

/* clang-format off */
static const struct field fields[] = {
    /* column         中文        setter           need      member and codes */
    { "household_no", "户号",     set_household,   OPTIONAL, MEMBER(declaration.household) },
    { "id_no",        "身份证号", set_person,      KEY },
    { "income_kind",  "收入类型", set_code,        KEY,      MEMBER(declaration.kind), &income_kind_codes },
    { "period_from",  "起始日期", set_period_from, KEY },
    { "period_to",    "截止日期", set_period_to,   KEY },
    { "amount",       "金额",     set_amount,      REQUIRED, MEMBER(declaration.amount_fen) },
    { NULL },
};
/* clang-format on */

/* An annual total stays annual: the length is part of the key, and only two lengths mean something. */
static int finish(struct draft *draft, struct err *err)
{
    struct record *record = &draft->record;
    int32_t first = month_of_day(record->valid_from_day), last = month_of_day(draft->period_to_day);
    int32_t months = last - first + 1;

    if (record->valid_from_day != month_first_day(first) || draft->period_to_day != month_last_day(last) ||
        (months != 1 && months != MONTHS_A_YEAR))
        return draft_reject(draft, "period_to", BAD_DATE, err);
    record->declaration.months = months;
    return 0;
}

const struct connector connector_declaration = {
    .fields = fields,
    .item = ITEM_CODED,
    .dated = true,
    .blank = { .source = SOURCE_DECLARATION },
    .finish = finish,
};
