#include "tests/county/county.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"

void array_grow(void **items, size_t count, size_t *capacity, size_t item_size)
{
    if (count == *capacity) {
        *capacity = *capacity ? *capacity * 2 : 1024;
        *items = mem_realloc(*items, *capacity * item_size);
    }
    memset((char *)*items + count * item_size, 0, item_size);
}

struct county *county_new(const struct county_options *options)
{
    struct county *county = mem_zalloc(sizeof *county);

    county->options = *options;
    county->first_month = options->last_month - (int32_t)options->months + 1;
    county->first_day = month_first_day(county->first_month);
    county->last_day = month_last_day(options->last_month);
    people_make(county);
    events_make(county);
    incomes_make(county);
    holdings_make(county);
    return county;
}

void county_free(struct county *county)
{
    if (!county)
        return;
    free(county->households.items);
    free(county->persons.items);
    free(county->memberships.items);
    free(county->accounts.items);
    free(county->rights.items);
    free(county->vehicles.items);
    free(county->meters.items);
    free(county->phones.items);
    free(county->cards.items);
    free(county);
}

struct dice county_dice(const struct county *county, unsigned stream, uint64_t object)
{
    return dice_of(county->options.seed, stream, object);
}

int age_at(const struct person *person, int32_t day)
{
    return full_years(person->birth_day, day);
}

bool alive(const struct person *person, int32_t day)
{
    return person->birth_day <= day && day < person->death_day;
}

int64_t fen(double yuan)
{
    return yuan < 0 ? -fen(-yuan) : (int64_t)(yuan * 100 + 0.5);
}
