/* xlsx_text - the text of a cell or shared string, gathered from the elements that it is spread over.
 *
 * Rich text is its runs, one behind the other; phonetic hints are no part of it. _x000D_ is how a character
 * is written that XML does not have (ECMA-376 22.9.2.19).
 *
 * Ownership: a zeroed struct is an empty one; xlsx_text_free(). */
#ifndef OLIVE_CONNECTORS_SOURCE_XLSX_TEXT_H
#define OLIVE_CONNECTORS_SOURCE_XLSX_TEXT_H

#include <stdbool.h>

#include "lib/base/buffer.h"
#include "lib/base/err.h"
#include "lib/base/text.h"

enum { XLSX_TEXT_BYTES_MAX = 4 * 32767 }; /* Excel: 32,767 characters a cell */

struct xlsx_text {
    struct buffer bytes;
    bool taking;       /* within an element whose text counts */
    unsigned phonetic; /* within so many elements of hints */
};

void xlsx_text_start(struct xlsx_text *text); /* a new one */
/* The events of xml.h; what is none of theirs is passed over. */
void xlsx_text_open(struct xlsx_text *text, const char *name);
void xlsx_text_close(struct xlsx_text *text, const char *name);
int xlsx_text_add(struct xlsx_text *text, struct text piece, struct err *err);
/* All of it, with its characters in place. */
struct text xlsx_text_end(struct xlsx_text *text);
void xlsx_text_free(struct xlsx_text *text);

#endif
