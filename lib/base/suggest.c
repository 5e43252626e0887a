#include "lib/base/suggest.h"

#include <stdio.h>
#include <string.h>

enum { WORD_MAX = 64, DISTANCE_MAX = 3 };

static unsigned min(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Row by row of the usual matrix; words beyond WORD_MAX are never near. */
static unsigned distance_between(const char *a, const char *b)
{
    size_t len = strlen(b);
    unsigned row[WORD_MAX + 1];

    if (len > WORD_MAX || strlen(a) > WORD_MAX)
        return WORD_MAX;
    for (size_t j = 0; j <= len; j++)
        row[j] = (unsigned)j;
    for (size_t i = 0; a[i]; i++) {
        unsigned diagonal = row[0];

        row[0] = (unsigned)i + 1;
        for (size_t j = 0; j < len; j++) {
            unsigned change = diagonal + (a[i] != b[j]);

            diagonal = row[j + 1];
            row[j + 1] = min(change, min(row[j], row[j + 1]) + 1);
        }
    }
    return row[len];
}

struct suggestion suggestion_for(const char *word)
{
    return (struct suggestion){ word, NULL, min(DISTANCE_MAX, (unsigned)strlen(word) / 3) };
}

void suggestion_offer(struct suggestion *suggestion, const char *candidate)
{
    unsigned distance = distance_between(suggestion->word, candidate);

    if (distance > suggestion->distance || (suggestion->best && distance == suggestion->distance))
        return;
    suggestion->best = candidate;
    suggestion->distance = distance;
}

const char *suggestion_text(const struct suggestion *suggestion, char ret[SUGGESTION_SIZE])
{
    *ret = '\0';
    if (suggestion->best)
        snprintf(ret, SUGGESTION_SIZE, " (did you mean %s?)", suggestion->best);
    return ret;
}
