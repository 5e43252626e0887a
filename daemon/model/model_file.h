/* model_file - a calibrated model as text: for people at the top, digits that give the same doubles below.
 *
 *     olive model 1                        the format's version
 *     digest 4f…                           SHA-256 of all that follows
 *     name scf2019
 *     …
 *     end
 *
 * Errors: ERR_STOP, EXIT_DATA, one line: no model, another version, cut short, a wrong digest, a number that
 * is none (or not finite), over 1 MiB. */
#ifndef OLIVE_DAEMON_MODEL_FILE_H
#define OLIVE_DAEMON_MODEL_FILE_H

#include "lib/base/buffer.h"
#include "lib/core/model.h"

enum { MODEL_FILE_VERSION = 1, MODEL_FILE_SIZE_MAX = 1 << 20 };

void model_file_text(const struct model *model, struct buffer *out);
/* Through a temporary file beside it: a reader sees the old one or the whole new one. */
int model_file_write(const char *path, const struct model *model, struct err *err);
/* Prepared for scoring. ret_digest: of the file's content, hexadecimal; may be NULL. */
int model_file_read(const char *path, struct model **ret, char ret_digest[65], struct err *err);

#endif
