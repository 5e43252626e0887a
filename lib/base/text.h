/* text - pieces of UTF-8 text that need not end in NUL, and hexadecimal.
 *
 * Ownership: nothing is copied or allocated. Threads: any. */
#ifndef OLIVE_BASE_TEXT_H
#define OLIVE_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
    const char *data;
    size_t len;
};

#define TEXT(literal) ((struct text){ (literal), sizeof(literal) - 1 })
struct text text_of(const char *string); /* NULL gives the empty text */

static inline bool text_equal(const char *text, size_t len, const char *string)
{
    return strlen(string) == len &&
           memcmp(text, string, len) == 0; /* inline: the length of a literal is free */
}
/* Without the blanks around: space, tab, CR, LF, NBSP (U+00A0) and the ideographic space (U+3000). */
struct text text_trim(struct text text);
/* Well-formed by Unicode table 3-7: shortest forms, no surrogates, nothing beyond U+10FFFF. */
bool text_is_utf8(struct text text);
bool text_is_ascii(struct text text);
/* Plain decimal digits only, at most `digits_max` of them; false otherwise. */
bool text_digits(struct text text, size_t digits_max, uint64_t *ret);
/* Optional sign and digits that fit; false otherwise. */
bool text_int64(struct text text, int64_t *ret);

void hex_encode(const void *data, size_t size, char *ret); /* 2 * size characters and a NUL, lower case */
bool hex_decode(struct text text, void *ret, size_t size); /* exactly size bytes, either case */

#endif
