/* county - a whole synthetic district: who lives in it, what they earn, what they own, what that leaves
 * behind.
 *
 * county_new() makes everything in this order, each step a pure function of the seed and the steps before:
 * people (households, persons) → events (births … job losses) → incomes → holdings (accounts, homes …).
 * deliveries.h writes it as departments would, truth.h as it really is.
 *
 * Ownership: county_new() … county_free(); arrays only grow while it is made. Units: fen, days, months as
 * lib/base/date.h; a month's number within the county counts from 0. */
#ifndef OLIVE_TESTS_COUNTY_COUNTY_H
#define OLIVE_TESTS_COUNTY_COUNTY_H

#include <stddef.h>

#include "lib/base/date.h"
#include "tests/county/dice.h"

struct county_options {
    const char *out; /* folder, made when missing */
    uint32_t households, months;
    uint64_t seed;
    int32_t last_month;
    uint32_t bad_per_million;
    bool sha; /* control files state SHA-256, too */
};

enum { NOBODY = UINT32_MAX };
enum sex { FEMALE, MALE };
enum work {
    WORK_NONE,
    WORK_PUBLIC,   /* 机关事业单位 */
    WORK_COMPANY,  /* employed, with a fund */
    WORK_INFORMAL, /* employed or on call, without a fund */
    WORK_BUSINESS, /* 个体工商户 */
    WORK_FISHING,
    WORK_PENSION,       /* of an employee */
    WORK_LAND_PENSION,  /* 被征地农民 */
    WORK_RURAL_PENSION, /* 城乡居民 */
    WORK_COUNT
};
enum income_kind { WAGE, BUSINESS, PROPERTY, TRANSFER, KIND_COUNT };

/* What districts contain and tests want to meet. The first households of every county have one of each for
 * sure, whatever its size; the rest by rate (people.c). */
enum oddity {
    ODD_BIRTH,
    ODD_DEATH,
    ODD_LEAVES_TO_MARRY, /* a grown child … */
    ODD_IS_MARRIED,      /* … into this household */
    ODD_DIVORCE,
    ODD_MOVE,     /* to another town, with the whole household */
    ODD_MOVES_IN, /* an old person with another household */
    ODD_HIRE,     /* into a job with a fund */
    ODD_JOB_LOSS, /* out of one */
    ODD_DECLARES_HALF,
    ODD_EMPTY_DWELLING,
    ODD_SHARES_METER, /* with the household before it */
    ODD_OWNS_JOINTLY,
    ODD_ASSISTED,  /* 低保 */
    ODD_SOLD_HOME, /* on the registry's list once, then not */
    ODD_STATES_OLD_REGION,
    ODD_COUNT
};

struct person {
    uint32_t household; /* of the register, at first; of a child: where it was born */
    uint32_t employer;
    int32_t birth_day, death_day; /* DAY_OPEN: lives */
    int16_t hired, lost;          /* months of the county; INT16_MIN, INT16_MAX: before, after it */
    uint8_t sex, work, seat;
    float ability;                  /* mean 0, variance 1 */
    int32_t level_yuan;             /* earned in a usual month of the last year */
    int64_t top_up_fen;             /* assistance a month */
    int64_t income_fen[KIND_COUNT]; /* of the last twelve months */
    char id_no[19];
};

struct household {
    uint32_t first, count; /* persons it had at first */
    uint8_t town, shape;
    bool old_region; /* states the code before 2015-08 */
    bool assisted, declares, halves;
    int32_t since_day;
    float standing; /* ln of income over the county's usual, for everything that follows income */
};

struct membership {
    uint32_t person, household;
    const char *relation; /* GB/T 4761 */
    uint8_t town;
    int16_t opened, closed; /* month in which the register says so; -1: in its first list, INT16_MAX: never */
    int32_t from_day, to_day;
};

struct account {
    uint32_t person, joint; /* joint: the other owner, each of half, or NOBODY */
    uint8_t bank;
    float yearly_growth;
    int64_t balance_fen, interest_fen; /* in the middle of the county's time; of the whole account */
};

struct right { /* of one person over one unit */
    uint32_t person, unit;
    uint8_t town, usage;
    const char *share;
    int32_t area_cm2, registered_day, cancelled_day;
    int64_t value_fen;             /* of the whole unit */
    int16_t first_list, last_list; /* of the registry, on which it is found */
};

struct vehicle {
    uint32_t person;
    const char *type;
    int32_t registered_day, cancelled_day;
    int64_t value_fen; /* < 0: not stated */
    int16_t last_list;
};

enum utility { ELECTRICITY, WATER, GAS, UTILITY_COUNT };
struct meter {
    uint32_t household, next; /* next: served from switch_day on, or NOBODY */
    uint32_t person;          /* bills in her own name instead of under the meter, or NOBODY */
    uint8_t kind;
    int32_t switch_day;
    int32_t level_milli; /* in a usual month */
};

struct line_item { /* a telephone or a card */
    uint32_t person;
    int32_t level_fen;
    uint16_t trips;
};

#define ARRAY_OF(type)                                                                                       \
    struct {                                                                                                 \
        type *items;                                                                                         \
        size_t count, capacity;                                                                              \
    }
/* Room for one more, cleared; pointers into the array are void after it. */
#define ARRAY_ADD(array)                                                                                     \
    (array_grow((void **)&(array)->items, (array)->count, &(array)->capacity, sizeof *(array)->items),       \
     &(array)->items[(array)->count++])
void array_grow(void **items, size_t count, size_t *capacity, size_t item_size);

struct county {
    struct county_options options;
    int32_t first_month, first_day, last_day; /* first_day: the register's first list is of this day */
    ARRAY_OF(struct household) households;
    ARRAY_OF(struct person) persons;
    ARRAY_OF(struct membership) memberships;
    ARRAY_OF(struct account) accounts;
    ARRAY_OF(struct right) rights;
    ARRAY_OF(struct vehicle) vehicles;
    ARRAY_OF(struct meter) meters;
    ARRAY_OF(struct line_item) phones;
    ARRAY_OF(struct line_item) cards;
    uint32_t units; /* numbers given out */
};

struct county *county_new(const struct county_options *options);
void county_free(struct county *county);

/* The steps. */
void people_make(struct county *county);
void events_make(struct county *county);
void incomes_make(struct county *county);  /* all but interest and rent */
void holdings_make(struct county *county); /* adds interest and rent */

struct dice county_dice(const struct county *county, unsigned stream, uint64_t object);
bool happens(const struct county *county, uint32_t household, enum oddity oddity);
int age_at(const struct person *person, int32_t day);
bool alive(const struct person *person, int32_t day); /* born and not dead */
int64_t fen(double yuan);                             /* rounded */

#endif
