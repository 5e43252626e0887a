#include "lib/core/token.h"

#include <string.h>

#include "lib/base/text.h"

const char *const token_kind_names[TOKEN_KIND_COUNT] = {
    [TOKEN_PERSON] = "person",
    [TOKEN_METER] = "meter",
    [TOKEN_HOUSEHOLD] = "household",
    [TOKEN_ACCOUNT] = "account",
    [TOKEN_UNIT] = "unit",
    [TOKEN_PLATE] = "plate",
    [TOKEN_CONTRACT] = "contract",
    [TOKEN_PHONE] = "phone",
    [TOKEN_CARD] = "card",
    [TOKEN_EMPLOYER] = "employer",
    [TOKEN_FUND_ACCOUNT] = "fund-account",
};

bool token_kind_from(const char *name, enum token_kind *ret)
{
    for (int i = 0; i < TOKEN_KIND_COUNT; i++)
        if (!strcmp(name, token_kind_names[i])) {
            *ret = (enum token_kind)i;
            return true;
        }
    return false;
}

const char *token_text(const struct token *token, char ret[TOKEN_TEXT_SIZE])
{
    hex_encode(token->bytes, TOKEN_SIZE, ret);
    return ret;
}
