#include "lib/core/dead_letter.h"

#include <string.h>

void dead_letter_context(const char *feed, const uint8_t delivery[DIGEST_SIZE], uint64_t line,
                         struct buffer *ret)
{
    buffer_clear(ret);
    buffer_add(ret, feed, strlen(feed) + 1);
    buffer_add(ret, delivery, DIGEST_SIZE);
    put_be64(buffer_grow(ret, sizeof line), line);
}
