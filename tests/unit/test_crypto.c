#include "lib/io/crypto.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "lib/base/arena.h"
#include "lib/io/key.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static const char key_hex[] = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";

static struct tokeniser *open_tokeniser(enum token_hash hash)
{
    struct tokeniser *tokeniser = NULL;
    struct err err = { 0 };

    scratch_write("key", key_hex, sizeof key_hex - 1, 0600);
    assert_int_equal(tokeniser_open("key", hash, &tokeniser, &err), 0);
    return tokeniser;
}

/* Against OpenSSL's own HMAC. */
static void check_hash(enum token_hash hash, const EVP_MD *digest)
{
    static const char input[] = "person\0"
                                "99000019800101001X";
    CLEANUP(tokeniser_closep) struct tokeniser *tokeniser = open_tokeniser(hash);
    uint8_t key[32], mac[EVP_MAX_MD_SIZE];
    struct token token;
    unsigned size;

    for (uint8_t i = 0; i < 32; i++)
        key[i] = i;
    HMAC(digest, key, 32, (const uint8_t *)input, sizeof input - 1, mac, &size);
    for (int round = 0; round < 3; round++) {
        tokeniser_token(tokeniser, TOKEN_PERSON, input + 7, 18, &token);
        assert_memory_equal(token.bytes, mac, TOKEN_SIZE);
        tokeniser_token2(tokeniser, TOKEN_ACCOUNT, "ICBC", "62001", 5, &token);
        assert_memory_not_equal(token.bytes, mac, TOKEN_SIZE);
    }
}

static void a_token_is_the_head_of_an_hmac_and_contexts_leave_no_trace(void **state)
{
    check_hash(TOKEN_HASH_SHA256, EVP_sha256());
    check_hash(TOKEN_HASH_SM3, EVP_sm3());
}

static void two_parts_are_not_one_word(void **state)
{
    CLEANUP(tokeniser_closep) struct tokeniser *tokeniser = open_tokeniser(TOKEN_HASH_SM3);
    struct token a, b, c;

    tokeniser_token2(tokeniser, TOKEN_ACCOUNT, "AB", "C", 1, &a);
    tokeniser_token2(tokeniser, TOKEN_ACCOUNT, "A", "BC", 2, &b);
    tokeniser_token(tokeniser, TOKEN_FUND_ACCOUNT, "AB\0C", 4, &c);
    assert_false(token_equal(&a, &b));
    assert_false(token_equal(&a, &c)); /* the kind goes in, too */
}

static void a_key_file_is_private_and_holds_a_key(void **state)
{
    static const struct {
        const char *data;
        size_t size;
        mode_t mode;
        const char *message; /* NULL: fine */
    } cases[] = {
        { key_hex, 65, 0600, NULL },
        { key_hex, 64, 0400, NULL },
        { key_hex, 32, 0600, NULL }, /* 32 bytes of any kind */
        { key_hex, 65, 0640, "key file key: its mode is 0640; nobody else may read it: chmod 0600" },
        { key_hex, 65, 0604, "key file key: its mode is 0604; nobody else may read it: chmod 0600" },
        { key_hex, 31, 0600, "key file key: must hold 32 bytes, or 64 hexadecimal digits" },
        { key_hex, 0, 0600, "key file key: must hold 32 bytes, or 64 hexadecimal digits" },
        { "xyz102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 64, 0600,
          "key file key: must hold 32 bytes, or 64 hexadecimal digits" },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(tokeniser_closep) struct tokeniser *tokeniser = NULL;
        struct err err = { 0 };

        unlink("key");
        scratch_write("key", cases[i].data, cases[i].size, cases[i].mode);
        assert_int_equal(tokeniser_open("key", TOKEN_HASH_SHA256, &tokeniser, &err),
                         cases[i].message ? -1 : 0);
        if (!cases[i].message)
            continue;
        assert_string_equal(err.text, cases[i].message);
        assert_int_equal(err.code, EXIT_CONFIG);
    }
}

static void no_folder_link_or_missing_file_is_a_key(void **state)
{
    static const struct {
        const char *path, *message;
    } cases[] = {
        { ".", "key file .: is no regular file" },
        { "link", "key file link: is a symbolic link" },
        { "none", "key file none: No such file or directory" },
        { NULL, "no key: name its file in the configuration, or give olive-token in $CREDENTIALS_DIRECTORY" },
    };
    struct tokeniser *tokeniser = NULL;
    struct err err = { 0 };

    scratch_write("key", key_hex, 65, 0600);
    assert_int_equal(symlink("key", "link"), 0);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(tokeniser_open(cases[i].path, TOKEN_HASH_SHA256, &tokeniser, &err), -1);
        assert_string_equal(err.text, cases[i].message);
    }
}

static void a_dead_letter_opens_only_with_its_key_place_and_bytes(void **state)
{
    static const char line[] = "a line that is no record";
    CLEANUP(buffer_free) struct buffer sealed = { 0 }, again = { 0 }, plain = { 0 };
    CLEANUP(sealer_closep) struct sealer *sealer = NULL;
    struct err err = { 0 };

    scratch_write("key", key_hex, 65, 0600);
    assert_int_equal(sealer_open("key", &sealer, &err), 0);
    sealer_seal(sealer, "feed 1", 6, line, sizeof line, &sealed);
    sealer_seal(sealer, "feed 1", 6, line, sizeof line, &again);
    assert_memory_not_equal(sealed.data, again.data, sealed.size); /* a nonce of its own each time */
    assert_int_equal(sealer_unseal(sealer, "feed 1", 6, sealed.data, sealed.size, &plain, &err), 0);
    assert_int_equal(plain.size, sizeof line);
    assert_memory_equal(plain.data, line, sizeof line);
    assert_int_equal(sealer_unseal(sealer, "feed 2", 6, sealed.data, sealed.size, &plain, &err), -1);
    assert_int_equal(sealer_unseal(sealer, "feed 1", 6, sealed.data, 27, &plain, &err), -1);
    for (size_t i = 0; i < sealed.size; i++) {
        sealed.data[i] ^= 1;
        assert_int_equal(sealer_unseal(sealer, "feed 1", 6, sealed.data, sealed.size, &plain, &err), -1);
        sealed.data[i] ^= 1;
    }
    assert_int_equal(plain.size, sizeof line); /* nothing of what did not open */
}

/* Seals `size` bytes into the file "sealed", changes it, and opens it; how many bytes came out, -1: none. */
static ssize_t through_a_file(size_t size, void (*change)(size_t sealed_size))
{
    CLEANUP(sealer_closep) struct sealer *sealer = NULL;
    CLEANUP(buffer_free) struct buffer plain = { 0 };
    struct err err = { 0 };
    int from, sealed, to, status;
    off_t out;

    scratch_write("key", key_hex, 65, 0600);
    assert_int_equal(sealer_open("key", &sealer, &err), 0);
    for (size_t i = 0; i < size; i++)
        buffer_add_byte(&plain, (uint8_t)(i * 7 + i / 256));
    scratch_write("plain", plain.data, plain.size, 0600);
    from = open("plain", O_RDONLY);
    sealed = open("sealed", O_RDWR | O_CREAT | O_TRUNC, 0600);
    to = open("again", O_RDWR | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(sealer_seal_file(sealer, "feed", 4, from, sealed, &err), 0);
    change((size_t)lseek(sealed, 0, SEEK_END));
    lseek(sealed, 0, SEEK_SET);
    status = sealer_unseal_file(sealer, "feed", 4, sealed, to, &err);
    out = lseek(to, 0, SEEK_END);
    if (out > 0) { /* what came out is the truth, or its beginning */
        uint8_t *got = mem_alloc((size_t)out);

        assert_true((size_t)out <= size);
        assert_int_equal(pread(to, got, (size_t)out, 0), out);
        assert_memory_equal(got, plain.data, (size_t)out);
        free(got);
    }
    close(from);
    close(sealed);
    close(to);
    return status < 0 ? -1 : (ssize_t)out;
}

static void leave(size_t sealed_size)
{
}

static void cut(size_t sealed_size)
{
    assert_int_equal(truncate("sealed", (off_t)sealed_size - 1), 0);
}

/* Where the first piece ends: the magic line, the salt, 1 MiB and a tag. */
static void cut_after_a_piece(size_t sealed_size)
{
    assert_int_equal(truncate("sealed", 15 + 32 + (1 << 20) + 16), 0);
}

static void flip(size_t sealed_size)
{
    int file = open("sealed", O_RDWR);
    uint8_t byte;

    assert_int_equal(pread(file, &byte, 1, (off_t)sealed_size / 2), 1);
    byte ^= 1;
    assert_int_equal(pwrite(file, &byte, 1, (off_t)sealed_size / 2), 1);
    close(file);
}

static void a_sealed_file_opens_whole_or_not_at_all(void **state)
{
    static const size_t sizes[] = { 0, 1, 1000, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, (5 << 19) };

    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        assert_int_equal(through_a_file(sizes[i], leave), sizes[i]);
        assert_int_equal(through_a_file(sizes[i], cut), -1);
        assert_int_equal(through_a_file(sizes[i], flip), -1);
        if (sizes[i] >= 1 << 20)
            assert_int_equal(through_a_file(sizes[i], cut_after_a_piece), -1);
    }
}

static void another_secret_is_the_text_of_a_private_file(void **state)
{
    char secret[SECRET_SIZE], *long_text = mem_zalloc(SECRET_SIZE);
    struct err err = { 0 };

    scratch_write("secret", "a b\n", 4, 0600);
    assert_int_equal(secret_read("secret", "x", secret, &err), 0);
    assert_string_equal(secret, "a b");
    scratch_write("secret", "a\nb", 3, 0600);
    assert_int_equal(secret_read("secret", "x", secret, &err), 0);
    assert_string_equal(secret, "a\nb");
    memset(long_text, 'x', SECRET_SIZE);
    scratch_write("secret", long_text, SECRET_SIZE, 0600);
    assert_int_equal(secret_read("secret", "x", secret, &err), -1);
    scratch_write("open", "a", 1, 0644);
    assert_int_equal(secret_read("open", "x", secret, &err), -1);
    assert_int_equal(secret_read("missing", "x", secret, &err), -1);
    free(long_text);
}

static void a_secret_that_nobody_named_may_be_a_credential(void **state)
{
    char secret[SECRET_SIZE];
    struct err err = { 0 };

    unsetenv("CREDENTIALS_DIRECTORY");
    assert_int_equal(secret_read(NULL, "olive-x", secret, &err), 0);
    assert_string_equal(secret, "");
    setenv("CREDENTIALS_DIRECTORY", ".", 1);
    assert_int_equal(secret_read(NULL, "olive-x", secret, &err), 0);
    assert_string_equal(secret, "");
    scratch_write("olive-x", "s", 1, 0600);
    assert_int_equal(secret_read(NULL, "olive-x", secret, &err), 0);
    assert_string_equal(secret, "s");
    unsetenv("CREDENTIALS_DIRECTORY");
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, scratch_enter, scratch_leave)
UNIT_MAIN(CLAIM(a_token_is_the_head_of_an_hmac_and_contexts_leave_no_trace),
          CLAIM(two_parts_are_not_one_word), CLAIM(a_key_file_is_private_and_holds_a_key),
          CLAIM(no_folder_link_or_missing_file_is_a_key),
          CLAIM(a_dead_letter_opens_only_with_its_key_place_and_bytes),
          CLAIM(a_sealed_file_opens_whole_or_not_at_all), CLAIM(another_secret_is_the_text_of_a_private_file),
          CLAIM(a_secret_that_nobody_named_may_be_a_credential))
