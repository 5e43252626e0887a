/* olive dump: all households, live, sealed, or computed anew for any period as known at any instant. */
#include <stdlib.h>
#include <string.h>

#include "daemon/cli/cli.h"
#include "daemon/cli/question.h"
#include "daemon/state/profile_rows.h"
#include "daemon/state/recompute.h"
#include "lib/base/arena.h"

enum { CHUNK_SIZE = 1 << 20 };

struct dump {
    const struct cli *cli;
    struct digest *root; /* NULL: print */
    struct buffer out;
    struct json json; /* of --output json */
    uint64_t households;
};

/* --- one household --- */

/* Fields by name, the states in a mapping of their own. */
static void household_json(struct json *json, const struct profile *profile)
{
    json_open(json, '{');
    json_key(json, "kind");
    json_str(json, code_name(&household_kind_codes, (int)profile->kind));
    json_key(json, "household");
    json_hex(json, profile->household.bytes, TOKEN_SIZE);
    for (const struct profile_field *field = profile_fields; field->name; field++) {
        if (field->codes == &state_codes)
            continue;
        json_key(json, field->name);
        profile_field_json(profile, field, json);
    }
    json_key(json, "states");
    json_open(json, '{');
    for (int i = 0; i < INDICATOR_COUNT; i++) {
        json_key(json, code_name(&indicator_codes, i));
        json_str(json, code_name(&state_codes, (int)profile->states[i]));
    }
    json_close(json, '}');
    json_close(json, '}');
}

static int each_household(void *user, const struct profile *profile, struct err *err)
{
    struct dump *dump = user;

    if (dump->cli->options.json && !dump->root) {
        household_json(&dump->json, profile);
    } else {
        profile_canonical(profile, &dump->out);
        buffer_add_byte(&dump->out, '\n');
    }
    if (dump->out.size < CHUNK_SIZE)
        return 0;
    if (dump->root)
        digest_add(dump->root, dump->out.data, dump->out.size);
    else if (cli_print(&dump->out, err) < 0)
        return -1;
    buffer_clear(&dump->out);
    return 0;
}

/* --- the object around them --- */

static void head_json(struct dump *dump, const struct question *question)
{
    char month[MONTH_TEXT_SIZE], instant[INSTANT_TEXT_SIZE];
    struct json *json = &dump->json;

    json_open(json, '{');
    json_key(json, "period");
    json_str(json, month_text(question->period, month));
    json_key(json, "known_at");
    json_str(json,
             question->known_at_ms == KNOWN_AT_END ? NULL : instant_text(question->known_at_ms, instant));
    json_key(json, "covered");
    json_open(json, '{');
    for (int i = 0; i < INDICATOR_COUNT; i++) {
        json_key(json, code_name(&indicator_codes, i));
        json_bool(json, coverage_covered(question->coverage, (enum indicator)i));
    }
    json_close(json, '}');
    json_key(json, "households");
    json_open(json, '[');
}

static void tail_json(struct dump *dump, const struct unplaced *unplaced)
{
    struct json *json = &dump->json;

    json_close(json, ']');
    json_key(json, "unplaced");
    if (!unplaced)
        json_none(json); /* live and sealed rows are of households alone */
    else
        json_open(json, '{');
    for (int kind = 0; unplaced && kind < HOUSEHOLD_KIND_COUNT; kind++) {
        json_key(json, code_name(&household_kind_codes, kind));
        json_open(json, '{');
        json_key(json, "persons");
        json_uint(json, unplaced[kind].persons);
        json_key(json, "meters");
        json_uint(json, unplaced[kind].meters);
        json_close(json, '}');
    }
    if (unplaced)
        json_close(json, '}');
    json_close(json, '}');
    buffer_add_byte(json->out, '\n');
}

static int print_root(struct dump *dump, struct err *err)
{
    uint8_t digest[DIGEST_SIZE];
    char hex[2 * DIGEST_SIZE + 1];

    digest_add(dump->root, dump->out.data, dump->out.size);
    digest_end(dump->root, digest);
    hex_encode(digest, DIGEST_SIZE, hex);
    buffer_clear(&dump->out);
    if (dump->cli->options.json) {
        json_open(&dump->json, '{');
        json_key(&dump->json, "root");
        json_str(&dump->json, hex);
        json_close(&dump->json, '}');
    } else {
        buffer_add_string(&dump->out, hex);
    }
    buffer_add_byte(&dump->out, '\n');
    return cli_print(&dump->out, err);
}

/* --- where they come from --- */

static int dump_households(struct dump *dump, struct store *store, const struct question *question,
                           struct err *err)
{
    struct unplaced unplaced[HOUSEHOLD_KIND_COUNT];
    bool json = dump->cli->options.json && !dump->root;
    int code;

    if (json)
        head_json(dump, question);
    if (question->answer == ANSWER_RECOMPUTED)
        code = recompute(store, question->period, question->known_at_ms, &question->rules, question->coverage,
                         each_household, dump, unplaced, err);
    else
        code = profile_read(store, question->rows, each_household, dump, err);
    if (code < 0)
        return -1;
    if (json)
        tail_json(dump, question->answer == ANSWER_RECOMPUTED ? unplaced : NULL);
    return dump->root ? print_root(dump, err) : cli_print(&dump->out, err);
}

int run_dump(struct cli *cli, struct err *err)
{
    CLEANUP(store_closep) struct store *store = NULL;
    CLEANUP(question_free) struct question question = { 0 };
    CLEANUP(digest_freep) struct digest *root = cli->options.root ? digest_new() : NULL;
    struct dump dump = { .cli = cli, .root = root };
    int code = -1;

    dump.json = json_to(&dump.out);
    if (root)
        digest_start(root);
    if (cli_store(cli, &store, err) == 0 && question_ask(cli, store, &question, err) == 0)
        code = dump_households(&dump, store, &question, err);
    buffer_free(&dump.out);
    return code;
}
