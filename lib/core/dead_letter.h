/* dead_letter - what a sealed line is bound to, for who seals it and for who opens it. */
#ifndef OLIVE_CORE_DEAD_LETTER_H
#define OLIVE_CORE_DEAD_LETTER_H

#include "lib/base/buffer.h"
#include "lib/base/digest.h"

/* The bytes that a sealed line is bound to: feed ‖ 0 ‖ delivery digest ‖ line as 8 bytes, big-endian. */
void dead_letter_context(const char *feed, const uint8_t delivery[DIGEST_SIZE], uint64_t line,
                         struct buffer *ret);

#endif
