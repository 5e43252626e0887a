/* people - who makes up a household: its shapes, seats, towns, and the numbers that name people. */
#ifndef OLIVE_TESTS_COUNTY_PEOPLE_H
#define OLIVE_TESTS_COUNTY_PEOPLE_H

#include "tests/county/county.h"

enum { SEATS_MAX = 6 };
enum seat { SEAT_HEAD, SEAT_SPOUSE, SEAT_CHILD, SEAT_PARENT };

enum shape {
    SHAPE_SINGLE_YOUNG,
    SHAPE_SINGLE_OLD,
    SHAPE_COUPLE_YOUNG,
    SHAPE_COUPLE_MIDDLE,
    SHAPE_COUPLE_OLD,
    SHAPE_ONE_CHILD,
    SHAPE_TWO_CHILDREN,
    SHAPE_ONE_GRANDPARENT,
    SHAPE_TWO_GRANDPARENTS,
    SHAPE_SIX,
    SHAPE_LONE_PARENT,
    SHAPE_COUNT
};

struct town {
    const char *region; /* of nine digits */
    int permille;       /* of the households */
    int price_yuan;     /* of a square metre */
    double income;      /* beside the county's */
    bool piped_gas;
};
enum { TOWN_COUNT = 6 };
extern const struct town towns[TOWN_COUNT];
#define OLD_REGION    "330322100" /* as stated before 2015-08 */
#define REGION_SERIES "330305"

struct person *person_add(struct county *county, uint32_t household, enum seat seat, int32_t birth_day,
                          enum sex sex);
struct membership *membership_add(struct county *county, uint32_t person, uint32_t household,
                                  const char *relation, int32_t from_day);
const char *relation_of(enum seat seat, enum sex sex);
/* The oddest thing a household has to have; ODD_COUNT: none, it is by chance alone. */
enum oddity oddity_of(uint32_t household);

#endif
