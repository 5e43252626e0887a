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
/* The configuration as the same command line gives it now. */
int program_reload(struct conf **ret, struct err *err);

const char *program_version(void);

/* SIGTERM and SIGINT ask for a clean end; the second one ends at once. SIGPIPE is ignored. */
void stop_on_signals(void);
bool stopping(void);
/* For services: SIGHUP, which would end the program, asks for a reload instead. */
void reload_on_signal(void);
bool reload_asked(void); /* true once a signal */
bool leaving_off(void);  /* asked to stop or to reload: what is under way is ended, nothing new begun */
/* What is left are goodbyes, and one of them may never end (librdkafka, asked to leave a group that it is
 * just joining): the process ends with this status after so many seconds at the latest. */
void end_within(unsigned seconds, int status);
void wait_ms(uint32_t ms);         /* sleeps, but not through a signal */
void idle_ms(uint32_t ms);         /* the same in a work loop: who waits on purpose is alive */
void idle_on(int fd, uint32_t ms); /* until the descriptor has something at the latest */

#endif
