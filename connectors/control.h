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

#include "lib/base/buffer.h"
#include "lib/base/decimal.h"
#include "lib/base/digest.h"
#include "lib/base/err.h"
#include "lib/base/text.h"
#include "lib/core/receipt.h"

enum { CONTROL_BYTES_MAX = 4096, TOTAL_DECIMALS = 4 };
#define TOTAL_NONE INT64_MIN /* a sum that nobody said */

enum act_kind { ACT_NONE, ACT_REPLAY, ACT_DISMISS };
enum { ACT_SPANS_MAX = 64 };

struct order { /* an operator's: what `olive dlq replay` and `dismiss` put beside their file */
    enum act_kind kind;
    uint8_t original[DIGEST_SIZE]; /* the delivery whose dead letters it settles */
    uint64_t settled;              /* how many of them */
    uint64_t acts;                 /* that had been done on it before: it was counted with these in mind */
    struct line_span lines[ACT_SPANS_MAX];
    size_t line_count;
};

struct control {
    uint64_t bytes, lines, sequence; /* or COUNT_NONE */
    int64_t sum;         /* of the feed's totals.column, in units of TOTAL_DECIMALS; or TOTAL_NONE */
    int64_t received_ms; /* or INT64_MIN */
    bool has_digest;
    uint8_t digest[DIGEST_SIZE];
    struct order order; /* of an act; a department's control file has none */
};

extern const struct control control_none;
int control_parse(struct text text, struct control *ret, struct err *err);
/* The control file of an act, by `olive`: act, original, settled, acts and, once each, spans first-last. */
int control_parse_act(struct text text, struct control *ret, struct err *err);
/* Writes what control_parse_act() reads. */
void control_write_act(const struct order *order, struct buffer *out);

#endif
