/* code - the closed lists of words: one table each, English for programs, Chinese as departments write it.
 *
 * The order of every list is fixed: its numbers travel in packed evidence and stand in tables. Append only.
 */
#ifndef OLIVE_CORE_CODE_H
#define OLIVE_CORE_CODE_H

#include <stdbool.h>

#include "lib/base/text.h"

enum source {
    SOURCE_HOUSEHOLD,
    SOURCE_ROSTER,
    SOURCE_DECLARATION,
    SOURCE_DEPOSIT,
    SOURCE_PROPERTY,
    SOURCE_VEHICLE,
    SOURCE_PROVIDENT_FUND,
    SOURCE_UTILITY,
    SOURCE_TELECOM,
    SOURCE_TRANSPORT,
    SOURCE_METER,
    SOURCE_COUNT
};

enum subject_kind { SUBJECT_PERSON = 1, SUBJECT_METER = 2 };

enum household_kind { HOUSEHOLD_REGISTERED, HOUSEHOLD_ASSISTANCE, HOUSEHOLD_DWELLING, HOUSEHOLD_KIND_COUNT };

/* The nine indicators of ASSESSMENT 2.1; utility is three of them. */
enum indicator {
    INDICATOR_DEPOSIT,
    INDICATOR_PROPERTY,
    INDICATOR_VEHICLE,
    INDICATOR_FUND,
    INDICATOR_ELECTRICITY,
    INDICATOR_WATER,
    INDICATOR_GAS,
    INDICATOR_TELECOM,
    INDICATOR_TRANSPORT,
    INDICATOR_COUNT,
    INDICATOR_NONE = INDICATOR_COUNT
};

enum indicator_state {
    STATE_MISSING,
    STATE_ZERO,
    STATE_STALE,
    STATE_KNOWN,
    STATE_NOT_AUTHORISED,
    STATE_COUNT
};

enum utility_kind { UTILITY_ELECTRICITY, UTILITY_WATER, UTILITY_GAS, UTILITY_KIND_COUNT };

enum income_kind { INCOME_WAGE, INCOME_BUSINESS, INCOME_PROPERTY, INCOME_TRANSFER, INCOME_KIND_COUNT };

enum usage {
    USAGE_RESIDENTIAL,
    USAGE_SHOP,
    USAGE_OFFICE,
    USAGE_FACTORY,
    USAGE_APARTMENT_HOTEL,
    USAGE_OTHER,
    USAGE_COUNT
};

enum vehicle_type {
    VEHICLE_CAR,
    VEHICLE_MOTORCYCLE,
    VEHICLE_TRUCK,
    VEHICLE_BOAT,
    VEHICLE_ELECTRIC_BICYCLE,
    VEHICLE_DISABILITY_SCOOTER,
    VEHICLE_OTHER,
    VEHICLE_TYPE_COUNT
};

enum urban { URBAN_UNKNOWN, URBAN_URBAN, URBAN_RURAL, URBAN_COUNT };

enum group {
    GROUP_COLLEGE_GRADUATE,
    GROUP_SKILLED_WORKER,
    GROUP_SMALL_BUSINESS,
    GROUP_URBANISED_MIGRANT,
    GROUP_SKILLED_FARMER_FISHER,
    GROUP_NEW_ECONOMY_WORKER,
    GROUP_PUBLIC_SECTOR,
    GROUP_UNSETTLED_FARMER_FISHER,
    GROUP_HARDSHIP,
    GROUP_CHILD_OR_ELDER,
    GROUP_DIBAO,
    GROUP_DIBIAN,
    GROUP_TEKUN,
    GROUP_RIGID_EXPENSE,
    GROUP_COUNT
};

/* Lines of need, per head and year: 最低生活保障, 最低生活保障边缘 and 刚性支出困难. */
enum poverty_line { LINE_DIBAO, LINE_DIBIAN, LINE_RIGID_EXPENSE, LINE_COUNT };

/* What each line asks of a household: its income, and what it may own. */
enum line_test { TEST_INCOME, TEST_MONEY, TEST_VEHICLE, TEST_HOME, TEST_COUNT };

/* What declared and evidenced figures say of a test. A hint for a person who decides; the program never does
 * (P6). */
enum determination_hint { HINT_NO_RULE, HINT_MEETS, HINT_DOES_NOT_MEET, HINT_CANNOT_TELL, HINT_COUNT };

/* What an estimate rests on. */
enum band_basis { BASIS_NO_MODEL, BASIS_DEMOGRAPHICS, BASIS_SOURCES, BAND_BASIS_COUNT };

/* Questions that the assessed ledger raises (ASSESSMENT 1 i, j); none of them decides anything. */
enum question_mark {
    MARK_DECLARED_BELOW,     /* the declaration lies below what 95 % of such households earn */
    MARK_DECLARED_FAR_BELOW, /* 99 %, in place of the former */
    MARK_DECLARED_ABOVE,
    MARK_DECLARED_FAR_ABOVE,
    MARK_ODD_DEPOSIT, /* this source says another thing than the others; one for each indicator, in order */
    MARK_ODD_LAST = MARK_ODD_DEPOSIT + INDICATOR_COUNT - 1,
    MARK_INCONSISTENT, /* all sources together are further apart than in 99 of 100 households */
    MARK_COUNT
};

/* Ledgers that contradict each other as facts, whatever any model thinks. */
enum contradiction {
    CONTRADICTION_BELOW_EVIDENCED, /* all who may earn declare, and less than is evidenced at least */
    CONTRADICTION_ABOVE_EVIDENCED, /* declared more than what is evidenced at most */
    CONTRADICTION_NO_WAGE,     /* somebody declares, but no wage, and the fund has contributions of hers */
    CONTRADICTION_NO_INTEREST, /* somebody declares, but no property income, and a bank paid her interest */
    CONTRADICTION_COUNT
};

struct code {
    const char *name, *chinese;
};

/* A list of codes; an entry's index is its value. */
struct codes {
    const char *what; /* as DESIGN section 3 calls it: "household kind" */
    const struct code *entries;
    int count;
};

extern const struct codes source_codes, household_kind_codes, indicator_codes, state_codes,
    utility_kind_codes, income_kind_codes, usage_codes, vehicle_type_codes, urban_codes, group_codes,
    poverty_line_codes, line_test_codes, hint_codes, basis_codes, mark_codes, contradiction_codes;

const char *code_name(const struct codes *codes, int value);
/* By English or Chinese name; false when it is on neither. */
bool code_find(const struct codes *codes, struct text text, int *ret);

/* A group and the groups it states with it, as a bit mask: dibao states hardship. */
unsigned group_mask(enum group group);
enum indicator indicator_of_source(enum source source,
                                   enum utility_kind kind); /* INDICATOR_NONE: it feeds none */

#endif
