/* control - the control file NAME.ok that says what NAME should be.
 *
 * Lines `name=value`: bytes, lines, sum, sha256 (checked against the file), sequence, received (of history
 * that is loaded: when it had come, YYYY-MM-DDThh:mm:ss, local unless it has a zone; never in the future).
 * All may be missing: an empty control file just says "whole". Blank lines and lines that begin with # are
 * passed over.
 *
 * Errors: ERR_REJECT (CONTRADICTS_CONTROL_TOTAL) for a control file that is not of this form. */
#ifndef OLIVE_CONNECTORS_CONTROL_H
#define OLIVE_CONNECTORS_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/decimal.h"
#include "lib/base/digest.h"
#include "lib/base/err.h"
#include "lib/base/text.h"

enum { CONTROL_BYTES_MAX = 4096, TOTAL_DECIMALS = 4 };
#define TOTAL_NONE INT64_MIN /* a sum that nobody said */

struct control {
    uint64_t bytes, lines, sequence; /* or COUNT_NONE */
    int64_t sum;         /* of the feed's totals.column, in units of TOTAL_DECIMALS; or TOTAL_NONE */
    int64_t received_ms; /* or INT64_MIN */
    bool has_digest;
    uint8_t digest[DIGEST_SIZE];
};

extern const struct control control_none;
int control_parse(struct text text, struct control *ret, struct err *err);

#endif
