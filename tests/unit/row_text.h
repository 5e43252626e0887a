/* row_text - what a reader of rows gives, as text that a test can hold against another. */
#ifndef OLIVE_TESTS_ROW_TEXT_H
#define OLIVE_TESTS_ROW_TEXT_H

#include "connectors/source/row.h"

/* One row a line: "1@0#a|b" is a header, "2@7 a|b" line 2 at byte 7, "3@9 !BAD_ENCODING" a bad one. Closes
 * the reader; an error stands at the end. Valid until the next call. */
const char *row_text(struct row_reader *reader);
/* The same with #0 behind each cell that is a bare number to whoever keeps it. */
const char *row_text_numbers(struct row_reader *reader);

#endif
