/* A guess as people and programs read it. */
#include <string.h>

#include "connectors/inspect/inspect.h"
#include "lib/base/json.h"

/* --- text as YAML --- */

static unsigned next_character(const unsigned char **at)
{
    unsigned first = *(*at)++, more = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    unsigned character = more ? first & (0x3FU >> more) : first;

    for (; more; more--)
        character = character << 6 | (*(*at)++ & 0x3FU);
    return character;
}

/* Chinese, and the punctuation that goes with it: needs no escape, whatever the reader. */
static bool is_chinese(unsigned character)
{
    return (character >= 0x4E00 && character <= 0x9FFF) || (character >= 0x3001 && character <= 0x3017) ||
           (character >= 0xFF01 && character <= 0xFF5E);
}

static bool is_word(unsigned character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '_' || character == '-';
}

/* Neither a number nor a word that YAML takes for something else, nor punctuation that it has a use for. */
static bool needs_no_quotes(const char *text)
{
    static const char *const words[] = { "true", "false", "yes", "no", "on", "off", "null", "y", "n" };
    const unsigned char *at = (const unsigned char *)text;

    if (!*at || *at == '-' || (*at >= '0' && *at <= '9'))
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(words[i], text))
            return false;
    while (*at) {
        unsigned character = next_character(&at);

        if (!is_word(character) && !(character >= 0x4E00 && character <= 0x9FFF))
            return false;
    }
    return true;
}

static void add_quoted(struct buffer *out, const char *text)
{
    const unsigned char *at = (const unsigned char *)text, *from;

    buffer_add_byte(out, '"');
    while (*(from = at)) {
        unsigned character = next_character(&at);

        if (character == '"' || character == '\\')
            buffer_printf(out, "\\%c", (int)character);
        else if (character == '\t')
            buffer_add_string(out, "\\t");
        else if ((character >= ' ' && character < 0x7F) || is_chinese(character))
            buffer_add(out, from, (size_t)(at - from));
        else
            buffer_printf(out, "\\U%08X", character);
    }
    buffer_add_byte(out, '"');
}

static void add_text(struct buffer *out, const char *text)
{
    if (needs_no_quotes(text))
        buffer_add_string(out, text);
    else
        add_quoted(out, text);
}

/* --- the options of a feed --- */

static void add_source(const struct guess *guess, struct buffer *out)
{
    buffer_add_string(out, code_name(&source_codes, (int)guess->feed.source));
}

static void add_inbox(const struct guess *guess, struct buffer *out)
{
    buffer_add_string(out, guess->feed.inbox);
}

static void add_mode(const struct guess *guess, struct buffer *out)
{
    buffer_add_string(out, guess->feed.mode == FEED_DELTA ? "delta" : "snapshot");
}

static void add_kinds(const struct guess *guess, struct buffer *out)
{
    const char *comma = "[";

    for (int kind = 0; kind < UTILITY_KIND_COUNT; kind++)
        if (guess->feed.utility_kinds >> kind & 1) {
            buffer_printf(out, "%s%s", comma, code_name(&utility_kind_codes, kind));
            comma = ", ";
        }
    buffer_add_byte(out, ']');
}

static void add_sequence(const struct guess *guess, struct buffer *out)
{
    add_quoted(out, guess->feed.sequence);
}

static void add_as_of(const struct guess *guess, struct buffer *out)
{
    add_quoted(out, guess->feed.as_of);
}

static void add_ready(const struct guess *guess, struct buffer *out)
{
    buffer_add_string(out, guess->feed.ready == READY_CONTROL ? "control" : "rename");
}

static void add_format(const struct guess *guess, struct buffer *out)
{
    static const char *const words[FORMAT_COUNT] = { "csv", "fixed", "xlsx", "json" };

    buffer_add_string(out, words[guess->feed.format]);
}

static void add_charset(const struct guess *guess, struct buffer *out)
{
    buffer_add_string(out, guess->feed.charset == CHARSET_UTF8 ? "utf-8" : "gb18030");
}

static void add_delimiter(const struct guess *guess, struct buffer *out)
{
    add_quoted(out, guess->feed.delimiter);
}

static void add_quote(const struct guess *guess, struct buffer *out)
{
    add_quoted(out, guess->feed.quote);
}

static void add_widths(const struct guess *guess, struct buffer *out)
{
    for (size_t i = 0; i < guess->feed.widths.count; i++)
        buffer_printf(out, "%s%s", i ? ", " : "[", guess->feed.widths.items[i]);
    buffer_add_byte(out, ']');
}

static void add_sheet(const struct guess *guess, struct buffer *out)
{
    add_text(out, guess->feed.sheet);
}

static void add_header(const struct guess *guess, struct buffer *out)
{
    buffer_add_string(out, guess->feed.header ? "true" : "false");
}

static void add_header_lines(const struct guess *guess, struct buffer *out)
{
    buffer_printf(out, "%u", guess->feed.header_lines);
}

static void add_trailer_lines(const struct guess *guess, struct buffer *out)
{
    buffer_printf(out, "%u", guess->feed.trailer_lines);
}

/* Each below the other, with what is unsure of its column above it. */
static void add_doubt(const struct guessed_column *column, size_t number, struct buffer *out)
{
    if (column->unsure)
        buffer_printf(out, "\n      # ? column %zu (%s; blank in %zu of %zu rows) %s", number, column->shape,
                      column->blanks, column->blanks + column->values, column->why);
}

static void add_order(const struct guess *guess, struct buffer *out)
{
    for (size_t i = 0; i < guess->feed.order.count; i++) {
        add_doubt(&guess->columns[i], i + 1, out);
        buffer_add_string(out, "\n      - ");
        add_text(out, guess->feed.order.items[i]);
    }
}

static bool is_text(struct text a, const char *b)
{
    return text_equal(a.data, a.len, b);
}

/* Of the columns with that name the first. */
static void add_doubt_named(const struct guess *guess, const char *name, struct buffer *out)
{
    for (size_t i = 0; i < guess->column_count; i++)
        if (is_text(guess->columns[i].name, name)) {
            add_doubt(&guess->columns[i], i + 1, out);
            return;
        }
}

static void add_columns(const struct guess *guess, struct buffer *out)
{
    for (size_t i = 0; i < guess->feed.columns.count; i++) {
        const struct conf_pair *pair = &guess->feed.columns.items[i];

        add_doubt_named(guess, pair->key, out);
        buffer_add_string(out, "\n      ");
        add_text(out, pair->key);
        buffer_printf(out, ": %s", pair->value);
    }
}

static void add_ignore(const struct guess *guess, struct buffer *out)
{
    for (size_t i = 0; i < guess->feed.ignore.count; i++) {
        if (guess->feed.header)
            add_doubt_named(guess, guess->feed.ignore.items[i], out);
        buffer_add_string(out, "\n      - ");
        add_text(out, guess->feed.ignore.items[i]);
    }
}

static void add_constants(const struct guess *guess, struct buffer *out)
{
    for (size_t i = 0; i < guess->feed.constants.count; i++)
        buffer_printf(out, "%s%s: %s", i ? ", " : "{", guess->feed.constants.items[i].key,
                      guess->feed.constants.items[i].value);
    buffer_add_byte(out, '}');
}

static bool always(const struct guess *guess)
{
    return true;
}

static bool is_utility(const struct guess *guess)
{
    return guess->feed.source == SOURCE_UTILITY;
}

static bool has_sequence(const struct guess *guess)
{
    return guess->feed.sequence != NULL;
}

static bool has_as_of(const struct guess *guess)
{
    return guess->feed.as_of != NULL;
}

static bool is_other_format(const struct guess *guess)
{
    return guess->feed.format != FORMAT_CSV;
}

static bool is_text_format(const struct guess *guess)
{
    return guess->feed.format != FORMAT_XLSX;
}

static bool has_header(const struct guess *guess)
{
    return guess->feed.format != FORMAT_JSON;
}

static bool is_csv(const struct guess *guess)
{
    return guess->feed.format == FORMAT_CSV;
}

static bool is_fixed(const struct guess *guess)
{
    return guess->feed.format == FORMAT_FIXED;
}

static bool has_other_quote(const struct guess *guess)
{
    return is_csv(guess) && strcmp(guess->feed.quote, "\"") != 0;
}

static bool has_sheet(const struct guess *guess)
{
    return guess->feed.format == FORMAT_XLSX && guess->feed.sheet;
}

static bool has_header_lines(const struct guess *guess)
{
    return guess->feed.header_lines > 0;
}

static bool has_trailer_lines(const struct guess *guess)
{
    return guess->feed.trailer_lines > 0;
}

static bool has_order(const struct guess *guess)
{
    return guess->feed.order.count > 0;
}

static bool has_columns(const struct guess *guess)
{
    return guess->feed.columns.count > 0;
}

static bool has_ignored(const struct guess *guess)
{
    return guess->feed.ignore.count > 0;
}

static bool has_constants(const struct guess *guess)
{
    return guess->feed.constants.count > 0;
}

/* clang-format off */
static const struct shown {
    const char *option;
    bool (*is_said)(const struct guess *guess);
    void (*add)(const struct guess *guess, struct buffer *out);
    bool below; /* its items stand below it */
} options[] = {
    { "source",        always,            add_source },
    { "inbox",         always,            add_inbox },
    { "mode",          always,            add_mode },
    { "kinds",         is_utility,        add_kinds },
    { "sequence",      has_sequence,      add_sequence },
    { "as_of",         has_as_of,         add_as_of },
    { "ready",         always,            add_ready },
    { "format",        is_other_format,   add_format },
    { "charset",       is_text_format,    add_charset },
    { "delimiter",     is_csv,            add_delimiter },
    { "quote",         has_other_quote,   add_quote },
    { "widths",        is_fixed,          add_widths },
    { "sheet",         has_sheet,         add_sheet },
    { "header",        has_header,        add_header },
    { "header_lines",  has_header_lines,  add_header_lines },
    { "trailer_lines", has_trailer_lines, add_trailer_lines },
    { "order",         has_order,         add_order,   true },
    { "columns",       has_columns,       add_columns, true },
    { "ignore",        has_ignored,       add_ignore,  true },
    { "constants",     has_constants,     add_constants },
};
/* clang-format on */
enum { OPTION_COUNT = sizeof options / sizeof *options };

/* --- YAML --- */

static void add_remarks(const struct guess *guess, const char *option, const char *indent, struct buffer *out)
{
    for (const struct remark *remark = guess->remarks; remark; remark = remark->next)
        if (!strcmp(remark->option, option))
            buffer_printf(out, "%s# %s%s\n", indent, remark->unsure ? "? " : "", remark->text);
}

static void add_option(const struct guess *guess, const struct shown *shown, struct buffer *out)
{
    add_remarks(guess, shown->option, "    ", out);
    if (!shown->is_said(guess))
        return;
    buffer_printf(out, "    %s:%s", shown->option, shown->below ? "" : " ");
    shown->add(guess, out);
    buffer_add_byte(out, '\n');
}

/* A column that is known by its very name stands in no list, but there may be a doubt about its values. */
static void add_doubts_of_known(const struct guess *guess, struct buffer *out)
{
    for (size_t i = 0; guess->feed.header && i < guess->column_count; i++)
        if (guess->columns[i].basis == BASIS_NAME && guess->columns[i].unsure)
            buffer_printf(out, "    # ? column %zu (%s) is %s by its name: %s\n", i + 1,
                          guess->columns[i].shape, guess->columns[i].field->column, guess->columns[i].why);
}

void inspect_show_yaml(const struct guess *guess, struct buffer *out)
{
    buffer_printf(out,
                  "# A guess by `olive feed inspect`, for conf.d: look at each \"# ?\", then run olive "
                  "config check and\n"
                  "# olive feed test %s FILE. No value of the file is shown here.\n"
                  "# With these options %zu of %zu lines looked at%s would become records.\n",
                  guess->feed.name, guess->good, guess->rows, guess->whole ? ", which are all of it," : "");
    add_remarks(guess, "", "", out);
    buffer_printf(
        out,
        "feeds:\n  # ? the feed's name stays for ever, for it goes into every delivery's digest\n  %s:\n",
        guess->feed.name);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        add_option(guess, &options[i], out);
    add_doubts_of_known(guess, out);
}

/* --- JSON --- */

static void remarks_json(const struct guess *guess, bool unsure, struct json *json)
{
    json_open(json, '[');
    for (const struct remark *remark = guess->remarks; remark; remark = remark->next) {
        if (remark->unsure != unsure)
            continue;
        json_open(json, '{');
        json_key(json, "option");
        json_str(json, *remark->option ? remark->option : NULL);
        json_key(json, "text");
        json_str(json, remark->text);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void column_json(const struct guessed_column *column, struct json *json)
{
    json_open(json, '{');
    json_key(json, "name");
    json_text(json, column->name.data, column->name.len);
    json_key(json, "column");
    json_str(json, column->field ? column->field->column : NULL);
    json_key(json, "basis");
    json_str(json, basis_names[column->basis]);
    json_key(json, "unsure");
    json_bool(json, column->unsure);
    json_key(json, "why");
    json_str(json, column->why);
    json_key(json, "shape");
    json_str(json, column->shape);
    json_key(json, "values");
    json_uint(json, column->values);
    json_key(json, "blanks");
    json_uint(json, column->blanks);
    json_close(json, '}');
}

static void names_json(const struct conf_names *names, const char *key, struct json *json)
{
    if (!names->count)
        return;
    json_key(json, key);
    json_open(json, '[');
    for (size_t i = 0; i < names->count; i++)
        json_str(json, names->items[i]);
    json_close(json, ']');
}

static void pairs_json(const struct conf_pairs *pairs, const char *key, struct json *json)
{
    if (!pairs->count)
        return;
    json_key(json, key);
    json_open(json, '{');
    for (size_t i = 0; i < pairs->count; i++) {
        json_key(json, pairs->items[i].key);
        json_str(json, pairs->items[i].value);
    }
    json_close(json, '}');
}

static void words_json(const struct guess *guess, struct json *json)
{
    static const struct word {
        const char *option;
        void (*add)(const struct guess *guess, struct buffer *out);
        bool (*is_said)(const struct guess *guess);
    } words[] = {
        { "source", add_source, always }, { "inbox", add_inbox, always },
        { "mode", add_mode, always },     { "ready", add_ready, always },
        { "format", add_format, always }, { "charset", add_charset, is_text_format },
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        CLEANUP(buffer_free) struct buffer word = { 0 };

        if (!words[i].is_said(guess))
            continue;
        words[i].add(guess, &word);
        json_key(json, words[i].option);
        json_text(json, (char *)word.data, word.size);
    }
}

static void kinds_json(const struct guess *guess, struct json *json)
{
    json_key(json, "kinds");
    json_open(json, '[');
    for (int kind = 0; kind < UTILITY_KIND_COUNT; kind++)
        if (guess->feed.utility_kinds >> kind & 1)
            json_str(json, code_name(&utility_kind_codes, kind));
    json_close(json, ']');
}

static void options_json(const struct guess *guess, struct json *json)
{
    const struct feed_conf *feed = &guess->feed;

    json_open(json, '{');
    words_json(guess, json);
    if (is_utility(guess))
        kinds_json(guess, json);
    if (feed->sequence)
        json_key(json, "sequence"), json_str(json, feed->sequence);
    if (feed->as_of)
        json_key(json, "as_of"), json_str(json, feed->as_of);
    if (is_csv(guess)) {
        json_key(json, "delimiter");
        json_str(json, feed->delimiter);
        json_key(json, "quote");
        json_str(json, feed->quote);
    }
    if (has_sheet(guess)) {
        json_key(json, "sheet");
        json_str(json, feed->sheet);
    }
    json_key(json, "header");
    json_bool(json, feed->header);
    json_key(json, "header_lines");
    json_uint(json, feed->header_lines);
    json_key(json, "trailer_lines");
    json_uint(json, feed->trailer_lines);
    names_json(&feed->widths, "widths", json);
    names_json(&feed->order, "order", json);
    pairs_json(&feed->columns, "columns", json);
    names_json(&feed->ignore, "ignore", json);
    pairs_json(&feed->constants, "constants", json);
    json_close(json, '}');
}

void inspect_show_json(const struct guess *guess, struct buffer *out)
{
    struct json json = json_to(out);

    json_open(&json, '{');
    json_key(&json, "feed");
    json_str(&json, guess->feed.name);
    json_key(&json, "lines");
    json_uint(&json, guess->rows);
    json_key(&json, "good");
    json_uint(&json, guess->good);
    json_key(&json, "whole");
    json_bool(&json, guess->whole);
    json_key(&json, "options");
    options_json(guess, &json);
    json_key(&json, "doubts");
    remarks_json(guess, true, &json);
    json_key(&json, "remarks");
    remarks_json(guess, false, &json);
    json_key(&json, "columns");
    json_open(&json, '[');
    for (size_t i = 0; i < guess->column_count; i++)
        column_json(&guess->columns[i], &json);
    json_close(&json, ']');
    json_close(&json, '}');
    buffer_add_byte(out, '\n');
}
