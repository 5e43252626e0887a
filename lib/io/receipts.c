#include "lib/io/receipts.h"

#include "lib/io/topic_reader.h"
#include "lib/wire/record_wire.h"

int receipts_read(const struct conf *conf, receipt_each *each, void *user, struct err *err)
{
    CLEANUP(topic_reader_closep) struct topic_reader *reader = NULL;
    CLEANUP(wire_freep) struct wire *wire = wire_new();
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    const struct bus_message *message;
    char topic[TOPIC_SIZE];
    struct event event;
    int got;

    if (topic_reader_open(conf, conf_topic_delivery(conf, topic), NULL, &reader, err) < 0)
        return -1;
    while ((got = topic_reader_next(reader, &message, err)) == 1) {
        struct err ignored = { 0 };

        arena_reset(arena);
        if (wire_unpack_event(wire, message->data, message->size, arena, &event, &ignored) == 0 &&
            event.kind == EVENT_RECEIPT)
            each(user, &event.receipt);
    }
    return got;
}
