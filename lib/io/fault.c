#include "lib/io/fault.h"

#ifdef OLIVE_FAULTS
#include <signal.h>
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
    static long passed;
    const char *wanted = getenv("OLIVE_FAULT");
    size_t len = strlen(name);
    char *end;
    long count;

    if (!wanted || strncmp(wanted, name, len) != 0 || (wanted[len] && wanted[len] != ':'))
        return;
    count = wanted[len] ? strtol(wanted + len + 1, &end, 10) : 1;
    if (++passed == (count > 0 ? count : 1))
        act(wanted[len] && *end == ':' ? end + 1 : "kill");
}
#else
typedef int fault_is_off; /* an empty file is no C */
#endif
