#include "lib/io/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

static void loopback_addresses_and_absolute_paths_are_taken(void **state)
{
    static const struct {
        const char *text;
        int family;
        uint16_t port;
        const char *path;
    } cases[] = {
        { "127.0.0.1:9464", AF_INET, 9464, NULL },
        { "127.8.9.1:1", AF_INET, 1, NULL },
        { "[::1]:65535", AF_INET6, 65535, NULL },
        { "unix:/run/olive/connect/metrics.sock", AF_UNIX, 0, "/run/olive/connect/metrics.sock" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loopback loopback;
        const char *why = loopback_parse(cases[i].text, &loopback);

        if (why)
            fail_msg("%s %s", cases[i].text, why);
        assert_int_equal(loopback.address.any.sa_family, cases[i].family);
        if (cases[i].path)
            assert_string_equal(loopback.address.local.sun_path, cases[i].path);
        else /* the port stands at the same place in both */
            assert_int_equal(ntohs(((struct sockaddr_in *)&loopback.address)->sin_port), cases[i].port);
    }
}

static void all_else_is_refused_with_a_reason(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        { "", "must be" },
        { ":9464", "must be" },
        { "9464", "must be" },
        { "localhost:9464", "must be" }, /* what it means is up to the machine */
        { "127.0.0.1", "must be" },
        { "127.0.0.1:", "must be" },
        { "127.0.0.1:0", "must be" },
        { "127.0.0.1:65536", "must be" },
        { "127.0.0.1:-1", "must be" },
        { "127.1:9464", "must be" },
        { "[::1]", "must be" },
        { "[::1:9464", "must be" },
        { "::1:9464", "must be" },
        { "0.0.0.0:9464", "no loopback" },
        { "126.255.255.255:9464", "no loopback" },
        { "128.0.0.1:9464", "no loopback" },
        { "192.168.0.1:9464", "no loopback" },
        { "[::]:9464", "no loopback" },
        { "[2001:db8::1]:9464", "no loopback" },
        { "[::ffff:10.0.0.1]:9464", "no loopback" },
        { "unix:run/olive.sock", "absolute" },
        { "unix:", "absolute" },
    };
    char path[160] = "unix:/";
    struct loopback loopback;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *why = loopback_parse(cases[i].text, &loopback);

        if (!why || !strstr(why, cases[i].why))
            fail_msg("%s %s", cases[i].text, why ? why : "was taken");
    }
    memset(path + 6, 'a', 107);
    assert_non_null(strstr(loopback_parse(path, &loopback), "too long"));
    path[6 + 106] = '\0';
    assert_null(loopback_parse(path, &loopback));
}

UNIT_MAIN(cmocka_unit_test(loopback_addresses_and_absolute_paths_are_taken),
          cmocka_unit_test(all_else_is_refused_with_a_reason))
