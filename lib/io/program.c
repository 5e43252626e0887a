#include "lib/io/program.h"

#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "lib/base/arena.h"
#include "lib/io/log.h"
#include "lib/io/notify.h"

enum { IDLE_SLICE_MS = 1000 };

static struct conf_overrides overrides; /* of the command line, kept for a reload */

/* --- command line --- */

static void print_help(const struct program *program)
{
    CLEANUP(buffer_free) struct buffer options = { 0 };

    conf_help(&options);
    printf("%s - %s\n\nusage: %s [--config FILE] [--set OPTION=VALUE]...", program->name, program->summary,
           program->name);
    for (const struct program_flag *flag = program->flags; flag->name; flag++)
        printf(" [%s]", flag->name);
    puts("\n");
    for (const struct program_flag *flag = program->flags; flag->name; flag++)
        printf("  %-24s %s\n", flag->name, flag->help);
    printf("  %-24s %s\n", "--config FILE", "configuration; else $OLIVE_CONFIG, else /etc/olive/olive.yaml");
    printf("  %-24s %s\n", "--set OPTION=VALUE",
           "one option of the configuration, over file and environment");
    printf("  %-24s %s\n  %-24s %s\n", "--help", "this", "--version", "the version");
    printf(
        "\nOptions of the configuration (`olive config example` writes a file with all of them):\n\n%.*s"
        "\nExit: 0 ok, 1 failed, 2 usage, 65 data over its error budget, 69 dependency down, 75 try later, "
        "78 configuration\n",
        (int)options.size, (const char *)options.data);
}

static int usage_error(const struct program *program, const char *argument, const char *what)
{
    fprintf(stderr, "%s: %s: %s (see %s --help)\n", program->name, argument, what, program->name);
    return EXIT_USAGE;
}

static bool set_flag(const struct program *program, const char *argument)
{
    for (const struct program_flag *flag = program->flags; flag->name; flag++)
        if (!strcmp(argument, flag->name)) {
            *flag->value = true;
            return true;
        }
    return false;
}

/* --name VALUE or --name=VALUE; NULL: another argument, or no value (then *ret_missing). */
static const char *value_of(const char *name, int argc, char **argv, int *at, bool *ret_missing)
{
    size_t len = strlen(name);

    if (strncmp(argv[*at], name, len) != 0)
        return NULL;
    if (argv[*at][len] == '=')
        return argv[*at] + len + 1;
    if (argv[*at][len])
        return NULL;
    *ret_missing = *at + 1 >= argc;
    return *ret_missing ? NULL : argv[++*at];
}

static bool read_arguments(const struct program *program, int argc, char **argv, int *ret_exit)
{
    for (int i = 1; i < argc; i++) {
        bool missing = false;
        const char *argument = argv[i], *value;

        if (!strcmp(argument, "--help") || !strcmp(argument, "-h")) {
            print_help(program);
            *ret_exit = EXIT_OK;
            return false;
        }
        if (!strcmp(argument, "--version")) {
            printf("%s %s\n", program->name, OLIVE_VERSION);
            *ret_exit = EXIT_OK;
            return false;
        }
        if ((value = value_of("--config", argc, argv, &i, &missing)) != NULL)
            overrides.file = value;
        else if ((value = value_of("--set", argc, argv, &i, &missing)) != NULL)
            overrides.sets[overrides.set_count++] = value;
        else if (missing || !set_flag(program, argument)) {
            *ret_exit = usage_error(program, argument, missing ? "needs a value" : "no such option");
            return false;
        }
    }
    return true;
}

void program_locale(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
}

void program_privacy(void)
{
    const struct rlimit none = { 0, 0 };

    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
}

bool program_start(const struct program *program, int argc, char **argv, struct conf **ret, int *ret_exit)
{
    struct err err = { 0 };
    bool go_on;

    program_locale();
    program_privacy();
    log_start(program->name, LOG_FORMAT_TEXT, LOG_LEVEL_INFO);
    overrides = (struct conf_overrides){ .sets = mem_alloc((size_t)argc * sizeof *overrides.sets) };
    go_on = read_arguments(program, argc, argv, ret_exit);
    if (go_on && conf_load(&overrides, ret, &err) < 0) {
        *ret_exit = log_fatal(&err);
        go_on = false;
    }
    if (go_on) {
        log_start(program->name, (*ret)->log.format, (*ret)->log.level);
        notify_start();
    }
    return go_on;
}

int program_reload(struct conf **ret, struct err *err)
{
    return conf_load(&overrides, ret, err);
}

const char *program_version(void)
{
    return OLIVE_VERSION;
}

/* --- signals --- */

static volatile sig_atomic_t stop_asked, reload_signal;

static void on_stop(int number)
{
    if (stop_asked) {
        signal(number, SIG_DFL);
        raise(number);
    }
    stop_asked = 1;
}

void stop_on_signals(void)
{
    struct sigaction action = { .sa_handler = on_stop };

    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

static void on_reload(int number)
{
    (void)number;
    reload_signal = 1;
}

void reload_on_signal(void)
{
    struct sigaction action = { .sa_handler = on_reload };

    sigemptyset(&action.sa_mask);
    sigaction(SIGHUP, &action, NULL);
}

static volatile sig_atomic_t end_status;

static void on_end(int number)
{
    (void)number;
    _exit(end_status);
}

void end_within(unsigned seconds, int status)
{
    struct sigaction action = { .sa_handler = on_end };

    end_status = status;
    sigemptyset(&action.sa_mask);
    sigaction(SIGALRM, &action, NULL);
    alarm(seconds);
}

bool stopping(void)
{
    return stop_asked;
}

bool leaving_off(void)
{
    return stop_asked || reload_signal;
}

bool reload_asked(void)
{
    bool asked = reload_signal;

    reload_signal = 0;
    return asked;
}

/* Whether the descriptor has something by then; -1: none has. A signal that comes between the look and the
 * wait must end the wait: it is let in by ppoll() only. */
static bool wait_for(int fd, uint32_t ms)
{
    const struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000 };
    struct pollfd poll = { .fd = fd, .events = POLLIN };
    sigset_t blocked, before;
    int count = 0;

    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    if (!leaving_off())
        count = ppoll(&poll, 1, &time, &before);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return count > 0;
}

void wait_ms(uint32_t ms)
{
    wait_for(-1, ms);
}

void idle_on(int fd, uint32_t ms)
{
    bool happened = false;

    notify_alive();
    for (uint32_t slice; ms && !happened && !leaving_off(); ms -= slice) {
        slice = ms < IDLE_SLICE_MS ? ms : IDLE_SLICE_MS;
        happened = wait_for(fd, slice);
        notify_alive();
    }
}

void idle_ms(uint32_t ms)
{
    idle_on(-1, ms);
}
