#include "daemon/cli/moves_show.h"

#include <inttypes.h>

#include "daemon/cli/figure.h"
#include "lib/base/decimal.h"

static const char *const move_names[MOVE_COUNT] = {
    [MOVE_NONE] = "none",
    [MOVE_FIGURES] = "figures",
    [MOVE_POSSIBLE] = "possible",
    [MOVE_CERTAIN] = "certain",
};

/* A sum of probabilities, as so many households: to a tenth, as nobody counts on more. */
static const char *tenths(int64_t millionths, char ret[DECIMAL_TEXT_SIZE])
{
    const int64_t tenth = MILLION / 10;

    return decimal_text(divide_floor((__int128)millionths + tenth / 2, tenth), 1, ret);
}

/* --- for people: figures first, so that columns stand under each other whatever is beside them --- */

static void tally_text(const struct tally *tally, struct buffer *out)
{
    buffer_printf(out, "%12" PRIu64 " %10" PRIu64 "  ", tally->households, tally->persons);
}

static void head_text(const struct moves_head *head, struct buffer *out)
{
    char month[MONTH_TEXT_SIZE], day[DAY_TEXT_SIZE], hex[2 * DIGEST_SIZE + 1];

    buffer_printf(out, "The population of %s, %s households, by the rules of %s\n",
                  month_text(head->period, month), code_name(&household_kind_codes, (int)head->kind),
                  day_text(head->day, day));
    for (int side = 0; side < SIDE_COUNT; side++) {
        hex_encode(head->digests[side], DIGEST_SIZE, hex);
        buffer_printf(out, "%c  %s  %.12s\n", 'A' + side, head->names[side], hex);
    }
    if (head->later_day != DAY_NONE)
        buffer_printf(out,
                      "Rules that begin later, from %s on, are not among them (--on asks of another day)\n",
                      day_text(head->later_day, day));
}

static void all_text(const struct moves *moves, struct buffer *out)
{
    static const struct {
        enum move move;
        const char *label;
    } rows[] = {
        { MOVE_CERTAIN, "move for certain, on declared and evidenced figures" },
        { MOVE_POSSIBLE, "move possibly: a hint that cannot tell, or the likeliest band" },
        { MOVE_FIGURES, "move nowhere, but figures change" },
        { MOVE_NONE, "do not change" },
    };

    buffer_add_string(out, "\n  households    persons\n");
    tally_text(&moves->all.all, out);
    buffer_add_string(out, "in all\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        tally_text(&moves->all.moved[rows[i].move], out);
        buffer_printf(out, "%s\n", rows[i].label);
    }
}

static void hint_text(const struct moves *moves, int line, int test, struct buffer *out)
{
    for (int from = 0; from < HINT_COUNT; from++)
        for (int to = 0; to < HINT_COUNT; to++) {
            const struct tally *tally = &moves->hints[line][test][from][to];

            if (from == to || !tally->households)
                continue;
            tally_text(tally, out);
            buffer_printf(
                out, "%s %s, %s %s: %s -> %s (%s)\n", poverty_line_codes.entries[line].chinese,
                code_name(&poverty_line_codes, line), line_test_codes.entries[test].chinese,
                code_name(&line_test_codes, test), code_name(&hint_codes, from), code_name(&hint_codes, to),
                move_names[move_of_hint((enum determination_hint)from, (enum determination_hint)to)]);
        }
}

static void group_text(const struct tally tallies[MOVE_COUNT], int group, const char *what,
                       struct buffer *out)
{
    for (int move = 0; move < MOVE_COUNT; move++)
        if (tallies[move].households) {
            tally_text(&tallies[move], out);
            buffer_printf(out, "%s the derived group %s %s (%s)\n", what, group_codes.entries[group].chinese,
                          code_name(&group_codes, group), move_names[move]);
        }
}

static void hints_text(const struct moves *moves, struct buffer *out)
{
    buffer_add_string(out, "\nHints, and groups that follow from figures\n");
    for (int line = 0; line < LINE_COUNT; line++)
        for (int test = 0; test < TEST_COUNT; test++)
            hint_text(moves, line, test, out);
    for (int group = 0; group < GROUP_COUNT; group++) {
        group_text(moves->joined[group], group, "join", out);
        group_text(moves->left[group], group, "leave", out);
    }
}

static void bands_text(const struct moves *moves, struct buffer *out)
{
    char a[DECIMAL_TEXT_SIZE], b[DECIMAL_TEXT_SIZE];

    buffer_printf(out,
                  "\nBands, sums of probabilities (%s households change theirs)\n"
                  "households A  households B\n",
                  tenths(moves->all.mass, a));
    for (int i = 0; i < BAND_COUNT; i++)
        buffer_printf(out, "%12s  %12s  band %d\n", tenths(moves->expected[SIDE_A][i], a),
                      tenths(moves->expected[SIDE_B][i], b), i + 1);
    for (int from = 0; from <= BAND_COUNT; from++)
        for (int to = 0; to <= BAND_COUNT; to++)
            if (from != to && moves->bands[from][to].households) {
                tally_text(&moves->bands[from][to], out);
                buffer_printf(out, "likeliest band %d -> %d%s\n", from, to, !from || !to ? " (0: none)" : "");
            }
}

static void part_text(const struct moves_part *part, const char *name, struct buffer *out)
{
    char mass[DECIMAL_TEXT_SIZE];

    if (!part->all.households)
        return;
    tally_text(&part->all, out);
    buffer_printf(out, "%10" PRIu64 " %10" PRIu64 " %14s  %s\n", part->moved[MOVE_CERTAIN].households,
                  part->moved[MOVE_POSSIBLE].households, tenths(part->mass, mass), name);
}

static void parts_text(const struct moves *moves, struct buffer *out)
{
    static const char heading[] = "  households    persons     certain   possible  change of band\n";

    buffer_printf(out, "\nBy region\n%s", heading);
    for (size_t i = 0; i < moves->region_count; i++)
        part_text(&moves->regions[i].part,
                  *moves->regions[i].region ? moves->regions[i].region : "not stated", out);
    buffer_printf(out, "\nBy group, as rosters state them\n%s", heading);
    for (int group = 0; group < GROUP_COUNT; group++)
        part_text(&moves->groups[group], group_codes.entries[group].chinese, out);
    part_text(&moves->groups[GROUP_COUNT], "in none", out);
}

static void fields_text(const struct moves *moves, struct buffer *out)
{
    buffer_add_string(out, "\nColumns of a profile, and how many households have another value there\n");
    for (size_t i = 0; profile_fields[i].name; i++)
        if (moves->fields[i])
            buffer_printf(out, "%12" PRIu64 "  %s\n", moves->fields[i], profile_fields[i].name);
}

void moves_text(const struct moves *moves, const struct moves_head *head, struct buffer *out)
{
    head_text(head, out);
    all_text(moves, out);
    if (!moves_any(moves))
        return;
    hints_text(moves, out);
    if (moves->has_bands[SIDE_A] || moves->has_bands[SIDE_B])
        bands_text(moves, out);
    else
        buffer_printf(out, "\nBands: none, as there is no %s\n",
                      head->has_model ? "rule for them" : "model: nothing is estimated");
    parts_text(moves, out);
    fields_text(moves, out);
}

/* --- for programs --- */

static void tally_json(struct json *json, const struct tally *tally)
{
    json_key(json, "households");
    json_uint(json, tally->households);
    json_key(json, "persons");
    json_uint(json, tally->persons);
}

static void part_json(struct json *json, const struct moves_part *part)
{
    tally_json(json, &part->all);
    for (int move = MOVE_FIGURES; move < MOVE_COUNT; move++) {
        json_key(json, move_names[move]);
        json_open(json, '{');
        tally_json(json, &part->moved[move]);
        json_close(json, '}');
    }
    json_key(json, "mass");
    json_decimal(json, part->mass, RATE_DECIMALS);
}

static void head_json(struct json *json, const struct moves_head *head)
{
    char month[MONTH_TEXT_SIZE], day[DAY_TEXT_SIZE];

    json_key(json, "period");
    json_str(json, month_text(head->period, month));
    json_key(json, "on");
    json_str(json, day_text(head->day, day));
    json_key(json, "rules_begin_later");
    json_str(json, head->later_day == DAY_NONE ? NULL : day_text(head->later_day, day));
    json_key(json, "kind");
    json_str(json, code_name(&household_kind_codes, (int)head->kind));
    json_key(json, "has_model");
    json_bool(json, head->has_model);
    for (int side = 0; side < SIDE_COUNT; side++) {
        json_key(json, side == SIDE_A ? "a" : "b");
        json_open(json, '{');
        json_key(json, "policy");
        json_str(json, head->names[side]);
        json_key(json, "digest");
        json_hex(json, head->digests[side], DIGEST_SIZE);
        json_close(json, '}');
    }
}

static void hint_json(struct json *json, const struct tally *tally, int line, int test, int from, int to)
{
    json_open(json, '{');
    json_key(json, "line");
    json_str(json, code_name(&poverty_line_codes, line));
    json_key(json, "test");
    json_str(json, code_name(&line_test_codes, test));
    json_key(json, "from");
    json_str(json, code_name(&hint_codes, from));
    json_key(json, "to");
    json_str(json, code_name(&hint_codes, to));
    json_key(json, "move");
    json_str(json, move_names[move_of_hint((enum determination_hint)from, (enum determination_hint)to)]);
    tally_json(json, tally);
    json_close(json, '}');
}

static void hints_json(struct json *json, const struct moves *moves)
{
    json_key(json, "hints");
    json_open(json, '[');
    for (int line = 0; line < LINE_COUNT; line++)
        for (int test = 0; test < TEST_COUNT; test++)
            for (int from = 0; from < HINT_COUNT; from++)
                for (int to = 0; to < HINT_COUNT; to++)
                    if (from != to && moves->hints[line][test][from][to].households)
                        hint_json(json, &moves->hints[line][test][from][to], line, test, from, to);
    json_close(json, ']');
}

static void group_json(struct json *json, const struct tally tallies[MOVE_COUNT], int group, const char *what)
{
    for (int move = 0; move < MOVE_COUNT; move++) {
        if (!tallies[move].households)
            continue;
        json_open(json, '{');
        json_key(json, "group");
        json_str(json, code_name(&group_codes, group));
        json_key(json, "change");
        json_str(json, what);
        json_key(json, "move");
        json_str(json, move_names[move]);
        tally_json(json, &tallies[move]);
        json_close(json, '}');
    }
}

static void groups_derived_json(struct json *json, const struct moves *moves)
{
    json_key(json, "groups_derived");
    json_open(json, '[');
    for (int group = 0; group < GROUP_COUNT; group++) {
        group_json(json, moves->joined[group], group, "joined");
        group_json(json, moves->left[group], group, "left");
    }
    json_close(json, ']');
}

static void side_json(struct json *json, const char *key, const struct moves *moves, int side)
{
    json_key(json, key);
    if (!moves->has_bands[side]) {
        json_none(json);
        return;
    }
    json_open(json, '{');
    json_key(json, "households");
    json_open(json, '[');
    for (int i = 0; i < BAND_COUNT; i++)
        json_decimal(json, moves->expected[side][i], RATE_DECIMALS);
    json_close(json, ']');
    json_key(json, "persons");
    json_open(json, '[');
    for (int i = 0; i < BAND_COUNT; i++)
        json_decimal(json, moves->expected_persons[side][i], RATE_DECIMALS);
    json_close(json, ']');
    json_close(json, '}');
}

static void band_json(struct json *json, int band)
{
    if (band)
        json_int(json, band);
    else
        json_none(json);
}

static void bands_json(struct json *json, const struct moves *moves)
{
    json_key(json, "bands");
    json_open(json, '{');
    side_json(json, "a", moves, SIDE_A);
    side_json(json, "b", moves, SIDE_B);
    json_key(json, "likeliest");
    json_open(json, '[');
    for (int from = 0; from <= BAND_COUNT; from++)
        for (int to = 0; to <= BAND_COUNT; to++) {
            if (from == to || !moves->bands[from][to].households)
                continue;
            json_open(json, '{');
            json_key(json, "from");
            band_json(json, from);
            json_key(json, "to");
            band_json(json, to);
            tally_json(json, &moves->bands[from][to]);
            json_close(json, '}');
        }
    json_close(json, ']');
    json_close(json, '}');
}

static void named_part_json(struct json *json, const char *key, const char *name,
                            const struct moves_part *part)
{
    if (!part->all.households)
        return;
    json_open(json, '{');
    json_key(json, key);
    json_str(json, name);
    part_json(json, part);
    json_close(json, '}');
}

static void parts_json(struct json *json, const struct moves *moves)
{
    json_key(json, "regions");
    json_open(json, '[');
    for (size_t i = 0; i < moves->region_count; i++)
        named_part_json(json, "region", *moves->regions[i].region ? moves->regions[i].region : NULL,
                        &moves->regions[i].part);
    json_close(json, ']');
    json_key(json, "groups");
    json_open(json, '[');
    for (int group = 0; group < GROUP_COUNT; group++)
        named_part_json(json, "group", code_name(&group_codes, group), &moves->groups[group]);
    named_part_json(json, "group", NULL, &moves->groups[GROUP_COUNT]);
    json_close(json, ']');
}

void moves_json(const struct moves *moves, const struct moves_head *head, struct json *json)
{
    head_json(json, head);
    json_key(json, "differs");
    json_bool(json, moves_any(moves));
    part_json(json, &moves->all);
    hints_json(json, moves);
    groups_derived_json(json, moves);
    bands_json(json, moves);
    parts_json(json, moves);
    json_key(json, "columns");
    json_open(json, '{');
    for (size_t i = 0; profile_fields[i].name; i++)
        if (moves->fields[i]) {
            json_key(json, profile_fields[i].name);
            json_uint(json, moves->fields[i]);
        }
    json_close(json, '}');
}

/* --- one household --- */

void moves_household_text(enum move move, const struct profile *a, const struct profile *b,
                          struct buffer *out)
{
    const struct page page = { LANGUAGE_ENGLISH, out };
    char hex[TOKEN_TEXT_SIZE];

    buffer_printf(out, "%s  %s\n", token_text(&a->household, hex), move_names[move]);
    for (const struct profile_field *field = profile_fields; field->name; field++) {
        if (!profile_field_differs(field, a, b))
            continue;
        buffer_printf(out, "    %-26s ", field->name);
        figure_fill(&page, a, field);
        buffer_add_string(out, " -> ");
        figure_fill(&page, b, field);
        buffer_add_byte(out, '\n');
    }
}

void moves_household_json(enum move move, const struct profile *a, const struct profile *b, struct json *json)
{
    json_open(json, '{');
    json_key(json, "household");
    json_hex(json, a->household.bytes, TOKEN_SIZE);
    json_key(json, "move");
    json_str(json, move_names[move]);
    for (int side = 0; side < SIDE_COUNT; side++) {
        json_key(json, side == SIDE_A ? "a" : "b");
        json_open(json, '{');
        for (const struct profile_field *field = profile_fields; field->name; field++)
            if (profile_field_differs(field, a, b)) {
                json_key(json, field->name);
                profile_field_json(side == SIDE_A ? a : b, field, json);
            }
        json_close(json, '}');
    }
    json_close(json, '}');
}
