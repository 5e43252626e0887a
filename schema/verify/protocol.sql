-- Verify olive:protocol on pg
SELECT partition, epoch, instance FROM olive.partition_owner WHERE false;
SELECT topic, partition, next_offset, cut, records, distinct_records, repeated, quarantined FROM olive.topic_offset WHERE false;
SELECT topic, partition, "offset", reason, at FROM olive.quarantine WHERE false;
SELECT kind, token FROM olive.household WHERE false;
