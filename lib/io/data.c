#include "lib/io/data.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/arena.h"

/* Names of installed files, and where the source tree keeps them. */
static const struct {
    const char *installed, *source;
} folders[] = {
    { "model", "deploy/model" },
    { "policy", "deploy/policy" },
    { "schema", "schema" },
};

static char *join(const char *folder, const char *middle, const char *rest)
{
    size_t size = strlen(folder) + strlen(middle) + strlen(rest) + 2;
    char *path = mem_alloc(size);

    snprintf(path, size, "%s/%s%s", folder, middle, rest);
    return path;
}

/* The source tree that the program's own file lies in: the nearest folder above it with a schema's plan. */
static bool source_tree(char ret[PATH_MAX])
{
    char plan[PATH_MAX + sizeof "/schema/sqitch.plan"];
    ssize_t len = readlink("/proc/self/exe", ret, PATH_MAX - 1);

    ret[len > 0 ? len : 0] = '\0';
    for (char *slash; (slash = strrchr(ret, '/')) != NULL;) {
        *slash = '\0';
        snprintf(plan, sizeof plan, "%s/schema/sqitch.plan", ret);
        /* /usr/share/olive is no ancestor of /usr/bin, so an installed program never stops here. */
        if (access(plan, R_OK) == 0)
            return true;
    }
    return false;
}

char *data_path(const char *name)
{
    char tree[PATH_MAX];

    if (source_tree(tree))
        for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
            size_t len = strlen(folders[i].installed);

            if (!strncmp(name, folders[i].installed, len) && (name[len] == '/' || !name[len]))
                return join(tree, folders[i].source, name + len);
        }
    return join(OLIVE_DATADIR, name, "");
}
