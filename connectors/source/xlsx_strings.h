/* xlsx_strings - the texts that the cells of a workbook share, in a file without a name: however many there
 * are, they take a few MiB of memory. Sheets name them in the order in which they first come, so that one is
 * mostly read near to the one before.
 *
 * Ownership: xlsx_strings_read() … xlsx_strings_free(); both ends take NULL. Errors: as xml.h. */
#ifndef OLIVE_CONNECTORS_SOURCE_XLSX_STRINGS_H
#define OLIVE_CONNECTORS_SOURCE_XLSX_STRINGS_H

#include "connectors/source/xml.h"

struct xlsx_strings;
int xlsx_strings_read(struct bundle *bundle, const char *member, const struct unpacking *way,
                      uint64_t *bytes_left, struct xlsx_strings **ret, struct err *err);
void xlsx_strings_free(struct xlsx_strings *strings);
void xlsx_strings_freep(struct xlsx_strings **strings);

/* Appends the text of that number. strings: NULL has none. */
int xlsx_strings_add_to(struct xlsx_strings *strings, uint64_t number, struct buffer *out, struct err *err);

#endif
