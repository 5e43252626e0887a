/* archive - where a settled file is kept, sealed or as it came, with its receipt; and for how long.
 *
 * work/NUMBER becomes PLACE/DAY/SHA256, or, sealed under the dead-letter key, PLACE/DAY/SHA256.sealed, and
 * its receipt is SHA256-NUMBER.json beside it. PLACE is archive or rejected.
 *
 * Order on disk: the receipt, then the file, each whole and synced before it gets its name, and before the
 * file that it was made of goes. Errors: ERR_RETRY: the disk says no; the same again does what is left. */
#ifndef OLIVE_CONNECTORS_ARCHIVE_H
#define OLIVE_CONNECTORS_ARCHIVE_H

#include "connectors/folder.h"
#include "lib/io/crypto.h"

struct settlement {
    int place;           /* folder->archive or folder->rejected */
    int32_t day;         /* of receipt */
    const char *digest;  /* SHA-256 of the file, in hex */
    uint64_t number;     /* its name in work */
    const char *receipt; /* as JSON */
    size_t receipt_size;
    struct sealer *sealer; /* NULL: kept as it came */
    const char *feed;
};
/* work/NUMBER becomes PLACE/day/digest, or, sealed, PLACE/day/digest.sealed, with the receipt beside it; does
 * what is left of that when repeated. */
int archive_settle(const struct folder *folder, const struct settlement *settlement, struct err *err);
/* What a file of that digest is bound to when it is sealed: feed ‖ 0 ‖ digest in hex. */
void archive_seal_context(const char *feed, const char *digest, struct buffer *ret);
/* Removes what was settled before an instant, receipts and empty days included; *ret_count files of both. */
int archive_thin(const struct folder *folder, int64_t before_ms, uint64_t *ret_count, struct err *err);

#endif
