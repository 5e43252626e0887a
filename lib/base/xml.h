/* xml - text as it may stand in XML, between tags or in an attribute. */
#ifndef OLIVE_BASE_XML_H
#define OLIVE_BASE_XML_H

#include "lib/base/buffer.h"

/* Valid UTF-8 in, character data out; control characters, which XML does not have, are left out. */
void xml_add(struct buffer *out, const char *text);

#endif
