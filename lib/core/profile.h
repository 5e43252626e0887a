/* profile - one household's row: indicators, states, declared and evidenced ledgers, provenance.
 *
 * One table, profile_fields, names every column in its fixed order; SQL, canonical bytes, JSON and text
 * output all run over it, so that a new column is one line there. Column names are those of ASSESSMENT 2.2
 * and DESIGN 6.
 *
 * Units: fen, cm², Wh, litres, months; NUMBER_NONE / MONTH_NONE / empty text: null (P4). */
#ifndef OLIVE_CORE_PROFILE_H
#define OLIVE_CORE_PROFILE_H

#include "lib/base/json.h"
#include "lib/core/coverage.h"
#include "lib/core/subject.h"

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
    int64_t evidenced_low, evidenced_high;
    unsigned groups;
    char industry[INDUSTRY_SIZE];
    enum indicator_state states[INDICATOR_COUNT];
    int32_t as_of; /* the smallest period of its members (they differ during a sweep only) */
    uint8_t policy[DIGEST_SIZE];
    uint64_t evidence_count;
    uint8_t evidence_sum[SUM_SIZE];
};

enum profile_type {
    PROFILE_INT,    /* int64_t, NUMBER_NONE is null */
    PROFILE_MONTH,  /* int64_t holding a month; text YYYY-MM */
    PROFILE_TEXT,   /* char[], empty is null */
    PROFILE_GROUPS, /* unsigned mask; sorted names */
    PROFILE_STATE,  /* enum indicator_state; its name */
};
struct profile_field {
    const char *name; /* the column */
    enum profile_type type;
    uint16_t offset;
    const char *unit; /* fen, cm², month …; "" for counts */
};
/* region … states; key, as_of, policy, evidence and digest stand apart. Ends with a NULL name. */
extern const struct profile_field profile_fields[];
int64_t profile_int(const struct profile *profile, const struct profile_field *field);
enum { PROFILE_GROUPS_MAX = GROUP_COUNT };
size_t profile_groups(unsigned mask, const char *ret[PROFILE_GROUPS_MAX]); /* names in C order */

void profile_field_json(const struct profile *profile, const struct profile_field *field, struct json *json);

/* The canonical line of the dump, without the newline: one JSON object, fixed order, every field. */
void profile_canonical(const struct profile *profile, struct buffer *out);
void profile_digest(const struct profile *profile, struct buffer *scratch, uint8_t ret[DIGEST_SIZE]);

#endif
