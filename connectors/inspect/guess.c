#include "connectors/inspect/guess.h"

#include <stdarg.h>
#include <stdio.h>

const char *const basis_names[BASIS_COUNT] = {
    [BASIS_NONE] = "none",   [BASIS_SHAPE] = "shape", [BASIS_NEAR] = "near",
    [BASIS_USUAL] = "usual", [BASIS_NAME] = "name",
};

/* What every feed is unless something is found: the defaults of the configuration. */
struct guess *guess_new(struct arena *arena)
{
    static char comma[] = ",", quote[] = "\"";
    struct guess *guess = arena_zalloc(arena, sizeof *guess);

    guess->arena = arena;
    guess->last_remark = &guess->remarks;
    guess->feed = (struct feed_conf){
        .delimiter = comma,
        .quote = quote,
        .header = true,
        .enabled = true,
        .ready = READY_RENAME,
        .line_bytes_max = 65536,
        .unpacked_bytes_max = COUNT_NONE,
        .error_limit = { COUNT_NONE, RATIO_NONE },
        .shrink_limit = RATIO_NONE,
    };
    return guess;
}

__attribute__((format(printf, 2, 0))) static char *text_v(struct guess *guess, const char *format,
                                                          va_list args)
{
    va_list again;
    char *text;
    int len;

    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    text = arena_alloc(guess->arena, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, format, args);
    return text;
}

char *guess_text(struct guess *guess, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = text_v(guess, format, args);
    va_end(args);
    return text;
}

void guess_remark(struct guess *guess, const char *option, bool unsure, const char *format, ...)
{
    struct remark *remark = arena_zalloc(guess->arena, sizeof *remark);
    va_list args;

    va_start(args, format);
    *remark = (struct remark){ .option = option, .unsure = unsure, .text = text_v(guess, format, args) };
    va_end(args);
    *guess->last_remark = remark;
    guess->last_remark = &remark->next;
}

bool guess_is_unsure(const struct guess *guess, const char *option)
{
    for (const struct remark *remark = guess->remarks; remark; remark = remark->next)
        if (remark->unsure && !strcmp(remark->option, option))
            return true;
    return false;
}

/* Lists double their room, which the arena keeps: they are short. */
static void *grown(struct guess *guess, const void *items, size_t count, size_t size)
{
    void *more;

    if (count & (count - 1))
        return (void *)(uintptr_t)items;
    more = arena_alloc(guess->arena, (count ? 2 * count : 1) * size);
    if (count)
        memcpy(more, items, count * size);
    return more;
}

void guess_add_name(struct guess *guess, struct conf_names *names, struct text name)
{
    names->items = grown(guess, names->items, names->count, sizeof *names->items);
    names->items[names->count++] = arena_strndup(guess->arena, name.data, name.len);
}

void guess_add_pair(struct guess *guess, struct conf_pairs *pairs, struct text key, const char *value)
{
    pairs->items = grown(guess, pairs->items, pairs->count, sizeof *pairs->items);
    pairs->items[pairs->count++] =
        (struct conf_pair){ .key = arena_strndup(guess->arena, key.data, key.len),
                            .value = arena_strndup(guess->arena, value, strlen(value)) };
}
