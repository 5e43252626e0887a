#include "daemon/cli/profile_page.h"

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/arena.h"
#include "lib/core/determination.h"
#include "lib/core/elementary.h"
#include "tests/unit/unit.h"

/* --- a policy, a model and a household, by hand --- */

#define RULE(words)                                                                                          \
    {                                                                                                        \
        "330305", 18000, DAY_OPEN, (char *)(uintptr_t)(words)                                                \
    }

static struct band_rule bands = { RULE("plan"), { 5000000, 10000000, 20000000, 50000000, 60000000 } };
static struct line_rule lines[LINE_COUNT] = {
    [LINE_DIBAO] = { RULE("notice 1"), 1300000 },
    [LINE_DIBIAN] = { RULE("notice 2"), 2600000 },
    [LINE_RIGID_EXPENSE] = { RULE(NULL), 2600000 },
};
static struct asset_rule money = { RULE("notice 3"), .per_head_fen = 5200000 };
static struct asset_rule vehicle = { RULE("notice 3"), .count_max = 0, .value_max_fen = NUMBER_NONE };
static struct asset_rule home = { RULE("notice 3"), .count_max = 1, .area_per_head_cm2_max = NUMBER_NONE };
static struct disregard_rule disregard = { RULE("notice 4"), INCOME_WAGE, 200000 };
static struct group_rule groups[] = {
    { RULE("notice 5"), GROUP_CHILD_OR_ELDER, 80, INT32_MAX, NULL, 0, 0, 0, 0 },
    { RULE("notice 6"), GROUP_CHILD_OR_ELDER, INT32_MIN, 18, NULL, 0, 0, 0, 1U << LINE_DIBAO },
    { RULE("notice 7"), GROUP_SMALL_BUSINESS, 16, 60, NULL, 0, 6, 1U << INCOME_BUSINESS, 0 },
};

static struct policy policy = {
    .bands = &bands,
    .band_count = 1,
    .lines = { &lines[0], &lines[1], &lines[2] },
    .line_count = { 1, 1, 1 },
    .assets = { [LINE_DIBAO] = { NULL, &money, &vehicle, &home } },
    .asset_count = { [LINE_DIBAO] = { 0, 1, 1, 1 } },
    .disregards = { [LINE_DIBAO] = &disregard },
    .disregard_count = { [LINE_DIBAO] = 1 },
    .groups = groups,
    .group_count = COUNT_OF(groups),
};

static void add_field(struct model *model, const char *source, enum model_field_kind kind, const char *column)
{
    struct model_source *last = model->source_count ? &model->sources[model->source_count - 1] : NULL;

    if (!last || strcmp(last->name, source) != 0) {
        last = &model->sources[model->source_count++];
        snprintf(last->name, sizeof last->name, "%s", source);
        last->field_first = model->field_count;
    }
    last->field_count++;
    model->fields[model->field_count].kind = kind;
    snprintf(model->fields[model->field_count++].column, MODEL_NAME_SIZE, "%s", column);
}

/* Reads all that may be read; scores nothing. */
static struct assessor *make_assessor(void)
{
    static const uint8_t digest[DIGEST_SIZE] = { 0xAB, 0xCD };
    struct model *model = model_new();
    struct assessor *assessor;
    struct err err;

    strcpy(model->name, "synthetic-example");
    strcpy(model->provenance, "made up");
    model->labels = 1234;
    model->coverage[0] = 0.9012;
    model->coverage[1] = 0.8934;
    for (const struct assess_column *column = assess_columns; column->name; column++)
        if (column->indicator != INDICATOR_TRANSPORT)
            add_field(model, code_name(&indicator_codes, (int)column->indicator), column->kind, column->name);
    assert_int_equal(assessor_new(model, digest, &assessor, &err), 0);
    return assessor;
}

static const struct assessed a_guess = {
    .p50 = 9012345,
    .low = 4012345,
    .high = 20012345,
    .base = 16000000,
    .estimate = 16013000,
    .contributions = { -105361, 0, NUMBER_NONE, 220000, NUMBER_NONE, NUMBER_NONE, NUMBER_NONE, -20000,
                       NUMBER_NONE },
    .bands = { 123456, 500000, 376000, 543, 1, 0 },
    .band = 2,
    .basis = BASIS_SOURCES,
    .below_dibao = 12,
    .below_dibian = 45678,
    .conflict = 8765,
    .marks =
        1U << MARK_DECLARED_FAR_BELOW | 1U << (MARK_ODD_DEPOSIT + INDICATOR_FUND) | 1U << MARK_INCONSISTENT,
};

static void make_profile(struct profile *ret)
{
    *ret = (struct profile){
        .kind = HOUSEHOLD_REGISTERED,
        .region = "330305001",
        .industry = "C13",
        .household.bytes = { 0x12, 0x34 },
        .as_of = month_from(2025, 12),
        .member_count = 4,
        .adult_count = 2,
        .child_count = 1,
        .elder_count = 1,
        .head_age = 45,
        .deposit_accounts = 2,
        .deposit_balance = 1234567,
        .deposit_interest = 2345,
        .deposit_mean = 1300000,
        .deposit_last = month_from(2025, 12),
        .property_units = 0,
        .property_homes = 0,
        .property_value = 0,
        .property_area_cm2 = 0,
        .property_last = NUMBER_NONE,
        .vehicle_count = 1,
        .vehicle_value = 5000000,
        .vehicle_last = month_from(2024, 1),
        .fund_months = 12,
        .fund_own = 500000,
        .fund_employer = 500000,
        .fund_balance = 2000000,
        .wage_low = 5000000,
        .wage_high = 5100000,
        .wage_base_year = 2024,
        .fund_last = month_from(2025, 12),
        .electricity_wh = NUMBER_NONE,
        .electricity_months = NUMBER_NONE,
        .electricity_last = NUMBER_NONE,
        .water_l = 120500,
        .water_months = 12,
        .water_last = month_from(2025, 12),
        .gas_l = NUMBER_NONE,
        .gas_months = NUMBER_NONE,
        .gas_last = NUMBER_NONE,
        .telecom_fen = 200000,
        .telecom_months = 12,
        .telecom_last = month_from(2025, 12),
        .transport_fen = 10000,
        .transport_trips = 5,
        .transport_months = 3,
        .transport_last = month_from(2025, 12),
        .declared_income = 3000000,
        .declared_months = 0,
        .declared_partial = 0,
        .undeclared_members = 1,
        .declared_by_kind = { 3000000, NUMBER_NONE, NUMBER_NONE, NUMBER_NONE },
        .evidenced_low = 5002345,
        .evidenced_high = NUMBER_NONE,
        .assessed = a_guess,
        .assessed_per_head = 3004115,
        .contradictions = 1U << CONTRADICTION_BELOW_EVIDENCED | 1U << CONTRADICTION_NO_INTEREST,
        .groups = 1U << GROUP_SKILLED_WORKER,
        .groups_derived = 1U << GROUP_CHILD_OR_ELDER | 1U << GROUP_SMALL_BUSINESS,
        .states = { STATE_KNOWN, STATE_ZERO, STATE_STALE, STATE_KNOWN, STATE_MISSING, STATE_KNOWN,
                    STATE_MISSING, STATE_KNOWN, STATE_KNOWN },
        .policy = { 0x99 },
        .evidence_count = 1294,
    };
}

static const struct feed_declared feeds[] = {
    { "bank-a", SOURCE_DEPOSIT, 0, true },
    { "bank-b", SOURCE_DEPOSIT, 0, false },
    { "police", SOURCE_VEHICLE, 0, true },
    { "grid", SOURCE_UTILITY, 1U << UTILITY_ELECTRICITY, true },
};
static const struct feed_gap gaps[] = { { "bank-b", "deposit", "3, 5-7" } };

enum { COVERED = 1U << INDICATOR_PROPERTY };

/* The page in one language, ended by a NUL; the caller frees. Hints are worked out as a profile's are. */
static char *make_page(struct profile *profile, const struct rules *rules, enum language language)
{
    const struct profile_view view = {
        .profile = profile,
        .sealed = true,
        .rules = rules,
        .coverage = COVERED,
        .policy_name = "330305.yaml",
        .feeds = feeds,
        .feed_count = COUNT_OF(feeds),
        .gaps = gaps,
        .gap_count = COUNT_OF(gaps),
    };
    struct buffer out = { 0 };
    const struct page page = { language, &out };

    determine_all(rules->policy, COVERED, month_last_day(profile->as_of), profile);
    profile_page(&page, &view);
    buffer_add_byte(&out, 0);
    return (char *)out.data;
}

/* --- the whole page --- */

static void check_golden(const char *page, const char *path)
{
    CLEANUP(buffer_free) struct buffer wanted = { 0 };
    FILE *file = fopen(path, "r");
    char part[4096];
    size_t size;

    assert_non_null(file);
    while ((size = fread(part, 1, sizeof part, file)) > 0)
        buffer_add(&wanted, part, size);
    fclose(file);
    buffer_add_byte(&wanted, 0);
    if (strcmp(page, (const char *)wanted.data) != 0) {
        fputs(page, stderr); /* what a changed golden page is made of */
        fail_msg("%s says something else", path);
    }
}

static void the_page_of_a_household_reads_as_the_golden_one(void **state)
{
    static const char *const names[LANGUAGE_COUNT] = { GOLDEN "/en.txt", GOLDEN "/zh.txt" };
    struct rules rules = { &policy, make_assessor() };
    struct profile profile;

    make_profile(&profile);
    for (int language = 0; language < LANGUAGE_COUNT; language++) {
        char *page = make_page(&profile, &rules, (enum language)language);

        check_golden(page, names[language]);
        free(page);
    }
    assessor_free(rules.assessor);
}

/* --- what must be said, and what must not --- */

static void says(const char *page, enum language language, enum message message, bool wanted)
{
    char start[64];
    const char *text = message_text(language, message);

    snprintf(start, sizeof start, "%.*s", (int)strcspn(text, "{"), text);
    if (!!strstr(page, start) != wanted)
        fail_msg("%s: %s in\n%s", wanted ? "not said" : "said", start, page);
}

static void without_a_model_the_page_says_so_and_shows_the_other_ledgers(void **state)
{
    const struct rules rules = { &policy, NULL };
    struct profile profile;
    char *page;

    make_profile(&profile);
    assess(NULL, &policy, &profile);
    page = make_page(&profile, &rules, LANGUAGE_ENGLISH);
    says(page, LANGUAGE_ENGLISH, MSG_ASSESSED_NONE, true);
    says(page, LANGUAGE_ENGLISH, MSG_RESTS_NO_MODEL, true);
    says(page, LANGUAGE_ENGLISH, MSG_WHY, false);
    says(page, LANGUAGE_ENGLISH, MSG_SURE, false);
    assert_non_null(strstr(page, "Declared    30,000.00 yuan"));
    assert_non_null(strstr(page, "at least 50,023.45 yuan"));
    free(page);
}

static void an_estimate_of_demographics_only_says_so_plainly(void **state)
{
    struct rules rules = { &policy, make_assessor() };
    struct profile profile;
    char *page;

    make_profile(&profile);
    profile.assessed.basis = BASIS_DEMOGRAPHICS;
    for (int i = 0; i < INDICATOR_COUNT; i++) {
        profile.assessed.contributions[i] = NUMBER_NONE;
        profile.states[i] = STATE_MISSING;
    }
    page = make_page(&profile, &rules, LANGUAGE_CHINESE);
    says(page, LANGUAGE_CHINESE, MSG_DEMOGRAPHICS_ONLY, true);
    says(page, LANGUAGE_CHINESE, MSG_WHY_MISSING, true);
    says(page, LANGUAGE_CHINESE, MSG_SETTLE_ESTIMATE, true);
    free(page);
    assessor_free(rules.assessor);
}

static void the_shipped_sample_is_called_synthetic_and_another_is_not(void **state)
{
    struct rules rules = { &policy, make_assessor() };
    struct profile profile;
    char *page;

    make_profile(&profile);
    page = make_page(&profile, &rules, LANGUAGE_ENGLISH);
    says(page, LANGUAGE_ENGLISH, MSG_ASSESSED_SYNTHETIC, true);
    free(page);
    strcpy(((struct model *)(uintptr_t)assessor_model(rules.assessor))->name, "district-2026");
    page = make_page(&profile, &rules, LANGUAGE_ENGLISH);
    says(page, LANGUAGE_ENGLISH, MSG_ASSESSED_SYNTHETIC, false);
    free(page);
    assessor_free(rules.assessor);
}

/* What would turn it into an answer, by what is missing. */
static void every_cannot_tell_says_what_would_settle_it(void **state)
{
    static const struct {
        int64_t declared, partial, undeclared, high;
        enum message settles;
    } cases[] = {
        { NUMBER_NONE, NUMBER_NONE, 2, NUMBER_NONE, MSG_SETTLE_DECLARE },
        { NUMBER_NONE, NUMBER_NONE, 0, NUMBER_NONE, MSG_SETTLE_LIVING },
        { 100, 2, 0, NUMBER_NONE, MSG_SETTLE_YEARS },
        { 100, 0, 0, 9000000, MSG_SETTLE_EXAMINE },
    };
    const struct rules rules = { &policy, NULL };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct profile profile;
        char *page;

        make_profile(&profile);
        assess(NULL, &policy, &profile);
        profile.evidenced_low = 100;
        profile.wage_low = 100;
        profile.deposit_interest = 0;
        profile.evidenced_high = cases[i].high;
        profile.declared_income = profile.declared_by_kind[INCOME_WAGE] = cases[i].declared;
        profile.declared_partial = cases[i].partial;
        profile.undeclared_members = cases[i].undeclared;
        profile.states[INDICATOR_PROPERTY] = STATE_KNOWN;
        page = make_page(&profile, &rules, LANGUAGE_ENGLISH);
        assert_int_equal(profile.hints[LINE_DIBAO][TEST_INCOME], HINT_CANNOT_TELL);
        says(page, LANGUAGE_ENGLISH, cases[i].settles, true);
        assert_int_equal(profile.hints[LINE_DIBAO][TEST_MONEY], HINT_CANNOT_TELL); /* not covered */
        assert_non_null(strstr(page, "bank-a, bank-b (does not say that it is complete)"));
        assert_int_equal(profile.hints[LINE_DIBAO][TEST_VEHICLE], HINT_CANNOT_TELL); /* stale */
        assert_non_null(strstr(page, "the newest is of 2024-01; a fresh delivery of police"));
        free(page);
    }
}

static void every_hint_is_followed_by_what_it_is_not(void **state)
{
    const struct rules rules = { &policy, NULL };
    const char *hints, *only;
    struct profile profile;
    char *page;

    make_profile(&profile);
    assess(NULL, &policy, &profile);
    page = make_page(&profile, &rules, LANGUAGE_ENGLISH);
    hints = strstr(page, "\nLines of need");
    only = strstr(page, "nothing follows from it automatically");
    assert_true(hints && only && hints < only);
    free(page);
}

/* P6: the program shows and asks; it does not deny, stop, grant or name guilty ones. */
static void no_text_promises_a_decision(void **state)
{
    static const char *const words[] = {
        "denied", "denies",    "refus",  "stopp",    "cancel",   "revok",    "ineligib",
        "eligib", "disqualif", "entitl", "fraud",    "cheat",    "black",    "punish",
        "取消",   "停发",      "停止",   "拒绝",     "不予",     "资格",     "骗",
        "黑名单", "处罚",      "违规",   "自动认定", "自动取消", "予以救助", "应予",
    };

    for (int i = 0; i < MESSAGE_COUNT; i++)
        for (int language = 0; language < LANGUAGE_COUNT; language++) {
            const char *text = message_text((enum language)language, (enum message)i);

            for (size_t k = 0; k < COUNT_OF(words); k++)
                if (strcasestr(text, words[k]))
                    fail_msg("%s: %s", words[k], text);
            if ((strstr(text, "automatic") || strstr(text, "自动")) && i != MSG_HINTS_ONLY)
                fail_msg("automatic: %s", text);
        }
}

/* --- any household at all --- */

static uint64_t random_state = 20251231;

static uint32_t next_random(void)
{
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(random_state >> 33);
}

/* One in four null, one in eight at an edge. */
static int64_t some_number(void)
{
    static const int64_t edges[] = { 0, -1, INT64_MAX, INT64_MIN + 1 };
    uint32_t dice = next_random() % 8;

    if (dice < 2)
        return NUMBER_NONE;
    return dice == 2 ? edges[next_random() % COUNT_OF(edges)] : (int64_t)(next_random() % 100000000);
}

/* Members are a few, and wages an interval: all else may be anything. */
static void random_profile(struct profile *ret)
{
    make_profile(ret);
    for (const struct profile_field *field = profile_fields; field->name; field++) {
        int64_t number = some_number();
        unsigned word = next_random();

        if (field->type == PROFILE_INT && strncmp(field->name, "band", 4) != 0)
            memcpy((char *)ret + field->offset, &number, sizeof number);
        if (field->type == PROFILE_WORD)
            word %= (unsigned)field->codes->count;
        else if (field->type == PROFILE_SET)
            word &= (1U << field->codes->count) - 1;
        if (field->type == PROFILE_WORD || field->type == PROFILE_SET)
            memcpy((char *)ret + field->offset, &word, sizeof word);
    }
    for (int i = 0; i < INDICATOR_COUNT; i++)
        ret->assessed.contributions[i] =
            next_random() % 2 ? NUMBER_NONE : (int64_t)(next_random() % 4000000) - 2000000;
    ret->member_count = 1 + next_random() % 9;
    ret->adult_count = next_random() % 9;
    ret->elder_count = next_random() % 9;
    ret->wage_low = next_random() % 2 ? NUMBER_NONE : (int64_t)(next_random() % 100000000);
    ret->wage_high = next_random() % 2 ? NUMBER_NONE : ret->wage_low + 1000;
    if (ret->wage_low == NUMBER_NONE)
        ret->wage_high = NUMBER_NONE;
}

static void any_household_has_a_page_in_both_languages(void **state)
{
    struct rules rules = { &policy, make_assessor() };
    const struct rules without = { &policy, NULL };

    for (int round = 0; round < 500; round++) {
        struct profile profile;

        random_profile(&profile);
        for (int language = 0; language < LANGUAGE_COUNT; language++) {
            char *page = make_page(&profile, round % 5 ? &rules : &without, (enum language)language);

            assert_true(text_is_utf8(text_of(page)));
            assert_null(strchr(page, '{'));
            assert_null(strstr(page, "(null)"));
            assert_non_null(strstr(page, message_text((enum language)language, MSG_HINTS_ONLY)));
            free(page);
        }
    }
    assessor_free(rules.assessor);
}

static void all_that_a_model_reads_has_words(void **state)
{
    struct rules rules = { &policy, make_assessor() };
    struct profile profile;
    const struct profile_view view = { .profile = &profile, .rules = &rules };

    make_profile(&profile);
    for (int i = 0; i < INDICATOR_COUNT; i++) {
        struct buffer out = { 0 };
        const struct page page = { LANGUAGE_ENGLISH, &out };

        assert_int_equal(profile_model_reads(&page, &view, (enum indicator)i), i != INDICATOR_TRANSPORT);
        buffer_add_byte(&out, 0);
        assert_null(strstr((const char *)out.data, ", ,"));
        assert_true(i == INDICATOR_TRANSPORT || (out.size > 1 && out.data[0] != ','));
        buffer_free(&out);
    }
    assessor_free(rules.assessor);
}

UNIT_MAIN(cmocka_unit_test(the_page_of_a_household_reads_as_the_golden_one),
          cmocka_unit_test(without_a_model_the_page_says_so_and_shows_the_other_ledgers),
          cmocka_unit_test(an_estimate_of_demographics_only_says_so_plainly),
          cmocka_unit_test(the_shipped_sample_is_called_synthetic_and_another_is_not),
          cmocka_unit_test(every_cannot_tell_says_what_would_settle_it),
          cmocka_unit_test(every_hint_is_followed_by_what_it_is_not),
          cmocka_unit_test(no_text_promises_a_decision),
          cmocka_unit_test(any_household_has_a_page_in_both_languages),
          cmocka_unit_test(all_that_a_model_reads_has_words))
