/* topic_reader - one topic, from its oldest message to what was its newest when the reader was opened.
 *
 * Ownership: topic_reader_open() … topic_reader_close(); a message is valid until the next call.
 * Threads: one. Errors: the bus's; a message that retention took away meanwhile is ERR_STOP. */
#ifndef OLIVE_DAEMON_TOPIC_READER_H
#define OLIVE_DAEMON_TOPIC_READER_H

#include "lib/io/bus.h"

struct topic_reader;
int topic_reader_open(const struct conf *conf, const char *topic, struct topic_reader **ret, struct err *err);
void topic_reader_close(struct topic_reader *reader);
void topic_reader_closep(struct topic_reader **reader);
/* 1: a message; 0: that was all. In order within a partition. */
int topic_reader_next(struct topic_reader *reader, const struct bus_message **ret, struct err *err);

#endif
