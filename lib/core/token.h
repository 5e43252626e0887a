/* token - whom or what a record is about, without saying who.
 *
 * A token is the first 16 bytes of HMAC(key of the key epoch, kind ‖ 0 ‖ canonical identifier). The key stays
 * with the connectors and with those who may look a person up (lib/io/crypto.h); the core only compares
 * tokens. */
#ifndef OLIVE_CORE_TOKEN_H
#define OLIVE_CORE_TOKEN_H

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { TOKEN_SIZE = 16, TOKEN_TEXT_SIZE = 2 * TOKEN_SIZE + 1 };

struct token {
    uint8_t bytes[TOKEN_SIZE];
};

enum token_hash { TOKEN_HASH_SHA256, TOKEN_HASH_SM3 };

/* What kinds of identifier become tokens; the names are part of the HMAC input and never change. */
enum token_kind {
    TOKEN_PERSON,    /* canonical id_no */
    TOKEN_METER,     /* utility kind ‖ 0 ‖ meter_no */
    TOKEN_HOUSEHOLD, /* household_no */
    TOKEN_ACCOUNT,   /* bank_code ‖ 0 ‖ account_no; for the fund account_no alone */
    TOKEN_UNIT,      /* unit_no */
    TOKEN_PLATE,
    TOKEN_CONTRACT, /* utility kind ‖ 0 ‖ contract_no (empty when there is none) */
    TOKEN_PHONE,
    TOKEN_CARD,
    TOKEN_EMPLOYER,
    TOKEN_FUND_ACCOUNT,
    TOKEN_KIND_COUNT
};

extern const char *const token_kind_names[TOKEN_KIND_COUNT];
bool token_kind_from(const char *name, enum token_kind *ret);

/* In the header, and by halves: what sorts and looks up records does little else. */
static inline uint64_t token_half(const struct token *token, size_t at)
{
    uint64_t half;

    memcpy(&half, token->bytes + at, sizeof half);
    return half;
}

static inline bool token_equal(const struct token *a, const struct token *b)
{
    return ((token_half(a, 0) ^ token_half(b, 0)) | (token_half(a, 8) ^ token_half(b, 8))) == 0;
}

static inline bool token_is_zero(const struct token *token)
{
    return (token_half(token, 0) | token_half(token, 8)) == 0;
}

static inline int token_compare(const struct token *a, const struct token *b) /* as memcmp */
{
    uint64_t left = be64toh(token_half(a, 0)), right = be64toh(token_half(b, 0));

    if (left == right) {
        left = be64toh(token_half(a, 8));
        right = be64toh(token_half(b, 8));
    }
    return (left > right) - (left < right);
}

const char *token_text(const struct token *token, char ret[TOKEN_TEXT_SIZE]);

#endif
