#include "lib/io/bus_partition.h"

#include <librdkafka/rdkafka.h>

int32_t bus_partition(const void *key, size_t size, int32_t partition_count)
{
    return rd_kafka_msg_partitioner_murmur2(NULL, key, size, partition_count, NULL, NULL);
}
