/* legible - a line as a department sent it, for a person's eyes: UTF-8 in which nothing can steer a terminal.
 *
 * Bytes that are no character of the feed's set become \xNN; control characters \t \r \n or \xNN; characters
 * that a reader cannot see or that turn the text around (direction marks, C1 controls, line separators)
 * \u{NNNN}. All else stands as it is, a backslash, too.
 *
 * Ownership: legible_new() … legible_free(); both ends take NULL. Threads: one at a time. */
#ifndef OLIVE_DAEMON_LEGIBLE_H
#define OLIVE_DAEMON_LEGIBLE_H

#include "lib/base/buffer.h"
#include "lib/base/text.h"
#include "lib/io/conf.h"

struct legible;
struct legible *legible_new(enum feed_charset charset);
void legible_free(struct legible *legible);
void legible_freep(struct legible **legible);
/* Appends to out; false: something had to be escaped, so this is not all the line is. */
bool legible_add(struct legible *legible, struct text line, struct buffer *out);

#endif
