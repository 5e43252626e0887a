#include "daemon/cli/profile_page.h"

#include <string.h>

#include "daemon/cli/figure.h"
#include "lib/base/text.h"

enum { LABEL_COLUMNS = 31, LEDGER_COLUMNS = 14, DIGEST_SHOWN = 12 };

/* --- who --- */

static struct filling text_or_unknown(const char *text)
{
    return *text ? fill_text(text) : fill_message(MSG_NOT_KNOWN);
}

static void head(const struct page *page, const struct profile_view *view)
{
    const struct profile *profile = view->profile;
    char hex[TOKEN_TEXT_SIZE];

    say(page, MSG_HOUSEHOLD_HEAD, fill_code(&household_kind_codes, (int)profile->kind),
        fill_text(token_text(&profile->household, hex)));
    say(page, view->sealed ? MSG_AS_SEALED : MSG_AS_LIVE, fill(FILL_MONTH, profile->as_of));
}

static void who(const struct page *page, const struct profile_view *view)
{
    const struct profile *profile = view->profile;

    say(page, MSG_WHO);
    say(page, MSG_WHO_MEMBERS, fill(FILL_COUNT, profile->member_count),
        fill(FILL_COUNT, profile->adult_count), fill(FILL_COUNT, profile->child_count),
        fill(FILL_COUNT, profile->elder_count), fill(FILL_COUNT, profile->head_age));
    say(page, MSG_WHO_WHERE, text_or_unknown(profile->region), text_or_unknown(profile->industry));
    say(page, MSG_GROUPS_STATED);
    figure_set(page, &group_codes, profile->groups);
    page_line(page);
    profile_groups_derived(page, view);
}

/* --- three ledgers --- */

static void ledger(const struct page *page, enum message name)
{
    size_t mark = page_mark(page);

    say(page, name);
    page_pad(page, mark, LEDGER_COLUMNS, false);
}

/* Kinds that were declared: they add up to the sum. */
static void declared_kinds(const struct page *page, const struct profile *profile)
{
    bool any = false;

    for (int kind = 0; kind < INCOME_KIND_COUNT; kind++) {
        if (profile->declared_by_kind[kind] == NUMBER_NONE)
            continue;
        page_fill(page, fill_message(any ? MSG_COMMA : MSG_OPEN));
        say(page, MSG_DECLARED_KIND, fill_code(&income_kind_codes, kind),
            fill(FILL_YUAN, profile->declared_by_kind[kind]));
        any = true;
    }
    page_fill(page, fill_message(MSG_CLOSE));
    page_line(page);
}

static void declared(const struct page *page, const struct profile *profile)
{
    ledger(page, MSG_DECLARED);
    if (profile->declared_income == NUMBER_NONE) {
        say(page, MSG_DECLARED_NOTHING);
    } else {
        page_fill(page, fill(FILL_YUAN, profile->declared_income));
        declared_kinds(page, profile);
    }
    say(page, MSG_DECLARED_IS, fill(FILL_MONTH, profile->as_of));
    if (profile->declared_partial != NUMBER_NONE && profile->declared_partial)
        say(page, MSG_DECLARED_PARTLY, fill(FILL_COUNT, profile->declared_partial));
    if (profile->undeclared_members)
        say(page, MSG_DECLARED_NOT_BY, fill(FILL_COUNT, profile->undeclared_members));
}

static void evidenced(const struct page *page, const struct profile *profile)
{
    bool open = profile->evidenced_high == NUMBER_NONE;

    ledger(page, MSG_EVIDENCED);
    if (open)
        say(page, MSG_EVIDENCED_OPEN, fill(FILL_YUAN, profile->evidenced_low));
    else
        say(page, MSG_EVIDENCED_BOUNDS, fill(FILL_YUAN, profile->evidenced_low),
            fill(FILL_YUAN, profile->evidenced_high));
    say(page, MSG_EVIDENCED_IS);
    if (profile->wage_base_year != NUMBER_NONE)
        say(page, MSG_EVIDENCED_YEAR, fill(FILL_PLAIN, profile->wage_base_year));
    if (open)
        say(page, MSG_EVIDENCED_UNSEEN);
}

/* As the shipped model says of itself, by its name or where it comes from. */
static bool is_synthetic(const struct rules *rules)
{
    const struct model *model = rules->assessor ? assessor_model(rules->assessor) : NULL;

    return model && (strcasestr(model->name, "synthetic") || strcasestr(model->provenance, "synthetic"));
}

static void assessed(const struct page *page, const struct profile_view *view)
{
    const struct assessed *assessed = &view->profile->assessed;

    ledger(page, MSG_ASSESSED);
    if (assessed->basis == BASIS_NO_MODEL) {
        say(page, MSG_ASSESSED_NONE);
        return;
    }
    say(page, MSG_ASSESSED_ABOUT, fill(FILL_ROUGH, assessed->p50), fill(FILL_ROUGH, assessed->low),
        fill(FILL_ROUGH, assessed->high));
    say(page, MSG_ASSESSED_IS);
    if (is_synthetic(view->rules))
        say(page, MSG_ASSESSED_SYNTHETIC);
    if (assessed->basis == BASIS_DEMOGRAPHICS)
        say(page, MSG_DEMOGRAPHICS_ONLY);
}

static void ledgers(const struct page *page, const struct profile_view *view)
{
    say(page, MSG_LEDGERS);
    declared(page, view->profile);
    evidenced(page, view->profile);
    assessed(page, view);
}

/* --- sources --- */

/* A stale source shows its figures and says so; a verified zero is zero in all of them. */
static bool has_figures(enum indicator_state state)
{
    return state == STATE_KNOWN || state == STATE_STALE;
}

static void source(const struct page *page, const struct profile *profile, enum indicator indicator)
{
    /* What each state means for a reader who decides something (P4). */
    static const enum message meanings[STATE_COUNT] = {
        [STATE_MISSING] = MSG_STATE_MISSING,
        [STATE_ZERO] = MSG_STATE_ZERO,
        [STATE_STALE] = MSG_STATE_STALE,
        [STATE_KNOWN] = MSG_STATE_KNOWN,
        [STATE_NOT_AUTHORISED] = MSG_STATE_NOT_AUTHORISED,
    };
    enum indicator_state state = profile->states[indicator];
    size_t mark = page_mark(page);

    buffer_add_string(page->out, "  ");
    page_fill(page, fill_code(&indicator_codes, (int)indicator));
    page_pad(page, mark, LEDGER_COLUMNS, false);
    page_fill(page, fill_message(meanings[state]));
    page_line(page);
    for (const struct profile_field *field = profile_fields; field->name; field++) {
        if (!has_figures(state) || field->codes || field->type == PROFILE_DECIMAL ||
            !figure_belongs(field, indicator))
            continue;
        mark = page_mark(page);
        buffer_add_string(page->out, "    ");
        page_fill(page, fill_message(figure_label(field)));
        page_pad(page, mark, LABEL_COLUMNS, false);
        figure_fill(page, profile, field);
        page_line(page);
    }
}

static void sources(const struct page *page, const struct profile *profile)
{
    say(page, MSG_SOURCES);
    for (int i = 0; i < INDICATOR_COUNT; i++)
        source(page, profile, (enum indicator)i);
}

/* --- what all of it rests on --- */

static const char *short_digest(const uint8_t digest[DIGEST_SIZE], char ret[2 * DIGEST_SIZE + 1])
{
    hex_encode(digest, DIGEST_SIZE, ret);
    ret[DIGEST_SHOWN] = 0;
    return ret;
}

static void model_line(const struct page *page, const struct profile_view *view)
{
    const struct model *model;
    char digest[2 * DIGEST_SIZE + 1];

    if (!view->rules->assessor) {
        say(page, MSG_RESTS_NO_MODEL);
        return;
    }
    model = assessor_model(view->rules->assessor);
    say(page, MSG_RESTS_MODEL, fill_text(model->name),
        fill_text(short_digest(assessor_digest(view->rules->assessor), digest)),
        fill(FILL_COUNT, (int64_t)model->labels), fill_text(model->provenance));
}

static void gap(const struct page *page, const struct feed_gap *gap)
{
    int source;

    buffer_printf(page->out, "    %-26s ", gap->feed);
    if (code_find(&source_codes, text_of(gap->source), &source))
        page_fill(page, fill_code(&source_codes, source));
    say(page, MSG_RESTS_GAP_NUMBERS, fill_text(gap->numbers));
    page_line(page);
}

static void rests_on(const struct page *page, const struct profile_view *view)
{
    char digest[2 * DIGEST_SIZE + 1];

    say(page, MSG_RESTS_ON);
    say(page, MSG_RESTS_POLICY, fill_text(view->policy_name),
        fill_text(short_digest(view->profile->policy, digest)));
    model_line(page, view);
    say(page, MSG_RESTS_RECORDS, fill(FILL_COUNT, (int64_t)view->profile->evidence_count));
    if (view->gap_count)
        say(page, MSG_RESTS_GAPS);
    for (size_t i = 0; i < view->gap_count; i++)
        gap(page, &view->gaps[i]);
}

void profile_page(const struct page *page, const struct profile_view *view)
{
    head(page, view);
    who(page, view);
    ledgers(page, view);
    profile_estimate(page, view);
    profile_questions(page, view);
    profile_hints(page, view);
    profile_settle(page, view);
    sources(page, view->profile);
    rests_on(page, view);
}
