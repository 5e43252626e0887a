/* scanner - JSON text (RFC 8259) value by value, where it lies: nothing is copied, no number is computed, for
 * one that went through a double is another one.
 *
 * What scan_value() gives has been looked through to its end, nested ones SCAN_DEPTH_MAX deep. Bytes inside a
 * string that are no UTF-8 are not its affair: whoever reads the string looks at them.
 *
 * Ownership: values lend the text. Threads: any. Errors: false, or SCAN_BAD: not JSON. */
#ifndef OLIVE_CONNECTORS_SOURCE_SCANNER_H
#define OLIVE_CONNECTORS_SOURCE_SCANNER_H

#include <stdbool.h>

#include "lib/base/buffer.h"
#include "lib/base/text.h"

enum { SCAN_DEPTH_MAX = 64 };

enum scan_kind { SCAN_NULL, SCAN_BOOL, SCAN_NUMBER, SCAN_STRING, SCAN_ARRAY, SCAN_OBJECT };

struct scan_value {
    enum scan_kind kind;
    struct text raw; /* as it is written; of a string without its quotes */
};

struct scanner {
    const char *at, *end;
    unsigned depth;
    bool inside; /* an item of the array or object has passed: a comma is due */
};

struct scanner scanner_of(struct text text);
bool scan_value(struct scanner *scanner, struct scan_value *ret);
bool scan_end(struct scanner *scanner); /* nothing but blanks is left */

/* Into an array or object, whose first byte is its bracket: its items one after another, those of an object
 * with their key (a string as it is written). It need not have been looked through before; after SCAN_DONE
 * the scanner stands behind it. */
enum scan_step { SCAN_DONE, SCAN_ITEM, SCAN_BAD };
struct scanner scan_enter(struct text raw);
enum scan_step scan_next(struct scanner *scanner, enum scan_kind within, struct text *ret_key,
                         struct scan_value *ret);

/* A string without its escapes: itself when it has none, else what is added to `out`, whose memory must not
 * move while the text is used: a caller makes room for raw.len bytes before. False: half a surrogate pair, or
 * NUL, which no text of ours has. */
bool scan_string(struct text raw, struct buffer *out, struct text *ret);

#endif
