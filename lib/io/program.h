/* program - what the daemons' command lines share: --config, --set, --help, --version, flags, and signals.
 *
 * Threads: the main one. */
#ifndef OLIVE_IO_PROGRAM_H
#define OLIVE_IO_PROGRAM_H

#include "lib/io/conf.h"

struct program_flag {
    const char *name; /* "--until-end" */
    bool *value;
    const char *help;
};
struct program {
    const char *name, *summary;
    const struct program_flag *flags; /* ends with a NULL name */
};

/* Reads the command line and the configuration and starts the log. True: go on; false: end with *ret_exit
 * (help and version were asked for, or an error has been told). */
bool program_start(const struct program *program, int argc, char **argv, struct conf **ret, int *ret_exit);

/* Regular expressions of the configuration are about characters, which are UTF-8 wherever olive runs;
 * numbers, dates and order stay those of the C locale. */
void program_locale(void);

/* What this process knows of people stays out of core dumps, and debuggers of the same user out of it. */
void program_privacy(void);

/* SIGTERM and SIGINT ask for a clean end; the second one ends at once. SIGPIPE is ignored. */
void stop_on_signals(void);
bool stopping(void);
/* What is left are goodbyes, and one of them may never end (librdkafka, asked to leave a group that it is
 * just joining): the process ends with this status after so many seconds at the latest. */
void end_within(unsigned seconds, int status);
/* Sleeps, but not through a signal. */
void wait_ms(uint32_t ms);

#endif
