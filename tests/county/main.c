/* county - writes a synthetic district: what its departments send, and what is true (README.md). */
#include <err.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "tests/county/file.h"
#include "tests/county/schedule.h"
#include "tests/county/settings.h"
#include "tests/county/truth.h"

enum { EXIT_BAD_USE = 2, MONTHS_MAX = 60, HOUSEHOLDS_MAX = 1000000 };

static const char usage[] =
    "usage: county --out DIR [--households 55000] [--months 12] [--seed 1] [--end 2025-12]\n"
    "              [--bad-rate 0.001] [--sha]\n"
    "Writes a synthetic district into DIR: feeds/<feed>/, conf.d/feeds.yaml, scenario.json,\n"
    "dead_letters.csv (the bad lines and why), truth*.csv. The same options give the same bytes.\n";

static _Noreturn void bad_use(const char *what)
{
    fprintf(stderr, "county: %s\n%s", what, usage);
    exit(EXIT_BAD_USE);
}

static uint64_t number(const char *text, uint64_t min, uint64_t max, const char *what)
{
    uint64_t value;

    if (!text_digits(text_of(text), 19, &value) || value < min || value > max)
        bad_use(what);
    return value;
}

static uint32_t rate(const char *text)
{
    char *end;
    double value = strtod(text, &end);

    if (*end || !(value >= 0 && value <= 0.5))
        bad_use("--bad-rate takes a number from 0 to 0.5");
    return (uint32_t)(value * 1000000 + 0.5);
}

static struct county_options read_options(int argc, char **argv)
{
    static const struct option names[] = {
        { "out", required_argument, NULL, 'o' },
        { "households", required_argument, NULL, 'n' },
        { "months", required_argument, NULL, 'm' },
        { "seed", required_argument, NULL, 's' },
        { "end", required_argument, NULL, 'e' },
        { "bad-rate", required_argument, NULL, 'b' },
        { "sha", no_argument, NULL, 'd' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    struct county_options options = { .households = 55000,
                                      .months = 12,
                                      .seed = 1,
                                      .last_month = month_from(2025, 12),
                                      .bad_per_million = 1000 };
    int name;

    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1)
        switch (name) {
        case 'o':
            options.out = optarg;
            break;
        case 'n':
            options.households =
                (uint32_t)number(optarg, 1, HOUSEHOLDS_MAX, "--households takes 1 to 1000000");
            break;
        case 'm':
            options.months = (uint32_t)number(optarg, 1, MONTHS_MAX, "--months takes 1 to 60");
            break;
        case 's':
            options.seed = number(optarg, 0, INT64_MAX, "--seed takes a number");
            break;
        case 'e':
            if (!month_parse(text_of(optarg), &options.last_month))
                bad_use("--end takes a month like 2025-12");
            break;
        case 'b':
            options.bad_per_million = rate(optarg);
            break;
        case 'd':
            options.sha = true;
            break;
        case 'h':
            fputs(usage, stdout);
            exit(EXIT_SUCCESS);
        default:
            bad_use("unknown option");
        }
    if (!options.out || optind < argc)
        bad_use(options.out ? "too many arguments" : "--out is missing");
    return options;
}

static void make_folders(const struct county *county)
{
    char path[SENT_PATH_SIZE];

    folder_create(county, "");
    folder_create(county, "conf.d");
    folder_create(county, "feeds");
    for (size_t i = 0; i < FEED_COUNT; i++) {
        snprintf(path, sizeof path, "feeds/%s", feeds[i].name);
        folder_create(county, path);
    }
}

int main(int argc, char **argv)
{
    struct county_options options = read_options(argc, argv);
    struct county *county = county_new(&options);
    struct post post = { .county = county };

    make_folders(county);
    post.dead_letters = file_create(county, "dead_letters.csv");
    fputs("feed,sequence,line,reason,column\n", post.dead_letters);
    schedule_run(&post);
    file_close(post.dead_letters);
    settings_write(county, &post);
    truth_write(county);
    printf("lines %llu, of them bad %llu, deliveries %zu\n", (unsigned long long)post.lines,
           (unsigned long long)post.bad_lines, post.sent.count);
    truth_summary(county, stdout);
    free(post.sent.items);
    county_free(county);
    return EXIT_SUCCESS;
}
