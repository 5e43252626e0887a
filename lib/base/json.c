#include "lib/base/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/text.h"

struct json json_to(struct buffer *out)
{
    return (struct json){ .out = out };
}

static void json_before(struct json *json)
{
    if (json->after_value)
        buffer_add_byte(json->out, ',');
    json->after_value = true;
}

void json_open(struct json *json, char bracket)
{
    json_before(json);
    buffer_add_byte(json->out, (uint8_t)bracket);
    json->after_value = false;
}

void json_close(struct json *json, char bracket)
{
    buffer_add_byte(json->out, (uint8_t)bracket);
    json->after_value = true;
}

static void json_escaped(struct buffer *out, const char *data, size_t len)
{
    static const char named[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";

    buffer_add_byte(out, '"');
    for (size_t i = 0; i < len; i++) {
        const char *name = data[i] ? strchr(named, data[i]) : NULL;

        if (name)
            buffer_add(out, (const char[]){ '\\', letters[name - named] }, 2);
        else if ((unsigned char)data[i] < 0x20)
            buffer_printf(out, "\\u%04x", (unsigned)data[i]);
        else
            buffer_add_byte(out, (uint8_t)data[i]);
    }
    buffer_add_byte(out, '"');
}

void json_key(struct json *json, const char *key)
{
    json_before(json);
    json_escaped(json->out, key, strlen(key));
    buffer_add_byte(json->out, ':');
    json->after_value = false;
}

void json_text(struct json *json, const char *data, size_t len)
{
    json_before(json);
    json_escaped(json->out, data, len);
}

void json_str(struct json *json, const char *string)
{
    if (string)
        json_text(json, string, strlen(string));
    else
        json_none(json);
}

void json_int(struct json *json, int64_t value)
{
    char digits[24];

    json_before(json);
    buffer_add(json->out, digits, (size_t)snprintf(digits, sizeof digits, "%" PRId64, value));
}

void json_uint(struct json *json, uint64_t value)
{
    char digits[24];

    json_before(json);
    buffer_add(json->out, digits, (size_t)snprintf(digits, sizeof digits, "%" PRIu64, value));
}

void json_bool(struct json *json, bool value)
{
    json_before(json);
    buffer_add_string(json->out, value ? "true" : "false");
}

void json_none(struct json *json)
{
    json_before(json);
    buffer_add_string(json->out, "null");
}

void json_hex(struct json *json, const void *data, size_t size)
{
    json_before(json);
    buffer_add_byte(json->out, '"');
    hex_encode(data, size, (char *)buffer_grow(json->out, 2 * size + 1));
    json->out->size--; /* the NUL */
    buffer_add_byte(json->out, '"');
}
