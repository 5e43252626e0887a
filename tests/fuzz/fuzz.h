/* fuzz - what the fuzz targets share. A broken promise ends the process, which is how libFuzzer learns of it.
 */
#ifndef OLIVE_TESTS_FUZZ_H
#define OLIVE_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "lib/io/crypto.h"

#define MUST(condition)                                                                                      \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            fuzz_broken(#condition, __FILE__, __LINE__);                                                     \
    } while (0)
_Noreturn void fuzz_broken(const char *condition, const char *file, int line);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Path of a file of this process that holds the bytes; valid and overwritten until the next call. */
const char *fuzz_file(const void *data, size_t size);
/* A tokeniser with a key of zeros, the same each time. */
struct tokeniser *fuzz_tokeniser(void);

#endif
