#include "tests/county/file.h"

#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { COPY_BYTES = 1 << 16 };

static void join(const struct county *county, const char *path, char ret[PATH_MAX])
{
    if (snprintf(ret, PATH_MAX, "%s/%s", county->options.out, path) >= PATH_MAX)
        errx(EXIT_FAILURE, "%s: the path is too long", county->options.out);
}

static FILE *open_file(const struct county *county, const char *path, const char *mode)
{
    char full[PATH_MAX];
    FILE *file;

    join(county, path, full);
    file = fopen(full, mode);
    if (!file)
        err(EXIT_FAILURE, "%s", full);
    return file;
}

FILE *file_create(const struct county *county, const char *path)
{
    return open_file(county, path, "we");
}

void file_close(FILE *file)
{
    if (ferror(file) || fclose(file) != 0)
        err(EXIT_FAILURE, "a file could not be written");
}

void folder_create(const struct county *county, const char *path)
{
    char full[PATH_MAX];

    join(county, path, full);
    if (mkdir(full, 0777) < 0 && errno != EEXIST)
        err(EXIT_FAILURE, "%s", full);
}

void file_copy(const struct county *county, const char *from, const char *to)
{
    char block[COPY_BYTES];
    FILE *in = open_file(county, from, "re"), *out = file_create(county, to);
    size_t size;

    while ((size = fread(block, 1, sizeof block, in)) > 0)
        fwrite(block, 1, size, out);
    file_close(in);
    file_close(out);
}
