/* json - writes JSON (RFC 8259) into a buffer: fixed order, no blanks, so that equal values give equal bytes.
 *
 * Named so that jansson can be linked beside it (it has a json_string and a json_null of its own).
 * Commas come by themselves. Text must be valid UTF-8; control characters are escaped. Reading is jansson's
 * work. */
#ifndef OLIVE_BASE_JSON_H
#define OLIVE_BASE_JSON_H

#include "lib/base/buffer.h"

struct json {
    struct buffer *out;
    bool after_value; /* a comma is due before the next value or key */
};

struct json json_to(struct buffer *out);
void json_open(struct json *json, char bracket);  /* '{' or '[' */
void json_close(struct json *json, char bracket); /* '}' or ']' */
void json_key(struct json *json, const char *key);
void json_str(struct json *json, const char *string); /* NULL writes null */
void json_text(struct json *json, const char *data, size_t len);
void json_int(struct json *json, int64_t value);
void json_uint(struct json *json, uint64_t value);
/* value / 10^decimals, exactly: all decimals are written, and no exponent. */
void json_decimal(struct json *json, int64_t value, int decimals);
void json_bool(struct json *json, bool value);
void json_none(struct json *json);
void json_hex(struct json *json, const void *data, size_t size);
void json_hex_or_none(struct json *json, const void *data, size_t size); /* zeros alone: null */

#endif
