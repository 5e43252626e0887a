#include "tests/unit/scratch.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/unit.h"

int scratch_enter(void **state)
{
    char *folder = strdup("/tmp/olive-unit-XXXXXX");

    *state = folder;
    return mkdtemp(folder) ? chdir(folder) : -1;
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *walk)
{
    return remove(path);
}

int scratch_leave(void **state)
{
    int ret = chdir("/") | nftw(*state, remove_one, 8, FTW_DEPTH | FTW_PHYS);

    free(*state);
    return ret;
}

void scratch_write(const char *path, const void *data, size_t size, mode_t mode)
{
    char folder[256];
    const char *slash = strrchr(path, '/');
    int file;

    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 0, path);
    mkdir(*folder ? folder : ".", 0700);
    file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, data, size), size);
    assert_int_equal(fchmod(file, mode), 0);
    close(file);
}
