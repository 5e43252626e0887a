/* crypto - the token key and the dead-letter key: tokens are made here, dead letters sealed and opened.
 *
 * Keys:    key.h. Tokens: HMAC (RFC 2104) with SHA-256 (FIPS 180-4) or SM3 (GB/T 32905) over kind name ‖ 0 ‖
 *          identifier, first 16 bytes; the keyed context is used again.
 * Sealing: AES-256-GCM (NIST SP 800-38D), random 96-bit nonce in front, 128-bit tag behind; the caller's
 *          context (feed, delivery, line) is authenticated with it.
 * Threads: one of each a thread. Memory that held a key is wiped on close. */
#ifndef OLIVE_IO_CRYPTO_H
#define OLIVE_IO_CRYPTO_H

#include <stddef.h>

#include "lib/base/buffer.h"
#include "lib/base/err.h"
#include "lib/core/token.h"

struct tokeniser;
/* file NULL: `name` in $CREDENTIALS_DIRECTORY. */
int tokeniser_open(const char *file, enum token_hash hash, struct tokeniser **ret, struct err *err);
void tokeniser_close(struct tokeniser *tokeniser);
void tokeniser_closep(struct tokeniser **tokeniser);
void tokeniser_token(struct tokeniser *tokeniser, enum token_kind kind, const void *identifier, size_t size,
                     struct token *ret);
/* Identifiers of two parts, joined by a NUL: bank code and account, utility kind and meter number. */
void tokeniser_token2(struct tokeniser *tokeniser, enum token_kind kind, const char *first,
                      const void *second, size_t size, struct token *ret);

struct sealer;
int sealer_open(const char *file, struct sealer **ret, struct err *err);
void sealer_close(struct sealer *sealer);
void sealer_closep(struct sealer **sealer);
void sealer_seal(struct sealer *sealer, const void *context, size_t context_size, const void *data,
                 size_t size, struct buffer *out);
int sealer_unseal(struct sealer *sealer, const void *context, size_t context_size, const void *data,
                  size_t size, struct buffer *out, struct err *err);

/* A whole file, however long: a magic line, 32 bytes of salt, then pieces of 1 MiB, each with its tag, under
 * a key of the file's own (HMAC-SHA-256 of the salt; SP 800-108) with the piece's number for a nonce, whose
 * last byte says which one is the last: pieces cannot be left out, swapped or cut off (Hoang et al., "Online
 * authenticated encryption and its nonce-reuse misuse-resistance", 2015: STREAM).
 * Descriptors are read and written from where they stand. ERR_RETRY: the disk says no; ERR_STOP: it cannot be
 * opened, and what was written by then is a beginning of the truth at the most. */
int sealer_seal_file(struct sealer *sealer, const void *context, size_t context_size, int from, int to,
                     struct err *err);
int sealer_unseal_file(struct sealer *sealer, const void *context, size_t context_size, int from, int to,
                       struct err *err);

#endif
