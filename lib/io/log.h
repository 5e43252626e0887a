/* log - what happened, on stderr: one line an event, for people or as JSON, and a progress bar on terminals.
 *
 * Events have stable names (`delivery-published`), so that alarms can be hung on them; the text after it may
 * change. lib/ never logs: main() and the batch loops do, once. No personal data, ever (P9).
 *
 * Threads: one (the line is written in one call, so processes that share a stderr do not mix).
 * Units: ms. */
#ifndef OLIVE_IO_LOG_H
#define OLIVE_IO_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/err.h"

enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };
enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Until it is called: text, information and above, program "olive". */
void log_start(const char *program, enum log_format format, enum log_level least);
void log_set(enum log_format format, enum log_level least); /* after a reload */
void log_event(enum log_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void log_err(enum log_level level, const char *event, const struct err *err);
/* For main(): logs the error and returns its exit code. */
int log_fatal(const struct err *err);

/* A bar that draws itself over, at most ten times a second; nothing at all when stderr is no terminal. */
struct progress {
    const char *what;
    uint64_t done, total; /* total 0: not known */
    int64_t began_ms, drawn_ms;
    bool shown;
};
/* What stands in it, without the bar's control characters: "bank [####    ]  50 %  1.2 M/s  0:07 left". */
void progress_text(const struct progress *progress, int64_t now_ms, struct buffer *ret);
struct progress progress_of(const char *what, uint64_t total);
void progress_add(struct progress *progress, uint64_t count);
void progress_end(struct progress *progress); /* wipes it */

#endif
