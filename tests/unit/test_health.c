#include "lib/io/health.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/io/metrics.h"
#include "lib/io/notify.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static const struct metric table[] = { { "t_files", "files", METRIC_GAUGE, { NULL }, NULL } };
static const char place[] = "olive.yaml:3:5: connect.metrics";

static int open_here(struct health **ret, char listen[128], struct err *err)
{
    char folder[64];

    assert_non_null(getcwd(folder, sizeof folder));
    snprintf(listen, 128, "unix:%s/metrics.sock", folder);
    return health_open(listen, place, ret, err);
}

static int call(const char *listen)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(address.sun_path, sizeof address.sun_path, "%s", listen + 5);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* All of the answer, or what came of it. */
static const char *ask(const char *listen, const char *request)
{
    static char text[8192];
    size_t size = 0;
    ssize_t got;
    int fd = call(listen);

    dprintf(fd, "%s HTTP/1.1\r\nHost: olive\r\nConnection: close\r\n\r\n", request);
    while (size < sizeof text - 1 && (got = read(fd, text + size, sizeof text - 1 - size)) > 0)
        size += (size_t)got;
    text[size] = '\0';
    close(fd);
    return text;
}

static void check(const char *listen, const char *request, const char *status, const char *part)
{
    const char *answer = ask(listen, request);

    if (strncmp(answer, status, strlen(status)) != 0 || !strstr(answer, part))
        fail_msg("%s: %s", request, answer);
}

static void metrics_and_health_are_answered_and_nothing_else(void **state)
{
    struct health *health = NULL;
    struct err err = { 0 };
    char listen[128];

    metrics_start(table, COUNT_OF(table));
    assert_int_equal(open_here(&health, listen, &err), 0);
    check(listen, "GET /healthz", "HTTP/1.1 503", "\r\n\r\nis starting\n");
    health_set("kafka does not answer");
    check(listen, "GET /healthz", "HTTP/1.1 503", "\r\n\r\nkafka does not answer\n");
    notify_alive();
    health_set(NULL);
    check(listen, "GET /healthz", "HTTP/1.1 200", "\r\n\r\nok\n");
    check(listen, "GET /metrics", "HTTP/1.1 200", "\nt_files 0\n");
    check(listen, "GET /metrics", "HTTP/1.1 200", "text/plain; version=0.0.4");
    check(listen, "HEAD /metrics", "HTTP/1.1 200", "Content-Length: ");
    check(listen, "POST /metrics", "HTTP/1.1 405", "Allow: GET, HEAD");
    check(listen, "GET /", "HTTP/1.1 404", "/metrics");
    check(listen, "GET /metrics/../etc/passwd", "HTTP/1.1 404", "/metrics");
    health_close(health);
    assert_int_equal(access(listen + 5, F_OK), -1);
}

static void a_socket_is_private_and_one_left_behind_is_taken_over(void **state)
{
    struct health *health = NULL, *other = NULL;
    struct err err = { 0 };
    struct stat status;
    char listen[128];
    struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "metrics.sock" };
    int dead = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(dead, (struct sockaddr *)&address, sizeof address), 0);
    close(dead); /* as whoever is killed leaves it */
    assert_int_equal(open_here(&health, listen, &err), 0);
    assert_int_equal(stat("metrics.sock", &status), 0);
    assert_int_equal(status.st_mode & 07777, 0660);
    assert_int_equal(open_here(&other, listen, &err), -1);
    assert_int_equal(err.code, EXIT_TRY_LATER);
    assert_non_null(strstr(err.text, place));
    check(listen, "GET /metrics", "HTTP/1.1 200", "t_files"); /* the first one is still there */
    health_close(health);
}

static void where_nothing_can_listen_is_an_error_with_its_place(void **state)
{
    static const struct {
        const char *listen;
        int code;
    } cases[] = {
        { "unix:/nowhere/at/all/metrics.sock", EXIT_CONFIG },
        { "10.0.0.1:9464", EXIT_CONFIG },
        { "nonsense", EXIT_CONFIG },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct health *health = NULL;
        struct err err = { 0 };

        assert_int_equal(health_open(cases[i].listen, place, &health, &err), -1);
        assert_null(health);
        assert_int_equal(err.code, cases[i].code);
        assert_int_equal(strncmp(err.text, place, strlen(place)), 0);
    }
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, scratch_enter, scratch_leave)
UNIT_MAIN(CLAIM(metrics_and_health_are_answered_and_nothing_else),
          CLAIM(a_socket_is_private_and_one_left_behind_is_taken_over),
          CLAIM(where_nothing_can_listen_is_an_error_with_its_place))
