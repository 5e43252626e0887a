/* folder - the folders of one feed: inbox, and below the connector's state acts, work, archive, rejected,
 * journal.
 *
 * What is there: `inbox` is the department's, `acts` the operator's (`olive dlq replay`, `dismiss`). Of a
 * feed that is fetched the inbox is `fetched`, below the state, where olive-connect puts what it was
 * answered. A file is claimed by renaming it to work/NUMBER, settled by renaming it to archive/DAY/SHA256 or
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

struct folder {
    int inbox, acts, work, archive, rejected, journal; /* descriptors of the folders */
};

int folder_open(const struct conf *conf, const struct feed_conf *feed, struct folder *ret, struct err *err);
void folder_close(struct folder *folder); /* also for CLEANUP(); a zeroed one was never opened */

/* Of what the disk says: ERR_RETRY "cannot WHAT NAME: …". */
int folder_error(struct err *err, const char *what, const char *name);
int folder_make(int parent, const char *name, int *ret, struct err *err); /* and opens it */
int folder_sync(int folder, struct err *err);
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
/* A claim from an inbox on another file system is a copy: removes the original that a killed one left behind.
 */
int folder_forget_original(const struct folder *folder, int from, const char *name, uint64_t number,
                           struct err *err);

#endif
