/* charset - a line of the feed's character set becomes UTF-8, before it is cut into columns: the second byte
 * of a GB18030 character may look like a delimiter (GB 18030-2005).
 *
 * Ownership: what decoder_text() gives is the line itself or lives in the decoder, until the next call.
 * Threads: one at a time. */
#ifndef OLIVE_CONNECTORS_SOURCE_CHARSET_H
#define OLIVE_CONNECTORS_SOURCE_CHARSET_H

#include <stdbool.h>

#include "lib/base/text.h"
#include "lib/io/conf.h"

struct decoder;

struct decoder *decoder_new(enum feed_charset charset);
void decoder_free(struct decoder *decoder);
/* False: not text of that set (a character cut off, a NUL). */
bool decoder_text(struct decoder *decoder, struct text line, struct text *ret);
/* Bytes of the mark that says which character set a file has; 0 when it does not begin with one. */
size_t charset_mark_size(enum feed_charset charset, const void *data, size_t size);

#endif
