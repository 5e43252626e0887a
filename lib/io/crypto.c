#include "lib/io/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The low-level SHA-256 is deprecated in OpenSSL 3; EVP costs four times as much a short text. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include "lib/base/arena.h"
#include "lib/base/text.h"

enum { KEY_SIZE = 32, KEY_TEXT_MAX = 2 * KEY_SIZE + 2, PATH_SIZE = 512, NONCE_SIZE = 12, TAG_SIZE = 16 };

/* OpenSSL calls that fail only without memory or without its own algorithms: nothing a caller can do. */
static void must(bool done)
{
    if (!done) {
        fputs("olive: OpenSSL does not work\n", stderr);
        abort();
    }
}

/* --- key files --- */

static int bad_key(struct err *err, const char *path, const char *why)
{
    return err_stop(err, EXIT_CONFIG, "key file %s: %s", path, why);
}

static int check_owner(const char *path, const struct stat *stat, struct err *err)
{
    if (!S_ISREG(stat->st_mode))
        return bad_key(err, path, "is no regular file");
    if (stat->st_uid != 0 && stat->st_uid != geteuid())
        return bad_key(err, path, "belongs neither to root nor to the user who runs this");
    if (stat->st_mode & 077)
        return err_stop(err, EXIT_CONFIG,
                        "key file %s: its mode is %04o; nobody else may read it: chmod 0600", path,
                        (unsigned)stat->st_mode & 07777);
    return 0;
}

/* 32 bytes as they are, or 64 hexadecimal digits with or without a newline. */
static bool parse_key(const char *text, size_t size, uint8_t ret[KEY_SIZE])
{
    if (size == KEY_SIZE) {
        memcpy(ret, text, KEY_SIZE);
        return true;
    }
    if (size == 2 * KEY_SIZE + 1 && text[size - 1] == '\n')
        size--;
    return hex_decode((struct text){ text, size }, ret, KEY_SIZE);
}

static int read_key_from(int file, const char *path, uint8_t ret[KEY_SIZE], struct err *err)
{
    char text[KEY_TEXT_MAX + 1];
    struct stat stat;
    ssize_t size;
    bool good;

    if (fstat(file, &stat) < 0)
        return bad_key(err, path, strerror(errno));
    if (check_owner(path, &stat, err) < 0)
        return -1;
    size = read(file, text, sizeof text);
    good = size > 0 && parse_key(text, (size_t)size, ret);
    OPENSSL_cleanse(text, sizeof text);
    return good ? 0 : bad_key(err, path, "must hold 32 bytes, or 64 hexadecimal digits");
}

static int key_path(const char *file, const char *name, char ret[PATH_SIZE], struct err *err)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");

    if (!file && !folder)
        return err_stop(err, EXIT_CONFIG,
                        "no key: name its file in the configuration, or give %s in $CREDENTIALS_DIRECTORY",
                        name);
    if (file)
        snprintf(ret, PATH_SIZE, "%s", file);
    else
        snprintf(ret, PATH_SIZE, "%s/%s", folder, name);
    return 0;
}

static int read_key(const char *file, const char *name, uint8_t ret[KEY_SIZE], struct err *err)
{
    char path[PATH_SIZE];
    int handle, code;

    if (key_path(file, name, path, err) < 0)
        return -1;
    handle = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (handle < 0)
        return bad_key(err, path, errno == ELOOP ? "is a symbolic link" : strerror(errno));
    code = read_key_from(handle, path, ret, err);
    close(handle);
    return code;
}

/* --- tokens --- */

/* HMAC (RFC 2104) as two SHA-256 that have each taken in their block of key already: a token costs two blocks
 * more, a fifth of what EVP_MAC costs for texts this short. */
struct tokeniser {
    SHA256_CTX inner, outer;
};

enum { BLOCK_SIZE = SHA256_CBLOCK, INNER_PAD = 0x36, OUTER_PAD = 0x5c };

static void key_block(const uint8_t key[KEY_SIZE], uint8_t pad, SHA256_CTX *ret)
{
    uint8_t block[BLOCK_SIZE];

    memset(block, pad, sizeof block);
    for (size_t i = 0; i < KEY_SIZE; i++)
        block[i] ^= key[i];
    must(SHA256_Init(ret) && SHA256_Update(ret, block, sizeof block));
    OPENSSL_cleanse(block, sizeof block);
}

int tokeniser_open(const char *file, struct tokeniser **ret, struct err *err)
{
    uint8_t key[KEY_SIZE];

    if (read_key(file, "olive-token", key, err) < 0)
        return -1;
    *ret = mem_zalloc(sizeof **ret);
    key_block(key, INNER_PAD, &(*ret)->inner);
    key_block(key, OUTER_PAD, &(*ret)->outer);
    OPENSSL_cleanse(key, sizeof key);
    return 0;
}

void tokeniser_close(struct tokeniser *tokeniser)
{
    if (!tokeniser)
        return;
    OPENSSL_cleanse(tokeniser, sizeof *tokeniser); /* what the key left in it */
    free(tokeniser);
}

void tokeniser_closep(struct tokeniser **tokeniser)
{
    tokeniser_close(*tokeniser);
    *tokeniser = NULL;
}

static void mac_add(SHA256_CTX *context, const void *data, size_t size)
{
    must(SHA256_Update(context, data, size));
}

static SHA256_CTX mac_start(const struct tokeniser *tokeniser, enum token_kind kind)
{
    const char *name = token_kind_names[kind];
    SHA256_CTX context = tokeniser->inner;

    mac_add(&context, name, strlen(name) + 1); /* with its NUL */
    return context;
}

static void mac_end(const struct tokeniser *tokeniser, SHA256_CTX *inner, struct token *ret)
{
    SHA256_CTX outer = tokeniser->outer;
    uint8_t digest[SHA256_DIGEST_LENGTH];

    must(SHA256_Final(digest, inner));
    mac_add(&outer, digest, sizeof digest);
    must(SHA256_Final(digest, &outer));
    memcpy(ret->bytes, digest, TOKEN_SIZE);
}

void tokeniser_token(struct tokeniser *tokeniser, enum token_kind kind, const void *identifier, size_t size,
                     struct token *ret)
{
    SHA256_CTX context = mac_start(tokeniser, kind);

    mac_add(&context, identifier, size);
    mac_end(tokeniser, &context, ret);
}

void tokeniser_token2(struct tokeniser *tokeniser, enum token_kind kind, const char *first,
                      const void *second, size_t size, struct token *ret)
{
    SHA256_CTX context = mac_start(tokeniser, kind);

    mac_add(&context, first, strlen(first) + 1);
    mac_add(&context, second, size);
    mac_end(tokeniser, &context, ret);
}

/* --- dead letters --- */

struct sealer {
    EVP_CIPHER_CTX *context;
    uint8_t key[KEY_SIZE];
};

int sealer_open(const char *file, struct sealer **ret, struct err *err)
{
    struct sealer *sealer = mem_zalloc(sizeof *sealer);

    if (read_key(file, "olive-dead-letter", sealer->key, err) < 0) {
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
    OPENSSL_cleanse(sealer->key, sizeof sealer->key);
    free(sealer);
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
