#include "tests/county/truth.h"

#include <stdlib.h>

#include "lib/base/arena.h"
#include "tests/county/file.h"
#include "tests/county/incomes.h"
#include "tests/county/people.h"
#include "tests/county/rows.h"

/* Of a household or a person. */
struct figures {
    uint32_t members;
    uint8_t town;
    int64_t income_fen[KIND_COUNT], declared_fen, stated_wage_fen;
    uint32_t fund_months;
};

/* For each person the membership that holds on the last day; SIZE_MAX: none. */
static size_t *memberships_at_end(const struct county *county)
{
    size_t *held = mem_alloc(county->persons.count * sizeof *held);

    for (size_t i = 0; i < county->persons.count; i++)
        held[i] = SIZE_MAX;
    for (size_t i = 0; i < county->memberships.count; i++) {
        const struct membership *membership = &county->memberships.items[i];
        size_t *at = &held[membership->person];

        if (*at == SIZE_MAX || membership->from_day >= county->memberships.items[*at].from_day)
            *at = i;
    }
    for (size_t i = 0; i < county->persons.count; i++)
        if (county->memberships.items[held[i]].to_day <= county->last_day)
            held[i] = SIZE_MAX;
    return held;
}

static struct figures figures_of(const struct county *county, uint32_t person)
{
    struct figures ret = { .members = 1 };
    int32_t months = county->options.months < 12 ? (int32_t)county->options.months : 12;

    for (int kind = 0; kind < KIND_COUNT; kind++) {
        ret.income_fen[kind] = county->persons.items[person].income_fen[kind];
        ret.declared_fen += declared_year_fen(county, person, (enum income_kind)kind);
    }
    for (int32_t i = 0; i < months; i++) {
        int32_t month = county->options.last_month - i;

        if (!pays_fund(county, person, month))
            continue;
        ret.fund_months++;
        ret.stated_wage_fen += (int64_t)fund_base_yuan(county, &county->persons.items[person], month) * 100;
    }
    return ret;
}

static void figures_add(struct figures *sum, const struct figures *part)
{
    sum->members += part->members;
    for (int kind = 0; kind < KIND_COUNT; kind++)
        sum->income_fen[kind] += part->income_fen[kind];
    sum->declared_fen += part->declared_fen;
    sum->stated_wage_fen += part->stated_wage_fen;
    sum->fund_months += part->fund_months;
}

static int64_t total_fen(const struct figures *figures)
{
    int64_t sum = 0;

    for (int kind = 0; kind < KIND_COUNT; kind++)
        sum += figures->income_fen[kind];
    return sum;
}

static struct figures *households_at_end(const struct county *county, const size_t *held)
{
    struct figures *households = mem_zalloc(county->households.count * sizeof *households);

    for (uint32_t i = 0; i < county->persons.count; i++) {
        const struct membership *membership =
            held[i] == SIZE_MAX ? NULL : &county->memberships.items[held[i]];
        struct figures person;

        if (!membership)
            continue;
        person = figures_of(county, i);
        figures_add(&households[membership->household], &person);
        households[membership->household].town = membership->town;
    }
    return households;
}

#define FIGURES_HEADER                                                                                       \
    "wage_fen,business_fen,property_fen,transfer_fen,income_fen,declared_fen,fund_months,stated_wage_fen\n"

static void write_figures(FILE *file, const struct figures *figures)
{
    for (int kind = 0; kind < KIND_COUNT; kind++)
        fprintf(file, "%lld,", (long long)figures->income_fen[kind]);
    fprintf(file, "%lld,%lld,%u,%lld\n", (long long)total_fen(figures), (long long)figures->declared_fen,
            figures->fund_months, (long long)figures->stated_wage_fen);
}

static void write_households(const struct county *county, const struct figures *households)
{
    FILE *file = file_create(county, "truth.csv");
    char number[NUMBER_SIZE];

    fputs("household_no,region,members,assisted,declares,declares_half," FIGURES_HEADER, file);
    for (uint32_t i = 0; i < county->households.count; i++) {
        const struct household *household = &county->households.items[i];

        if (!households[i].members)
            continue;
        fprintf(file, "%s,%s,%u,%d,%d,%d,", household_number('H', i, number),
                towns[households[i].town].region, households[i].members, household->assisted,
                household->declares, household->halves);
        write_figures(file, &households[i]);
    }
    file_close(file);
}

static void write_persons(const struct county *county, const size_t *held)
{
    static const char *const works[WORK_COUNT] = { "none",     "public",       "company",
                                                   "informal", "business",     "fishing",
                                                   "pension",  "land-pension", "rural-pension" };
    FILE *file = file_create(county, "truth_persons.csv");
    char number[NUMBER_SIZE];

    fputs("id_no,household_no,work," FIGURES_HEADER, file);
    for (uint32_t i = 0; i < county->persons.count; i++) {
        struct figures figures = figures_of(county, i);

        fprintf(file, "%s,%s,%s,", county->persons.items[i].id_no,
                held[i] == SIZE_MAX
                    ? ""
                    : household_number('H', county->memberships.items[held[i]].household, number),
                works[county->persons.items[i].work]);
        write_figures(file, &figures);
    }
    file_close(file);
}

static void write_members(const struct county *county)
{
    FILE *file = file_create(county, "truth_members.csv");
    char number[NUMBER_SIZE], from[DAY_TEXT_SIZE], to[DAY_TEXT_SIZE];

    fputs("id_no,household_no,from,to\n", file);
    for (size_t i = 0; i < county->memberships.count; i++) {
        const struct membership *membership = &county->memberships.items[i];

        fprintf(file, "%s,%s,%s,%s\n", county->persons.items[membership->person].id_no,
                household_number('H', membership->household, number), day_text(membership->from_day, from),
                membership->to_day == DAY_OPEN ? "" : day_text(membership->to_day, to));
    }
    file_close(file);
}

void truth_write(const struct county *county)
{
    size_t *held = memberships_at_end(county);
    struct figures *households = households_at_end(county, held);

    write_households(county, households);
    write_persons(county, held);
    write_members(county);
    free(households);
    free(held);
}

void truth_summary(const struct county *county, FILE *out)
{
    size_t *held = memberships_at_end(county);
    struct figures *households = households_at_end(county, held), all = { 0 };
    uint32_t count = 0, poor = 0, bands[5] = { 0 };

    for (size_t i = 0; i < county->households.count; i++) {
        static const int64_t cuts_fen[] = { 5000000, 10000000, 20000000, 50000000, INT64_MAX };
        int band = 0;

        if (!households[i].members)
            continue;
        count++;
        figures_add(&all, &households[i]);
        while (total_fen(&households[i]) >= cuts_fen[band])
            band++;
        bands[band]++;
        poor += band == 0;
    }
    fprintf(out, "households %u, persons %u (%.2f a household), income per head %.0f yuan\n", count,
            all.members, (double)all.members / count, (double)total_fen(&all) / 100 / all.members);
    fprintf(
        out, "income below 50,000 yuan %.1f %%, to 100,000 %.1f %%, to 200,000 %.1f %%, to 500,000 %.1f %%\n",
        100.0 * poor / count, 100.0 * bands[1] / count, 100.0 * bands[2] / count, 100.0 * bands[3] / count);
    free(households);
    free(held);
}
