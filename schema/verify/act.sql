-- Verify olive:act on pg
SELECT original, settled FROM olive.delivery WHERE false;
