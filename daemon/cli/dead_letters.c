#include "daemon/cli/dead_letters.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/cli/key_table.h"
#include "lib/base/arena.h"
#include "lib/base/suggest.h"
#include "lib/io/receipts.h"
#include "lib/io/topic_reader.h"

enum { NUMBER_DIGITS_MAX = 19, CHUNK = 1024 };

struct arrival { /* a receipt: the same one sent twice has the same, the same file delivered twice has not */
    uint8_t digest[DIGEST_SIZE];
    uint64_t number;
};

struct names {
    char feed[FEED_NAME_SIZE], column[COLUMN_NAME_SIZE];
    uint8_t delivery[DIGEST_SIZE], line[DIGEST_SIZE];
};

struct dead_letters {
    const struct conf *conf;
    const struct letter_filter *filter;
    struct key_table digests; /* of deliveries, whose number is the index in `chunks` */
    struct letters_of **chunks;
    size_t chunk_count;
    struct key_table arrivals, columns, ids; /* ids: of the topic being read */
    struct arena *arena;
    char **column_names; /* by their number in `columns`: these stay where they are */
    struct names names;  /* of the letter being read */
    struct topic_reader *reader;
    char topic[TOPIC_SIZE];
    int source, source_end; /* the topic being read, and where to stop */
    uint64_t repeated, foreign;
};

/* --- deliveries: they stay where they are, because letters point to them --- */

static struct letters_of *delivery_at(const struct dead_letters *letters, size_t index)
{
    return &letters->chunks[index / CHUNK][index % CHUNK];
}

static struct letters_of *find_delivery(struct dead_letters *letters, const uint8_t digest[DIGEST_SIZE],
                                        const char *feed)
{
    bool new;
    size_t index = key_table_put(&letters->digests, digest, &new);
    struct letters_of *delivery;

    if (index / CHUNK == letters->chunk_count) {
        letters->chunks =
            mem_realloc(letters->chunks, (letters->chunk_count + 1) * sizeof(struct letters_of *));
        letters->chunks[letters->chunk_count++] = mem_zalloc(CHUNK * sizeof(struct letters_of));
    }
    delivery = delivery_at(letters, index);
    if (new) {
        memcpy(delivery->digest, digest, DIGEST_SIZE);
        snprintf(delivery->feed, sizeof delivery->feed, "%s", feed);
    }
    return delivery;
}

static bool lets_delivery(const struct letter_filter *filter, const struct letters_of *delivery)
{
    char hex[2 * DIGEST_SIZE + 1];

    if (filter->feed && strcmp(filter->feed, delivery->feed) != 0)
        return false;
    if (!filter->delivery)
        return true;
    hex_encode(delivery->digest, DIGEST_SIZE, hex);
    return strncmp(hex, filter->delivery, strlen(filter->delivery)) == 0;
}

/* --- receipts --- */

/* One that was refused, or came twice, has settled nothing. */
static void note_act(struct dead_letters *letters, const struct receipt *receipt)
{
    const struct act *act = &receipt->act;
    struct letters_of *original;
    size_t size = act->line_count * sizeof *act->lines;

    if (!act->any || receipt->state == DELIVERY_REJECTED || receipt->state == DELIVERY_DUPLICATE)
        return;
    original = find_delivery(letters, act->original, receipt->feed);
    original->acts++;
    original->settled =
        mem_realloc(original->settled, original->settled_count * sizeof *act->lines + size + 1);
    if (size)
        memcpy(original->settled + original->settled_count, act->lines, size);
    original->settled_count += act->line_count;
}

static bool is_settled(const struct letters_of *delivery, uint64_t line)
{
    for (size_t i = 0; i < delivery->settled_count; i++)
        if (line >= delivery->settled[i].first && line <= delivery->settled[i].last)
            return true;
    return false;
}

static void note_receipt(void *user, const struct receipt *receipt)
{
    struct dead_letters *letters = user;
    struct arrival arrival = { .number = receipt->arrival };
    struct letters_of *delivery;
    bool new;

    memcpy(arrival.digest, receipt->delivery.digest, DIGEST_SIZE);
    key_table_put(&letters->arrivals, &arrival, &new);
    if (!new)
        return;
    note_act(letters, receipt);
    delivery = find_delivery(letters, receipt->delivery.digest, receipt->feed);
    delivery->stated += receipt->dead_lettered;
    if (delivery->has_receipt && !receipt->dead_lettered)
        return; /* a duplicate: the letters came with the one before */
    delivery->has_receipt = true;
    delivery->sequence = receipt->sequence;
    delivery->received_ms = receipt->delivery.received_ms;
}

/* --- which topics --- */

static int unknown_feed(const struct dead_letters *letters, struct err *err)
{
    struct suggestion near = suggestion_for(letters->filter->feed);
    char hint[SUGGESTION_SIZE];

    for (size_t i = 0; i < letters->conf->feed_count; i++)
        suggestion_offer(&near, letters->conf->feeds[i].name);
    return err_stop(err, EXIT_USAGE, "no feed %s in the configuration, nor in any receipt%s",
                    letters->filter->feed, suggestion_text(&near, hint));
}

/* A feed that is no longer configured may have been of any source. */
static int choose_topics(struct dead_letters *letters, struct err *err)
{
    const char *name = letters->filter->feed;
    const struct feed_conf *feed = name ? conf_feed(letters->conf, name) : NULL;

    letters->source = feed ? (int)feed->source : 0;
    letters->source_end = feed ? (int)feed->source + 1 : SOURCE_COUNT;
    if (!name || feed)
        return 0;
    for (size_t i = 0; i < letters->digests.count; i++)
        if (!strcmp(delivery_at(letters, i)->feed, name))
            return 0;
    return unknown_feed(letters, err);
}

int dead_letters_open(const struct conf *conf, const struct letter_filter *filter, struct dead_letters **ret,
                      struct err *err)
{
    CLEANUP(dead_letters_closep) struct dead_letters *letters = mem_zalloc(sizeof *letters);

    letters->conf = conf;
    letters->filter = filter;
    letters->digests.key_size = DIGEST_SIZE;
    letters->arrivals.key_size = sizeof(struct arrival);
    letters->columns.key_size = COLUMN_NAME_SIZE;
    letters->ids.key_size = RECORD_ID_SIZE;
    letters->arena = arena_new(0);
    if (receipts_read(conf, note_receipt, letters, err) < 0 || choose_topics(letters, err) < 0)
        return -1;
    *ret = letters;
    letters = NULL;
    return 0;
}

void dead_letters_close(struct dead_letters *letters)
{
    if (!letters)
        return;
    for (size_t i = 0; i < letters->digests.count; i++)
        free(delivery_at(letters, i)->settled);
    for (size_t i = 0; i < letters->chunk_count; i++)
        free(letters->chunks[i]);
    free(letters->chunks);
    key_table_free(&letters->digests);
    key_table_free(&letters->arrivals);
    key_table_free(&letters->columns);
    key_table_free(&letters->ids);
    free(letters->column_names);
    arena_free(letters->arena);
    topic_reader_close(letters->reader);
    free(letters);
}

void dead_letters_closep(struct dead_letters **letters)
{
    dead_letters_close(*letters);
}

/* --- one letter --- */

/* Whoever may write to the topic could have written it, so nothing is taken as it stands. */
static struct text header_of(const struct bus_message *message, const char *name)
{
    struct text text = { 0 };

    text.data = bus_message_header(message, name, &text.len);
    return text.data ? text : (struct text){ 0 };
}

static bool read_number(const struct bus_message *message, const char *name, uint64_t *ret)
{
    return text_digits(header_of(message, name), NUMBER_DIGITS_MAX, ret);
}

/* Feeds and columns have names of letters, digits, - and _; zeros behind, so that it can be a key. */
static bool read_name(struct text text, char *ret, size_t size)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

    if (text.len >= size)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!text.data[i] || !strchr(letters, text.data[i]))
            return false;
    memset(ret, 0, size);
    if (text.len)
        memcpy(ret, text.data, text.len);
    return true;
}

static bool read_reason(struct text text, enum reason *ret)
{
    for (int reason = REASON_NONE + 1; reason < REASON_COUNT; reason++)
        if (text_equal(text.data, text.len, reason_names[reason])) {
            *ret = (enum reason)reason;
            return true;
        }
    return false;
}

/* Only of a line too long, and both or neither. */
static bool read_length(const struct bus_message *message, uint8_t digest[DIGEST_SIZE], struct letter *ret)
{
    struct text hex = header_of(message, "olive.line_sha256");

    ret->line_bytes = 0;
    ret->line_digest = NULL;
    if (!hex.data)
        return true;
    ret->line_digest = digest;
    return hex_decode(hex, digest, DIGEST_SIZE) &&
           read_number(message, "olive.line_bytes", &ret->line_bytes) && ret->line_bytes;
}

static bool read_letter(const struct bus_message *message, struct names *names, struct letter *ret)
{
    *ret = (struct letter){ .topic = message->topic,
                            .partition = message->partition,
                            .offset = message->offset,
                            .sealed = { message->data, message->size } };
    return message->key_size == RECORD_ID_SIZE &&
           read_name(header_of(message, "olive.feed"), names->feed, sizeof names->feed) && *names->feed &&
           read_name(header_of(message, "olive.column"), names->column, sizeof names->column) &&
           hex_decode(header_of(message, "olive.delivery"), names->delivery, DIGEST_SIZE) &&
           read_number(message, "olive.line", &ret->line) && read_number(message, "olive.byte", &ret->byte) &&
           read_reason(header_of(message, "olive.reason"), &ret->reason) &&
           read_length(message, names->line, ret);
}

static const char *intern_column(struct dead_letters *letters, const char column[COLUMN_NAME_SIZE])
{
    static const char whole_line[] = "";
    bool new;
    size_t index;

    if (!*column)
        return whole_line;
    index = key_table_put(&letters->columns, column, &new);
    if (new) {
        letters->column_names = mem_realloc(letters->column_names, (index + 1) * sizeof(char *));
        letters->column_names[index] = arena_strndup(letters->arena, column, strlen(column));
    }
    return letters->column_names[index];
}

/* False: no dead letter of ours, or one that was there before. */
static bool count_letter(struct dead_letters *letters, const struct bus_message *message, struct letter *ret)
{
    struct names *names = &letters->names;
    struct letters_of *delivery;
    bool new;

    if (!read_letter(message, names, ret)) {
        letters->foreign++;
        return false;
    }
    delivery = find_delivery(letters, names->delivery, names->feed);
    if (strcmp(delivery->feed, names->feed) != 0) { /* a delivery is of one feed */
        letters->foreign++;
        return false;
    }
    if (!lets_delivery(letters->filter, delivery))
        return false;
    key_table_put(&letters->ids, message->key, &new);
    if (!new) {
        letters->repeated++;
        return false;
    }
    delivery->count++;
    if (!delivery->has_receipt && !delivery->received_ms)
        delivery->received_ms = message->timestamp_ms;
    ret->delivery = delivery;
    ret->open = !is_settled(delivery, ret->line);
    ret->column = intern_column(letters, names->column);
    ret->day = day_of_ms(delivery->received_ms);
    return true;
}

static bool lets_letter(const struct letter_filter *filter, const struct letter *letter)
{
    return (!filter->open || letter->open) && (!filter->reason || filter->reason == letter->reason) &&
           (!filter->column || !strcmp(filter->column, letter->column)) &&
           (filter->day == DAY_NONE || filter->day == letter->day);
}

/* --- reading, one topic after another --- */

static int open_topic(struct dead_letters *letters, struct err *err)
{
    key_table_free(&letters->ids);
    conf_topic_dlq(letters->conf, (enum source)letters->source, letters->topic);
    return topic_reader_open(letters->conf, letters->topic, NULL, &letters->reader, err);
}

static int next_in_topic(struct dead_letters *letters, struct letter *ret, struct err *err)
{
    const struct bus_message *message;
    int got;

    while ((got = topic_reader_next(letters->reader, &message, err)) == 1)
        if (count_letter(letters, message, ret) && lets_letter(letters->filter, ret))
            return 1;
    return got;
}

int dead_letters_next(struct dead_letters *letters, struct letter *ret, struct err *err)
{
    while (letters->source < letters->source_end) {
        int got;

        if (!letters->reader && open_topic(letters, err) < 0)
            return -1;
        got = next_in_topic(letters, ret, err);
        if (got != 0)
            return got;
        topic_reader_closep(&letters->reader);
        letters->source++;
    }
    return 0;
}

/* --- do they balance --- */

size_t dead_letters_deliveries(const struct dead_letters *letters)
{
    return letters->digests.count;
}

const struct letters_of *dead_letters_delivery(const struct dead_letters *letters, size_t index)
{
    const struct letters_of *delivery = delivery_at(letters, index);

    return lets_delivery(letters->filter, delivery) ? delivery : NULL;
}

void dead_letters_total(const struct dead_letters *letters, struct letters_total *ret)
{
    *ret = (struct letters_total){ .repeated = letters->repeated, .foreign = letters->foreign };
    for (size_t i = 0; i < letters->digests.count; i++) {
        const struct letters_of *delivery = dead_letters_delivery(letters, i);

        if (!delivery)
            continue;
        ret->count += delivery->count;
        ret->stated += delivery->stated;
        ret->deliveries += delivery->count > 0;
        ret->differing += delivery->count != delivery->stated;
    }
}
