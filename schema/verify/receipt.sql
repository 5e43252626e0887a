-- Verify olive:receipt on pg
SELECT name, source, mode, kinds, complete FROM olive.feed WHERE false;
SELECT receipt_offset, delivery, feed, sequence, state, lines, published, dead_lettered, duplicate, obsolete, rejected
    FROM olive.delivery WHERE false;
