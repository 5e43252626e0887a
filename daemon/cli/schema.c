/* olive schema apply | check: the migrations in schema/, by sqitch. */
#include "daemon/state/schema.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/cli/cli.h"
#include "lib/base/arena.h"
#include "lib/io/data.h"

/* libpq's options as its environment variables, which sqitch's own libpq reads: nothing secret on a command
 * line. */
static const struct {
    const char *option, *variable;
} variables[] = {
    { "host", "PGHOST" },
    { "hostaddr", "PGHOSTADDR" },
    { "port", "PGPORT" },
    { "dbname", "PGDATABASE" },
    { "user", "PGUSER" },
    { "password", "PGPASSWORD" },
    { "passfile", "PGPASSFILE" },
    { "service", "PGSERVICE" },
    { "options", "PGOPTIONS" },
    { "sslmode", "PGSSLMODE" },
    { "sslcert", "PGSSLCERT" },
    { "sslkey", "PGSSLKEY" },
    { "sslrootcert", "PGSSLROOTCERT" },
    { "connect_timeout", "PGCONNECT_TIMEOUT" },
};

static void put_environment(const struct conf_pairs *postgres)
{
    for (size_t i = 0; i < postgres->count; i++)
        for (size_t j = 0; j < sizeof variables / sizeof *variables; j++)
            if (!strcmp(postgres->items[i].key, variables[j].option))
                setenv(variables[j].variable, postgres->items[i].value, 1);
}

/* In the child: sqitch's words go to stderr, so that stdout stays ours. */
static void exec_sqitch(const struct conf *conf, const char *folder)
{
    put_environment(&conf->postgres);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    execlp("sqitch", "sqitch", "--chdir", folder, "deploy", "db:pg:", (char *)NULL);
    fprintf(stderr, "olive: sqitch: %s; deploy/setup installs it\n", strerror(errno));
    _exit(EXIT_UNAVAILABLE);
}

static int run_sqitch(const struct conf *conf, struct err *err)
{
    CLEANUP(mem_freep) char *folder = data_path("schema");
    pid_t child = fork();
    int status;

    if (child == 0)
        exec_sqitch(conf, folder);
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return err_stop(err, EXIT_FAILED, "sqitch could not be run: %s", strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    return err_stop(
        err, WIFEXITED(status) && WEXITSTATUS(status) == EXIT_UNAVAILABLE ? EXIT_UNAVAILABLE : EXIT_FAILED,
        "sqitch deploy failed in %s; its message is above", folder);
}

static void show_names(struct json *json, const char *key, const struct schema_names *names)
{
    json_key(json, key);
    json_open(json, '[');
    for (size_t i = 0; i < names->count; i++)
        json_str(json, names->items[i]);
    json_close(json, ']');
}

static void print_json(const struct schema *schema, struct buffer *out)
{
    struct json json = json_to(out);

    json_open(&json, '{');
    show_names(&json, "missing", &schema->missing);
    show_names(&json, "foreign", &schema->foreign);
    json_close(&json, '}');
    buffer_add_byte(out, '\n');
}

static void print_text(const struct schema *schema, struct buffer *out)
{
    for (size_t i = 0; i < schema->missing.count; i++)
        buffer_printf(out, "missing  %s\n", schema->missing.items[i]);
    for (size_t i = 0; i < schema->foreign.count; i++)
        buffer_printf(out, "foreign  %s: made by a newer olive\n", schema->foreign.items[i]);
    if (!schema->missing.count && !schema->foreign.count)
        buffer_add_string(out, "the schema is the one this program was made for\n");
}

int run_schema_check(struct cli *cli, struct err *err)
{
    CLEANUP(store_closep) struct store *store = NULL;
    CLEANUP(schema_free) struct schema schema = { 0 };
    CLEANUP(buffer_free) struct buffer out = { 0 };

    if (store_open(cli->conf, "olive", &store, err) < 0 || schema_compare(store, &schema, err) < 0)
        return -1;
    (cli->options.json ? print_json : print_text)(&schema, &out);
    if (cli_print(&out, err) < 0)
        return -1;
    return schema.missing.count || schema.foreign.count ? EXIT_DIFFERS : EXIT_SAME;
}

int run_schema_apply(struct cli *cli, struct err *err)
{
    CLEANUP(store_closep) struct store *store = NULL;

    if (store_open(cli->conf, "olive", &store, err) < 0) /* it says better than sqitch what is wrong */
        return -1;
    store_closep(&store);
    if (run_sqitch(cli->conf, err) < 0)
        return -1;
    return run_schema_check(cli, err);
}
