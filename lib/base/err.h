/* err - what went wrong and what happens next.
 *
 * A function that can fail takes a `struct err *` last and returns 0 or -1. The kind tells the caller what to
 * do, the text what to tell a person: place first, then what is wrong, never a value from a feed (no personal
 * data).
 *
 * Ownership: a plain value, nothing to free. Threads: as the caller's. */
#ifndef OLIVE_BASE_ERR_H
#define OLIVE_BASE_ERR_H

#include <stdarg.h>

enum err_kind {
    ERR_NONE,
    ERR_REJECT, /* this record is bad: dead-letter it, go on; `code` says why (enum reason) */
    ERR_RETRY,  /* the outside is bad: back off, same batch again */
    ERR_STOP,   /* we are bad (configuration, schema, bug): exit non-zero with `code` */
};

/* Exit codes of every program, sysexits.h where it has the meaning. */
enum exit_code {
    EXIT_OK = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_DATA = 65,        /* data over its error budget */
    EXIT_UNAVAILABLE = 69, /* a dependency is down */
    EXIT_TRY_LATER = 75,
    EXIT_CONFIG = 78,
};

struct err {
    enum err_kind kind;
    int code;
    char text[512];
};

/* All return -1, so that `return err_set(…)` reads as what it is. Over-long text is cut. */
int err_set(struct err *err, enum err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int err_stop(struct err *err, enum exit_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Puts a place in front: "line 42: " + what is there. */
int err_add(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
void err_clear(struct err *err);

/* Locals that close themselves, in reverse order: CLEANUP(arena_freep) struct arena *a = NULL; */
#define CLEANUP(function) __attribute__((cleanup(function)))

#endif
