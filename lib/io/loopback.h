/* loopback - where a program may be listened to: a loopback address with its port, or a unix socket.
 *
 *     127.0.0.1:9464    [::1]:9464    unix:/run/olive/connect/metrics.sock
 *
 * Any other address would show a district's figures to its network: there is no way to name one.
 * Threads: any. */
#ifndef OLIVE_IO_LOOPBACK_H
#define OLIVE_IO_LOOPBACK_H

#include <sys/socket.h>
#include <sys/un.h>

struct loopback {
    union {
        struct sockaddr any;
        struct sockaddr_un local; /* the greatest; those of inet begin as `any` does */
        struct sockaddr_storage storage;
    } address;
    socklen_t size;
};

/* NULL: good. Else why it is not, to stand behind the option's name. */
const char *loopback_parse(const char *text, struct loopback *ret);

#endif
