#include "lib/io/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/text.h"

enum { HOST_SIZE = 64, PORT_DIGITS_MAX = 5, PORT_MAX = 65535, LOOPBACK_NET = 127 };

static const char form[] =
    "must be a loopback address with a port (127.0.0.1:9464, [::1]:9464) or unix:/path";
static const char network[] =
    "is no loopback address: figures are shown on this machine only; put a proxy with access rules in front";

static const char *parse_path(const char *path, struct loopback *ret)
{
    size_t len = strlen(path);

    if (*path != '/')
        return "must have an absolute path behind unix:";
    if (len >= sizeof ret->address.local.sun_path)
        return "has a path that is too long for a socket: 107 bytes at the most";
    ret->address.local.sun_family = AF_UNIX;
    memcpy(ret->address.local.sun_path, path, len + 1);
    ret->size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + 1);
    return NULL;
}

static const char *parse_four(const char *host, in_port_t port, struct loopback *ret)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = port };

    if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
        return form;
    if (ntohl(address.sin_addr.s_addr) >> 24 != LOOPBACK_NET)
        return network;
    memcpy(&ret->address, &address, sizeof address);
    ret->size = sizeof address;
    return NULL;
}

static const char *parse_six(const char *host, in_port_t port, struct loopback *ret)
{
    struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = port };

    if (inet_pton(AF_INET6, host, &address.sin6_addr) != 1)
        return form;
    if (!IN6_IS_ADDR_LOOPBACK(&address.sin6_addr))
        return network;
    memcpy(&ret->address, &address, sizeof address);
    ret->size = sizeof address;
    return NULL;
}

static bool parse_port(const char *text, in_port_t *ret)
{
    uint64_t port;

    if (!text_digits(text_of(text), PORT_DIGITS_MAX, &port) || port < 1 || port > PORT_MAX)
        return false;
    *ret = htons((uint16_t)port);
    return true;
}

const char *loopback_parse(const char *text, struct loopback *ret)
{
    const char *colon = strrchr(text, ':');
    bool six = *text == '[';
    char host[HOST_SIZE];
    in_port_t port;

    memset(ret, 0, sizeof *ret);
    if (!strncmp(text, "unix:", 5))
        return parse_path(text + 5, ret);
    if (!colon || colon - text >= HOST_SIZE || !parse_port(colon + 1, &port) || (six && colon[-1] != ']'))
        return form;
    snprintf(host, sizeof host, "%.*s", (int)(colon - text) - 2 * six, text + six);
    return (six ? parse_six : parse_four)(host, port, ret);
}
