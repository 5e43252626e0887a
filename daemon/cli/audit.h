/* audit - who looked at what, before they see it: JSON lines in audit/dlq.log below connect.state.
 *
 * The folder is 0700, the file 0600, written to its end only, fsynced before audit_write() returns. A line
 * that a crash cut off stays as it is; the next begins on a line of its own.
 * Threads: any; processes wait for each other. Errors: ERR_STOP; then nothing may be shown. */
#ifndef OLIVE_DAEMON_AUDIT_H
#define OLIVE_DAEMON_AUDIT_H

#include "daemon/cli/dead_letters.h"

struct audit_entry {
    const char *command; /* "dlq show" */
    const char *file;    /* where it goes; NULL: standard output */
    const struct letter_filter *filter;
    uint64_t letters;
    const char *why; /* as the operator says; NULL: nothing */
};

int audit_write(const struct conf *conf, const struct audit_entry *entry, struct err *err);

#endif
