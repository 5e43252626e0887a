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

/* What may be taken past the parser, when the member is UTF-8: from behind the tag `from` on, elements that
 * end with the tag `to`. */
enum xml_skim {
    XML_SKIM_MORE = 1, /* took what it knows, and needs more bytes to go on */
    XML_SKIM_ONE,      /* the next element is for the parser */
    XML_SKIM_OVER      /* and so is all that is left */
};
struct xml_skimmer {
    const char *from, *to;
    /* Takes off the front of the bytes; what it took, the parser never sees. -1: the error. */
    int (*skim)(void *user, struct text bytes, size_t *ret_taken, struct err *err);
};

/* Each NULL or: 0, or -1 with the error, which ends the reading. */
struct xml_events {
    int (*start)(void *user, const char *name, const char *const *attributes, struct err *err);
    int (*end)(void *user, const char *name, struct err *err);
    int (*text)(void *user, struct text text, struct err *err);
    const struct xml_skimmer *skimmer;
};

/* bytes_left: what may still be unpacked; what this member took is taken from it. */
int xml_read(struct bundle *bundle, const char *member, const struct unpacking *way, uint64_t *bytes_left,
             const struct xml_events *events, void *user, struct err *err);

/* The value of an attribute; NULL: it is not there. */
const char *xml_attribute(const char *const *attributes, const char *name);

#endif
