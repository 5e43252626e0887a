/* olive policy check: what is wrong with policy files, or worth a look. */
#include <inttypes.h>

#include "daemon/cli/cli.h"
#include "lib/base/date.h"
#include "lib/io/clock.h"
#include "lib/io/policy_file.h"

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void finding_text(const char *path, const struct policy_finding *finding, struct buffer *out)
{
    buffer_add_string(out, path);
    if (finding->line)
        buffer_printf(out, ":%zu:%zu", finding->line, finding->column);
    buffer_printf(out, ": %s%s\n", finding->is_error ? "" : "warning: ", finding->text);
}

static void check_text(const char *path, const struct policy_findings *findings, struct buffer *out)
{
    size_t warnings = findings->count - findings->error_count;

    for (size_t i = 0; i < findings->count; i++)
        finding_text(path, &findings->items[i], out);
    if (findings->error_count)
        buffer_printf(out, "%s: %zu error%s\n", path, findings->error_count, plural(findings->error_count));
    else if (warnings)
        buffer_printf(out, "%s: can be used; %zu warning%s\n", path, warnings, plural(warnings));
    else
        buffer_printf(out, "%s: good\n", path);
}

static void finding_json(const struct policy_finding *finding, struct json *json)
{
    json_open(json, '{');
    json_key(json, "line");
    finding->line ? json_uint(json, finding->line) : json_none(json);
    json_key(json, "column");
    finding->line ? json_uint(json, finding->column) : json_none(json);
    json_key(json, "error");
    json_bool(json, finding->is_error);
    json_key(json, "text");
    json_str(json, finding->text);
    json_close(json, '}');
}

static void check_json(const char *path, const struct policy_findings *findings, struct json *json)
{
    json_open(json, '{');
    json_key(json, "file");
    json_str(json, path);
    json_key(json, "errors");
    json_uint(json, findings->error_count);
    json_key(json, "warnings");
    json_uint(json, findings->count - findings->error_count);
    json_key(json, "findings");
    json_open(json, '[');
    for (size_t i = 0; i < findings->count; i++)
        finding_json(&findings->items[i], json);
    json_close(json, ']');
    json_close(json, '}');
}

struct checking {
    bool json_wanted, failed;
    int32_t today;
    struct buffer out;
    struct json json;
};

static void check_one(struct checking *checking, const char *path)
{
    CLEANUP(policy_findings_free) struct policy_findings findings = { 0 };

    policy_check(path, checking->today, &findings);
    checking->failed |= findings.error_count > 0;
    if (checking->json_wanted)
        check_json(path, &findings, &checking->json);
    else
        check_text(path, &findings, &checking->out);
}

/* The files that are named, else the configured one. */
static int check_files(struct cli *cli, struct checking *checking, struct err *err)
{
    for (size_t i = 0; i < cli->word_count; i++)
        check_one(checking, cli->words[i]);
    if (cli->word_count)
        return 0;
    if (conf_load(&cli->overrides, &cli->conf, err) < 0)
        return -1;
    check_one(checking, cli->conf->policy);
    return 0;
}

int run_policy_check(struct cli *cli, struct err *err)
{
    struct checking checking = { .json_wanted = cli->options.json, .today = day_of_ms(wall_ms()) };
    int code = -1;

    checking.json = json_to(&checking.out);
    if (checking.json_wanted)
        json_open(&checking.json, '[');
    if (check_files(cli, &checking, err) == 0) {
        if (checking.json_wanted) {
            json_close(&checking.json, ']');
            buffer_add_byte(&checking.out, '\n');
        }
        code = cli_print(&checking.out, err);
    }
    buffer_free(&checking.out);
    return code == EXIT_OK && checking.failed ? EXIT_CONFIG : code;
}
