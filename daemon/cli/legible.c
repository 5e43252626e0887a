#include "daemon/cli/legible.h"

#include <stdlib.h>

#include "connectors/source/charset.h"
#include "lib/base/arena.h"

struct legible {
    enum feed_charset charset;
    struct decoder *decoder;
};

struct legible *legible_new(enum feed_charset charset)
{
    struct legible *legible = mem_zalloc(sizeof *legible);

    legible->charset = charset;
    legible->decoder = decoder_new(charset);
    return legible;
}

void legible_free(struct legible *legible)
{
    if (!legible)
        return;
    decoder_free(legible->decoder);
    free(legible);
}

void legible_freep(struct legible **legible)
{
    legible_free(*legible);
}

/* --- where a character ends --- */

static size_t utf8_size(unsigned char first)
{
    return first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

/* GB 18030-2005: 81-FE, then 40-FE (two bytes) or 30-39 (four). */
static size_t gb18030_size(const unsigned char *at, size_t left)
{
    return left > 1 && at[1] >= '0' && at[1] <= '9' ? 4 : 2;
}

static size_t character_size(enum feed_charset charset, struct text rest)
{
    const unsigned char *at = (const unsigned char *)rest.data;
    size_t size;

    if (*at < 0x80)
        return 1;
    size = charset == CHARSET_GB18030 ? gb18030_size(at, rest.len) : utf8_size(*at);
    return size < rest.len ? size : rest.len;
}

/* --- what must not be shown as it is --- */

static uint32_t code_point(struct text utf8)
{
    static const unsigned char masks[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
    uint32_t code = (unsigned char)utf8.data[0] & masks[utf8.len];

    for (size_t i = 1; i < utf8.len; i++)
        code = code << 6 | ((unsigned char)utf8.data[i] & 0x3F);
    return code;
}

static bool is_hidden(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        { 0x80, 0x9F },     { 0xAD, 0xAD },     { 0x61C, 0x61C },   { 0x180E, 0x180E }, { 0x200B, 0x200F },
        { 0x2028, 0x202E }, { 0x2060, 0x206F }, { 0xFEFF, 0xFEFF }, { 0xFFF9, 0xFFFB }, { 0xE0000, 0xE0FFF },
    };

    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (code >= hidden[i].first && code <= hidden[i].last)
            return true;
    return false;
}

static void add_byte(unsigned char byte, struct buffer *out)
{
    if (byte == '\t' || byte == '\n' || byte == '\r')
        buffer_add_string(out, byte == '\t' ? "\\t" : byte == '\n' ? "\\n" : "\\r");
    else
        buffer_printf(out, "\\x%02X", byte);
}

static bool add_ascii(char character, struct buffer *out)
{
    bool plain = character >= ' ' && character <= '~';

    if (plain)
        buffer_add_byte(out, (uint8_t)character);
    else
        add_byte((unsigned char)character, out);
    return plain;
}

static bool add_other(struct legible *legible, struct text bytes, size_t *ret_taken, struct buffer *out)
{
    struct text utf8;
    uint32_t code;

    *ret_taken = 1;
    if (!decoder_text(legible->decoder, bytes, &utf8) || !utf8.len || utf8.len > 4) {
        add_byte((unsigned char)bytes.data[0], out);
        return false;
    }
    *ret_taken = bytes.len;
    code = code_point(utf8);
    if (is_hidden(code))
        buffer_printf(out, "\\u{%04X}", (unsigned)code);
    else
        buffer_add(out, utf8.data, utf8.len);
    return !is_hidden(code);
}

bool legible_add(struct legible *legible, struct text line, struct buffer *out)
{
    bool exact = true;

    for (size_t at = 0, taken = 1; at < line.len; at += taken) {
        struct text rest = { line.data + at, line.len - at };

        rest.len = character_size(legible->charset, rest);
        taken = 1;
        if ((unsigned char)*rest.data < 0x80)
            exact &= add_ascii(*rest.data, out);
        else
            exact &= add_other(legible, rest, &taken, out);
    }
    return exact;
}
