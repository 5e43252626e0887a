-- Verify olive:evidence on pg
SELECT ref, delivery, received_ms FROM olive.evidence_delivery WHERE false;
SELECT subject, seq, records, segment FROM olive.evidence WHERE false;
SELECT token, partition, kind, registered, assistance, dwelling, as_of, record_count, record_sum, digest, indicators, next_seq
    FROM olive.subject WHERE false;
SELECT 1 / (count(*) = 16)::int FROM pg_inherits WHERE inhparent = 'olive.evidence'::regclass;
