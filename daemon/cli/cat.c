/* olive cat TOPIC: messages as JSON lines. */
#include <stdio.h>
#include <string.h>

#include "daemon/cli/cli.h"
#include "lib/base/arena.h"
#include "lib/io/topic_reader.h"
#include "lib/wire/record_wire.h"

enum content { CONTENT_RECORD, CONTENT_DEAD_LETTER, CONTENT_EVENT };

struct cat {
    char topic[TOPIC_SIZE];
    enum content content;
    enum source source;
    uint64_t left; /* messages still to print */
    struct wire *wire;
    struct arena *arena;
};

/* By full or short name: "olive.deposit.v1.dlq" or "deposit.dlq". */
static int find_topic(const struct conf *conf, const char *name, struct cat *ret, struct err *err)
{
    char dlq[TOPIC_SIZE], shorter[TOPIC_SIZE];

    ret->content = CONTENT_EVENT;
    conf_topic_delivery(conf, ret->topic);
    if (!strcmp(name, "delivery") || !strcmp(name, ret->topic))
        return 0;
    for (int source = 0; source < SOURCE_COUNT; source++) {
        ret->source = (enum source)source;
        ret->content = CONTENT_RECORD;
        if (!strcmp(name, code_name(&source_codes, source)) ||
            !strcmp(name, conf_topic(conf, ret->source, ret->topic)))
            return conf_topic(conf, ret->source, ret->topic), 0;
        snprintf(shorter, sizeof shorter, "%s.dlq", code_name(&source_codes, source));
        ret->content = CONTENT_DEAD_LETTER;
        if (!strcmp(name, shorter) || !strcmp(name, conf_topic_dlq(conf, ret->source, dlq)))
            return conf_topic_dlq(conf, ret->source, ret->topic), 0;
    }
    return err_stop(err, EXIT_USAGE, "no such topic; topics are those of `olive topics plan`");
}

/* --- one message --- */

static void dead_letter_json(const struct bus_message *message, struct json *json)
{
    static const char *const headers[] = { "olive.feed",   "olive.delivery", "olive.line",  "olive.byte",
                                           "olive.reason", "olive.column",   "olive.record" };

    json_key(json, "headers");
    json_open(json, '{');
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        size_t size;
        const char *value = bus_message_header(message, headers[i], &size);

        if (!value)
            continue;
        json_key(json, headers[i]);
        json_text(json, value, size);
    }
    json_close(json, '}');
    json_key(json, "payload_bytes");
    json_uint(json, message->size);
}

static int content_json(struct cat *cat, const struct bus_message *message, struct json *json,
                        struct err *err)
{
    struct delivery delivery;
    struct record record;
    struct event event;

    if (cat->content == CONTENT_DEAD_LETTER) {
        dead_letter_json(message, json);
        return 0;
    }
    if (cat->content == CONTENT_RECORD) {
        if (wire_unpack_record(cat->wire, cat->source, message->key, message->key_size, message->data,
                               message->size, &record, &delivery, err) < 0)
            return -1;
        json_key(json, "record");
        wire_record_json(&record, json);
        return 0;
    }
    if (wire_unpack_event(cat->wire, message->data, message->size, cat->arena, &event, err) < 0)
        return -1;
    json_key(json, "event");
    wire_event_json(&event, json);
    return 0;
}

/* A message that is no record is shown as such: that is what somebody who looks for poison wants. */
static void add_message(struct cat *cat, const struct bus_message *message, struct buffer *out)
{
    struct json json = json_to(out);
    char at[INSTANT_TEXT_SIZE];
    struct err bad = { 0 };

    arena_reset(cat->arena);
    json_open(&json, '{');
    json_key(&json, "partition");
    json_int(&json, message->partition);
    json_key(&json, "offset");
    json_int(&json, message->offset);
    json_key(&json, "at");
    json_str(&json, instant_text(message->timestamp_ms, at));
    if (content_json(cat, message, &json, &bad) < 0) {
        json_key(&json, "error");
        json_str(&json, bad.text);
    }
    json_close(&json, '}');
    buffer_add_byte(out, '\n');
}

/* --- reading --- */

static int print_all(struct cat *cat, struct topic_reader *reader, bool follow, struct err *err)
{
    CLEANUP(buffer_free) struct buffer out = { 0 };
    const struct bus_message *message;
    int got = 1;

    while (cat->left && got) {
        got = topic_reader_next(reader, &message, err);
        if (got < 0 && (err->kind != ERR_RETRY || !follow))
            return -1;
        if (got <= 0)
            continue;
        add_message(cat, message, &out);
        cat->left--;
        if (cat->left && !topic_reader_waits(reader))
            continue;
        if (cli_print(&out, err) < 0)
            return -1;
        buffer_clear(&out);
    }
    return cli_print(&out, err);
}

int run_cat(struct cli *cli, struct err *err)
{
    CLEANUP(topic_reader_closep) struct topic_reader *reader = NULL;
    CLEANUP(wire_freep) struct wire *wire = wire_new();
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    struct topic_range range = { .follow = cli->options.follow };
    struct cat cat = { .wire = wire, .arena = arena };
    uint64_t from = 0;

    if (find_topic(cli->conf, cli->words[0], &cat, err) < 0 || cli_limit(cli, UINT64_MAX, &cat.left, err) < 0)
        return -1;
    if (cli->options.from && !text_digits(text_of(cli->options.from), 18, &from))
        return err_stop(err, EXIT_USAGE, "--from takes an offset");
    range.from = (int64_t)from;
    if (topic_reader_open(cli->conf, cat.topic, &range, &reader, err) < 0)
        return -1;
    return print_all(&cat, reader, range.follow, err);
}
