/* dialect - a feed's way of writing CSV, chosen by one byte of the input. */
#ifndef OLIVE_TESTS_FUZZ_DIALECT_H
#define OLIVE_TESTS_FUZZ_DIALECT_H

#include "lib/io/conf.h"

enum { DIALECT_LINE_MAX = 200 };

static inline struct feed_conf dialect(uint8_t choice)
{
    static char delimiters[4][3] = { ",", "|", "||", "\t" }, quotes[2][2] = { "\"", "" };

    return (struct feed_conf){ .delimiter = delimiters[choice & 3],
                               .quote = quotes[choice >> 2 & 1],
                               .charset = choice >> 3 & 1 ? CHARSET_GB18030 : CHARSET_UTF8,
                               .header = !(choice >> 4 & 1),
                               .header_lines = choice >> 5 & 1,
                               .trailer_lines = choice >> 6 & 3,
                               .line_bytes_max = DIALECT_LINE_MAX };
}

#endif
