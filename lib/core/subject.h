/* subject - the indicators of one person or meter at a period: all that a household needs to know of it.
 *
 * Computed from the holding facts alone (ASSESSMENT 2.2); knows no policy and no coverage, so that those can
 * change without the evidence being read again. Packed, it is the `indicators` of table olive.subject.
 *
 * Ownership: arrays live in the caller's arena. Threads: pure. */
#ifndef OLIVE_CORE_SUBJECT_H
#define OLIVE_CORE_SUBJECT_H

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/core/fold.h"

enum { WINDOW_MONTHS = 12 };

/* The household of one kind at the period's end: of a person as a member, of a meter as what it serves. */
struct placement {
    struct token household; /* zero: in none */
    char relation[RELATION_SIZE];
    char region[REGION_SIZE];
    int32_t birth_day;
    int32_t run_month; /* of a meter: where the uninterrupted run of facts for this household began */
};

struct monthly { /* consumption or bills of one indicator over the window */
    int64_t sum;
    uint16_t months;    /* bit i: month period - 11 + i has a fact */
    int32_t last_month; /* newest month <= period of a holding fact; MONTH_NONE: has no fact at all */
};

struct contribution {
    int32_t month;
    int64_t deposit_fen; /* one side */
    int32_t rate_millionths;
};

struct fund_account {
    struct token account;
    int64_t employee_fen;         /* sum over the window */
    char industry[INDUSTRY_SIZE]; /* the newest stated in the window; empty: none */
};

struct unit {
    struct token unit;
    bool residential;
};

struct meter_month { /* of a meter: only the months of its present household count, and that differs by kind
                      */
    int32_t month;
    int64_t quantity_milli;
};

struct declared {
    bool stated;    /* something goes in */
    int32_t months; /* monthly ones that went in */
    int64_t amount_fen;
};

struct subject {
    struct token token;
    enum subject_kind kind;
    int32_t period;
    bool has_fact; /* a holding fact dated <= E (of a meter: consumption): counts as unplaced when nobody has
                      it */
    struct placement placements[HOUSEHOLD_KIND_COUNT];
    unsigned groups; /* bit mask at E */
    int32_t
        last[INDICATOR_COUNT]; /* newest month of a fact, MONTH_NONE: none (a meter's: see meter_months) */
    int64_t deposit_accounts;  /* not 0 */
    int64_t deposit_balance, deposit_mean; /* fen; NUMBER_NONE: nothing to sum */
    int64_t deposit_interest;              /* fen; NUMBER_NONE */
    struct unit *units;
    size_t unit_count;
    int64_t property_value, property_area_cm2; /* NUMBER_NONE: nothing to sum */
    int64_t vehicle_count, vehicle_value;
    uint16_t fund_month_mask; /* bits as monthly.months */
    int64_t fund_own, fund_employer, fund_balance;
    int32_t wage_month; /* newest contributed month of the window; MONTH_NONE */
    struct contribution *contributions;
    size_t contribution_count;
    struct fund_account *fund_accounts; /* those that state an industry */
    size_t fund_account_count;
    struct monthly utility[UTILITY_KIND_COUNT]; /* under the person's own number */
    struct monthly telecom, transport;
    int64_t trips; /* NUMBER_NONE */
    struct declared declared[INCOME_KIND_COUNT];
    enum utility_kind meter_kind;
    struct meter_month *meter_months; /* of a meter: all months <= period that may count, oldest first */
    size_t meter_month_count;
    uint64_t record_count; /* the evidence digest: distinct records visible */
    uint8_t record_sum[SUM_SIZE];
};

/* A person when any of its records says so: a token is that of one kind, and who errs may not make the order
 * of arrival show. */
enum subject_kind subject_kind_of(const struct record *records, size_t count);

/* facts: holding ones of this subject, in key order (fold()). record_count and record_sum are the caller's to
 * set. */
void subject_assess(const struct token *token, enum subject_kind kind, int32_t period,
                    const struct record **facts, size_t count, struct arena *arena, struct subject *ret);

/* Canonical bytes: equal subjects give equal bytes. The token, the period, the households' tokens and the
 * evidence digest have columns of their own and are not in them. */
void subject_pack(const struct subject *subject, struct buffer *out);
/* Before: *ret zeroed, then token, kind, period, record_count, record_sum and the placements' households set
 * from the columns. False: not our bytes. */
bool subject_unpack(const void *data, size_t size, struct arena *arena, struct subject *ret);

#endif
