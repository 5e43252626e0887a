#include "lib/io/fault.h"

#ifdef OLIVE_FAULTS
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void act(const char *action)
{
    long wait_ms = strtol(action, NULL, 10);

    if (wait_ms > 0)
        usleep((useconds_t)wait_ms * 1000);
    else
        raise(strcmp(action, "stop") == 0 ? SIGSTOP : SIGKILL);
}

void fault_point(const char *name)
{
    static const char *wanted;
    static bool looked;
    static long passed;
    size_t len;
    char *end;
    long count;

    if (!looked) /* once: points stand in hot loops, too */
        wanted = getenv("OLIVE_FAULT");
    looked = true;
    if (!wanted)
        return;
    len = strlen(name);
    if (strncmp(wanted, name, len) != 0 || (wanted[len] && wanted[len] != ':'))
        return;
    count = wanted[len] ? strtol(wanted + len + 1, &end, 10) : 1;
    if (++passed == (count > 0 ? count : 1))
        act(wanted[len] && *end == ':' ? end + 1 : "kill");
}
#else
typedef int fault_is_off; /* an empty file is no C */
#endif
