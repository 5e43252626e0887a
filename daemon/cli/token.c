/* olive token KIND [IDENTIFIER|-]: identifiers to tokens, by the connectors' key, for those who may look
 * someone up. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "daemon/cli/cli.h"
#include "lib/base/arena.h"
#include "lib/base/date.h"
#include "lib/core/identifier.h"
#include "lib/io/crypto.h"

enum { IDENTIFIER_MAX = 512 };

/* Canonical form of a half-width identifier, NUL-terminated, in ret; false: it has none. */
typedef bool canonical(const char *text, char ret[IDENTIFIER_MAX]);

static bool person(const char *text, char ret[IDENTIFIER_MAX])
{
    struct id_no id;

    if (!id_no_parse(text_of(text), day_of_ms((int64_t)time(NULL) * 1000), &id))
        return false;
    strcpy(ret, id.text);
    return true;
}

static bool employer(const char *text, char ret[IDENTIFIER_MAX])
{
    return employer_no_parse(text_of(text), ret);
}

static bool unit(const char *text, char ret[IDENTIFIER_MAX])
{
    return unit_no_parse(text_of(text), ret);
}

static bool as_written(const char *text, char ret[IDENTIFIER_MAX])
{
    strcpy(ret, text);
    return *text;
}

static const struct {
    canonical *canonical;
    const char *scope; /* what stands before the colon: "a bank's code"; NULL: no colon */
    bool utility;      /* which must be a kind of utility */
} rules[TOKEN_KIND_COUNT] = {
    [TOKEN_PERSON] = { person },
    [TOKEN_METER] = { as_written, "electricity, water or gas", true },
    [TOKEN_HOUSEHOLD] = { as_written },
    [TOKEN_ACCOUNT] = { as_written, "the bank's code" },
    [TOKEN_UNIT] = { unit },
    [TOKEN_PLATE] = { as_written },
    [TOKEN_CONTRACT] = { as_written, "electricity, water or gas", true },
    [TOKEN_PHONE] = { as_written },
    [TOKEN_CARD] = { as_written },
    [TOKEN_EMPLOYER] = { employer },
    [TOKEN_FUND_ACCOUNT] = { as_written },
};

/* Errors name the kind and the line, never the identifier. */
static int token_of(struct tokeniser *tokeniser, enum token_kind kind, struct text text, struct token *ret,
                    struct err *err)
{
    char half[IDENTIFIER_MAX], exact[IDENTIFIER_MAX], *second = half;
    int utility;

    if (!text_halfwidth(text_trim(text), half, sizeof half))
        return err_stop(err, EXIT_DATA, "is too long");
    if (rules[kind].scope) {
        second = strchr(half, ':');
        if (!second)
            return err_stop(err, EXIT_DATA, "takes two parts: %s, a colon, the number", rules[kind].scope);
        *second++ = '\0';
    }
    if (rules[kind].utility && !code_find(&utility_kind_codes, text_of(half), &utility))
        return err_stop(err, EXIT_DATA, "takes %s before the colon", rules[kind].scope);
    if (!rules[kind].canonical(second, exact))
        return err_stop(err, EXIT_DATA, "is no valid %s", token_kind_names[kind]);
    if (rules[kind].scope)
        tokeniser_token2(tokeniser, kind, half, exact, strlen(exact), ret);
    else
        tokeniser_token(tokeniser, kind, exact, strlen(exact), ret);
    return 0;
}

static int print_token(struct tokeniser *tokeniser, enum token_kind kind, struct text text, bool json,
                       struct err *err)
{
    char hex[TOKEN_TEXT_SIZE];
    struct token token;

    if (token_of(tokeniser, kind, text, &token, err) < 0)
        return -1;
    printf(json ? "{\"kind\":\"%s\",\"token\":\"%s\"}\n" : "%.0s%s\n", token_kind_names[kind],
           token_text(&token, hex));
    return 0;
}

/* One a line; a bad one ends it, so that the lines that come out are those that went in. */
static int print_lines(struct tokeniser *tokeniser, enum token_kind kind, bool json, struct err *err)
{
    CLEANUP(mem_freep) char *line = NULL;
    size_t size = 0, number = 0;
    ssize_t len;

    while ((len = getline(&line, &size, stdin)) > 0) {
        number++;
        if (print_token(tokeniser, kind, (struct text){ line, (size_t)len }, json, err) < 0)
            return err_add(err, "line %zu ", number);
    }
    return EXIT_OK;
}

static int unknown_kind(struct err *err)
{
    char list[256] = "";

    for (int i = 0; i < TOKEN_KIND_COUNT; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s", i ? ", " : "", token_kind_names[i]);
    return err_stop(err, EXIT_USAGE, "no such kind; kinds are %s", list);
}

int run_token(struct cli *cli, struct err *err)
{
    CLEANUP(tokeniser_closep) struct tokeniser *tokeniser = NULL;
    enum token_kind kind;

    if (!token_kind_from(cli->words[0], &kind))
        return unknown_kind(err);
    if (cli_tokeniser(cli->conf, &tokeniser, err) < 0)
        return -1;
    if (cli->word_count < 2 || !strcmp(cli->words[1], "-"))
        return print_lines(tokeniser, kind, cli->options.json, err);
    if (print_token(tokeniser, kind, text_of(cli->words[1]), cli->options.json, err) < 0)
        return err_add(err, "the identifier ");
    return EXIT_OK;
}
