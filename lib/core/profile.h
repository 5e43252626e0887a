/* profile - one household's row: indicators, states, three ledgers, hints, groups, provenance.
 *
 * One table, profile_fields, names every column in its fixed order; SQL, canonical bytes, JSON and text
 * output all run over it, so that a new column is one line there. Column names are those of ASSESSMENT 2.2
 * and DESIGN 6.
 *
 * Units: fen, cm², Wh, litres, months; NUMBER_NONE / MONTH_NONE / empty text: null (P4). What the assessed
 * ledger says in logarithms and probabilities is kept in whole millionths, so that it adds up exactly in any
 * program and language: base + contributions = estimate, and the bands' probabilities are 1. */
#ifndef OLIVE_CORE_PROFILE_H
#define OLIVE_CORE_PROFILE_H

#include "lib/base/json.h"
#include "lib/core/coverage.h"
#include "lib/core/subject.h"

/* What a model makes of a household (assess.h). Millionths; NUMBER_NONE throughout when there is no model. */
struct assessed {
    int64_t p50, low, high;                 /* fen a year: the median and the 90 % interval */
    int64_t base;                           /* ln(fen) of what households of this size, age and place earn */
    int64_t contributions[INDICATOR_COUNT]; /* to ln income; NUMBER_NONE: the source is not there */
    int64_t estimate;                       /* base + contributions: ln(fen) of p50 */
    int64_t deviation;                      /* sigma, of ln income */
    int64_t bands[BAND_COUNT];              /* probabilities; add up to MILLION */
    int64_t band;                           /* the likeliest, from 1 */
    enum band_basis basis;
    int64_t below_dibao, below_dibian; /* P(income per head < the line) */
    int64_t conflict;                  /* P(such a household earns less than is declared) */
    unsigned marks;                    /* over enum question_mark */
};

struct profile {
    enum household_kind kind;
    struct token household;
    char region[REGION_SIZE];
    int64_t member_count, adult_count, child_count, elder_count;
    int64_t head_age; /* full years; NUMBER_NONE never, as a profile has a member */
    int64_t deposit_accounts, deposit_balance, deposit_interest, deposit_mean, deposit_last;
    int64_t property_units, property_homes, property_value, property_area_cm2, property_last;
    int64_t vehicle_count, vehicle_value, vehicle_last;
    int64_t fund_months, fund_own, fund_employer, fund_balance, wage_low, wage_high, wage_base_year,
        fund_last;
    int64_t electricity_wh, electricity_months, electricity_last;
    int64_t water_l, water_months, water_last;
    int64_t gas_l, gas_months, gas_last;
    int64_t telecom_fen, telecom_months, telecom_last;
    int64_t transport_fen, transport_trips, transport_months, transport_last;
    int64_t declared_income, declared_months;
    int64_t declared_partial;   /* (member, income kind) whose monthly declarations do not fill the year */
    int64_t undeclared_members; /* that have reached 16 and declare nothing for a whole year */
    int64_t declared_by_kind[INCOME_KIND_COUNT]; /* add up to declared_income */
    int64_t evidenced_low, evidenced_high;
    struct assessed assessed;
    int64_t declared_per_head, evidenced_low_per_head, evidenced_high_per_head, assessed_per_head;
    unsigned contradictions;                               /* over enum contradiction */
    enum determination_hint hints[LINE_COUNT][TEST_COUNT]; /* on declared and evidenced figures alone */
    unsigned groups, groups_derived;
    char industry[INDUSTRY_SIZE];
    enum indicator_state states[INDICATOR_COUNT];
    int32_t as_of; /* the smallest period of its members (they differ during a sweep only) */
    uint8_t policy[DIGEST_SIZE], model[DIGEST_SIZE]; /* model: zeros, none */
    uint64_t evidence_count;
    uint8_t evidence_sum[SUM_SIZE];
};

enum profile_type {
    PROFILE_INT,      /* int64_t, NUMBER_NONE is null */
    PROFILE_MONTH,    /* int64_t holding a month; text YYYY-MM */
    PROFILE_DECIMAL,  /* int64_t in millionths; written as a decimal fraction */
    PROFILE_DECIMALS, /* int64_t[BAND_COUNT] of these; null when the first is */
    PROFILE_TEXT,     /* char[size], empty is null */
    PROFILE_SET,      /* unsigned mask over `codes`; sorted names */
    PROFILE_WORD,     /* an enum over `codes`; its name */
};
struct profile_field {
    const char *name; /* the column */
    enum profile_type type;
    uint16_t offset, size; /* size: of a text */
    const char *unit;      /* fen, cm², month …; "" for counts */
    const struct codes *codes;
};
/* region … states; key, as_of, policy, model, evidence and digest stand apart. Ends with a NULL name. */
extern const struct profile_field profile_fields[];
int64_t profile_int(const struct profile *profile, const struct profile_field *field);
int profile_word(const struct profile *profile, const struct profile_field *field);
/* Whether the two have another value there. */
bool profile_field_differs(const struct profile_field *field, const struct profile *a,
                           const struct profile *b);
enum { PROFILE_SET_MAX = 32 };
/* The names of a set, in C order. */
size_t profile_set(const struct codes *codes, unsigned mask, const char *ret[PROFILE_SET_MAX]);

void profile_field_json(const struct profile *profile, const struct profile_field *field, struct json *json);

/* The canonical line of the dump, without the newline: one JSON object, fixed order, every field. */
void profile_canonical(const struct profile *profile, struct buffer *out);
void profile_digest(const struct profile *profile, struct buffer *scratch, uint8_t ret[DIGEST_SIZE]);

#endif
