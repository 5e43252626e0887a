#include "lib/base/json.h"

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

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

static void json_escape(struct buffer *out, char c)
{
    static const char named[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
    const char *name = c ? strchr(named, c) : NULL;

    if (name)
        buffer_add(out, (const char[]){ '\\', letters[name - named] }, 2);
    else
        buffer_printf(out, "\\u%04x", (unsigned)c);
}

static void json_escaped(struct buffer *out, const char *data, size_t len)
{
    buffer_add_byte(out, '"');
    for (size_t at = 0, end; at < len; at = end) {
        for (end = at; end < len && is_plain(data[end]); end++)
            ;
        buffer_add(out, data + at, end - at);
        if (end < len)
            json_escape(out, data[end++]);
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

/* A profile's canonical line is numbers for the most part, and printf would be half the cost of its digest.
 */
static void json_digits(struct buffer *out, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;

    do
        digits[--at] = (char)('0' + value % 10);
    while (value /= 10);
    buffer_add(out, digits + at, sizeof digits - at);
}

void json_int(struct json *json, int64_t value)
{
    json_before(json);
    if (value < 0)
        buffer_add_byte(json->out, '-');
    json_digits(json->out, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void json_decimal(struct json *json, int64_t value, int decimals)
{
    uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value, unit = 1;

    for (int i = 0; i < decimals; i++)
        unit *= 10;
    json_before(json);
    if (value < 0)
        buffer_add_byte(json->out, '-');
    json_digits(json->out, magnitude / unit);
    if (decimals)
        buffer_add_byte(json->out, '.');
    for (magnitude %= unit; unit > 1; magnitude %= unit)
        buffer_add_byte(json->out, (uint8_t)('0' + magnitude / (unit /= 10)));
}

void json_uint(struct json *json, uint64_t value)
{
    json_before(json);
    json_digits(json->out, value);
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

void json_hex_or_none(struct json *json, const void *data, size_t size)
{
    const uint8_t *bytes = data;
    uint8_t any = 0;

    for (size_t i = 0; i < size; i++)
        any |= bytes[i];
    if (any)
        json_hex(json, data, size);
    else
        json_none(json);
}
