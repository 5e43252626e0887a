/* olive feed inspect */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "connectors/inspect/inspect.h"
#include "connectors/inspect/mapping.h"
#include "daemon/cli/cli.h"

enum { NAME_MAX_LEN = 40, ROWS_MAX = 1000000 };

static int wish_source(const struct cli *cli, struct inspect_wish *wish, struct err *err)
{
    wish->source = SOURCE_UNKNOWN;
    if (!cli->options.source || code_find(&source_codes, text_of(cli->options.source), &wish->source))
        return 0;
    return err_stop(err, EXIT_USAGE,
                    "--source %s is none of olive's sources: olive config example lists them",
                    cli->options.source);
}

static int wish_name(const struct cli *cli, struct inspect_wish *wish, struct err *err)
{
    const char *name = cli->options.name;
    size_t len = name ? strlen(name) : 0;

    wish->name = name;
    if (name && (!len || len > NAME_MAX_LEN ||
                 strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != len))
        return err_stop(err, EXIT_USAGE, "--name takes 1 to %d of a-z, A-Z, 0-9, - and _", NAME_MAX_LEN);
    return 0;
}

static int wish_rows(const struct cli *cli, struct inspect_wish *wish, struct err *err)
{
    uint64_t rows = INSPECT_ROWS;

    if (cli->options.sample &&
        (!text_digits(text_of(cli->options.sample), 7, &rows) || !rows || rows > ROWS_MAX))
        return err_stop(err, EXIT_USAGE, "--sample takes a number from 1 to %d", ROWS_MAX);
    wish->rows_max = (size_t)rows;
    return 0;
}

static bool has_control_file(const char *path)
{
    CLEANUP(buffer_free) struct buffer control = { 0 };

    buffer_printf(&control, "%s.ok", path);
    buffer_add_byte(&control, '\0');
    return access((const char *)control.data, F_OK) == 0;
}

static int look_at(const char *path, const struct inspect_wish *wish, struct arena *arena, struct guess **ret,
                   struct err *err)
{
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), got;

    if (file < 0)
        return err_stop(err, EXIT_FAILED, "the file cannot be opened: %s", strerror(errno));
    got = inspect(file, wish, arena, ret, err);
    close(file);
    return got;
}

int run_feed_inspect(struct cli *cli, struct err *err)
{
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    CLEANUP(buffer_free) struct buffer out = { 0 };
    const char *path = cli->words[0], *slash = strrchr(path, '/');
    struct inspect_wish wish = { .file_name = slash ? slash + 1 : path,
                                 .sheet = cli->options.sheet,
                                 .control = has_control_file(path),
                                 .now_ms = (int64_t)time(NULL) * 1000 };
    struct guess *guess;

    if (wish_source(cli, &wish, err) < 0 || wish_name(cli, &wish, err) < 0 ||
        wish_rows(cli, &wish, err) < 0 || look_at(path, &wish, arena, &guess, err) < 0)
        return -1;
    (cli->options.json ? inspect_show_json : inspect_show_yaml)(guess, &out);
    return cli_print(&out, err);
}
