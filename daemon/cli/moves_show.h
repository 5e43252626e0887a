/* moves_show - whom a change of the policy moves, for people and for programs.
 *
 * Both are of counts alone; households are named only by moves_household_*(). */
#ifndef OLIVE_DAEMON_CLI_MOVES_SHOW_H
#define OLIVE_DAEMON_CLI_MOVES_SHOW_H

#include "lib/core/moves.h"

struct moves_head {
    int32_t period, day; /* of whose population, by the rules of which day */
    enum household_kind kind;
    const char *names[SIDE_COUNT];
    uint8_t digests[SIDE_COUNT][DIGEST_SIZE];
    bool has_model;
    int32_t later_day; /* the first after `day` on which a rule of either begins; DAY_NONE: none does */
};

void moves_text(const struct moves *moves, const struct moves_head *head, struct buffer *out);
/* Keys of an object that the caller opens and closes. */
void moves_json(const struct moves *moves, const struct moves_head *head, struct json *json);

/* One household that changes, and each column that does. */
void moves_household_text(enum move move, const struct profile *a, const struct profile *b,
                          struct buffer *out);
void moves_household_json(enum move move, const struct profile *a, const struct profile *b,
                          struct json *json);

#endif
