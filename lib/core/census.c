#include "lib/core/census.h"

#include <stdlib.h>
#include <string.h>

/* A subject as it waits for its households. */
struct entry {
    struct token token;
    struct token households[HOUSEHOLD_KIND_COUNT]; /* zero: in none */
    int32_t period;
    uint64_t record_count;
    uint8_t record_sum[SUM_SIZE];
    enum subject_kind kind;
    bool has_fact;
    size_t at, size; /* of its packed indicators */
};

struct census {
    int32_t period;
    struct entry *entries;
    size_t count, capacity;
    struct buffer packed;
    struct arena *arena; /* of one household */
};

struct census *census_new(int32_t period)
{
    struct census *census = mem_zalloc(sizeof *census);

    census->period = period;
    census->arena = arena_new(0);
    return census;
}

void census_free(struct census *census)
{
    if (!census)
        return;
    free(census->entries);
    buffer_free(&census->packed);
    arena_free(census->arena);
    free(census);
}

void census_freep(struct census **census)
{
    census_free(*census);
}

void census_add(struct census *census, const struct subject *subject)
{
    struct entry entry = {
        .token = subject->token,
        .record_count = subject->record_count,
        .kind = subject->kind,
        .period = subject->period,
        .has_fact = subject->has_fact,
        .at = census->packed.size,
    };

    for (int kind = 0; kind < HOUSEHOLD_KIND_COUNT; kind++)
        entry.households[kind] = subject->placements[kind].household;
    memcpy(entry.record_sum, subject->record_sum, SUM_SIZE);
    subject_pack(subject, &census->packed);
    entry.size = census->packed.size - entry.at;
    if (census->count == census->capacity) {
        census->capacity = census->capacity ? census->capacity * 2 : 1024;
        census->entries = mem_realloc(census->entries, census->capacity * sizeof *census->entries);
    }
    census->entries[census->count++] = entry;
}

static struct subject *entry_subject(const struct census *census, const struct entry *entry)
{
    struct subject *subject = arena_zalloc(census->arena, sizeof *subject);

    subject->token = entry->token;
    subject->kind = entry->kind;
    subject->period = entry->period;
    subject->record_count = entry->record_count;
    memcpy(subject->record_sum, entry->record_sum, SUM_SIZE);
    for (int kind = 0; kind < HOUSEHOLD_KIND_COUNT; kind++)
        subject->placements[kind].household = entry->households[kind];
    subject_unpack(census->packed.data + entry->at, entry->size, census->arena, subject);
    return subject;
}

/* The entries of one kind of household, by household and then by token. */
struct placed {
    struct token household;
    const struct entry *entry;
};

static int by_household(const void *left, const void *right)
{
    const struct placed *a = left, *b = right;
    int order = token_compare(&a->household, &b->household);

    return order ? order : token_compare(&a->entry->token, &b->entry->token);
}

static void count_unplaced(const struct entry *entry, struct unplaced *unplaced)
{
    if (!entry->has_fact)
        return;
    unplaced->persons += entry->kind == SUBJECT_PERSON;
    unplaced->meters += entry->kind == SUBJECT_METER;
}

static size_t place(const struct census *census, enum household_kind kind, struct placed *placed,
                    struct unplaced *unplaced)
{
    size_t count = 0;

    for (size_t i = 0; i < census->count; i++) {
        const struct entry *entry = &census->entries[i];

        if (token_is_zero(&entry->households[kind]))
            count_unplaced(entry, unplaced);
        else
            placed[count++] = (struct placed){ entry->households[kind], entry };
    }
    qsort(placed, count, sizeof *placed, by_household);
    return count;
}

struct walk {
    struct census *census;
    const struct rules *rules; /* two of them for a pair */
    coverage_t coverage;
    census_profile *each;
    census_pair *pair; /* in its place */
    void *user;
};

/* False: no person among them. */
static bool assess_by(const struct walk *walk, const struct rules *rules, enum household_kind kind,
                      const struct token *household, const struct subject *const *members, size_t count,
                      struct profile *ret)
{
    return household_assess(kind, household, members, count, walk->census->period, rules, walk->coverage,
                            walk->census->arena, ret);
}

static int walk_household(const struct walk *walk, enum household_kind kind, const struct placed *placed,
                          size_t count, struct unplaced *unplaced, struct err *err)
{
    const struct subject **members;
    struct profile profile, other;

    arena_reset(walk->census->arena);
    members = arena_alloc(walk->census->arena, count * sizeof *members);
    for (size_t i = 0; i < count; i++)
        members[i] = entry_subject(walk->census, placed[i].entry);
    if (assess_by(walk, walk->rules, kind, &placed->household, members, count, &profile)) {
        if (!walk->pair)
            return walk->each(walk->user, &profile, err);
        assess_by(walk, walk->rules + 1, kind, &placed->household, members, count, &other);
        return walk->pair(walk->user, &profile, &other, err);
    }
    for (size_t i = 0; i < count; i++) /* meters alone: a household without a member */
        count_unplaced(placed[i].entry, unplaced);
    return 0;
}

static int walk_kind(const struct walk *walk, enum household_kind kind, struct placed *placed,
                     struct unplaced *unplaced, struct err *err)
{
    size_t count = place(walk->census, kind, placed, unplaced);

    for (size_t from = 0, end; from < count; from = end) {
        int status;

        for (end = from; end < count && token_equal(&placed[end].household, &placed[from].household); end++)
            ;
        status = walk_household(walk, kind, placed + from, end - from, unplaced, err);
        if (status)
            return status;
    }
    return 0;
}

int census_walk(struct census *census, const struct rules *rules, coverage_t coverage, census_profile *each,
                void *user, struct unplaced ret[HOUSEHOLD_KIND_COUNT], struct err *err)
{
    const struct walk walk = {
        .census = census, .rules = rules, .coverage = coverage, .each = each, .user = user
    };
    struct unplaced unplaced[HOUSEHOLD_KIND_COUNT] = { 0 };
    struct placed *placed = mem_alloc(census->count * sizeof *placed);
    int status = 0;

    for (int kind = 0; kind < HOUSEHOLD_KIND_COUNT && !status; kind++)
        status = walk_kind(&walk, (enum household_kind)kind, placed, &unplaced[kind], err);
    free(placed);
    if (!status)
        memcpy(ret, unplaced, sizeof unplaced);
    return status;
}

int census_compare(struct census *census, enum household_kind kind, const struct rules rules[2],
                   coverage_t coverage, census_pair *each, void *user, struct err *err)
{
    const struct walk walk = {
        .census = census, .rules = rules, .coverage = coverage, .pair = each, .user = user
    };
    struct unplaced unplaced = { 0 };
    struct placed *placed = mem_alloc(census->count * sizeof *placed);
    int status = walk_kind(&walk, kind, placed, &unplaced, err);

    free(placed);
    return status;
}
