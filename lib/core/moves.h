/* moves - whom a change of the policy moves: the same households by policy A and by policy B, by one model.
 *
 * For certain: a hint changes and neither side of it is "cannot tell", or a group that follows from such
 * figures alone. Possibly: all else that moves: a hint that cannot tell on one side, or the likeliest band,
 * which is an estimate. A household that moves for certain is not counted among the possible ones. Figures
 * may change without moving anybody; they are counted by column.
 *
 * Shares of bands are sums of probabilities (DESIGN 6); `mass` is how many households' worth of probability
 * changes its band.
 *
 * Ownership: moves_new() … moves_free(). Threads: pure. */
#ifndef OLIVE_CORE_MOVES_H
#define OLIVE_CORE_MOVES_H

#include "lib/core/profile.h"

enum move { MOVE_NONE, MOVE_FIGURES, MOVE_POSSIBLE, MOVE_CERTAIN, MOVE_COUNT };
enum { SIDE_A, SIDE_B, SIDE_COUNT };
enum { MOVES_FIELDS_MAX = 160 };

struct tally {
    uint64_t households, persons;
};

/* Of a region or group. */
struct moves_part {
    struct tally all, moved[MOVE_COUNT];
    int64_t mass; /* millionths of households */
};

struct moves_region {
    char region[TOWNSHIP_SIZE]; /* "": not stated */
    struct moves_part part;
};

struct moves {
    struct moves_part all;
    struct tally hints[LINE_COUNT][TEST_COUNT][HINT_COUNT][HINT_COUNT]; /* from, to; equal ones, too */
    struct tally joined[GROUP_COUNT][MOVE_COUNT], left[GROUP_COUNT][MOVE_COUNT]; /* derived groups */
    struct tally bands[BAND_COUNT + 1][BAND_COUNT + 1]; /* likeliest, from 1; 0: none */
    int64_t expected[SIDE_COUNT][BAND_COUNT];           /* millionths of households */
    int64_t expected_persons[SIDE_COUNT][BAND_COUNT];   /* millionths of persons */
    bool has_bands[SIDE_COUNT];                         /* a household has */
    uint64_t fields[MOVES_FIELDS_MAX]; /* households whose column differs, in order of profile_fields */
    struct moves_part groups[GROUP_COUNT + 1]; /* as rosters state them; the last: in none */
    struct moves_region *regions;              /* by code */
    size_t region_count;
};

struct moves *moves_new(void);
void moves_free(struct moves *moves);
void moves_freep(struct moves **moves);
/* One household, by both. */
enum move moves_add(struct moves *moves, const struct profile *a, const struct profile *b);
/* A column differs for somebody. The policy's digest is no column. */
bool moves_any(const struct moves *moves);
/* How sure a change from one hint to another is. */
enum move move_of_hint(enum determination_hint from, enum determination_hint to);

#endif
