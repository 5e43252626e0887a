#include "connectors/publisher.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/core/dead_letter.h"
#include "lib/io/bus.h"
#include "lib/wire/record_wire.h"

enum { WAIT_MS = 30000, ASK_MS = 3000, HEADERS_MAX = 20, NUMBER_SIZE = 24 };

struct publisher {
    const struct conf *conf;
    struct sealer *sealer;
    struct producer *producer;
    char topics[SOURCE_COUNT][TOPIC_SIZE], dead_letters[SOURCE_COUNT][TOPIC_SIZE], events[TOPIC_SIZE];
    struct buffer message, context;
};

int publisher_open(const struct conf *conf, struct sealer *sealer, struct publisher **ret, struct err *err)
{
    struct publisher *publisher = mem_zalloc(sizeof *publisher);

    publisher->conf = conf;
    publisher->sealer = sealer;
    for (int source = 0; source < SOURCE_COUNT; source++) {
        conf_topic(conf, (enum source)source, publisher->topics[source]);
        conf_topic_dlq(conf, (enum source)source, publisher->dead_letters[source]);
    }
    conf_topic_delivery(conf, publisher->events);
    if (publisher_renew(publisher, err) < 0) {
        publisher_close(publisher);
        return -1;
    }
    *ret = publisher;
    return 0;
}

void publisher_close(struct publisher *publisher)
{
    if (!publisher)
        return;
    producer_close(publisher->producer);
    buffer_free(&publisher->message);
    buffer_free(&publisher->context);
    free(publisher);
}

void publisher_closep(struct publisher **publisher)
{
    publisher_close(*publisher);
}

int publisher_renew(struct publisher *publisher, struct err *err)
{
    producer_close(publisher->producer);
    publisher->producer = NULL;
    return producer_open(publisher->conf, &publisher->producer, err);
}

static int publish(struct publisher *publisher, const char *topic, const void *key, size_t key_size,
                   const struct buffer *message, const struct bus_header *headers, size_t header_count,
                   struct err *err)
{
    return producer_publish(publisher->producer, topic, -1, key, key_size, message->data, message->size,
                            headers, header_count, WAIT_MS, err);
}

int publisher_record(struct publisher *publisher, const struct record *record, struct err *err)
{
    buffer_clear(&publisher->message);
    wire_pack_record(record, &publisher->message);
    return publish(publisher, publisher->topics[record->source], &record->subject, TOKEN_SIZE,
                   &publisher->message, NULL, 0, err);
}

/* --- dead letters --- */

struct headers {
    struct bus_header items[HEADERS_MAX];
    size_t count;
};

static void add_header(struct headers *headers, const char *name, const char *value)
{
    headers->items[headers->count++] = (struct bus_header){ name, value, strlen(value) };
}

/* Its texts must outlive the publishing. */
struct dead_letter_texts {
    char delivery[2 * DIGEST_SIZE + 1], record[2 * RECORD_ID_SIZE + 1], digest[2 * DIGEST_SIZE + 1];
    char line[NUMBER_SIZE], byte[NUMBER_SIZE], size[NUMBER_SIZE], message[256];
};

/* The names of Kafka Connect (KIP-298), for the tools that know them, and our own. */
static void name_headers(const struct dead_letter *letter, const struct record_id *id,
                         struct dead_letter_texts *texts, struct headers *ret)
{
    const char *where = *letter->column ? letter->column : "the line";

    hex_encode(letter->delivery->digest, DIGEST_SIZE, texts->delivery);
    hex_encode(id->bytes, RECORD_ID_SIZE, texts->record);
    snprintf(texts->line, sizeof texts->line, "%" PRIu64, letter->row->line);
    snprintf(texts->byte, sizeof texts->byte, "%" PRIu64, letter->row->byte);
    snprintf(texts->message, sizeof texts->message, "%s: line %s: %s %s", letter->feed->name, texts->line,
             where, reason_texts[letter->reason]);
    add_header(ret, "__connect.errors.connector.name", letter->feed->name);
    add_header(ret, "__connect.errors.task.id", "0");
    add_header(ret, "__connect.errors.stage", "VALUE_CONVERTER");
    add_header(ret, "__connect.errors.class.name", "olive-connect");
    add_header(ret, "__connect.errors.exception.class.name", reason_names[letter->reason]);
    add_header(ret, "__connect.errors.exception.message", texts->message);
    add_header(ret, "olive.feed", letter->feed->name);
    add_header(ret, "olive.delivery", texts->delivery);
    add_header(ret, "olive.line", texts->line);
    add_header(ret, "olive.byte", texts->byte);
    add_header(ret, "olive.reason", reason_names[letter->reason]);
    if (*letter->column)
        add_header(ret, "olive.column", letter->column);
    add_header(ret, "olive.record", texts->record);
}

/* Of a line too long its head is kept, and what proves which line it was. */
static void name_long_line(const struct row *row, struct dead_letter_texts *texts, struct headers *ret)
{
    if (row->raw_size <= row->raw.len)
        return;
    snprintf(texts->size, sizeof texts->size, "%" PRIu64, row->raw_size);
    hex_encode(row->raw_digest, DIGEST_SIZE, texts->digest);
    add_header(ret, "olive.line_bytes", texts->size);
    add_header(ret, "olive.line_sha256", texts->digest);
}

int publisher_dead_letter(struct publisher *publisher, const struct dead_letter *letter, struct err *err)
{
    const struct record would_be = { .delivery = letter->delivery,
                                     .line = letter->row->line,
                                     .schema = RECORD_SCHEMA };
    struct dead_letter_texts texts;
    struct headers headers = { .count = 0 };
    struct record_id id;

    record_id_of(&would_be, &id);
    name_headers(letter, &id, &texts, &headers);
    name_long_line(letter->row, &texts, &headers);
    dead_letter_context(letter->feed->name, letter->delivery->digest, letter->row->line, &publisher->context);
    buffer_clear(&publisher->message);
    sealer_seal(publisher->sealer, publisher->context.data, publisher->context.size, letter->row->raw.data,
                letter->row->raw.len, &publisher->message);
    return publish(publisher, publisher->dead_letters[letter->feed->source], &id, sizeof id,
                   &publisher->message, headers.items, headers.count, err);
}

/* --- receipts --- */

int publisher_event(struct publisher *publisher, const struct buffer *event, struct err *err)
{
    return publish(publisher, publisher->events, NULL, 0, event, NULL, 0, err);
}

int publisher_settle(struct publisher *publisher, struct err *err)
{
    return producer_flush(publisher->producer, WAIT_MS, err);
}

int publisher_ask(struct publisher *publisher, struct err *err)
{
    return producer_ask(publisher->producer, ASK_MS, err);
}
