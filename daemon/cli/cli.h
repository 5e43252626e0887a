/* cli - the command `olive`: one file a command, one table of commands, one table of options.
 *
 * An option means the same whatever the command (--period, --household …), so there is one struct for all of
 * them and a command names those it takes. Output for people by default, --output json for programs; progress
 * on stderr.
 *
 * Ownership: main() owns the configuration; words and options lend from argv. Threads: one.
 * Errors:    a command returns its exit code, or -1 with err. */
#ifndef OLIVE_DAEMON_CLI_H
#define OLIVE_DAEMON_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/cli/messages.h"
#include "lib/base/buffer.h"
#include "lib/base/json.h"
#include "lib/core/code.h"
#include "lib/io/conf.h"
#include "lib/io/store.h"

struct options {
    const char *kind, *household, *token, *period, *known_at, *from, *limit, *data, *spec, *model, *labels,
        *out, *svg;
    const char *feed, *reason, *column, *day, *delivery, *by, *csv, *lines, *only, *why, *on;
    const char *lang, *region, *industry, *group, *source, *name, *sample, *sheet;
    bool follow, no_wait, open, root, households, drop_random, json, help, version;
};

struct cli {
    struct options options;
    char **words; /* after the command's name */
    size_t word_count;
    struct conf_overrides overrides;
    struct conf *conf; /* NULL for commands that need none */
};

typedef int command_run(struct cli *cli, struct err *err);

struct command {
    const char *name;  /* "config check" */
    const char *words; /* "TOPIC": what follows the name, for the usage line */
    size_t words_min, words_max;
    const char *options; /* names of the options it takes: "period known-at" */
    bool without_conf;
    command_run *run;
    const char *summary; /* one line */
    const char *about;   /* for --help; NULL: the summary says all */
};

/* Ends with a NULL name; a group's heading has no run. */
extern const struct command commands[];

command_run run_config_check, run_config_show, run_config_example;
command_run run_topics_plan, run_topics_apply, run_schema_apply, run_schema_check;
command_run run_feed_ls, run_feed_test, run_feed_inspect, run_feed_dismiss, run_feed_open;
command_run run_dlq_ls, run_dlq_show, run_dlq_export, run_dlq_replay, run_dlq_dismiss;
command_run run_status, run_period_ls, run_period_close, run_period_assess;
command_run run_policy_check, run_policy_diff;
command_run run_profile_show, run_portrait_show, run_explain, run_dump, run_token, run_cat;
command_run run_model_calibrate, run_model_score, run_model_show, run_model_sample;

enum { EXIT_SAME = 0, EXIT_DIFFERS = 1 }; /* of comparisons; trouble is any other code */

/* Writes all of it to stdout; a reader that went away (a closed pipe) ends the program quietly. */
int cli_print(const struct buffer *out, struct err *err);
/* An option that a command cannot do without. */
int cli_need(const char *value, const char *name, struct err *err);
int cli_write_file(const char *path, const struct buffer *text, struct err *err); /* replaces what is there */
/* A connection to the state, whose schema is checked to be ours. */
int cli_store(const struct cli *cli, struct store **ret, struct err *err);
/* --period: a month; *ret is left alone when it was not said. */
int cli_period(const struct cli *cli, int32_t *ret, struct err *err);
/* --kind, or registered. */
int cli_kind(const struct cli *cli, enum household_kind *ret, struct err *err);
int cli_month(const char *text, int32_t *ret, struct err *err);
int cli_known_at(const struct cli *cli, int64_t *ret_ms, struct err *err);
/* --limit, or `otherwise`. */
int cli_limit(const struct cli *cli, uint64_t otherwise, uint64_t *ret, struct err *err);

/* --lang, or what the environment says, for what people read. */
int cli_language(const struct cli *cli, enum language *ret, struct err *err);

/* Opens the key file that the configuration names, with the place where it does in front of an error. */
struct tokeniser;
int cli_tokeniser(const struct conf *conf, struct tokeniser **ret, struct err *err);

#endif
