#include "lib/io/crypto.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The low-level SHA-256 is deprecated in OpenSSL 3; EVP costs four times as much a short text. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "lib/base/arena.h"
#include "lib/base/text.h"
#include "lib/io/key.h"

enum { NONCE_SIZE = 12, TAG_SIZE = 16 };

/* OpenSSL calls that fail only without memory or without its own algorithms: nothing a caller can do. */
static void must(bool done)
{
    if (!done) {
        fputs("olive: OpenSSL does not work\n", stderr);
        abort();
    }
}

/* --- tokens --- */

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

/* --- dead letters --- */

struct sealer {
    EVP_CIPHER_CTX *context;
    uint8_t key[KEY_SIZE];
};

int sealer_open(const char *file, struct sealer **ret, struct err *err)
{
    struct sealer *sealer = key_alloc(sizeof *sealer);

    if (key_read(file, "olive-dead-letter", sealer->key, err) < 0) {
        sealer_close(sealer);
        return -1;
    }
    sealer->context = EVP_CIPHER_CTX_new();
    must(sealer->context);
    *ret = sealer;
    return 0;
}

void sealer_close(struct sealer *sealer)
{
    if (!sealer)
        return;
    EVP_CIPHER_CTX_free(sealer->context);
    key_free(sealer, sizeof *sealer);
}

void sealer_closep(struct sealer **sealer)
{
    sealer_close(*sealer);
    *sealer = NULL;
}

void sealer_seal(struct sealer *sealer, const void *context, size_t context_size, const void *data,
                 size_t size, struct buffer *out)
{
    uint8_t *nonce = buffer_grow(out, NONCE_SIZE + size + TAG_SIZE);
    uint8_t *sealed = nonce + NONCE_SIZE;
    int len;

    must(RAND_bytes(nonce, NONCE_SIZE) == 1 &&
         EVP_EncryptInit_ex2(sealer->context, EVP_aes_256_gcm(), sealer->key, nonce, NULL) &&
         EVP_EncryptUpdate(sealer->context, NULL, &len, context, (int)context_size) &&
         EVP_EncryptUpdate(sealer->context, sealed, &len, data, (int)size) &&
         EVP_EncryptFinal_ex(sealer->context, sealed + size, &len) &&
         EVP_CIPHER_CTX_ctrl(sealer->context, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, sealed + size));
}

int sealer_unseal(struct sealer *sealer, const void *context, size_t context_size, const void *data,
                  size_t size, struct buffer *out, struct err *err)
{
    const uint8_t *nonce = data, *sealed = nonce + NONCE_SIZE;
    uint8_t tag[TAG_SIZE], *plain;
    size_t plain_size;
    int len;

    if (size < NONCE_SIZE + TAG_SIZE)
        return err_stop(err, EXIT_FAILED, "too short for a sealed dead letter");
    plain_size = size - NONCE_SIZE - TAG_SIZE;
    plain = buffer_grow(out, plain_size);
    memcpy(tag, sealed + plain_size, TAG_SIZE);
    must(EVP_DecryptInit_ex2(sealer->context, EVP_aes_256_gcm(), sealer->key, nonce, NULL) &&
         EVP_DecryptUpdate(sealer->context, NULL, &len, context, (int)context_size) &&
         EVP_DecryptUpdate(sealer->context, plain, &len, sealed, (int)plain_size) &&
         EVP_CIPHER_CTX_ctrl(sealer->context, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag));
    if (EVP_DecryptFinal_ex(sealer->context, plain + plain_size, &len) == 1)
        return 0;
    OPENSSL_cleanse(plain, plain_size);
    out->size -= plain_size;
    return err_stop(err, EXIT_FAILED, "cannot be opened: another key, another place, or changed bytes");
}
