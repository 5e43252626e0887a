/* olive - the command for operators, platform developers and auditors. */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/cli/cli.h"
#include "lib/base/arena.h"
#include "lib/base/suggest.h"
#include "lib/io/program.h"

enum { SETS_MAX = 64, NAME_SIZE = 32 };

struct option_row {
    const char *name;
    const char *value; /* word for its value in help; NULL: a flag */
    size_t offset;     /* in struct options; const char * or bool */
    const char *help;
    bool common;
};

/* clang-format off */
#define AT(member) offsetof(struct options, member)
static const struct option_row option_rows[] = {
    { "kind", "KIND", AT(kind), "of household: registered (default), assistance or dwelling" },
    { "household", "NO", AT(household), "the household's number, made a token by the token key" },
    { "token", "HEX", AT(token), "the household's token, 32 hexadecimal digits" },
    { "period", "YYYY-MM", AT(period), "a month" },
    { "known-at", "INSTANT", AT(known_at), "only what was received by then: 2025-12-31T23:59:59 (UTC+8), or a zone" },
    { "from", "OFFSET", AT(from), "where each partition begins; default its oldest message" },
    { "limit", "N", AT(limit), "at most so many" },
    { "feed", "FEED", AT(feed), "only of this feed" },
    { "reason", "REASON", AT(reason), "only for this reason: BAD_ID, MISSING ..." },
    { "column", "COLUMN", AT(column), "only for this column, by its canonical name; '' for the line as a whole" },
    { "day", "YYYY-MM-DD", AT(day), "only of deliveries received on this day (UTC+8)" },
    { "delivery", "HEX", AT(delivery), "only of deliveries whose digest begins so" },
    { "by", "WORDS", AT(by), "what to tell apart in counting: any of feed,reason,column,day,delivery; default feed,reason,column" },
    { "csv", "FILE", AT(csv), "write it as CSV, as spreadsheets want it" },
    { "lines", "FILE", AT(lines), "write the lines alone, byte for byte as they came" },
    { "only", "LINES", AT(only), "only dead letters of these lines: 3,7-9" },
    { "source", "SOURCE", AT(source), "what its lines mean: deposit, property ..." },
    { "name", "FEED", AT(name), "the feed's name" },
    { "sheet", "NAME", AT(sheet), "the sheet of a workbook that has several" },
    { "sample", "N", AT(sample), "the values of so many lines are looked at; default 2000" },
    { "why", "TEXT", AT(why), "the reason, for the audit log" },
    { "open", NULL, AT(open), "only those that have been neither replayed nor dismissed" },
    { "follow", NULL, AT(follow), "wait for more at the end" },
    { "no-wait", NULL, AT(no_wait), "return when closing, not when sealed" },
    { "on", "YYYY-MM-DD", AT(on), "by the rules as they stand on this day; default the last of the open period" },
    { "households", NULL, AT(households), "name those that change, by their tokens, and what changes" },
    { "root", NULL, AT(root), "print the SHA-256 of the dump alone" },
    { "data", "CSV", AT(data), "households, one a row, with a header" },
    { "spec", "YAML", AT(spec), "which columns make which source" },
    { "model", "FILE", AT(model), "a calibrated model" },
    { "labels", "CSV", AT(labels), "households and what they earn" },
    { "out", "FILE", AT(out), "what is written" },
    { "drop-random", NULL, AT(drop_random), "take each source away from 30 % of households, by a fixed pattern" },
    { "svg", "FILE", AT(svg), "write it as one picture, too" },
    { "lang", "LANGUAGE", AT(lang), "of the text: zh or en; default that of LC_ALL, LC_MESSAGES or LANG. JSON has one language" },
    { "region", "CODE", AT(region), "only of this township, 9 digits; - for who states none" },
    { "industry", "LETTER", AT(industry), "only of this section of GB/T 4754, A to T; - for who states none" },
    { "group", "GROUP", AT(group), "only of this group, by its name in English or Chinese" },
    { "output", "FORMAT", 0, "text (default) or json", true },
    { "config", "FILE", 0, "default $OLIVE_CONFIG, else /etc/olive/olive.yaml", true },
    { "set", "PATH=VALUE", 0, "an option of the configuration, for this run; any number of times", true },
    { "help", NULL, AT(help), "this text", true },
    { "version", NULL, AT(version), "print the version", true },
};
/* clang-format on */
enum { OPTION_COUNT = sizeof option_rows / sizeof *option_rows };

/* --- help --- */

static bool takes_option(const struct command *command, const struct option_row *row)
{
    size_t len = strlen(row->name);
    const char *at = command->options;

    if (row->common)
        return true;
    while (at && (at = strstr(at, row->name)) != NULL) {
        if ((at == command->options || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
            return true;
        at += len;
    }
    return false;
}

static void print_option(const struct option_row *row)
{
    char name[NAME_SIZE];

    snprintf(name, sizeof name, "--%s%s%s", row->name, row->value ? " " : "", row->value ? row->value : "");
    printf("  %-22s %s\n", name, row->help);
}

static void help_command(const struct command *command)
{
    size_t len = strlen(command->summary);

    printf("Usage: olive %s%s%s [OPTION]...\n\n%s%s\n", command->name, *command->words ? " " : "",
           command->words, command->summary, command->summary[len - 1] == '?' ? "" : ".");
    if (command->about)
        printf("\n%s", command->about);
    puts("\nOptions:");
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (takes_option(command, &option_rows[i]))
            print_option(&option_rows[i]);
}

/* Headings and commands; of one group when its first word is given. */
static void list_commands(const char *group)
{
    size_t len = group ? strlen(group) : 0;
    char usage[64];

    for (const struct command *command = commands; command->name; command++) {
        if (!command->run && !group)
            printf("\n%s:\n", command->name);
        if (!command->run ||
            (group && (strncmp(command->name, group, len) != 0 || command->name[len] != ' ')))
            continue;
        snprintf(usage, sizeof usage, "%s %s", command->name, command->words);
        printf("  olive %-32s %s\n", usage, command->summary);
    }
}

static void help_all(void)
{
    puts("Usage: olive COMMAND [OPTION]...\n\n"
         "Departments' files in, household income profiles out: olive-connect puts records into Kafka, "
         "olive-fuse\n"
         "makes profiles of them in PostgreSQL, and this command sets both up, watches them, and asks.");
    list_commands(NULL);
    puts("\nOptions of every command:");
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (option_rows[i].common)
            print_option(&option_rows[i]);
    puts("\nolive COMMAND --help says more; olive config example prints a commented configuration.\n"
         "Exit status: 0 ok, 1 failed (comparisons: differs), 2 usage, 65 data, 69 a dependency is down,\n"
         "75 try later, 78 configuration.");
}

/* --- finding the command --- */

static const struct command *find_command(const char *name)
{
    for (const struct command *command = commands; command->name; command++)
        if (command->run && !strcmp(command->name, name))
            return command;
    return NULL;
}

static bool is_group(const char *word)
{
    size_t len = strlen(word);

    for (const struct command *command = commands; command->name; command++)
        if (command->run && !strncmp(command->name, word, len) && command->name[len] == ' ')
            return true;
    return false;
}

static int unknown_command(const char *name)
{
    struct suggestion near = suggestion_for(name);
    char hint[SUGGESTION_SIZE];

    for (const struct command *command = commands; command->name; command++)
        if (command->run)
            suggestion_offer(&near, command->name);
    fprintf(stderr, "olive: no command %s%s; olive --help lists them\n", name, suggestion_text(&near, hint));
    return EXIT_USAGE;
}

/* The command that the first one or two words name; takes them off. NULL: *ret_code says how it ends. */
static const struct command *take_command(struct cli *cli, int *ret_code)
{
    const char *second = cli->word_count > 1 ? cli->words[1] : NULL;
    const struct command *command;
    char name[2 * NAME_SIZE];
    size_t taken;

    snprintf(name, sizeof name, "%s%s%s", cli->words[0], second ? " " : "", second ? second : "");
    command = find_command(name);
    taken = second && command ? 2 : 1;
    if (!command)
        command = find_command(cli->words[0]);
    if (!command && is_group(cli->words[0]) && (!second || cli->options.help)) {
        list_commands(cli->words[0]);
        *ret_code = cli->options.help ? EXIT_OK : EXIT_USAGE;
        return NULL;
    }
    if (!command)
        *ret_code = unknown_command(is_group(cli->words[0]) ? name : cli->words[0]);
    cli->words += taken;
    cli->word_count -= taken;
    return command;
}

/* --- options --- */

__attribute__((format(printf, 1, 2))) static int usage_error(const char *format, ...)
{
    va_list args;

    fputs("olive: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputs("\n", stderr);
    return EXIT_USAGE;
}

static int unknown_option(const char *word)
{
    char names[OPTION_COUNT][NAME_SIZE], hint[SUGGESTION_SIZE];
    struct suggestion near = suggestion_for(word);

    for (size_t i = 0; i < OPTION_COUNT; i++) {
        snprintf(names[i], sizeof names[i], "--%s", option_rows[i].name);
        suggestion_offer(&near, names[i]);
    }
    fprintf(stderr, "olive: no option %s%s\n", word, suggestion_text(&near, hint));
    return EXIT_USAGE;
}

static int put_option(struct cli *cli, const struct option_row *row, const char *value)
{
    void *member = (char *)&cli->options + row->offset;

    if (!strcmp(row->name, "config")) {
        cli->overrides.file = value;
    } else if (!strcmp(row->name, "set")) {
        if (cli->overrides.set_count == SETS_MAX)
            return usage_error("too many --set");
        cli->overrides.sets[cli->overrides.set_count++] = value;
    } else if (!strcmp(row->name, "output")) {
        cli->options.json = !strcmp(value, "json");
        if (!cli->options.json && strcmp(value, "text") != 0)
            return usage_error("--output takes text or json");
    } else if (row->value) {
        *(const char **)member = value;
    } else {
        *(bool *)member = true;
    }
    return EXIT_OK;
}

/* Sets cli; said[i]: option i was given. */
static int read_options(struct cli *cli, int argc, char **argv, bool said[OPTION_COUNT])
{
    struct option options[OPTION_COUNT + 1] = { 0 };
    int index = 0, code = EXIT_OK;

    for (size_t i = 0; i < OPTION_COUNT; i++)
        options[i] = (struct option){ option_rows[i].name,
                                      option_rows[i].value ? required_argument : no_argument, NULL, 0 };
    opterr = 0;
    while (code == EXIT_OK) {
        int found = getopt_long(argc, argv, ":hV", options, &index);

        if (found == -1)
            break;
        if (found == 'h')
            cli->options.help = true;
        else if (found == 'V')
            cli->options.version = true;
        else if (found == ':')
            code = usage_error("%s needs a value", argv[optind - 1]);
        else if (found != 0)
            code = unknown_option(argv[optind - 1]);
        else
            code = put_option(cli, &option_rows[index], optarg);
        if (found == 0)
            said[index] = true;
    }
    cli->words = argv + optind;
    cli->word_count = (size_t)(argc - optind);
    return code;
}

static int check_usage(const struct cli *cli, const struct command *command, const bool said[OPTION_COUNT])
{
    for (size_t i = 0; i < OPTION_COUNT; i++)
        if (said[i] && !takes_option(command, &option_rows[i]))
            return usage_error("%s takes no --%s", command->name, option_rows[i].name);
    if (cli->word_count < command->words_min)
        return usage_error("%s needs %s", command->name, command->words);
    if (cli->word_count > command->words_max)
        return usage_error("%s takes %s and no more", command->name,
                           *command->words ? command->words : "options");
    return EXIT_OK;
}

static int run(struct cli *cli, const struct command *command)
{
    struct err err = { 0 };
    int code = -1;

    if (command->without_conf || conf_load(&cli->overrides, &cli->conf, &err) == 0)
        code = command->run(cli, &err);
    conf_free(cli->conf);
    if (code >= 0)
        return code;
    fprintf(stderr, "olive: %s\n", err.text);
    return err.code ? err.code : EXIT_FAILED;
}

int main(int argc, char **argv)
{
    const char *sets[SETS_MAX];
    struct cli cli = { .overrides.sets = sets };
    bool said[OPTION_COUNT] = { 0 };
    const struct command *command;
    int code = read_options(&cli, argc, argv, said);

    program_locale();
    program_privacy();
    if (code != EXIT_OK)
        return code;
    if (cli.options.version) {
        puts("olive " OLIVE_VERSION);
        return EXIT_OK;
    }
    if (!cli.word_count) {
        help_all();
        return cli.options.help ? EXIT_OK : EXIT_USAGE;
    }
    command = take_command(&cli, &code);
    if (!command)
        return code;
    if (cli.options.help) {
        help_command(command);
        return EXIT_OK;
    }
    code = check_usage(&cli, command, said);
    return code != EXIT_OK ? code : run(&cli, command);
}
