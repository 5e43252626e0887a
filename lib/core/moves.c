#include "lib/core/moves.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"

enum { TOWNSHIP_DIGITS = 9 };

struct moves *moves_new(void)
{
    return mem_zalloc(sizeof(struct moves));
}

void moves_free(struct moves *moves)
{
    if (!moves)
        return;
    free(moves->regions);
    free(moves);
}

void moves_freep(struct moves **moves)
{
    moves_free(*moves);
    *moves = NULL;
}

static void count(struct tally *tally, const struct profile *profile)
{
    tally->households++;
    tally->persons += (uint64_t)profile->member_count;
}

/* --- columns --- */

static bool add_fields(struct moves *moves, const struct profile *a, const struct profile *b)
{
    bool any = false;

    for (size_t i = 0; i < MOVES_FIELDS_MAX && profile_fields[i].name; i++)
        if (profile_field_differs(&profile_fields[i], a, b)) {
            moves->fields[i]++;
            any = true;
        }
    return any;
}

/* --- hints and groups --- */

enum move move_of_hint(enum determination_hint from, enum determination_hint to)
{
    if (from == to)
        return MOVE_NONE;
    return from == HINT_CANNOT_TELL || to == HINT_CANNOT_TELL ? MOVE_POSSIBLE : MOVE_CERTAIN;
}

static enum move surer(enum move a, enum move b)
{
    return a > b ? a : b;
}

static enum move add_hints(struct moves *moves, const struct profile *a, const struct profile *b)
{
    enum move move = MOVE_NONE;

    for (int line = 0; line < LINE_COUNT; line++)
        for (int test = 0; test < TEST_COUNT; test++) {
            enum determination_hint from = a->hints[line][test], to = b->hints[line][test];

            count(&moves->hints[line][test][from][to], a);
            move = surer(move, move_of_hint(from, to));
        }
    return move;
}

/* A rule may ask for a line that is met: then a group is as sure as the hints on income are. */
static enum move move_of_groups(const struct profile *a, const struct profile *b)
{
    for (int line = 0; line < LINE_COUNT; line++)
        if (move_of_hint(a->hints[line][TEST_INCOME], b->hints[line][TEST_INCOME]) == MOVE_POSSIBLE)
            return MOVE_POSSIBLE;
    return MOVE_CERTAIN;
}

static enum move add_groups(struct moves *moves, const struct profile *a, const struct profile *b)
{
    unsigned changed = a->groups_derived ^ b->groups_derived;
    enum move move = changed ? move_of_groups(a, b) : MOVE_NONE;

    for (int group = 0; group < GROUP_COUNT; group++)
        if (changed >> group & 1)
            count(b->groups_derived >> group & 1 ? &moves->joined[group][move] : &moves->left[group][move],
                  a);
    return move;
}

/* --- bands --- */

static void add_expected(struct moves *moves, int side, const struct profile *profile)
{
    if (profile->assessed.band == NUMBER_NONE)
        return;
    moves->has_bands[side] = true;
    for (int i = 0; i < BAND_COUNT; i++) {
        moves->expected[side][i] += profile->assessed.bands[i];
        moves->expected_persons[side][i] += profile->assessed.bands[i] * profile->member_count;
    }
}

static int64_t mass_between(const struct assessed *a, const struct assessed *b)
{
    int64_t sum = 0;

    if (a->band == NUMBER_NONE || b->band == NUMBER_NONE)
        return a->band == b->band ? 0 : MILLION;
    for (int i = 0; i < BAND_COUNT; i++)
        sum += a->bands[i] > b->bands[i] ? a->bands[i] - b->bands[i] : 0;
    return sum;
}

static enum move add_bands(struct moves *moves, const struct profile *a, const struct profile *b)
{
    int64_t from = a->assessed.band == NUMBER_NONE ? 0 : a->assessed.band;
    int64_t to = b->assessed.band == NUMBER_NONE ? 0 : b->assessed.band;

    add_expected(moves, SIDE_A, a);
    add_expected(moves, SIDE_B, b);
    count(&moves->bands[from][to], a);
    return from != to ? MOVE_POSSIBLE : MOVE_NONE;
}

/* --- parts of the population --- */

static void add_part(struct moves_part *part, const struct profile *profile, enum move move, int64_t mass)
{
    count(&part->all, profile);
    count(&part->moved[move], profile);
    part->mass += mass;
}

static struct moves_part *part_of_region(struct moves *moves, const char *region)
{
    char township[REGION_SIZE];
    size_t low = 0, high = moves->region_count;

    region_series(region, township);
    township[strlen(township) < TOWNSHIP_DIGITS ? strlen(township) : TOWNSHIP_DIGITS] = '\0';
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(moves->regions[middle].region, township);

        if (!order)
            return &moves->regions[middle].part;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    moves->regions = mem_realloc(moves->regions, (moves->region_count + 1) * sizeof *moves->regions);
    memmove(&moves->regions[low + 1], &moves->regions[low],
            (moves->region_count - low) * sizeof *moves->regions);
    moves->regions[low] = (struct moves_region){ 0 };
    memcpy(moves->regions[low].region, township, sizeof township);
    moves->region_count++;
    return &moves->regions[low].part;
}

enum move moves_add(struct moves *moves, const struct profile *a, const struct profile *b)
{
    int64_t mass = mass_between(&a->assessed, &b->assessed);
    enum move move = add_fields(moves, a, b) ? MOVE_FIGURES : MOVE_NONE;

    move = surer(move, add_hints(moves, a, b));
    move = surer(move, add_groups(moves, a, b));
    move = surer(move, add_bands(moves, a, b));
    add_part(&moves->all, a, move, mass);
    add_part(part_of_region(moves, a->region), a, move, mass);
    for (int group = 0; group < GROUP_COUNT; group++)
        if (a->groups >> group & 1)
            add_part(&moves->groups[group], a, move, mass);
    if (!a->groups)
        add_part(&moves->groups[GROUP_COUNT], a, move, mass);
    return move;
}

bool moves_any(const struct moves *moves)
{
    return moves->all.moved[MOVE_NONE].households != moves->all.all.households;
}
