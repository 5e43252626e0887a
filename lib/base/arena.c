#include "lib/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 1 << 16 };

struct chunk {
    struct chunk *next;
    size_t size;
    alignas(max_align_t) unsigned char data[];
};

struct arena {
    struct chunk *first, *current;
    size_t used;    /* of the current chunk */
    size_t total;   /* handed out since the last reset */
    size_t ceiling; /* 0: none */
};

void *mem_alloc(size_t size)
{
    void *memory = malloc(size ? size : 1);

    if (!memory) {
        fputs("olive: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void *mem_zalloc(size_t size)
{
    return memset(mem_alloc(size), 0, size);
}

void *mem_realloc(void *old, size_t size)
{
    void *memory = realloc(old, size ? size : 1);

    if (!memory) {
        fputs("olive: out of memory\n", stderr);
        abort();
    }
    return memory;
}

char *mem_strdup(const char *text)
{
    size_t size = strlen(text) + 1;

    return memcpy(mem_alloc(size), text, size);
}

void mem_freep(void *pointer_to_pointer)
{
    void *memory;

    memcpy(&memory, pointer_to_pointer, sizeof memory);
    free(memory);
}

static struct chunk *chunk_new(size_t size)
{
    struct chunk *chunk = mem_alloc(sizeof *chunk + size);

    chunk->next = NULL;
    chunk->size = size;
    return chunk;
}

struct arena *arena_new(size_t ceiling_bytes)
{
    struct arena *arena = mem_zalloc(sizeof *arena);

    arena->first = arena->current = chunk_new(CHUNK_BYTES);
    arena->ceiling = ceiling_bytes;
    return arena;
}

void arena_free(struct arena *arena)
{
    struct chunk *next;

    if (!arena)
        return;
    for (struct chunk *chunk = arena->first; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
    free(arena);
}

void arena_freep(struct arena **arena)
{
    arena_free(*arena);
}

/* Moves on to a chunk with room for `size`: the next one kept from an earlier batch, or a new one put in
 * between. */
static void arena_advance(struct arena *arena, size_t size)
{
    struct chunk *next = arena->current->next;

    if (!next || next->size < size) {
        struct chunk *chunk = chunk_new(size > CHUNK_BYTES ? size : CHUNK_BYTES);

        chunk->next = next;
        arena->current->next = chunk;
        next = chunk;
    }
    arena->current = next;
    arena->used = 0;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    size_t rounded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    void *memory;

    if (rounded < size || (arena->ceiling && rounded > arena->ceiling - arena->total))
        return NULL;
    if (rounded > arena->current->size - arena->used)
        arena_advance(arena, rounded);
    memory = arena->current->data + arena->used;
    arena->used += rounded;
    arena->total += rounded;
    return memory;
}

void *arena_zalloc(struct arena *arena, size_t size)
{
    void *memory = arena_alloc(arena, size);

    return memory ? memset(memory, 0, size) : NULL;
}

char *arena_strndup(struct arena *arena, const char *text, size_t len)
{
    char *copy = arena_alloc(arena, len + 1);

    if (copy) {
        memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}

void arena_reset(struct arena *arena)
{
    arena->current = arena->first;
    arena->used = arena->total = 0;
}

size_t arena_size(const struct arena *arena)
{
    return arena->total;
}
