/* arena - memory of one batch: handed out in order, given back all at once.
 *
 * Ownership: arena_new() … arena_free(); what arena_alloc() returns lives until arena_reset() or
 * arena_free(). Threads:   one at a time. Errors:    an arena without a ceiling never returns NULL: no memory
 * ends the process, and the batch is done again after the restart. With a ceiling (the decode arena, which
 * meets hostile bytes) NULL means "over it". */
#ifndef OLIVE_BASE_ARENA_H
#define OLIVE_BASE_ARENA_H

#include <stddef.h>

struct arena;

struct arena *arena_new(size_t ceiling_bytes); /* 0: no ceiling */
void arena_free(struct arena *arena);
void arena_freep(struct arena **arena);
void *arena_alloc(struct arena *arena, size_t size); /* aligned for any type, not cleared */
void *arena_zalloc(struct arena *arena, size_t size);
char *arena_strndup(struct arena *arena, const char *text, size_t len); /* adds the NUL */
void arena_reset(struct arena *arena);        /* keeps the memory for the next batch */
size_t arena_size(const struct arena *arena); /* bytes handed out since the last reset */

/* malloc family that ends the process when there is no memory, for what outlives a batch. */
void *mem_alloc(size_t size);
void *mem_zalloc(size_t size);
void *mem_realloc(void *old, size_t size);
char *mem_strdup(const char *text);
void mem_freep(void *pointer_to_pointer); /* for CLEANUP() */

#endif
