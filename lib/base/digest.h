/* digest - SHA-256, and sums of ids modulo 2^128.
 *
 * Ownership: digest_new() … digest_free(); one context is used again for any number of digests, because
 * making one costs more than a short digest does. Threads: one at a time. */
#ifndef OLIVE_BASE_DIGEST_H
#define OLIVE_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

enum { DIGEST_SIZE = 32, SUM_SIZE = 16 };

struct digest; /* a running SHA-256 */

struct digest *digest_new(void);
void digest_free(struct digest *digest);
void digest_freep(struct digest **digest);
void digest_start(struct digest *digest);
void digest_add(struct digest *digest, const void *data, size_t size);
void digest_end(struct digest *digest, uint8_t ret[DIGEST_SIZE]);
/* The digest of one piece, without a context; for short pieces in hot loops. */
void digest_of(const void *data, size_t size, uint8_t ret[DIGEST_SIZE]);

/* Numbers of 16 bytes, big-endian, added modulo 2^128: the digest of a set that grows, whatever the order. */
void sum_add(uint8_t sum[SUM_SIZE], const uint8_t addend[SUM_SIZE]);

void put_be32(uint8_t *ret, uint32_t value);
void put_be64(uint8_t *ret, uint64_t value);

#endif
