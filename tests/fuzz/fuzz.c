#include "tests/fuzz/fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/olive-fuzz-XXXXXX", path[64];

_Noreturn void fuzz_broken(const char *condition, const char *file, int line)
{
    fprintf(stderr, "%s:%d: broken: %s\n", file, line, condition);
    abort();
}

static void remove_folder(void)
{
    unlink(path);
    rmdir(folder);
}

const char *fuzz_file(const void *data, size_t size)
{
    int file;

    if (!*path) {
        MUST(mkdtemp(folder) != NULL);
        snprintf(path, sizeof path, "%s/olive.yaml", folder);
        MUST(atexit(remove_folder) == 0);
    }
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    MUST(file >= 0);
    MUST(write(file, data, size) == (ssize_t)size);
    close(file);
    return path;
}

struct tokeniser *fuzz_tokeniser(void)
{
    static struct tokeniser *tokeniser;
    static const uint8_t zeros[32];
    struct err err = { 0 };

    if (!tokeniser)
        MUST(tokeniser_open(fuzz_file(zeros, sizeof zeros), TOKEN_HASH_SHA256, &tokeniser, &err) == 0);
    return tokeniser;
}
