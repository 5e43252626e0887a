/* key_table - keys of one size, each kept once and numbered in the order they came.
 *
 * Ownership: a zeroed table with its key_size set is an empty one; key_table_free() empties it.
 * Memory: a key costs its size and 8 to 16 bytes. Errors: no memory ends the process. */
#ifndef OLIVE_DAEMON_KEY_TABLE_H
#define OLIVE_DAEMON_KEY_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct key_table {
    size_t key_size;
    uint8_t *keys;
    uint32_t *slots; /* number + 1 of the key that lies there; 0: free */
    size_t count, slot_count;
};

/* The key's number; *ret_new: it was not there and was added. */
size_t key_table_put(struct key_table *table, const void *key, bool *ret_new);
const void *key_table_key(const struct key_table *table, size_t number);
void key_table_free(struct key_table *table); /* also for CLEANUP() */

#endif
