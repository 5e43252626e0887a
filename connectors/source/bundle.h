/* bundle - a zip archive: its members by name, each read from its start to its end.
 *
 * The end of the archive is read first by itself: an archive that says it has more members, or a larger
 * directory, than any that a department sends is refused before its directory is read into memory. Only what
 * is stored or deflated, and not encrypted, is opened.
 *
 * Ownership: bundle_open() … bundle_close(); lends the descriptor. One member is open at a time, until the
 * next bundle_start(). Threads: one at a time. Errors:    ERR_REJECT with a text that goes behind "the file";
 * ERR_RETRY: it cannot be read. */
#ifndef OLIVE_CONNECTORS_SOURCE_BUNDLE_H
#define OLIVE_CONNECTORS_SOURCE_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

struct bundle;
/* Of the file, `size` bytes count. */
int bundle_open(int fd, uint64_t size, struct bundle **ret, struct err *err);
void bundle_close(struct bundle *bundle);
void bundle_closep(struct bundle **bundle);

uint64_t bundle_count(const struct bundle *bundle);
const char *bundle_name(const struct bundle *bundle, uint64_t index); /* bytes, as they stand there */
bool bundle_has(const struct bundle *bundle, const char *name);       /* in either case */

/* ret_packed: its size in the archive. */
int bundle_start(struct bundle *bundle, const char *name, uint64_t *ret_packed, struct err *err);
int bundle_start_at(struct bundle *bundle, uint64_t index, uint64_t *ret_packed, struct err *err);
/* As read(2): 0 at the end, where the member's checksum has been found good. */
int bundle_read(struct bundle *bundle, void *ret, size_t size, size_t *ret_got, struct err *err);

#endif
