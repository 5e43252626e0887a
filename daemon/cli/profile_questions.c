/* profile_questions - what the ledgers ask of each other. Each question says what a person can check. */
#include "daemon/cli/profile_page.h"

/* --- declaration against estimate --- */

/* A household's figures against the words of some of its members. */
static void not_all(const struct page *page, const struct profile *profile)
{
    if (profile->undeclared_members)
        say(page, MSG_NOT_ALL, fill(FILL_COUNT, profile->undeclared_members));
}

static void against(const struct page *page, const struct profile *profile)
{
    if (profile->declared_income == NUMBER_NONE) {
        say(page, MSG_AGAINST_NOTHING);
        return;
    }
    if (profile->assessed.conflict == NUMBER_NONE)
        say(page, MSG_AGAINST_PARTIAL);
    else
        say(page, MSG_AGAINST, fill(FILL_SHARE, profile->assessed.conflict));
    not_all(page, profile);
}

/* --- marks --- */

struct mark_text {
    enum message says, check; /* check: MESSAGE_COUNT, it is said with the question */
    enum indicator odd;       /* INDICATOR_NONE: not of one source */
};

/* clang-format off */
static const struct mark_text mark_texts[MARK_COUNT] = {
    [MARK_DECLARED_BELOW]     = { MSG_MARK_BELOW,     MSG_CHECK_BELOW, INDICATOR_NONE },
    [MARK_DECLARED_FAR_BELOW] = { MSG_MARK_FAR_BELOW, MSG_CHECK_BELOW, INDICATOR_NONE },
    [MARK_DECLARED_ABOVE]     = { MSG_MARK_ABOVE,     MESSAGE_COUNT,   INDICATOR_NONE },
    [MARK_DECLARED_FAR_ABOVE] = { MSG_MARK_FAR_ABOVE, MESSAGE_COUNT,   INDICATOR_NONE },
    [MARK_ODD_DEPOSIT + INDICATOR_DEPOSIT]     = { MSG_MARK_ODD, MSG_CHECK_DEPOSIT,   INDICATOR_DEPOSIT },
    [MARK_ODD_DEPOSIT + INDICATOR_PROPERTY]    = { MSG_MARK_ODD, MSG_CHECK_PROPERTY,  INDICATOR_PROPERTY },
    [MARK_ODD_DEPOSIT + INDICATOR_VEHICLE]     = { MSG_MARK_ODD, MSG_CHECK_VEHICLE,   INDICATOR_VEHICLE },
    [MARK_ODD_DEPOSIT + INDICATOR_FUND]        = { MSG_MARK_ODD, MSG_CHECK_FUND,      INDICATOR_FUND },
    [MARK_ODD_DEPOSIT + INDICATOR_ELECTRICITY] = { MSG_MARK_ODD, MSG_CHECK_METER,     INDICATOR_ELECTRICITY },
    [MARK_ODD_DEPOSIT + INDICATOR_WATER]       = { MSG_MARK_ODD, MSG_CHECK_METER,     INDICATOR_WATER },
    [MARK_ODD_DEPOSIT + INDICATOR_GAS]         = { MSG_MARK_ODD, MSG_CHECK_METER,     INDICATOR_GAS },
    [MARK_ODD_DEPOSIT + INDICATOR_TELECOM]     = { MSG_MARK_ODD, MSG_CHECK_TELECOM,   INDICATOR_TELECOM },
    [MARK_ODD_DEPOSIT + INDICATOR_TRANSPORT]   = { MSG_MARK_ODD, MSG_CHECK_TRANSPORT, INDICATOR_TRANSPORT },
    [MARK_INCONSISTENT]       = { MSG_MARK_ALL,       MSG_CHECK_ALL,   INDICATOR_NONE },
};
/* clang-format on */

static void marks(const struct page *page, unsigned mask)
{
    for (int mark = 0; mark < MARK_COUNT; mark++) {
        const struct mark_text *text = &mark_texts[mark];

        if (!(mask >> mark & 1))
            continue;
        if (text->odd != INDICATOR_NONE)
            say(page, text->says, fill_code(&indicator_codes, (int)text->odd));
        else
            say(page, text->says);
        if (text->check != MESSAGE_COUNT)
            say(page, text->check);
    }
}

/* --- contradictions: facts, with both figures and the years they speak of --- */

static void wage_year(const struct page *page, const struct profile *profile)
{
    if (profile->wage_base_year != NUMBER_NONE)
        say(page, MSG_EVIDENCED_YEAR, fill(FILL_PLAIN, profile->wage_base_year));
}

static void below_evidenced(const struct page *page, const struct profile *profile)
{
    say(page, MSG_FACT_BELOW, fill(FILL_YUAN, profile->declared_income), fill(FILL_MONTH, profile->as_of),
        fill(FILL_YUAN, profile->evidenced_low));
    wage_year(page, profile);
    not_all(page, profile);
}

static void above_evidenced(const struct page *page, const struct profile *profile)
{
    say(page, MSG_FACT_ABOVE, fill(FILL_YUAN, profile->declared_income), fill(FILL_MONTH, profile->as_of),
        fill(FILL_YUAN, profile->evidenced_high));
    wage_year(page, profile);
}

static void no_wage(const struct page *page, const struct profile *profile)
{
    say(page, MSG_FACT_NO_WAGE, fill(FILL_MONTH, profile->as_of), fill(FILL_COUNT, profile->fund_months),
        fill(FILL_YUAN, profile->wage_low), fill(FILL_PLAIN, profile->wage_base_year));
}

static void no_interest(const struct page *page, const struct profile *profile)
{
    say(page, MSG_FACT_NO_INTEREST, fill(FILL_MONTH, profile->as_of),
        fill(FILL_YUAN, profile->deposit_interest));
}

static void contradictions(const struct page *page, const struct profile *profile)
{
    static void (*const facts[CONTRADICTION_COUNT])(const struct page *, const struct profile *) = {
        [CONTRADICTION_BELOW_EVIDENCED] = below_evidenced,
        [CONTRADICTION_ABOVE_EVIDENCED] = above_evidenced,
        [CONTRADICTION_NO_WAGE] = no_wage,
        [CONTRADICTION_NO_INTEREST] = no_interest,
    };

    if (profile->contradictions)
        say(page, MSG_FACTS);
    for (int i = 0; i < CONTRADICTION_COUNT; i++)
        if (profile->contradictions >> i & 1)
            facts[i](page, profile);
}

void profile_question_list(const struct page *page, const struct profile_view *view)
{
    const struct profile *profile = view->profile;

    marks(page, profile->assessed.marks);
    contradictions(page, profile);
    if (!profile->assessed.marks && !profile->contradictions)
        say(page, MSG_NO_QUESTION);
}

void profile_questions(const struct page *page, const struct profile_view *view)
{
    say(page, MSG_QUESTIONS);
    if (view->profile->assessed.basis != BASIS_NO_MODEL)
        against(page, view->profile);
    profile_question_list(page, view);
}
