/* olive cat TOPIC: messages as JSON lines. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/cli/cli.h"
#include "lib/base/arena.h"
#include "lib/io/bus.h"
#include "lib/io/log.h"
#include "lib/wire/record_wire.h"

enum { WAIT_MS = 500, TAKE_MAX = 1000 };

enum content { CONTENT_RECORD, CONTENT_DEAD_LETTER, CONTENT_EVENT };

struct cat {
    char topic[TOPIC_SIZE];
    enum content content;
    enum source source;
    int32_t partitions;
    int64_t *next, *end; /* of each partition */
    uint64_t left;       /* messages still to print */
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

static int64_t max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int find_ends(const struct conf *conf, struct cat *cat, int64_t from, struct err *err)
{
    CLEANUP(admin_closep) struct admin *admin = NULL;

    if (admin_open(conf, &admin, err) < 0 ||
        admin_partition_count(admin, cat->topic, &cat->partitions, err) < 0)
        return -1;
    cat->next = mem_zalloc((size_t)cat->partitions * sizeof *cat->next);
    cat->end = mem_zalloc((size_t)cat->partitions * sizeof *cat->end);
    for (int32_t i = 0; i < cat->partitions; i++) {
        if (admin_watermarks(admin, cat->topic, i, &cat->next[i], &cat->end[i], err) < 0)
            return -1;
        cat->next[i] = max64(cat->next[i], from);
    }
    return 0;
}

static bool at_end(const struct cat *cat)
{
    for (int32_t i = 0; i < cat->partitions; i++)
        if (cat->next[i] < cat->end[i])
            return false;
    return true;
}

static int open_reader(const struct conf *conf, const struct cat *cat, struct consumer **ret, struct err *err)
{
    CLEANUP(mem_freep) struct topic_cut *cuts = mem_alloc((size_t)cat->partitions * sizeof *cuts);

    for (int32_t i = 0; i < cat->partitions; i++)
        cuts[i] = (struct topic_cut){ cat->topic, i, cat->next[i] };
    return consumer_open_plain(conf, cuts, (size_t)cat->partitions, ret, err);
}

static int print_batch(struct cat *cat, const struct bus_batch *batch, bool follow, struct err *err)
{
    CLEANUP(buffer_free) struct buffer out = { 0 };

    for (size_t i = 0; i < batch->count && cat->left; i++) {
        const struct bus_message *message = &batch->messages[i];

        cat->next[message->partition] = message->offset + 1;
        if (!follow && message->offset >= cat->end[message->partition])
            continue; /* came after the start: not what was asked */
        add_message(cat, message, &out);
        cat->left--;
    }
    return cli_print(&out, err);
}

static int print_all(const struct conf *conf, struct cat *cat, bool follow, struct err *err)
{
    CLEANUP(consumer_closep) struct consumer *consumer = NULL;
    struct bus_batch batch;

    if (open_reader(conf, cat, &consumer, err) < 0)
        return -1;
    while (cat->left && (follow || !at_end(cat))) {
        if (consumer_take(consumer, WAIT_MS, TAKE_MAX, &batch, err) < 0) {
            if (err->kind != ERR_RETRY || !follow)
                return -1;
            continue;
        }
        if (print_batch(cat, &batch, follow, err) < 0)
            return -1;
    }
    return EXIT_OK;
}

int run_cat(struct cli *cli, struct err *err)
{
    struct cat cat = { 0 };
    uint64_t from = 0;
    int code = -1;

    if (find_topic(cli->conf, cli->words[0], &cat, err) < 0 || cli_limit(cli, UINT64_MAX, &cat.left, err) < 0)
        return -1;
    if (cli->options.from && !text_digits(text_of(cli->options.from), 18, &from))
        return err_stop(err, EXIT_USAGE, "--from takes an offset");
    cat.wire = wire_new();
    cat.arena = arena_new(0);
    if (find_ends(cli->conf, &cat, (int64_t)from, err) == 0)
        code = print_all(cli->conf, &cat, cli->options.follow, err);
    arena_free(cat.arena);
    wire_free(cat.wire);
    free(cat.next);
    free(cat.end);
    return code;
}
