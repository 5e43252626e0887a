/* key - secret keys: files that only their owner can read, memory that is locked, never dumped and wiped.
 *
 * A key is 32 bytes raw, or 64 hex digits and a newline, in a regular file of mode 0600 or tighter that the
 * caller or root owns; never a default, never a command line.
 *
 * Memory: keys and what is derived from them live on OpenSSL's secure heap (locked, guarded, left out of core
 *         dumps) and are wiped when they are freed. Errors: ERR_STOP, EXIT_CONFIG, with the path. */
#ifndef OLIVE_IO_KEY_H
#define OLIVE_IO_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

enum { KEY_SIZE = 32 };

/* file NULL: `name` in $CREDENTIALS_DIRECTORY. */
int key_read(const char *file, const char *name, uint8_t ret[KEY_SIZE], struct err *err);
/* Any other secret (a password, a token): the text of such a file, without the line's end. file NULL: `name`
 * in $CREDENTIALS_DIRECTORY; *ret is empty when there is none. */
enum { SECRET_SIZE = 8192 };
int secret_read(const char *file, const char *name, char ret[SECRET_SIZE], struct err *err);

void *key_alloc(size_t size); /* zeroed */
void key_free(void *memory, size_t size);

#endif
