/* reason - why a line or a delivery is refused (FEEDS, "Bad input"). The names travel in dead-letter headers.
 */
#ifndef OLIVE_CORE_REASON_H
#define OLIVE_CORE_REASON_H

#include "lib/base/decimal.h"
#include "lib/base/err.h"

enum reason {
    REASON_NONE,
    LINE_TOO_LONG,
    BAD_ENCODING,
    BAD_COLUMN_COUNT,
    MISSING,
    BAD_ID,
    BAD_AMOUNT,
    OUT_OF_RANGE,
    BAD_DATE,
    BAD_CODE,
    UNKNOWN_CURRENCY,
    /* of a whole delivery */
    FIELD_NOT_ALLOWED,
    CONTRADICTS_CONTROL_TOTAL,
    OVER_ERROR_LIMIT,
    NOT_TEXT,
    NO_KNOWN_COLUMN,
    REASON_COUNT
};

extern const char *const reason_names[REASON_COUNT]; /* "LINE_TOO_LONG" … */
extern const char *const reason_texts[REASON_COUNT]; /* "is longer than the feed allows" …: never a value */
extern const char *const reason_chinese[REASON_COUNT]; /* a sentence for the department that sent the line */

int err_reject(struct err *err, enum reason reason); /* ERR_REJECT with that code and text; returns -1 */
/* 0 for PARSE_OK; PARSE_BAD becomes BAD_AMOUNT, PARSE_RANGE OUT_OF_RANGE. */
int err_parse(struct err *err, enum parse parse);

#endif
