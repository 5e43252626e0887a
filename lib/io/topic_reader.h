/* topic_reader - one topic, from its oldest message to what was its newest when the reader was opened, or on
 * and on.
 *
 * Ownership: topic_reader_open() … topic_reader_close(); a message is valid until the next call.
 * Threads: one. Errors: the bus's; ERR_STOP for offsets that the log does not have (any more). */
#ifndef OLIVE_IO_TOPIC_READER_H
#define OLIVE_IO_TOPIC_READER_H

#include "lib/io/bus.h"

struct topic_range {
    int64_t from; /* in each partition; 0: its oldest */
    bool follow;  /* wait for more at the end */
};

struct topic_reader;
/* range NULL: all that is there. */
int topic_reader_open(const struct conf *conf, const char *topic, const struct topic_range *range,
                      struct topic_reader **ret, struct err *err);
void topic_reader_close(struct topic_reader *reader);
void topic_reader_closep(struct topic_reader **reader);
/* 1: a message; 0: that was all. In order within a partition. */
int topic_reader_next(struct topic_reader *reader, const struct bus_message **ret, struct err *err);
/* Whether the next call may wait for the broker: time to show what there is. */
bool topic_reader_waits(const struct topic_reader *reader);

#endif
