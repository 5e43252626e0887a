#include "tests/county/settings.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/json.h"
#include "tests/county/file.h"
#include "tests/county/incomes.h"
#include "tests/county/people.h"

static const char *mode_of(const struct feed *feed)
{
    return feed->snapshot ? "snapshot" : "delta";
}

/* Names that are not olive's own must be mapped; every other name is. */
static bool is_mapped(const struct column *column)
{
    return column->canonical && strcmp(column->name, column->canonical) != 0;
}

static bool is_ignored(const struct column *column)
{
    return !column->canonical;
}

static bool any_column(const struct feed *feed, bool (*choose)(const struct column *))
{
    for (const struct column *column = feed->columns; column->name; column++)
        if (choose(column))
            return true;
    return false;
}

/* --- YAML (JSON's way of writing text is YAML's, too) --- */

static void yaml_text(FILE *file, const char *key, const char *text)
{
    struct buffer out = { 0 };
    struct json json = json_to(&out);

    json_str(&json, text);
    fprintf(file, "    %s: %.*s\n", key, (int)out.size, (const char *)out.data);
    buffer_free(&out);
}

static void yaml_columns(FILE *file, const struct feed *feed)
{
    const char *comma = "";

    if (feed->no_header) {
        fputs("    order: [", file);
        for (const struct column *column = feed->columns; column->name; column++, comma = ", ")
            fprintf(file, "%s%s", comma, column->name);
        fputs("]\n", file);
    }
    if (any_column(feed, is_mapped))
        fputs("    columns:\n", file);
    for (const struct column *column = feed->columns; column->name; column++)
        if (is_mapped(column))
            fprintf(file, "      %s: %s\n", column->name, column->canonical);
    for (const struct column *column = feed->columns; column->name; column++)
        if (is_ignored(column))
            fprintf(file, "    ignore: [%s]\n", column->name);
    if (feed->constant)
        fprintf(file, "    constants: {%s: %s}\n", feed->constant, feed->constant_value);
}

static void yaml_feed(FILE *file, const struct feed *feed)
{
    fprintf(file, "  %s:\n    source: %s\n    mode: %s\n", feed->name, feed->source->name, mode_of(feed));
    if (feed->retracts)
        fputs("    lacking: retract\n", file);
    fprintf(file, "    inbox: ../feeds/%s\n    complete: %s\n", feed->name,
            feed->complete ? "true" : "false");
    if (feed->utility)
        fprintf(file, "    kinds: [%s]\n", feed->utility);
    fputs("    sequence: \"__([0-9]+)\\\\.\"\n    ready: control\n", file);
    fprintf(file, "    charset: %s\n", feed->gb18030 ? "gb18030" : "utf-8");
    yaml_text(file, "delimiter", feed->delimiter);
    yaml_text(file, "quote", (const char[]){ feed->quote, '\0' }); /* empty: none */
    fprintf(file, "    header: %s\n    header_lines: %u\n    trailer_lines: %u\n",
            feed->no_header ? "false" : "true", feed->header_lines, feed->trailer_lines);
    yaml_columns(file, feed);
}

static void yaml_write(const struct county *county)
{
    FILE *file = file_create(county, "conf.d/feeds.yaml");

    fputs("feeds:\n", file);
    for (size_t i = 0; i < FEED_COUNT; i++)
        yaml_feed(file, &feeds[i]);
    file_close(file);
}

/* --- scenario.json --- */

static void json_named(struct json *json, const char *key, const char *text)
{
    json_key(json, key);
    json_str(json, text);
}

static void json_columns(struct json *json, const char *key, const struct feed *feed,
                         bool (*choose)(const struct column *))
{
    json_key(json, key);
    json_open(json, '[');
    for (const struct column *column = feed->columns; column->name; column++)
        if (!choose || choose(column))
            json_str(json, column->name);
    json_close(json, ']');
}

static void json_dialect(struct json *json, const struct feed *feed)
{
    json_key(json, "dialect");
    json_open(json, '{');
    json_named(json, "charset", feed->gb18030 ? "gb18030" : "utf-8");
    json_named(json, "delimiter", feed->delimiter);
    json_named(json, "quote", feed->quote ? (const char[]){ feed->quote, '\0' } : "none");
    json_key(json, "header");
    json_bool(json, !feed->no_header);
    json_key(json, "header_lines");
    json_uint(json, feed->header_lines);
    json_key(json, "trailer_lines");
    json_uint(json, feed->trailer_lines);
    if (feed->no_header)
        json_columns(json, "order", feed, NULL);
    json_columns(json, "ignore", feed, is_ignored);
    json_key(json, "columns");
    json_open(json, '{');
    for (const struct column *column = feed->columns; column->name; column++)
        if (is_mapped(column))
            json_named(json, column->name, column->canonical);
    json_close(json, '}');
    json_key(json, "constants");
    json_open(json, '{');
    if (feed->constant)
        json_named(json, feed->constant, feed->constant_value);
    json_close(json, '}');
    json_close(json, '}');
}

static void json_feed(struct json *json, const struct feed *feed)
{
    json_key(json, feed->name);
    json_open(json, '{');
    json_named(json, "source", feed->source->name);
    json_named(json, "mode", mode_of(feed));
    if (feed->retracts)
        json_named(json, "lacking", "retract");
    json_key(json, "complete");
    json_bool(json, feed->complete);
    if (feed->utility) {
        json_key(json, "kinds");
        json_open(json, '[');
        json_str(json, feed->utility);
        json_close(json, ']');
    }
    json_dialect(json, feed);
    json_close(json, '}');
}

static void json_limits(struct json *json, const struct county *county, const char *key,
                        int64_t (*limit)(int32_t year))
{
    char day[DAY_TEXT_SIZE];

    json_key(json, key);
    json_open(json, '[');
    for (int32_t year = county->first_month / 12 - 1; year <= county->options.last_month / 12; year++) {
        json_open(json, '{');
        json_named(json, "region", REGION_SERIES);
        json_named(json, "from", day_text(day_from(year, 7, 1), day));
        json_key(json, "fen");
        json_int(json, limit(year));
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void json_policy(struct json *json, const struct county *county)
{
    json_key(json, "policy");
    json_open(json, '{');
    json_limits(json, county, "cap_fen", fund_cap_fen);
    json_limits(json, county, "floor_fen", fund_floor_fen);
    json_key(json, "covers");
    json_open(json, '{');
    json_close(json, '}');
    json_close(json, '}');
}

static void json_questions(struct json *json, const struct county *county)
{
    char month[MONTH_TEXT_SIZE];

    json_key(json, "questions");
    json_open(json, '[');
    for (int32_t i = county->options.months > 1; i >= 0; i--) {
        json_open(json, '{');
        json_named(json, "period", month_text(county->options.last_month - i, month));
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void json_received(struct json *json, const struct post *post)
{
    char at[INSTANT_TEXT_SIZE];

    json_key(json, "received");
    json_open(json, '[');
    for (size_t i = 0; i < post->sent.count; i++) {
        instant_text(post->sent.items[i].received_ms, at);
        at[strlen("2025-11-30T09:00:00")] = '\0'; /* local, without a zone */
        json_open(json, '{');
        json_named(json, "file", post->sent.items[i].path);
        json_named(json, "at", at);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void scenario_write(const struct county *county, const struct post *post)
{
    struct buffer out = { 0 };
    struct json json = json_to(&out);
    FILE *file = file_create(county, "scenario.json");

    json_open(&json, '{');
    json_named(&json, "region", REGION_SERIES);
    json_key(&json, "feeds");
    json_open(&json, '{');
    for (size_t i = 0; i < FEED_COUNT; i++)
        json_feed(&json, &feeds[i]);
    json_close(&json, '}');
    json_received(&json, post);
    json_policy(&json, county);
    json_questions(&json, county);
    json_close(&json, '}');
    fwrite(out.data, 1, out.size, file);
    fputc('\n', file);
    file_close(file);
    buffer_free(&out);
}

static int by_receipt(const void *a, const void *b)
{
    const struct sent *x = a, *y = b;

    if (x->received_ms != y->received_ms)
        return x->received_ms < y->received_ms ? -1 : 1;
    return strcmp(x->path, y->path);
}

void settings_write(const struct county *county, struct post *post)
{
    qsort(post->sent.items, post->sent.count, sizeof *post->sent.items, by_receipt);
    yaml_write(county);
    scenario_write(county, post);
}
