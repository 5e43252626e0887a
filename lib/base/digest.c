#include "lib/base/digest.h"

/* The low-level functions are deprecated in OpenSSL 3 but cost 60 ns a short digest where EVP costs 250. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <stdlib.h>

#include "lib/base/arena.h"

struct digest {
    SHA256_CTX context;
};

struct digest *digest_new(void)
{
    struct digest *digest = mem_alloc(sizeof *digest);

    digest_start(digest);
    return digest;
}

void digest_free(struct digest *digest)
{
    free(digest);
}

void digest_freep(struct digest **digest)
{
    digest_free(*digest);
}

void digest_start(struct digest *digest)
{
    SHA256_Init(&digest->context);
}

void digest_add(struct digest *digest, const void *data, size_t size)
{
    SHA256_Update(&digest->context, data, size);
}

void digest_end(struct digest *digest, uint8_t ret[DIGEST_SIZE])
{
    SHA256_Final(ret, &digest->context);
}

void digest_of(const void *data, size_t size, uint8_t ret[DIGEST_SIZE])
{
    struct digest digest;

    digest_start(&digest);
    digest_add(&digest, data, size);
    digest_end(&digest, ret);
}

void sum_add(uint8_t sum[SUM_SIZE], const uint8_t addend[SUM_SIZE])
{
    unsigned carry = 0;

    for (int i = SUM_SIZE - 1; i >= 0; i--) {
        carry += (unsigned)sum[i] + addend[i];
        sum[i] = (uint8_t)carry;
        carry >>= 8;
    }
}

void put_be32(uint8_t *ret, uint32_t value)
{
    for (int i = 3; i >= 0; i--, value >>= 8)
        ret[i] = (uint8_t)value;
}

void put_be64(uint8_t *ret, uint64_t value)
{
    for (int i = 7; i >= 0; i--, value >>= 8)
        ret[i] = (uint8_t)value;
}
