/* olive policy diff: the population as it stands, by two policies. */
#include <string.h>

#include "daemon/cli/cli.h"
#include "daemon/cli/moves_show.h"
#include "daemon/state/period.h"
#include "daemon/state/population.h"
#include "lib/base/arena.h"
#include "lib/io/policy_file.h"

struct diff {
    struct cli *cli;
    struct moves_head head;
    struct period_row period;
    struct rules rules;               /* of the period */
    struct policy *files[SIDE_COUNT]; /* NULL: the period's */
    struct census *census;
    struct moves *moves;
    struct buffer out;
    struct buffer households; /* what --households wants */
    struct json json;         /* into it */
};

/* --- what is compared --- */

static int read_side(struct diff *diff, int side, const char *path, struct err *err)
{
    CLEANUP(mem_freep) char *text = NULL;
    size_t size;

    diff->head.names[side] = path;
    return policy_read(path, &text, &size, &diff->files[side], err);
}

static int read_files(struct diff *diff, struct err *err)
{
    size_t count = diff->cli->word_count;

    if (count > 1 && read_side(diff, SIDE_A, diff->cli->words[0], err) < 0)
        return -1;
    if (count == 1)
        diff->head.names[SIDE_A] = "the policy of the open period";
    return read_side(diff, SIDE_B, diff->cli->words[count - 1], err);
}

static struct policy *side_of(const struct diff *diff, int side)
{
    return diff->files[side] ? diff->files[side] : diff->rules.policy;
}

static int read_population(struct diff *diff, struct store *store, struct err *err)
{
    bool settled = false;
    char month[MONTH_TEXT_SIZE];

    if (period_read_open(store, &diff->period, err) < 0 ||
        population_settled(store, diff->period.period, &settled, err) < 0)
        return -1;
    month_text(diff->period.period, month);
    if (!settled)
        return err_stop(err, EXIT_TRY_LATER, "olive-fuse has not brought all subjects to %s yet", month);
    diff->census = census_new(diff->period.period);
    if (rules_load(store, &diff->period.rules, &diff->rules, err) < 0)
        return -1;
    return population_read(store, diff->census, err);
}

/* All of it as of one moment, while fusion goes on. */
static int read_state(struct diff *diff, struct err *err)
{
    CLEANUP(store_closep) struct store *store = NULL;

    if (cli_store(diff->cli, &store, err) < 0 ||
        store_run(store, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", err) < 0 ||
        read_population(diff, store, err) < 0)
        return -1;
    return store_run(store, "COMMIT", err);
}

/* --- by the rules of which day --- */

static int32_t first_later(const struct policy *policy, int32_t day, int32_t first)
{
    for (int kind = RULE_BANDS; kind < RULE_KIND_COUNT; kind++)
        for (size_t i = 0; i < rule_kind_lists((enum rule_kind)kind); i++) {
            struct rule_list list = policy_list(policy, (enum rule_kind)kind, i);

            for (size_t k = 0; k < list.count; k++) {
                int32_t from = rule_at(&list, k)->from_day;

                if (from > day && (first == DAY_NONE || from < first))
                    first = from;
            }
        }
    return first;
}

static int choose_day(struct diff *diff, struct err *err)
{
    const char *on = diff->cli->options.on;
    int32_t end = month_last_day(diff->period.period);

    diff->head.day = end;
    if (on && !day_parse(text_of(on), &diff->head.day))
        return err_stop(err, EXIT_USAGE, "--on takes a day, YYYY-MM-DD");
    diff->head.later_day = DAY_NONE;
    for (int side = 0; side < SIDE_COUNT; side++)
        diff->head.later_day = first_later(side_of(diff, side), diff->head.day, diff->head.later_day);
    for (int side = 0; side < SIDE_COUNT; side++)
        policy_shift(side_of(diff, side), end - diff->head.day);
    return 0;
}

/* --- comparing --- */

static int compare_household(void *user, const struct profile *a, const struct profile *b, struct err *err)
{
    struct diff *diff = user;
    enum move move = moves_add(diff->moves, a, b);

    (void)err;
    if (move == MOVE_NONE || !diff->cli->options.households)
        return 0;
    if (diff->cli->options.json)
        moves_household_json(move, a, b, &diff->json);
    else
        moves_household_text(move, a, b, &diff->households);
    return 0;
}

static int compare(struct diff *diff, struct err *err)
{
    const struct rules rules[SIDE_COUNT] = {
        [SIDE_A] = { side_of(diff, SIDE_A), diff->rules.assessor },
        [SIDE_B] = { side_of(diff, SIDE_B), diff->rules.assessor },
    };

    for (int side = 0; side < SIDE_COUNT; side++)
        memcpy(diff->head.digests[side], rules[side].policy->digest, DIGEST_SIZE);
    diff->head.period = diff->period.period;
    diff->head.has_model = diff->rules.assessor != NULL;
    diff->moves = moves_new();
    diff->json = json_to(&diff->households);
    return census_compare(diff->census, diff->head.kind, rules, diff->period.coverage, compare_household,
                          diff, err);
}

static int show(struct diff *diff, struct err *err)
{
    struct json json = json_to(&diff->out);

    if (!diff->cli->options.json) {
        moves_text(diff->moves, &diff->head, &diff->out);
        if (diff->households.size) {
            buffer_add_string(&diff->out, "\nHouseholds\n");
            buffer_add(&diff->out, diff->households.data, diff->households.size);
        }
        return cli_print(&diff->out, err);
    }
    json_open(&json, '{');
    moves_json(diff->moves, &diff->head, &json);
    if (diff->cli->options.households) {
        json_key(&json, "moved");
        json_open(&json, '[');
        if (diff->households.size)
            buffer_add(&diff->out, diff->households.data, diff->households.size);
        json_close(&json, ']');
    }
    json_close(&json, '}');
    buffer_add_byte(&diff->out, '\n');
    return cli_print(&diff->out, err);
}

/* --- all together --- */

static int diff_all(struct diff *diff, struct err *err)
{
    if (cli_kind(diff->cli, &diff->head.kind, err) < 0 || read_files(diff, err) < 0 ||
        read_state(diff, err) < 0 || choose_day(diff, err) < 0 || compare(diff, err) < 0 ||
        show(diff, err) < 0)
        return -1;
    return moves_any(diff->moves) ? EXIT_DIFFERS : EXIT_SAME;
}

static void diff_free(struct diff *diff)
{
    for (int side = 0; side < SIDE_COUNT; side++)
        policy_free(diff->files[side]);
    rules_free(&diff->rules);
    census_free(diff->census);
    moves_free(diff->moves);
    buffer_free(&diff->out);
    buffer_free(&diff->households);
}

int run_policy_diff(struct cli *cli, struct err *err)
{
    CLEANUP(diff_free) struct diff diff = { .cli = cli };
    int code = diff_all(&diff, err);

    if (code < 0 && err->code <= EXIT_DIFFERS) /* which would say that something differs */
        err->code = EXIT_UNAVAILABLE;
    return code;
}
