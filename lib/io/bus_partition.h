/* bus_partition - the partition a key belongs to: murmur2, as every Kafka client's default partitioner has
 * it, so that Java, Flink and ksqlDB find a subject where we put it. */
#ifndef OLIVE_IO_BUS_PARTITION_H
#define OLIVE_IO_BUS_PARTITION_H

#include <stddef.h>
#include <stdint.h>

int32_t bus_partition(const void *key, size_t size, int32_t partition_count);

#endif
