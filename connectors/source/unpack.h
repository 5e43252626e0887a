/* unpack - a delivered file that is packed (.gz, .zip with one member, .zst) as the file that it holds.
 *
 * How it is packed is told by its first bytes, which no text of any charset begins with, unless the feed says
 * it (`packed`). What it unpacks to goes to a file without a name: memory stays flat, and readers may seek.
 * The digest, the size and the archived copy of a delivery are those of the file as it was delivered.
 *
 * Bounds: unpacked_bytes_max of the feed, and 200 times the packed size once more than 16 MiB are unpacked.
 * Of a zip archive: one member, not encrypted, stored or deflated, whose name does not lead outside; its
 *         directory is looked at before anything is read by it.
 * Errors: ERR_REJECT with a text that goes behind "the file" and says what to do; ERR_RETRY: the disk. */
#ifndef OLIVE_CONNECTORS_SOURCE_UNPACK_H
#define OLIVE_CONNECTORS_SOURCE_UNPACK_H

#include "connectors/source/spill.h"
#include "lib/io/conf.h"

struct unpacking {                   /* where to, and for how long */
    int folder;                      /* where the file without a name is made, or SPILL_TEMPORARY */
    int (*look_up)(struct err *err); /* asked every few MiB; -1 ends it; NULL: nobody asks */
};

/* *ret: the descriptor of the unpacked file, which the caller closes; -1: it is not packed. Of the file,
 * `size` bytes count. */
int unpack(const struct feed_conf *feed, const struct unpacking *way, int fd, uint64_t size, int *ret,
           struct err *err);

/* --- for formats that are packed themselves --- */

struct meter { /* how far it has come */
    const struct unpacking *way;
    uint64_t packed, unpacked, bytes_max, asked;
};
struct meter meter_of(const struct feed_conf *feed, const struct unpacking *way, uint64_t packed_bytes);
/* So many bytes more have come out: ERR_REJECT when they are too many. */
int meter_add(struct meter *meter, size_t size, struct err *err);

#endif
