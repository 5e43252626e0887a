/* events - what the register tells of in these months: births, deaths, marriages, divorces, movers.
 *
 * A household has one event at the most, so that no two of them meddle with the same membership. */
#include <stdlib.h>

#include "tests/county/people.h"

enum { MARRY_AGE_MIN = 22, MOTHER_AGE_MAX = 42, HIRE_AGE_MAX = 50 };

/* Those who leave their parents, and the households that wait for one. */
struct weddings {
    ARRAY_OF(uint32_t) leavers;
    ARRAY_OF(uint32_t) takers;
};

struct event {
    struct county *county;
    struct weddings *weddings;
    uint32_t household;
    struct dice dice;
    int16_t month; /* of the county; the register's delivery of this month tells of it */
    int32_t day;
};

static uint32_t first_person(const struct event *event)
{
    return event->county->households.items[event->household].first;
}

static struct person *person_at(const struct event *event, uint32_t person)
{
    return &event->county->persons.items[person];
}

/* At first, person and membership have the same number. */
static struct membership *membership_close(const struct event *event, uint32_t person)
{
    struct membership *membership = &event->county->memberships.items[person];

    membership->to_day = event->day;
    membership->closed = event->month;
    return membership;
}

static void membership_open(const struct event *event, uint32_t person, uint32_t household,
                            const char *relation)
{
    membership_add(event->county, person, household, relation, event->day)->opened = event->month;
}

/* The household's first person of that seat and age; NOBODY: there is none. */
static uint32_t find_seat(const struct event *event, enum seat seat, int age_min, int age_max)
{
    const struct household *household = &event->county->households.items[event->household];

    for (uint32_t i = household->first; i < household->first + household->count; i++) {
        int age = age_at(person_at(event, i), event->county->first_day);

        if (person_at(event, i)->seat == seat && age >= age_min && age <= age_max)
            return i;
    }
    return NOBODY;
}

static uint32_t household_new(const struct event *event)
{
    struct county *county = event->county;
    uint8_t town = county->households.items[event->household].town, shape = SHAPE_SINGLE_YOUNG;
    struct household *household = ARRAY_ADD(&county->households);

    household->town = town;
    household->shape = shape;
    household->since_day = event->day;
    household->first = (uint32_t)county->persons.count; /* none of its own */
    return (uint32_t)county->households.count - 1;
}

static void birth(struct event *event)
{
    uint32_t mother = find_seat(event, SEAT_SPOUSE, 0, MOTHER_AGE_MAX), child;
    enum sex sex = dice_chance(&event->dice, 515000) ? MALE : FEMALE;

    if (mother == NOBODY)
        return;
    child = (uint32_t)event->county->persons.count;
    person_add(event->county, event->household, SEAT_CHILD, event->day, sex);
    membership_open(event, child, event->household, relation_of(SEAT_CHILD, sex));
}

static void death(struct event *event)
{
    const struct household *household = &event->county->households.items[event->household];
    uint32_t eldest = household->first;

    for (uint32_t i = household->first; i < household->first + household->count; i++)
        if (person_at(event, i)->birth_day < person_at(event, eldest)->birth_day)
            eldest = i;
    if (age_at(person_at(event, eldest), event->county->first_day) < 65)
        return;
    person_at(event, eldest)->death_day = event->day;
    membership_close(event, eldest);
}

static void leave_to_marry(struct event *event)
{
    uint32_t child = find_seat(event, SEAT_CHILD, MARRY_AGE_MIN, 38);

    if (child != NOBODY)
        *ARRAY_ADD(&event->weddings->leavers) = child;
}

static void await_partner(struct event *event)
{
    if (event->county->households.items[event->household].shape == SHAPE_SINGLE_YOUNG)
        *ARRAY_ADD(&event->weddings->takers) = event->household;
}

static void divorce(struct event *event)
{
    uint32_t spouse = find_seat(event, SEAT_SPOUSE, 0, 60);

    if (spouse == NOBODY)
        return;
    membership_close(event, spouse);
    membership_open(event, spouse, household_new(event), relation_of(SEAT_HEAD, FEMALE));
}

/* The same household in another town: each membership ends and begins again, with the new region. */
static void move(struct event *event)
{
    struct household *household = &event->county->households.items[event->household];
    uint32_t end = household->first + household->count;

    household->town = (uint8_t)((household->town + 1) % TOWN_COUNT);
    for (uint32_t i = household->first; i < end; i++)
        membership_open(event, i, event->household, membership_close(event, i)->relation);
}

static void move_in(struct event *event)
{
    uint32_t host = dice_below(&event->dice, event->county->options.households);
    uint32_t person = first_person(event);

    if (event->county->households.items[event->household].count != 1 || host == event->household)
        return;
    membership_close(event, person);
    membership_open(event, person, host, relation_of(SEAT_PARENT, (enum sex)person_at(event, person)->sex));
}

static void hire(struct event *event)
{
    uint32_t head = find_seat(event, SEAT_HEAD, 20, HIRE_AGE_MAX);

    if (head != NOBODY)
        person_at(event, head)->hired = event->month;
}

static void lose_job(struct event *event)
{
    uint32_t head = find_seat(event, SEAT_HEAD, 20, HIRE_AGE_MAX);

    if (head != NOBODY)
        person_at(event, head)->lost = event->month;
}

static struct event event_of(struct county *county, struct weddings *weddings, uint32_t household)
{
    struct event event = { county, weddings, household, county_dice(county, STREAM_EVENT, household), 0, 0 };

    if (county->options.months > 1)
        event.month = (int16_t)dice_between(&event.dice, 1, (int32_t)county->options.months - 1);
    event.day = month_first_day(county->first_month + event.month) + dice_between(&event.dice, 1, 27);
    return event;
}

static void happen(struct county *county, struct weddings *weddings, uint32_t household)
{
    static const struct {
        enum oddity oddity;
        void (*make)(struct event *event);
    } kinds[] = {
        { ODD_BIRTH, birth },
        { ODD_DEATH, death },
        { ODD_LEAVES_TO_MARRY, leave_to_marry },
        { ODD_IS_MARRIED, await_partner },
        { ODD_DIVORCE, divorce },
        { ODD_MOVE, move },
        { ODD_MOVES_IN, move_in },
        { ODD_HIRE, hire },
        { ODD_JOB_LOSS, lose_job },
    };
    struct event event = event_of(county, weddings, household);

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (happens(county, household, kinds[i].oddity)) {
            kinds[i].make(&event);
            return;
        }
}

/* The leaver at the back is swapped with the next one of the other sex, if any. */
static bool pair_up(const struct county *county, struct weddings *weddings, size_t at)
{
    uint32_t head = county->households.items[weddings->takers.items[at]].first;
    uint32_t *leavers = weddings->leavers.items;

    for (size_t i = at; i < weddings->leavers.count; i++)
        if (county->persons.items[leavers[i]].sex != county->persons.items[head].sex) {
            uint32_t person = leavers[i];

            leavers[i] = leavers[at];
            leavers[at] = person;
            return true;
        }
    return false;
}

/* Her first membership is never closed: the register lets the later one end it. */
static void marry(struct county *county, struct weddings *weddings)
{
    for (size_t i = 0; i < weddings->takers.count && pair_up(county, weddings, i); i++) {
        struct event event = event_of(county, weddings, weddings->takers.items[i]);

        membership_open(&event, weddings->leavers.items[i], event.household,
                        relation_of(SEAT_SPOUSE, FEMALE));
    }
}

void events_make(struct county *county)
{
    struct weddings weddings = { 0 };
    uint32_t count = (uint32_t)county->households.count;

    for (uint32_t i = 0; i < count; i++)
        happen(county, &weddings, i);
    marry(county, &weddings);
    free(weddings.leavers.items);
    free(weddings.takers.items);
}
