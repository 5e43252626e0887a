/* bench_portrait - what the portrait costs a seal: households added, and what is hidden settled and told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/arena.h"
#include "lib/core/elementary.h"
#include "lib/core/portrait.h"
#include "lib/io/model_file.h"

enum { TOWNSHIPS = 8, SECTIONS = 20, GROUPS_A_THOUSAND = 60, YUAN_LEAST = 20000 };
static const int64_t cuts_fen[BAND_CUTS] = { 5000000, 10000000, 20000000, 50000000, 60000000 };

/* Of this process: a seal does it all in one thread. */
static double cpu_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint32_t throw(uint32_t below)
{
    static uint64_t chance = 1;

    chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((chance >> 32) * below >> 32);
}

static void household(const struct assessor *assessor, struct profile *ret)
{
    struct assessed *assessed = &ret->assessed;
    int64_t below = 0;

    memset(ret, 0, sizeof *ret);
    ret->member_count = 1 + throw(6);
    ret->as_of = 2025 * 12 + 11;
    snprintf(ret->region, sizeof ret->region, "33030500%u", 1 + throw(TOWNSHIPS));
    ret->industry[0] = (char)('A' + throw(1 + throw(SECTIONS)));
    for (int group = 0; group < GROUP_COUNT; group++)
        ret->groups |= throw(1000) < GROUPS_A_THOUSAND ? 1U << group : 0;
    assessed->estimate = (int64_t)((ln_of(YUAN_LEAST * 100.0) + throw(3000) / 1000.0) * MILLION);
    assessed->deviation = 300000 + throw(300000);
    assessed->p50 = (int64_t)exp_of((double)assessed->estimate / MILLION);
    for (int i = 0; i < BAND_COUNT; i++) {
        int64_t upto = i < BAND_CUTS ? assess_below(assessor, assessed, cuts_fen[i]) : MILLION;

        assessed->bands[i] = upto - below;
        below = upto;
    }
}

static int count(void *user, const struct portrait_cell *cell, struct err *err)
{
    long *cells = user;

    (void)err;
    cells[cell->hidden]++;
    return 0;
}

static void measure(const struct rules *rules, size_t households)
{
    struct portrait *portrait = portrait_new(rules, HOUSEHOLD_REGISTERED);
    struct profile *profiles = mem_alloc(households * sizeof *profiles);
    struct err err = { 0 };
    long cells[2] = { 0 };
    double add_s, started;

    for (size_t i = 0; i < households; i++)
        household(rules->assessor, &profiles[i]);
    started = cpu_s();
    for (size_t i = 0; i < households; i++)
        portrait_add(portrait, &profiles[i]);
    add_s = cpu_s() - started;
    started = cpu_s();
    portrait_walk(portrait, count, cells, &err);
    printf("households %zu add_s %.6f tell_s %.6f shown %ld hidden %ld\n", households, add_s,
           cpu_s() - started, cells[0], cells[1]);
    portrait_free(portrait);
    mem_freep(&profiles);
}

int main(int argc, char **argv)
{
    static const uint8_t digest[DIGEST_SIZE];
    struct goal_rule goals[PLAN_COUNT] = { { .rule.until_day = DAY_OPEN, .band_first = 2, .band_last = 3 },
                                           { .rule.until_day = DAY_OPEN, .band_first = 3, .band_last = 4 } };
    struct policy policy = { .goals = { &goals[PLAN_A], &goals[PLAN_B] }, .goal_count = { 1, 1 } };
    struct rules rules = { .policy = &policy };
    struct err err = { 0 };
    struct model *read = NULL, *model = model_new();

    if (argc != 3 || model_file_read(argv[1], &read, NULL, &err) < 0) {
        fprintf(stderr, "bench_portrait: %s\n", argc == 3 ? err.text : "needs MODEL HOUSEHOLDS");
        return EXIT_FAILURE;
    }
    memcpy(model->quantiles, read->quantiles,
           sizeof model->quantiles); /* the distribution is all it asks for */
    model_free(read);
    if (assessor_new(model, digest, &rules.assessor, &err) < 0)
        return EXIT_FAILURE;
    measure(&rules, strtoul(argv[2], NULL, 10));
    assessor_free(rules.assessor);
    return EXIT_SUCCESS;
}
