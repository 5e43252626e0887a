/* bus_private - what the producer, the consumers and the administration share. */
#ifndef OLIVE_IO_BUS_PRIVATE_H
#define OLIVE_IO_BUS_PRIVATE_H

#include <librdkafka/rdkafka.h>

#include "lib/io/bus.h"

struct bus_option {
    const char *key, *value;
};

/* Defaults (ours), then what the configuration passes through, which wins; an option that librdkafka refuses
 * is ERR_STOP, EXIT_CONFIG, with its place. Ends with a NULL key. NULL on error. */
rd_kafka_conf_t *bus_conf(const struct conf *conf, const struct bus_option *defaults, struct err *err);
rd_kafka_t *bus_new(rd_kafka_type_t type, rd_kafka_conf_t *kafka_conf, struct err *err);
/* ERR_STOP for what waiting does not mend (unknown topic, no right, bad credentials), else ERR_RETRY; returns
 * -1. */
int bus_error(struct err *err, rd_kafka_resp_err_t code, const char *what);
int bus_ask(rd_kafka_t *kafka, uint32_t wait_ms, struct err *err); /* ERR_RETRY: no broker answers */

#endif
