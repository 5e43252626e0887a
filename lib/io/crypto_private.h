/* crypto_private - what tokens and seals share. */
#ifndef OLIVE_IO_CRYPTO_PRIVATE_H
#define OLIVE_IO_CRYPTO_PRIVATE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* OpenSSL calls that fail only without memory or without its own algorithms: nothing a caller can do. */
static inline void must(bool done)
{
    if (!done) {
        fputs("olive: OpenSSL does not work\n", stderr);
        abort();
    }
}

#endif
