#include "daemon/cli/members.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/state/evidence.h"
#include "daemon/state/recompute.h"
#include "lib/core/household.h"

struct search {
    const struct question *question;
    enum household_kind kind;
    const struct token *household;
    struct members *members;
};

/* As a person reads them; the fold asks for no order. */
static int by_time(const void *a, const void *b)
{
    const struct record *x = a, *y = b;

    if (x->valid_from_day != y->valid_from_day)
        return x->valid_from_day < y->valid_from_day ? -1 : 1;
    if (x->delivery->received_ms != y->delivery->received_ms)
        return x->delivery->received_ms < y->delivery->received_ms ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

static void keep(struct search *search, const struct token *token, const struct record *records, size_t count)
{
    struct members *members = search->members;
    const struct question *question = search->question;
    struct member *member;

    members->items = mem_realloc(members->items, (members->count + 1) * sizeof *members->items);
    member = &members->items[members->count++];
    *member = (struct member){ .token = *token, .record_count = count };
    member->records = arena_alloc(members->arena, count * sizeof *records);
    memcpy(member->records, records, count * sizeof *records);
    qsort(member->records, count, sizeof *records, by_time);
    member->facts = arena_alloc(members->arena, count * sizeof *member->facts);
    recompute_subject(token, member->records, count, question->period, question->known_at_ms, member->facts,
                      members->arena, &member->subject);
    for (size_t i = 0; i < count; i++)
        if (member->records[i].delivery->received_ms <= question->known_at_ms)
            member->facts[member->fact_count++] = &member->records[i];
    member->fact_count = fold(member->facts, member->fact_count, question->known_at_ms);
}

/* Kept when its place in the period is this household. */
static int look_at(void *user, const struct token *token, const struct record *records, size_t count,
                   struct err *err)
{
    struct search *search = user;
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    const struct record **pointers = arena_alloc(arena, count * sizeof *pointers);
    struct subject subject;

    if (recompute_subject(token, records, count, search->question->period, search->question->known_at_ms,
                          pointers, arena, &subject) &&
        token_equal(&subject.placements[search->kind].household, search->household))
        keep(search, token, records, count);
    return 0;
}

/* By the columns registered, assistance, dwelling of olive.subject. */
static int look_live(struct store *store, struct search *search, struct err *err)
{
    static const char *const sql[HOUSEHOLD_KIND_COUNT] = {
        "SELECT token FROM olive.subject WHERE registered = $1 ORDER BY token",
        "SELECT token FROM olive.subject WHERE assistance = $1 ORDER BY token",
        "SELECT token FROM olive.subject WHERE dwelling = $1 ORDER BY token",
    };
    CLEANUP(rows_freep) struct rows *rows = NULL;
    const struct param param = param_bytes(search->household->bytes, TOKEN_SIZE);

    if (store_query(store, sql[search->kind], &param, 1, &rows, err) < 0)
        return -1;
    for (size_t i = 0; i < rows_count(rows); i++) {
        struct token token;

        memcpy(token.bytes, rows_text(rows, i, 0).data, TOKEN_SIZE);
        if (evidence_read_one(store, search->members->deliveries, &token, look_at, search, err) < 0)
            return -1;
    }
    return 0;
}

int members_read(struct store *store, const struct question *question, enum household_kind kind,
                 const struct token *household, struct members *ret, struct err *err)
{
    struct search search = { question, kind, household, ret };

    *ret = (struct members){ .deliveries = deliveries_new(), .arena = arena_new(0) };
    if (deliveries_load(ret->deliveries, store, err) < 0)
        return -1;
    return question->answer == ANSWER_LIVE ? look_live(store, &search, err)
                                           : evidence_read(store, ret->deliveries, look_at, &search, err);
}

void members_free(struct members *members)
{
    free(members->items);
    deliveries_free(members->deliveries);
    arena_free(members->arena);
    *members = (struct members){ 0 };
}

bool members_assess(const struct members *members, const struct question *question, enum household_kind kind,
                    const struct token *household, struct profile *ret)
{
    const struct subject **subjects = arena_alloc(members->arena, (members->count + 1) * sizeof *subjects);

    for (size_t i = 0; i < members->count; i++)
        subjects[i] = &members->items[i].subject;
    return household_assess(kind, household, subjects, members->count, question->period, &question->rules,
                            question->coverage, members->arena, ret);
}
