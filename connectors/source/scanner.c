#include "connectors/source/scanner.h"

#include <string.h>

struct scanner scanner_of(struct text text)
{
    return (struct scanner){ text.data, text.data + text.len, 0, false };
}

static void skip_blanks(struct scanner *scanner)
{
    while (scanner->at < scanner->end &&
           (*scanner->at == ' ' || *scanner->at == '\t' || *scanner->at == '\n' || *scanner->at == '\r'))
        scanner->at++;
}

static bool take(struct scanner *scanner, char wanted)
{
    if (scanner->at == scanner->end || *scanner->at != wanted)
        return false;
    scanner->at++;
    return true;
}

bool scan_end(struct scanner *scanner)
{
    skip_blanks(scanner);
    return scanner->at == scanner->end;
}

/* --- one value --- */

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* at: behind the backslash. */
static bool pass_escape(struct scanner *scanner)
{
    if (scanner->at == scanner->end)
        return false;
    if (*scanner->at != 'u')
        return *scanner->at && strchr("\"\\/bfnrt", *scanner->at++);
    scanner->at++;
    for (int i = 0; i < 4; i++, scanner->at++)
        if (scanner->at == scanner->end || !is_hex(*scanner->at))
            return false;
    return true;
}

/* at: behind the opening quote. Most strings have no escape: their end is found at once. */
static bool pass_string(struct scanner *scanner, struct text *ret)
{
    const char *from = scanner->at;

    while (scanner->at < scanner->end) {
        unsigned char c = (unsigned char)*scanner->at++;

        if (c == '"') {
            *ret = (struct text){ from, (size_t)(scanner->at - 1 - from) };
            return true;
        }
        if (c < ' ' || (c == '\\' && !pass_escape(scanner)))
            return false;
    }
    return false;
}

static size_t pass_digits(struct scanner *scanner)
{
    const char *from = scanner->at;

    while (scanner->at < scanner->end && *scanner->at >= '0' && *scanner->at <= '9')
        scanner->at++;
    return (size_t)(scanner->at - from);
}

static bool pass_exponent(struct scanner *scanner)
{
    if (!take(scanner, 'e') && !take(scanner, 'E'))
        return true;
    if (!take(scanner, '+'))
        take(scanner, '-');
    return pass_digits(scanner) > 0;
}

static bool pass_number(struct scanner *scanner)
{
    take(scanner, '-');
    if (!take(scanner, '0') && !pass_digits(scanner))
        return false;
    if (take(scanner, '.') && !pass_digits(scanner))
        return false;
    return pass_exponent(scanner);
}

static bool pass_word(struct scanner *scanner, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(scanner->end - scanner->at) < len || memcmp(scanner->at, word, len) != 0)
        return false;
    scanner->at += len;
    return true;
}

/* at: the opening bracket. */
static bool pass_nested(struct scanner *scanner, enum scan_kind kind)
{
    struct scanner within = { scanner->at + 1, scanner->end, scanner->depth + 1, false };
    enum scan_step step = SCAN_BAD;
    struct scan_value value;
    struct text key;

    while (within.depth <= SCAN_DEPTH_MAX && (step = scan_next(&within, kind, &key, &value)) == SCAN_ITEM)
        ;
    scanner->at = within.at;
    return step == SCAN_DONE;
}

static enum scan_kind kind_of(char first)
{
    switch (first) {
    case '"':
        return SCAN_STRING;
    case '{':
        return SCAN_OBJECT;
    case '[':
        return SCAN_ARRAY;
    case 't':
    case 'f':
        return SCAN_BOOL;
    case 'n':
        return SCAN_NULL;
    default:
        return SCAN_NUMBER;
    }
}

bool scan_value(struct scanner *scanner, struct scan_value *ret)
{
    const char *from;
    bool good = false;

    skip_blanks(scanner);
    if (scanner->at == scanner->end)
        return false;
    from = scanner->at;
    ret->kind = kind_of(*from);
    switch (ret->kind) {
    case SCAN_STRING:
        scanner->at++;
        return pass_string(scanner, &ret->raw);
    case SCAN_OBJECT:
    case SCAN_ARRAY:
        good = pass_nested(scanner, ret->kind);
        break;
    case SCAN_BOOL:
        good = pass_word(scanner, *from == 't' ? "true" : "false");
        break;
    case SCAN_NULL:
        good = pass_word(scanner, "null");
        break;
    case SCAN_NUMBER:
        good = pass_number(scanner);
        break;
    }
    ret->raw = (struct text){ from, (size_t)(scanner->at - from) };
    return good;
}

/* --- what an array or object holds --- */

struct scanner scan_enter(struct text raw)
{
    return (struct scanner){ raw.data + 1, raw.data + raw.len, 1, false };
}

static bool pass_key(struct scanner *scanner, struct text *ret)
{
    skip_blanks(scanner);
    if (!take(scanner, '"') || !pass_string(scanner, ret))
        return false;
    skip_blanks(scanner);
    return take(scanner, ':');
}

enum scan_step scan_next(struct scanner *scanner, enum scan_kind within, struct text *ret_key,
                         struct scan_value *ret)
{
    skip_blanks(scanner);
    if (take(scanner, within == SCAN_OBJECT ? '}' : ']'))
        return SCAN_DONE;
    if (scanner->inside && !take(scanner, ','))
        return SCAN_BAD;
    scanner->inside = true;
    if (within == SCAN_OBJECT && !pass_key(scanner, ret_key))
        return SCAN_BAD;
    return scan_value(scanner, ret) ? SCAN_ITEM : SCAN_BAD;
}

/* --- strings --- */

static uint32_t hex_number(const char *at)
{
    uint8_t bytes[2] = { 0 };

    hex_decode((struct text){ at, 4 }, bytes, sizeof bytes);
    return (uint32_t)bytes[0] << 8 | bytes[1];
}

static void add_utf8(struct buffer *out, uint32_t code)
{
    if (code < 0x80) {
        buffer_add_byte(out, (uint8_t)code);
        return;
    }
    if (code < 0x800) {
        buffer_add_byte(out, (uint8_t)(0xC0 | code >> 6));
    } else {
        if (code < 0x10000) {
            buffer_add_byte(out, (uint8_t)(0xE0 | code >> 12));
        } else {
            buffer_add_byte(out, (uint8_t)(0xF0 | code >> 18));
            buffer_add_byte(out, (uint8_t)(0x80 | (code >> 12 & 0x3F)));
        }
        buffer_add_byte(out, (uint8_t)(0x80 | (code >> 6 & 0x3F)));
    }
    buffer_add_byte(out, (uint8_t)(0x80 | (code & 0x3F)));
}

/* *at: behind the u; two of them make a character beyond U+FFFF. */
static bool add_unicode(const char **at, const char *end, struct buffer *out)
{
    uint32_t code = hex_number(*at);

    *at += 4;
    if (code >= 0xD800 && code < 0xDC00) {
        uint32_t low = end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u' ? hex_number(*at + 2) : 0;

        if (low < 0xDC00 || low > 0xDFFF)
            return false;
        *at += 6;
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (!code || (code >= 0xDC00 && code < 0xE000)) {
        return false;
    }
    add_utf8(out, code);
    return true;
}

static bool add_escape(const char **at, const char *end, struct buffer *out)
{
    static const char names[] = "bfnrt", bytes[] = "\b\f\n\r\t";
    char c = *(*at)++;
    const char *name;

    if (c == 'u')
        return add_unicode(at, end, out);
    name = strchr(names, c);
    buffer_add_byte(out, (uint8_t)(name ? bytes[name - names] : c));
    return true;
}

bool scan_string(struct text raw, struct buffer *out, struct text *ret)
{
    const char *at = raw.data, *end = raw.data + raw.len, *escape;
    size_t from = out->size;

    *ret = raw;
    if (!raw.len || !memchr(at, '\\', raw.len))
        return true;
    while ((escape = memchr(at, '\\', (size_t)(end - at))) != NULL) {
        buffer_add(out, at, (size_t)(escape - at));
        at = escape + 1;
        if (!add_escape(&at, end, out))
            return false;
    }
    buffer_add(out, at, (size_t)(end - at));
    *ret = (struct text){ (char *)out->data + from, out->size - from };
    return true;
}
