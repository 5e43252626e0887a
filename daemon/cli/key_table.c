#include "daemon/cli/key_table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"

enum { SLOTS_MIN = 64 };

/* FNV-1a, then mixed: its low bits, which choose the slot, must depend on all of the key. */
static uint64_t hash(const uint8_t *key, size_t size)
{
    uint64_t value = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < size; i++)
        value = (value ^ key[i]) * UINT64_C(0x100000001b3);
    return value ^ value >> 29;
}

/* Where the key lies, or the free slot where it would. */
static size_t find_slot(const struct key_table *table, const uint8_t *key)
{
    size_t mask = table->slot_count - 1, at = hash(key, table->key_size) & mask;

    while (table->slots[at] && memcmp(key_table_key(table, table->slots[at] - 1), key, table->key_size) != 0)
        at = (at + 1) & mask;
    return at;
}

/* At most half of the slots are taken; keys have room as far as that. */
static void grow(struct key_table *table)
{
    table->slot_count = table->slot_count ? 2 * table->slot_count : SLOTS_MIN;
    assert(table->slot_count <= UINT32_MAX);
    free(table->slots);
    table->slots = mem_zalloc(table->slot_count * sizeof *table->slots);
    table->keys = mem_realloc(table->keys, table->slot_count / 2 * table->key_size);
    for (size_t i = 0; i < table->count; i++)
        table->slots[find_slot(table, key_table_key(table, i))] = (uint32_t)i + 1;
}

size_t key_table_put(struct key_table *table, const void *key, bool *ret_new)
{
    size_t at;

    if (2 * table->count >= table->slot_count)
        grow(table);
    at = find_slot(table, key);
    *ret_new = !table->slots[at];
    if (*ret_new) {
        memcpy(table->keys + table->count * table->key_size, key, table->key_size);
        table->slots[at] = (uint32_t)++table->count;
    }
    return table->slots[at] - 1;
}

const void *key_table_key(const struct key_table *table, size_t number)
{
    return table->keys + number * table->key_size;
}

void key_table_free(struct key_table *table)
{
    free(table->keys);
    free(table->slots);
    *table = (struct key_table){ .key_size = table->key_size };
}
