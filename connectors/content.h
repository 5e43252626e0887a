/* content - what can be said of a delivered file before a line of it is understood. */
#ifndef OLIVE_CONNECTORS_CONTENT_H
#define OLIVE_CONNECTORS_CONTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/digest.h"
#include "lib/base/err.h"

struct content {
    uint64_t bytes;
    uint64_t lines; /* physical ones, as wc -l counts, and a last one without an end */
    uint8_t sha256[DIGEST_SIZE];
    bool empty;
    bool binary; /* more than one control character in twenty near the beginning: no text of any charset */
};

/* FEEDS: SHA-256(feed || 0 || sequence as 8 bytes || SHA-256 of the bytes). */
void delivery_digest(const char *feed, uint64_t sequence, const uint8_t sha256[DIGEST_SIZE],
                     uint8_t ret[DIGEST_SIZE]);
/* Reads the file from its start to its end, or to the limit. ERR_RETRY when it cannot be read. */
int content_read(int fd, uint64_t limit, struct content *ret, struct err *err);

/* The same of a file whose first bytes these are. */
bool content_is_binary(const unsigned char *data, size_t size);

#endif
