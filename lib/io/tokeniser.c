#include <string.h>

/* The low-level SHA-256 is deprecated in OpenSSL 3; EVP costs four times as much a short text. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include "lib/base/text.h"
#include "lib/io/crypto.h"
#include "lib/io/crypto_private.h"
#include "lib/io/key.h"

/* HMAC (RFC 2104) as two hashes that have each taken in their block of key already: a token costs two blocks
 * more, with SHA-256 a fifth of what EVP_MAC costs for texts this short. */
struct tokeniser {
    enum token_hash hash;
    SHA256_CTX inner, outer;                      /* of SHA-256 */
    EVP_MD_CTX *sm3_inner, *sm3_outer, *sm3_work; /* of SM3, which OpenSSL gives through EVP alone */
};

enum { BLOCK_SIZE = SHA256_CBLOCK, INNER_PAD = 0x36, OUTER_PAD = 0x5c };

static void key_block(const uint8_t key[KEY_SIZE], uint8_t pad, uint8_t ret[BLOCK_SIZE])
{
    memset(ret, pad, BLOCK_SIZE);
    for (size_t i = 0; i < KEY_SIZE; i++)
        ret[i] ^= key[i];
}

static void start_sha256(const uint8_t block[BLOCK_SIZE], SHA256_CTX *ret)
{
    must(SHA256_Init(ret) && SHA256_Update(ret, block, BLOCK_SIZE));
}

static EVP_MD_CTX *start_sm3(const uint8_t block[BLOCK_SIZE])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    must(context && EVP_DigestInit_ex(context, EVP_sm3(), NULL) &&
         EVP_DigestUpdate(context, block, BLOCK_SIZE));
    return context;
}

static void take_key(struct tokeniser *tokeniser, const uint8_t key[KEY_SIZE])
{
    uint8_t inner[BLOCK_SIZE], outer[BLOCK_SIZE];

    key_block(key, INNER_PAD, inner);
    key_block(key, OUTER_PAD, outer);
    if (tokeniser->hash == TOKEN_HASH_SM3) {
        tokeniser->sm3_inner = start_sm3(inner);
        tokeniser->sm3_outer = start_sm3(outer);
        tokeniser->sm3_work = EVP_MD_CTX_new();
        must(tokeniser->sm3_work);
    } else {
        start_sha256(inner, &tokeniser->inner);
        start_sha256(outer, &tokeniser->outer);
    }
    OPENSSL_cleanse(inner, sizeof inner);
    OPENSSL_cleanse(outer, sizeof outer);
}

int tokeniser_open(const char *file, enum token_hash hash, struct tokeniser **ret, struct err *err)
{
    uint8_t key[KEY_SIZE];

    if (key_read(file, "olive-token", key, err) < 0)
        return -1;
    *ret = key_alloc(sizeof **ret);
    (*ret)->hash = hash;
    take_key(*ret, key);
    OPENSSL_cleanse(key, sizeof key);
    return 0;
}

void tokeniser_close(struct tokeniser *tokeniser)
{
    if (!tokeniser)
        return;
    EVP_MD_CTX_free(tokeniser->sm3_inner); /* wipes what the key left in it */
    EVP_MD_CTX_free(tokeniser->sm3_outer);
    EVP_MD_CTX_free(tokeniser->sm3_work);
    key_free(tokeniser, sizeof *tokeniser);
}

void tokeniser_closep(struct tokeniser **tokeniser)
{
    tokeniser_close(*tokeniser);
    *tokeniser = NULL;
}

static void mac_sha256(const struct tokeniser *tokeniser, const struct text *parts, size_t count,
                       uint8_t ret[SHA256_DIGEST_LENGTH])
{
    SHA256_CTX inner = tokeniser->inner, outer = tokeniser->outer;

    for (size_t i = 0; i < count; i++)
        must(SHA256_Update(&inner, parts[i].data, parts[i].len));
    must(SHA256_Final(ret, &inner) && SHA256_Update(&outer, ret, SHA256_DIGEST_LENGTH) &&
         SHA256_Final(ret, &outer));
}

static void mac_sm3(const struct tokeniser *tokeniser, const struct text *parts, size_t count,
                    uint8_t ret[SHA256_DIGEST_LENGTH])
{
    EVP_MD_CTX *work = tokeniser->sm3_work;
    unsigned size;

    must(EVP_MD_CTX_copy_ex(work, tokeniser->sm3_inner));
    for (size_t i = 0; i < count; i++)
        must(EVP_DigestUpdate(work, parts[i].data, parts[i].len));
    must(EVP_DigestFinal_ex(work, ret, &size) && EVP_MD_CTX_copy_ex(work, tokeniser->sm3_outer) &&
         EVP_DigestUpdate(work, ret, size) && EVP_DigestFinal_ex(work, ret, &size));
}

static void token_of(const struct tokeniser *tokeniser, const struct text *parts, size_t count,
                     struct token *ret)
{
    uint8_t digest[SHA256_DIGEST_LENGTH]; /* SM3's is as long */

    (tokeniser->hash == TOKEN_HASH_SM3 ? mac_sm3 : mac_sha256)(tokeniser, parts, count, digest);
    memcpy(ret->bytes, digest, TOKEN_SIZE);
}

static struct text with_nul(const char *text)
{
    return (struct text){ text, strlen(text) + 1 };
}

void tokeniser_token(struct tokeniser *tokeniser, enum token_kind kind, const void *identifier, size_t size,
                     struct token *ret)
{
    const struct text parts[] = { with_nul(token_kind_names[kind]), { identifier, size } };

    token_of(tokeniser, parts, 2, ret);
}

void tokeniser_token2(struct tokeniser *tokeniser, enum token_kind kind, const char *first,
                      const void *second, size_t size, struct token *ret)
{
    const struct text parts[] = { with_nul(token_kind_names[kind]), with_nul(first), { second, size } };

    token_of(tokeniser, parts, 3, ret);
}
