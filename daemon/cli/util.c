#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/cli/cli.h"
#include "daemon/state/schema.h"
#include "lib/base/date.h"
#include "lib/io/crypto.h"

int cli_print(const struct buffer *out, struct err *err)
{
    if (fwrite(out->data, 1, out->size, stdout) == out->size && fflush(stdout) == 0)
        return EXIT_OK;
    if (errno == EPIPE)
        exit(EXIT_OK);
    return err_stop(err, EXIT_FAILED, "cannot write the output: %s", strerror(errno));
}

int cli_need(const char *value, const char *name, struct err *err)
{
    return value ? 0 : err_stop(err, EXIT_USAGE, "--%s is needed (see --help)", name);
}

int cli_write_file(const char *path, const struct buffer *text, struct err *err)
{
    FILE *file = fopen(path, "we");
    bool whole = file && fwrite(text->data, 1, text->size, file) == text->size;

    if (file)
        whole = fclose(file) == 0 && whole;
    return whole ? 0 : err_stop(err, EXIT_FAILED, "%s: cannot be written: %s", path, strerror(errno));
}

int cli_store(const struct cli *cli, struct store **ret, struct err *err)
{
    struct store *store = NULL;

    if (store_open(cli->conf, "olive", &store, err) < 0)
        return -1;
    if (schema_require(store, err) < 0) {
        store_close(store);
        return -1;
    }
    *ret = store;
    return 0;
}

int cli_month(const char *text, int32_t *ret, struct err *err)
{
    return month_parse(text_of(text), ret) ? 0 : err_stop(err, EXIT_USAGE, "a period is a month, YYYY-MM");
}

int cli_period(const struct cli *cli, int32_t *ret, struct err *err)
{
    return cli->options.period ? cli_month(cli->options.period, ret, err) : 0;
}

int cli_kind(const struct cli *cli, enum household_kind *ret, struct err *err)
{
    int kind = HOUSEHOLD_REGISTERED;

    if (cli->options.kind && !code_find(&household_kind_codes, text_of(cli->options.kind), &kind))
        return err_stop(err, EXIT_USAGE, "--kind takes registered, assistance or dwelling");
    *ret = (enum household_kind)kind;
    return 0;
}

int cli_known_at(const struct cli *cli, int64_t *ret_ms, struct err *err)
{
    if (!cli->options.known_at || instant_parse(text_of(cli->options.known_at), ret_ms))
        return 0;
    return err_stop(err, EXIT_USAGE,
                    "--known-at takes an instant: 2025-12-31T23:59:59, UTC+8 unless it says a zone");
}

int cli_limit(const struct cli *cli, uint64_t otherwise, uint64_t *ret, struct err *err)
{
    *ret = otherwise;
    if (!cli->options.limit || text_digits(text_of(cli->options.limit), 18, ret))
        return 0;
    return err_stop(err, EXIT_USAGE, "--limit takes a whole number");
}

int cli_language(const struct cli *cli, enum language *ret, struct err *err)
{
    return language_find(cli->options.lang, ret) ? 0 : err_stop(err, EXIT_USAGE, "--lang takes zh or en");
}

int cli_tokeniser(const struct conf *conf, struct tokeniser **ret, struct err *err)
{
    if (tokeniser_open(conf->keys.token, conf->keys.hash, ret, err) == 0)
        return 0;
    return err_add(err, "%s: keys.token: ", conf_place(conf, "keys.token"));
}
