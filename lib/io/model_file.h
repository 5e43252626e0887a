/* model_file - a calibrated model as text: for people at the top, digits that give the same doubles below.
 *
 *     olive model 2                        the format's version
 *     digest 4f…                           SHA-256 of all that follows
 *     name scf2019
 *     …
 *     end
 *
 * Errors: ERR_STOP, EXIT_DATA, one line: no model, another version, cut short, a wrong digest, a number that
 * is none, not finite or beyond 1e15, over 1 MiB. */
#ifndef OLIVE_IO_MODEL_FILE_H
#define OLIVE_IO_MODEL_FILE_H

#include "lib/base/buffer.h"
#include "lib/base/digest.h"
#include "lib/core/model.h"

enum { MODEL_FILE_VERSION = 2, MODEL_FILE_SIZE_MAX = 1 << 20 };

void model_file_text(const struct model *model, struct buffer *out);
/* Through a temporary file beside it: a reader sees the old one or the whole new one. */
int model_file_write(const char *path, const struct model *model, struct err *err);
/* Prepared for scoring; name stands for the path in messages. ret_digest: the one that the text says. */
int model_file_parse(const char *text, size_t size, const char *name, struct model **ret,
                     uint8_t ret_digest[DIGEST_SIZE], struct err *err);
/* The same from a file. ret_digest: hexadecimal; may be NULL. */
int model_file_read(const char *path, struct model **ret, char ret_digest[65], struct err *err);
/* The same with the file's text, which the caller frees. */
int model_file_load(const char *path, char **ret_text, struct model **ret, uint8_t ret_digest[DIGEST_SIZE],
                    struct err *err);

#endif
