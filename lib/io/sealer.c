#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "lib/base/arena.h"
#include "lib/base/digest.h"
#include "lib/base/text.h"
#include "lib/io/crypto.h"
#include "lib/io/crypto_private.h"
#include "lib/io/key.h"

enum { NONCE_SIZE = 12, TAG_SIZE = 16 };

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

/* One message with its tag behind it: seals into, or opens from, `sealed`. */
struct box {
    EVP_CIPHER_CTX *context;
    const uint8_t *key, *nonce;
    struct text associated;
};

static void box_seal(const struct box *box, const void *plain, size_t size, uint8_t *sealed)
{
    int len;

    must(EVP_EncryptInit_ex2(box->context, EVP_aes_256_gcm(), box->key, box->nonce, NULL) &&
         EVP_EncryptUpdate(box->context, NULL, &len, (const uint8_t *)box->associated.data,
                           (int)box->associated.len) &&
         EVP_EncryptUpdate(box->context, sealed, &len, plain, (int)size) &&
         EVP_EncryptFinal_ex(box->context, sealed + size, &len) &&
         EVP_CIPHER_CTX_ctrl(box->context, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, sealed + size));
}

/* size: without the tag. What did not open is wiped. */
static bool box_open(const struct box *box, const uint8_t *sealed, size_t size, uint8_t *plain)
{
    uint8_t tag[TAG_SIZE];
    int len;

    memcpy(tag, sealed + size, TAG_SIZE);
    must(EVP_DecryptInit_ex2(box->context, EVP_aes_256_gcm(), box->key, box->nonce, NULL) &&
         EVP_DecryptUpdate(box->context, NULL, &len, (const uint8_t *)box->associated.data,
                           (int)box->associated.len) &&
         EVP_DecryptUpdate(box->context, plain, &len, sealed, (int)size) &&
         EVP_CIPHER_CTX_ctrl(box->context, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag));
    if (EVP_DecryptFinal_ex(box->context, plain + size, &len) == 1)
        return true;
    OPENSSL_cleanse(plain, size);
    return false;
}

static int not_opened(struct err *err)
{
    return err_stop(err, EXIT_FAILED, "cannot be opened: another key, another place, or changed bytes");
}

void sealer_seal(struct sealer *sealer, const void *context, size_t context_size, const void *data,
                 size_t size, struct buffer *out)
{
    uint8_t *nonce = buffer_grow(out, NONCE_SIZE + size + TAG_SIZE);
    const struct box box = { sealer->context, sealer->key, nonce, { context, context_size } };

    must(RAND_bytes(nonce, NONCE_SIZE) == 1);
    box_seal(&box, data, size, nonce + NONCE_SIZE);
}

int sealer_unseal(struct sealer *sealer, const void *context, size_t context_size, const void *data,
                  size_t size, struct buffer *out, struct err *err)
{
    const struct box box = { sealer->context, sealer->key, data, { context, context_size } };
    size_t plain_size = size - NONCE_SIZE - TAG_SIZE;

    if (size < NONCE_SIZE + TAG_SIZE)
        return err_stop(err, EXIT_FAILED, "too short for a sealed dead letter");
    if (box_open(&box, (const uint8_t *)data + NONCE_SIZE, plain_size, buffer_grow(out, plain_size)))
        return 0;
    out->size -= plain_size;
    return not_opened(err);
}

/* --- files --- */

static const char file_magic[] = "olive-sealed 1\n";
enum { SALT_SIZE = 32, PIECE_BYTES = 1 << 20, MAGIC_SIZE = sizeof file_magic - 1 };

struct file_seal {
    struct sealer *sealer;
    uint8_t key[KEY_SIZE]; /* of this file */
    uint32_t piece;        /* the next one's number */
    struct text associated;
    uint8_t *in, *out;
};

static void file_start(struct file_seal *file, const uint8_t salt[SALT_SIZE])
{
    unsigned size = KEY_SIZE;

    must(HMAC(EVP_sha256(), file->sealer->key, KEY_SIZE, salt, SALT_SIZE, file->key, &size) != NULL);
    file->in = mem_alloc(PIECE_BYTES + TAG_SIZE);
    file->out = mem_alloc(PIECE_BYTES + TAG_SIZE);
}

static void file_end(struct file_seal *file)
{
    OPENSSL_cleanse(file->key, sizeof file->key);
    if (file->in) {
        OPENSSL_cleanse(file->in, PIECE_BYTES + TAG_SIZE);
        OPENSSL_cleanse(file->out, PIECE_BYTES + TAG_SIZE);
    }
    free(file->in);
    free(file->out);
}

static struct box file_box(struct file_seal *file, bool last, uint8_t nonce[NONCE_SIZE])
{
    memset(nonce, 0, NONCE_SIZE);
    put_be64(nonce, file->piece++);
    nonce[NONCE_SIZE - 1] = last;
    return (struct box){ file->sealer->context, file->key, nonce, file->associated };
}

static int disk_error(struct err *err, const char *what)
{
    return err_set(err, ERR_RETRY, "a sealed file cannot be %s: %s", what,
                   errno == ENOSPC ? "the disk is full" : strerror(errno));
}

/* As much as there is, up to size. */
static int read_fully(int from, uint8_t *ret, size_t size, size_t *ret_got, struct err *err)
{
    ssize_t got = 1;

    for (*ret_got = 0; *ret_got < size && got > 0; *ret_got += got > 0 ? (size_t)got : 0)
        got = read(from, ret + *ret_got, size - *ret_got);
    return got < 0 ? disk_error(err, "read") : 0;
}

static int write_fully(int to, const uint8_t *data, size_t size, struct err *err)
{
    while (size) {
        ssize_t done = write(to, data, size);

        if (done < 0)
            return disk_error(err, "written");
        data += done;
        size -= (size_t)done;
    }
    return 0;
}

/* A piece that is not full is the last one: of a file that ends on a piece's end it is an empty one. */
static int seal_pieces(struct file_seal *file, int from, int to, struct err *err)
{
    uint8_t nonce[NONCE_SIZE];
    size_t got;

    do {
        if (read_fully(from, file->in, PIECE_BYTES, &got, err) < 0)
            return -1;
        const struct box box = file_box(file, got < PIECE_BYTES, nonce);

        box_seal(&box, file->in, got, file->out);
        if (write_fully(to, file->out, got + TAG_SIZE, err) < 0)
            return -1;
    } while (got == PIECE_BYTES);
    return 0;
}

static int unseal_pieces(struct file_seal *file, int from, int to, struct err *err)
{
    uint8_t nonce[NONCE_SIZE];
    size_t got;

    do {
        if (read_fully(from, file->in, PIECE_BYTES + TAG_SIZE, &got, err) < 0)
            return -1;
        const struct box box = file_box(file, got < PIECE_BYTES + TAG_SIZE, nonce);

        if (got < TAG_SIZE || !box_open(&box, file->in, got - TAG_SIZE, file->out))
            return not_opened(err);
        if (write_fully(to, file->out, got - TAG_SIZE, err) < 0)
            return -1;
    } while (got == PIECE_BYTES + TAG_SIZE);
    return 0;
}

int sealer_seal_file(struct sealer *sealer, const void *context, size_t context_size, int from, int to,
                     struct err *err)
{
    struct file_seal file = { .sealer = sealer, .associated = { context, context_size } };
    uint8_t salt[SALT_SIZE];
    int status;

    must(RAND_bytes(salt, sizeof salt) == 1);
    file_start(&file, salt);
    status = write_fully(to, (const uint8_t *)file_magic, MAGIC_SIZE, err) < 0 ||
                     write_fully(to, salt, sizeof salt, err) < 0
                 ? -1
                 : seal_pieces(&file, from, to, err);
    file_end(&file);
    return status;
}

int sealer_unseal_file(struct sealer *sealer, const void *context, size_t context_size, int from, int to,
                       struct err *err)
{
    struct file_seal file = { .sealer = sealer, .associated = { context, context_size } };
    uint8_t head[MAGIC_SIZE + SALT_SIZE];
    size_t got;
    int status;

    if (read_fully(from, head, sizeof head, &got, err) < 0)
        return -1;
    if (got != sizeof head || memcmp(head, file_magic, MAGIC_SIZE) != 0)
        return err_stop(err, EXIT_FAILED, "is no sealed file of this program");
    file_start(&file, head + MAGIC_SIZE);
    status = unseal_pieces(&file, from, to, err);
    file_end(&file);
    return status;
}
