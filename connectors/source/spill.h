/* spill - bytes that do not belong into memory: a file without a name that grows at its end and is read
 * anywhere.
 *
 * Memory:    64 KiB to write, a few MiB to read; the file itself is the page cache's. A kill leaves
 * nothing behind, and nobody else can open it. Ownership: spill_open() … spill_close(); both ends take NULL.
 * Threads: one at a time. Errors:    ERR_RETRY: the disk says no. */
#ifndef OLIVE_CONNECTORS_SOURCE_SPILL_H
#define OLIVE_CONNECTORS_SOURCE_SPILL_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

enum { SPILL_TEMPORARY = -2 }; /* in place of a folder: the one of the system for temporary files */

/* The descriptor of a new file without a name, to read and write; -1 with errno. */
int spill_file(int folder);

struct spill;
/* Lends the descriptor of the folder, which is needed for the opening only. */
int spill_open(int folder, struct spill **ret, struct err *err);
void spill_close(struct spill *spill);
void spill_closep(struct spill **spill);

uint64_t spill_size(const struct spill *spill);
int spill_add(struct spill *spill, const void *data, size_t size, struct err *err);
/* What was added at [at, at + size), which must be there. Near to what was read before it costs a copy. */
int spill_read(struct spill *spill, uint64_t at, void *ret, size_t size, struct err *err);
/* Over what was added before. */
int spill_replace(struct spill *spill, uint64_t at, const void *data, size_t size, struct err *err);
/* All of it as a file that the caller closes; nothing is added any more. */
int spill_take(struct spill *spill, int *ret_fd, struct err *err);

#endif
