#include "lib/io/notify.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

/* A service manager: a datagram socket of this name (@: abstract), which the environment names, too. */
static int listen_as(const char *name, const char *watchdog_us)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    size_t len = strlen(name);

    memcpy(address.sun_path, name, len + 1);
    if (*name == '@')
        address.sun_path[0] = '\0';
    assert_int_equal(bind(fd, (struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (*name != '@'))),
                     0);
    setenv("NOTIFY_SOCKET", name, 1);
    unsetenv("WATCHDOG_PID");
    unsetenv("WATCHDOG_USEC");
    if (watchdog_us)
        setenv("WATCHDOG_USEC", watchdog_us, 1);
    notify_start();
    return fd;
}

/* "" when nothing came. */
static const char *heard(int fd)
{
    static char text[1024];
    ssize_t size = recv(fd, text, sizeof text - 1, 0);

    text[size > 0 ? size : 0] = '\0';
    return text;
}

static void check_words(int fd)
{
    unsigned long long us;

    notify_ready();
    assert_string_equal(heard(fd), "READY=1");
    notify_reloading();
    assert_int_equal(sscanf(heard(fd), "RELOADING=1\nMONOTONIC_USEC=%llu", &us), 1);
    assert_true(us > 0);
    notify_stopping();
    assert_string_equal(heard(fd), "STOPPING=1");
    close(fd);
}

static void a_path_and_an_abstract_name_are_spoken_to(void **state)
{
    char path[64], abstract[64], folder[32];

    assert_non_null(getcwd(folder, sizeof folder)); /* scratch folders have short names */
    snprintf(path, sizeof path, "%s/manager", folder);
    snprintf(abstract, sizeof abstract, "@olive-test-notify-%d", (int)getpid());
    check_words(listen_as(path, NULL));
    check_words(listen_as(abstract, NULL));
}

static void a_status_is_told_when_it_changes(void **state)
{
    int fd = listen_as("@olive-test-notify-status", NULL);

    notify_status("%d feeds", 2);
    assert_string_equal(heard(fd), "STATUS=2 feeds");
    notify_status("%d feeds", 2);
    assert_string_equal(heard(fd), "");
    notify_status("%d feeds", 3);
    assert_string_equal(heard(fd), "STATUS=3 feeds");
    close(fd);
}

static void the_watchdog_is_fed_when_half_of_its_time_is_over(void **state)
{
    static const struct {
        const char *us;
        bool other_pid, once, always;
    } cases[] = {
        { NULL, false, false, false },                  /* nobody watches */
        { "nonsense", false, false, false },            /* nor here */
        { "2", false, true, true },                     /* half of it is over at every turn */
        { "4000000000000000000", false, false, false }, /* not within the age of this machine */
        { "2", true, false, false },                    /* another process is watched */
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int fd = listen_as("@olive-test-notify-watchdog", cases[i].us);

        if (cases[i].other_pid) {
            setenv("WATCHDOG_PID", "1", 1);
            notify_start();
        }
        notify_alive();
        assert_string_equal(heard(fd), cases[i].once ? "WATCHDOG=1" : "");
        usleep(10);
        notify_alive();
        assert_string_equal(heard(fd), cases[i].always ? "WATCHDOG=1" : "");
        close(fd);
    }
    assert_true(notify_alive_ms() > 0);
}

static void without_a_manager_nothing_is_said(void **state)
{
    static const char *const names[] = { "", "relative", "/", "@" };
    int fd = listen_as("@olive-test-notify-none", "2");

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        setenv("NOTIFY_SOCKET", names[i], 1);
        notify_start();
        notify_ready();
        notify_status("nothing");
        notify_alive();
        assert_string_equal(heard(fd), "");
    }
    close(fd);
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, scratch_enter, scratch_leave)
UNIT_MAIN(CLAIM(a_path_and_an_abstract_name_are_spoken_to), CLAIM(a_status_is_told_when_it_changes),
          CLAIM(the_watchdog_is_fed_when_half_of_its_time_is_over), CLAIM(without_a_manager_nothing_is_said))
