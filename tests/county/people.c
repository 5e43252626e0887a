#include "tests/county/people.h"

#include <stdio.h>

/* Streets and towns of 洞头, big to small; weights and prices are rough. */
const struct town towns[TOWN_COUNT] = {
    { "330305001", 420, 13500, 1.08, true }, { "330305002", 130, 10500, 0.98, true },
    { "330305003", 90, 8500, 0.94, false },  { "330305004", 80, 9000, 0.97, false },
    { "330305100", 190, 8000, 0.95, false }, { "330305101", 90, 7000, 0.93, false },
};

/* How many in a thousand households, how old the head is, who else lives there. The mean is 2.7 persons. */
static const struct {
    int permille, age_min, age_max;
    enum seat seats[SEATS_MAX - 1]; /* beside the head, up to the first SEAT_HEAD */
} shapes[SHAPE_COUNT] = {
    [SHAPE_SINGLE_YOUNG] = { 105, 23, 46, { SEAT_HEAD } },
    [SHAPE_SINGLE_OLD] = { 45, 62, 88, { SEAT_HEAD } },
    [SHAPE_COUPLE_YOUNG] = { 75, 24, 40, { SEAT_SPOUSE } },
    [SHAPE_COUPLE_MIDDLE] = { 130, 45, 60, { SEAT_SPOUSE } },
    [SHAPE_COUPLE_OLD] = { 135, 61, 86, { SEAT_SPOUSE } },
    [SHAPE_ONE_CHILD] = { 245, 28, 58, { SEAT_SPOUSE, SEAT_CHILD } },
    [SHAPE_TWO_CHILDREN] = { 110, 30, 54, { SEAT_SPOUSE, SEAT_CHILD, SEAT_CHILD } },
    [SHAPE_ONE_GRANDPARENT] = { 80, 30, 54, { SEAT_SPOUSE, SEAT_CHILD, SEAT_PARENT } },
    [SHAPE_TWO_GRANDPARENTS] = { 45, 30, 52, { SEAT_SPOUSE, SEAT_CHILD, SEAT_PARENT, SEAT_PARENT } },
    [SHAPE_SIX] = { 25, 32, 50, { SEAT_SPOUSE, SEAT_CHILD, SEAT_CHILD, SEAT_PARENT, SEAT_PARENT } },
    [SHAPE_LONE_PARENT] = { 40, 30, 50, { SEAT_CHILD } },
};

/* How often, and what a household must look like to have it at all. */
static const struct {
    uint32_t per_million;
    enum shape shape;
    int head_age;
} oddities[ODD_COUNT] = {
    [ODD_BIRTH] = { 80000, SHAPE_COUPLE_YOUNG, 29 },
    [ODD_DEATH] = { 30000, SHAPE_COUPLE_OLD, 80 },
    [ODD_LEAVES_TO_MARRY] = { 40000, SHAPE_ONE_CHILD, 56 },
    [ODD_IS_MARRIED] = { 50000, SHAPE_SINGLE_YOUNG, 30 },
    [ODD_DIVORCE] = { 4000, SHAPE_COUPLE_YOUNG, 36 },
    [ODD_MOVE] = { 8000, SHAPE_ONE_CHILD, 40 },
    [ODD_MOVES_IN] = { 20000, SHAPE_SINGLE_OLD, 78 },
    [ODD_HIRE] = { 30000, SHAPE_COUPLE_YOUNG, 30 },
    [ODD_JOB_LOSS] = { 20000, SHAPE_COUPLE_MIDDLE, 50 },
    [ODD_DECLARES_HALF] = { 6000, SHAPE_ONE_CHILD, 42 },
    [ODD_EMPTY_DWELLING] = { 60000, SHAPE_COUPLE_MIDDLE, 52 },
    [ODD_SHARES_METER] = { 15000, SHAPE_COUPLE_OLD, 70 },
    [ODD_OWNS_JOINTLY] = { 450000, SHAPE_ONE_CHILD, 45 },
    [ODD_ASSISTED] = { 12000, SHAPE_LONE_PARENT, 44 },
    [ODD_SOLD_HOME] = { 8000, SHAPE_COUPLE_MIDDLE, 55 },
    [ODD_STATES_OLD_REGION] = { 30000, SHAPE_COUPLE_OLD, 85 },
};

enum oddity oddity_of(uint32_t household)
{
    return household < ODD_COUNT ? (enum oddity)household : ODD_COUNT;
}

bool happens(const struct county *county, uint32_t household, enum oddity oddity)
{
    struct dice dice = county_dice(county, STREAM_ODDITY + oddity, household);

    if (oddity_of(household) != ODD_COUNT)
        return oddity_of(household) == oddity;
    return dice_chance(&dice, oddities[oddity].per_million);
}

/* GB 11643: weights are 2^(17-i) modulo 11. */
static char id_check(const char digits[17])
{
    int sum = 0;

    for (int i = 0; i < 17; i++)
        sum = (sum + digits[i] - '0') * 2 % 11;
    return "10X98765432"[sum];
}

/* An area code that nobody can have, and within it a number of its own for each person. */
static void id_make(char ret[19], uint32_t person, int32_t birth_day, enum sex sex)
{
    struct date birth = day_to_date(birth_day);

    snprintf(ret, 18, "99%04u%04u%02u%02u%03u", person / 499 % 10000, (unsigned)birth.year % 10000,
             (unsigned)birth.month % 100, (unsigned)birth.day % 100, person % 499 * 2 + (sex == MALE));
    ret[17] = id_check(ret);
    ret[18] = '\0';
}

struct person *person_add(struct county *county, uint32_t household, enum seat seat, int32_t birth_day,
                          enum sex sex)
{
    uint32_t number = (uint32_t)county->persons.count;
    struct person *person = ARRAY_ADD(&county->persons);

    *person = (struct person){ .household = household,
                               .employer = NOBODY,
                               .birth_day = birth_day,
                               .death_day = DAY_OPEN,
                               .hired = INT16_MIN,
                               .lost = INT16_MAX,
                               .sex = (uint8_t)sex,
                               .seat = (uint8_t)seat };
    id_make(person->id_no, number, birth_day, sex);
    return person;
}

struct membership *membership_add(struct county *county, uint32_t person, uint32_t household,
                                  const char *relation, int32_t from_day)
{
    struct membership *membership = ARRAY_ADD(&county->memberships);

    *membership = (struct membership){ .person = person,
                                       .household = household,
                                       .relation = relation,
                                       .town = county->households.items[household].town,
                                       .opened = -1,
                                       .closed = INT16_MAX,
                                       .from_day = from_day,
                                       .to_day = DAY_OPEN };
    return membership;
}

const char *relation_of(enum seat seat, enum sex sex)
{
    static const char *const relations[][2] = {
        [SEAT_HEAD] = { "02", "02" },
        [SEAT_SPOUSE] = { "10", "10" },
        [SEAT_CHILD] = { "30", "20" },
        [SEAT_PARENT] = { "52", "51" },
    };

    return relations[seat][sex];
}

/* --- a household --- */

static enum shape pick_shape(struct dice *dice)
{
    int at = dice_between(dice, 0, 999), shape = 0;

    while (at >= shapes[shape].permille)
        at -= shapes[shape++].permille;
    return (enum shape)shape;
}

static uint8_t pick_town(struct dice *dice)
{
    int at = dice_between(dice, 0, 999);
    uint8_t town = 0;

    while (at >= towns[town].permille)
        at -= towns[town++].permille;
    return town;
}

static int pick_age(struct dice *dice, enum seat seat, int head_age, int nth)
{
    switch (seat) {
    case SEAT_SPOUSE:
        return dice_between(dice, head_age > 24 ? head_age - 4 : 21, head_age + 2);
    case SEAT_CHILD: {
        int age = head_age - dice_between(dice, 24, 31) - 3 * nth;

        return age < 0 ? 0 : age;
    }
    case SEAT_PARENT:
        return head_age + dice_between(dice, 22, 29);
    default:
        return head_age;
    }
}

static enum sex pick_sex(struct dice *dice, enum seat seat, enum sex head, int nth)
{
    switch (seat) {
    case SEAT_SPOUSE:
        return head == MALE ? FEMALE : MALE;
    case SEAT_PARENT:
        return nth ? MALE : FEMALE;
    case SEAT_HEAD:
        return dice_chance(dice, 720000) ? MALE : FEMALE;
    default:
        return dice_chance(dice, 515000) ? MALE : FEMALE;
    }
}

static void seat_person(struct county *county, uint32_t number, struct dice *dice, enum seat seat, int age,
                        enum sex sex, double family)
{
    struct household *household = &county->households.items[number];
    int32_t birth_day = county->first_day - (int32_t)(age * 365.25) - dice_between(dice, 1, 364);
    uint32_t index = (uint32_t)county->persons.count;
    struct person *person = person_add(county, number, seat, birth_day, sex);
    int32_t from_day = birth_day > household->since_day ? birth_day : household->since_day;

    /* Who marries whom, and whose child one is: abilities within a household go together. */
    person->ability = (float)(0.6 * family + 0.8 * dice_normal(dice));
    membership_add(county, index, number, relation_of(seat, sex), from_day);
    household->count++;
}

static void household_make(struct county *county, uint32_t number)
{
    struct dice dice = county_dice(county, STREAM_HOUSEHOLD, number);
    enum oddity odd = oddity_of(number);
    struct household *household = ARRAY_ADD(&county->households);
    enum shape shape = odd == ODD_COUNT ? pick_shape(&dice) : oddities[odd].shape;
    int head_age = dice_between(&dice, shapes[shape].age_min, shapes[shape].age_max), nth = 0;
    double family = dice_normal(&dice);
    enum sex head;

    if (odd != ODD_COUNT)
        head_age = oddities[odd].head_age;
    household->shape = (uint8_t)shape;
    household->town = pick_town(&dice);
    household->first = (uint32_t)county->persons.count;
    household->since_day = county->first_day - dice_between(&dice, 200, (head_age - 19) * 365);
    if (odd == ODD_STATES_OLD_REGION)
        household->since_day = day_from(1990, 1, 1);
    household->old_region =
        happens(county, number, ODD_STATES_OLD_REGION) && household->since_day < day_from(2015, 8, 1);
    head = pick_sex(&dice, SEAT_HEAD, MALE, 0);
    seat_person(county, number, &dice, SEAT_HEAD, head_age, head, family);
    for (int i = 0; i < SEATS_MAX - 1 && shapes[shape].seats[i] != SEAT_HEAD; i++) {
        enum seat seat = shapes[shape].seats[i];

        int age;

        nth = i && shapes[shape].seats[i - 1] == seat ? nth + 1 : 0;
        age = pick_age(&dice, seat, head_age, nth);
        seat_person(county, number, &dice, seat, age, pick_sex(&dice, seat, head, nth), family);
    }
}

void people_make(struct county *county)
{
    for (uint32_t i = 0; i < county->options.households; i++)
        household_make(county, i);
}
