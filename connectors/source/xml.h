/* xml - a member of a bundle as a stream of XML events, in bounded memory.
 *
 * Elements come without their prefixes, attributes as they stand. Refused: a document type (entities, billion
 * laughs), depth over 64, names, attributes or other tokens that need more than 8 MiB, and what the meter
 * refuses.
 *
 * Ownership: names, attributes and text are lent to the callback. Threads: one at a time.
 * Errors:    ERR_REJECT with a text that goes behind "the file"; ERR_RETRY. */
#ifndef OLIVE_CONNECTORS_SOURCE_XML_H
#define OLIVE_CONNECTORS_SOURCE_XML_H

#include "connectors/source/bundle.h"
#include "connectors/source/unpack.h"
#include "lib/base/text.h"

/* Each NULL or: 0, or -1 with the error, which ends the reading. */
struct xml_events {
    int (*start)(void *user, const char *name, const char *const *attributes, struct err *err);
    int (*end)(void *user, const char *name, struct err *err);
    int (*text)(void *user, struct text text, struct err *err);
};

/* bytes_left: what may still be unpacked; what this member took is taken from it. */
int xml_read(struct bundle *bundle, const char *member, const struct unpacking *way, uint64_t *bytes_left,
             const struct xml_events *events, void *user, struct err *err);

/* The value of an attribute; NULL: it is not there. */
const char *xml_attribute(const char *const *attributes, const char *name);

#endif
