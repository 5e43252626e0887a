#include "connectors/rebuild.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/arena.h"
#include "lib/io/clock.h"
#include "lib/io/fault.h"
#include "lib/io/log.h"
#include "lib/io/notify.h"
#include "lib/io/receipts.h"
#include "lib/io/topic_reader.h"
#include "lib/wire/record_wire.h"

enum { FRESH_MS = 10000 };

struct past { /* a receipt */
    const char *feed;
    struct recovered recovered;
};

struct history {
    const struct conf *conf;
    struct past *items;
    size_t count, capacity;
    struct arena *names;
    int64_t read_ms; /* 0: not yet */
};

struct history *history_new(const struct conf *conf)
{
    struct history *history = mem_zalloc(sizeof *history);

    history->conf = conf;
    history->names = arena_new(0);
    return history;
}

void history_free(struct history *history)
{
    if (!history)
        return;
    free(history->items);
    arena_free(history->names);
    free(history);
}

/* --- receipts --- */

static void add_receipt(void *user, const struct receipt *receipt)
{
    struct history *history = user;

    if (history->count == history->capacity) {
        history->capacity = history->capacity ? 2 * history->capacity : 256;
        history->items = mem_realloc(history->items, history->capacity * sizeof *history->items);
    }
    history->items[history->count++] =
        (struct past){ arena_strndup(history->names, receipt->feed, strlen(receipt->feed)),
                       { receipt->arrival, settled_of(receipt) } };
}

/* A feed that is configured anew while the connector runs may have been delivered since it was read. */
static int read_history(struct history *history, struct err *err)
{
    if (history->read_ms && ticks_ms() - history->read_ms < FRESH_MS)
        return 0;
    history->count = 0;
    arena_reset(history->names);
    if (receipts_read(history->conf, add_receipt, history, err) < 0)
        return -1;
    history->read_ms = ticks_ms();
    return 0;
}

static int by_arrival(const void *a, const void *b)
{
    uint64_t x = ((const struct recovered *)a)->number, y = ((const struct recovered *)b)->number;

    return (x > y) - (x < y);
}

struct lost { /* what a journal is made of again */
    struct recovered *items;
    size_t count;
};

static void lost_free(struct lost *lost)
{
    free(lost->items);
}

/* In the order of arrival; a receipt that was sent twice is one. */
static void find_lost(const struct history *history, const char *feed, struct lost *ret)
{
    size_t count = 0;

    ret->items = mem_alloc((history->count + 1) * sizeof *ret->items);
    for (size_t i = 0; i < history->count; i++)
        if (!strcmp(history->items[i].feed, feed))
            ret->items[count++] = history->items[i].recovered;
    qsort(ret->items, count, sizeof *ret->items, by_arrival);
    for (size_t i = 0; i < count; i++)
        if (!i || ret->items[i].number != ret->items[i - 1].number)
            ret->items[ret->count++] = ret->items[i];
}

/* --- the list that stands --- */

struct list { /* a delivery of the feed, and the list that it is or acts on: numbered in the order of arrival
               */
    uint8_t delivery[DIGEST_SIZE];
    uint64_t list;
};

struct lists {
    struct list *items; /* by digest */
    size_t count;
};

static int by_digest(const void *a, const void *b)
{
    return memcmp(((const struct list *)a)->delivery, ((const struct list *)b)->delivery, DIGEST_SIZE);
}

static uint64_t list_of(void *user, const struct record *record)
{
    const struct lists *lists = user;
    struct list key;
    const struct list *found;

    memcpy(key.delivery, record->delivery->digest, DIGEST_SIZE);
    found = bsearch(&key, lists->items, lists->count, sizeof key, by_digest);
    return found ? found->list : 0;
}

/* Acts come after what they act on, so that their list is known. */
static uint64_t number_of(const struct lists *lists, const struct settled *settled, uint64_t next)
{
    if (!settled->is_act)
        return next;
    for (size_t i = 0; i < lists->count; i++)
        if (!memcmp(lists->items[i].delivery, settled->original, DIGEST_SIZE))
            return lists->items[i].list;
    return 0;
}

static void number_lists(const struct lost *lost, struct lists *ret, uint64_t *ret_newest)
{
    *ret_newest = 0;
    ret->items = mem_alloc((lost->count + 1) * sizeof *ret->items);
    for (size_t i = 0; i < lost->count; i++) {
        const struct settled *settled = &lost->items[i].settled;
        struct list *list = &ret->items[ret->count];

        if (settled->state != DELIVERY_PUBLISHED && settled->state != DELIVERY_INCOMPLETE &&
            settled->state != DELIVERY_DISMISSED)
            continue;
        memcpy(list->delivery, settled->delivery, DIGEST_SIZE);
        list->list = number_of(ret, settled, *ret_newest + 1);
        *ret_newest = list->list > *ret_newest ? list->list : *ret_newest;
        ret->count++;
    }
    qsort(ret->items, ret->count, sizeof *ret->items, by_digest);
}

static int add_records(const struct conf *conf, enum source source, const struct lists *lists,
                       struct standing *standing, struct err *err)
{
    CLEANUP(topic_reader_closep) struct topic_reader *reader = NULL;
    CLEANUP(wire_freep) struct wire *wire = wire_new();
    const struct bus_message *message;
    char topic[TOPIC_SIZE];
    int got;

    standing_clear(standing);
    if (topic_reader_open(conf, conf_topic(conf, source, topic), NULL, &reader, err) < 0)
        return -1;
    while ((got = topic_reader_next(reader, &message, err)) == 1) {
        struct err ignored = { 0 };
        struct delivery delivery;
        struct record record;

        notify_alive();
        if (wire_unpack_record(wire, source, message->key, message->key_size, message->data, message->size,
                               &record, &delivery, &ignored) < 0)
            continue; /* olive-fuse's to quarantine */
        record.delivery = &delivery;
        if (list_of((void *)(uintptr_t)lists, &record) && standing_add(standing, &record, err) < 0)
            return -1;
    }
    return got;
}

static int rebuild_standing(const struct history *history, const struct feed_conf *feed,
                            const struct folder *folder, const struct lost *lost, struct standing *standing,
                            struct err *err)
{
    struct lists lists = { 0 };
    uint64_t newest;
    int status;

    number_lists(lost, &lists, &newest);
    status = add_records(history->conf, feed->source, &lists, standing, err) < 0 ||
                     standing_rebuild(standing, feed->source, list_of, &lists, newest, err) < 0 ||
                     standing_commit(folder->journal, err) < 0
                 ? -1
                 : 0;
    standing_clear(standing);
    free(lists.items);
    return status;
}

/* --- what cannot be rebuilt --- */

static void tell_orphans(const struct feed_conf *feed, const struct folder *folder)
{
    int fd = openat(folder->work, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *work = fd < 0 ? NULL : fdopendir(fd);
    size_t count = 0;

    if (!work) {
        if (fd >= 0)
            close(fd);
        return;
    }
    for (const struct dirent *entry; (entry = readdir(work)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(work);
    if (count)
        log_event(
            LOG_LEVEL_WARNING, "work-orphaned",
            "%s: %zu files in work were under way when the journal was lost: put each back into the inbox "
            "under the name that it came with",
            feed->name, count);
}

int rebuild_journal(struct history *history, const struct feed_conf *feed, const struct folder *folder,
                    struct journal *journal, struct standing *standing, struct err *err)
{
    CLEANUP(lost_free) struct lost lost = { 0 };

    if (!journal_is_new(journal))
        return 0;
    if (read_history(history, err) < 0)
        return -1;
    find_lost(history, feed->name, &lost);
    if (!lost.count)
        return 0;
    if (standing && rebuild_standing(history, feed, folder, &lost, standing, err) < 0)
        return -1;
    fault_point("rebuild-standing");
    if (journal_recover(journal, lost.items, lost.count, err) < 0)
        return -1;
    log_event(LOG_LEVEL_WARNING, "journal-rebuilt",
              "%s: the journal was lost; it was made again from the receipts of %zu deliveries%s", feed->name,
              lost.count, standing ? " and the records of its lists" : "");
    tell_orphans(feed, folder);
    return 0;
}
