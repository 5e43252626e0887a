/* folder - the folders of one feed: inbox, and below the connector's state acts, work, archive, rejected,
 * journal.
 *
 * What is there: `inbox` is the department's, `acts` the operator's (`olive dlq replay`, `dismiss`). A file
 * is claimed by renaming it to work/NUMBER, settled by renaming it to archive/DAY/SHA256 or
 * rejected/DAY/SHA256 with its receipt SHA256-NUMBER.json beside it. Nothing is followed: no symlink, FIFO or
 * device, no path outside. Folders are 0700, for a department's file is plaintext about people.
 *
 * Order on disk: whatever names a file is fsynced before the file is renamed, and the folders after it, so a
 * power cut leaves a file in one place or the other, never in none.
 * Ownership: folder_open() … folder_close(); one process at a time holds a feed's folder (flock).
 * Errors: ERR_RETRY when the disk says no, ERR_STOP (EXIT_CONFIG) when a folder is missing or not ours. */
#ifndef OLIVE_CONNECTORS_FOLDER_H
#define OLIVE_CONNECTORS_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/err.h"
#include "lib/io/conf.h"
#include "lib/io/crypto.h"

struct folder {
    int inbox, acts, work, archive, rejected, journal; /* descriptors of the folders */
};

int folder_open(const struct conf *conf, const struct feed_conf *feed, struct folder *ret, struct err *err);
void folder_close(struct folder *folder); /* also for CLEANUP(); a zeroed one was never opened */

/* Opens a regular file of a folder for reading: ERR_REJECT when it is something else, or gone. */
int folder_read(int folder, const char *name, int *ret_fd, struct err *err);
/* All of a small file; more than size_max bytes is ERR_REJECT. */
int folder_load(int folder, const char *name, size_t size_max, struct buffer *ret, struct err *err);
/* Writes NAME whole: into a new file that is fsynced and then renamed. */
int folder_write(int folder, const char *name, const void *data, size_t size, struct err *err);

enum { WORK_NAME_SIZE = 24 };
const char *folder_work_name(uint64_t number, char ret[WORK_NAME_SIZE]);
/* FROM/name (inbox or acts) becomes work/NUMBER. ERR_REJECT: it has vanished or is no regular file. */
int folder_claim(const struct folder *folder, int from, const char *name, uint64_t number, struct err *err);
bool folder_claimed(const struct folder *folder, uint64_t number);
struct folder_settlement {
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
int folder_settle(const struct folder *folder, const struct folder_settlement *settlement, struct err *err);
/* What a file of that digest is bound to when it is sealed: feed ‖ 0 ‖ digest in hex. */
void folder_seal_context(const char *feed, const char *digest, struct buffer *ret);
/* Removes what was settled before an instant, receipts and empty days included; *ret_count files of both. */
int folder_thin(const struct folder *folder, int64_t before_ms, uint64_t *ret_count, struct err *err);

#endif
