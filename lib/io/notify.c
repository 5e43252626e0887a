#include "lib/io/notify.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "lib/io/clock.h"

enum { STATUS_SIZE = 512 };

static struct {
    int fd; /* -1: nobody listens */
    struct sockaddr_un address;
    socklen_t size;
    int64_t watchdog_us; /* 0: nobody watches */
    int64_t fed_us;
    char status[STATUS_SIZE];
} manager = { .fd = -1 };

static atomic_int_fast64_t alive_ms;

static int64_t now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* --- whom to tell --- */

/* A path, or a name in the abstract space, which begins with @ here and with NUL there. */
static bool read_address(const char *text)
{
    size_t len = strlen(text);

    if ((*text != '/' && *text != '@') || len < 2 || len >= sizeof manager.address.sun_path)
        return false;
    manager.address.sun_family = AF_UNIX;
    memcpy(manager.address.sun_path, text, len + 1);
    if (*text == '@')
        manager.address.sun_path[0] = '\0';
    manager.size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (*text == '/'));
    return true;
}

/* $WATCHDOG_PID says whom the watchdog is for, when a program has started others. */
static int64_t read_watchdog(void)
{
    const char *period = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    int64_t us = period ? strtoll(period, NULL, 10) : 0;

    return us > 0 && (!pid || strtol(pid, NULL, 10) == (long)getpid()) ? us : 0;
}

void notify_start(void)
{
    const char *socket_name = getenv("NOTIFY_SOCKET");

    if (manager.fd >= 0)
        close(manager.fd);
    manager.fd = -1;
    if (socket_name && read_address(socket_name))
        manager.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    manager.watchdog_us = read_watchdog();
    manager.fed_us = 0;
    manager.status[0] = '\0';
}

/* --- what to tell --- */

static void tell(const char *text)
{
    if (manager.fd >= 0)
        sendto(manager.fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&manager.address,
               manager.size);
}

void notify_ready(void)
{
    tell("READY=1");
}

void notify_reloading(void)
{
    char text[64];

    snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)now_us());
    tell(text);
}

void notify_stopping(void)
{
    tell("STOPPING=1");
}

void notify_status(const char *format, ...)
{
    char text[STATUS_SIZE] = "STATUS=";
    size_t len = strlen(text);
    va_list args;

    if (manager.fd < 0)
        return;
    va_start(args, format);
    vsnprintf(text + len, sizeof text - len, format, args);
    va_end(args);
    if (!strcmp(text, manager.status))
        return;
    memcpy(manager.status, text, sizeof text);
    tell(text);
}

void notify_alive(void)
{
    int64_t now = now_us();

    atomic_store_explicit(&alive_ms, now / 1000, memory_order_relaxed);
    if (!manager.watchdog_us || now - manager.fed_us < manager.watchdog_us / 2)
        return;
    manager.fed_us = now;
    tell("WATCHDOG=1");
}

int64_t notify_alive_ms(void)
{
    return atomic_load_explicit(&alive_ms, memory_order_relaxed);
}
