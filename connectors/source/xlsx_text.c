#include "connectors/source/xlsx_text.h"

#include <string.h>

enum { ESCAPE_BYTES = 7 }; /* _x000D_ */

void xlsx_text_start(struct xlsx_text *text)
{
    buffer_clear(&text->bytes);
    text->taking = false;
    text->phonetic = 0;
}

static bool is_phonetic(const char *name)
{
    return *name == 'r' && !strcmp(name, "rPh");
}

void xlsx_text_open(struct xlsx_text *text, const char *name)
{
    text->phonetic += is_phonetic(name);
    text->taking = (*name == 't' || *name == 'v') && !name[1] && !text->phonetic;
}

void xlsx_text_close(struct xlsx_text *text, const char *name)
{
    text->phonetic -= text->phonetic && is_phonetic(name);
    text->taking = false;
}

int xlsx_text_add(struct xlsx_text *text, struct text piece, struct err *err)
{
    if (!text->taking)
        return 0;
    if (text->bytes.size + piece.len > XLSX_TEXT_BYTES_MAX)
        return err_set(err, ERR_REJECT, "has a cell of more than 32,767 characters: that is no list");
    buffer_add(&text->bytes, piece.data, piece.len);
    return 0;
}

/* --- _xHHHH_ --- */

static size_t put_utf8(unsigned code, uint8_t *ret)
{
    if (code < 0x80) {
        ret[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        ret[0] = (uint8_t)(0xC0 | code >> 6);
        ret[1] = (uint8_t)(0x80 | (code & 0x3F));
        return 2;
    }
    ret[0] = (uint8_t)(0xE0 | code >> 12);
    ret[1] = (uint8_t)(0x80 | (code >> 6 & 0x3F));
    ret[2] = (uint8_t)(0x80 | (code & 0x3F));
    return 3;
}

static bool is_escape(const uint8_t *at, size_t left, unsigned *ret)
{
    uint8_t code[2];

    if (left < ESCAPE_BYTES || at[0] != '_' || at[1] != 'x' || at[6] != '_' ||
        !hex_decode((struct text){ (const char *)at + 2, 4 }, code, sizeof code))
        return false;
    *ret = (unsigned)code[0] << 8 | code[1];
    return *ret && (*ret < 0xD800 || *ret > 0xDFFF);
}

struct text xlsx_text_end(struct xlsx_text *text)
{
    uint8_t *out = text->bytes.data, *at = out;
    const uint8_t *end = out + text->bytes.size;
    unsigned code;

    if (!text->bytes.size)
        return TEXT("");
    if (memchr(out, '_', text->bytes.size))
        while (at < end) {
            if (is_escape(at, (size_t)(end - at), &code)) {
                out += put_utf8(code, out); /* never longer than what it stands for */
                at += ESCAPE_BYTES;
            } else {
                *out++ = *at++;
            }
        }
    else
        out += text->bytes.size;
    return (struct text){ (const char *)text->bytes.data, (size_t)(out - text->bytes.data) };
}

void xlsx_text_free(struct xlsx_text *text)
{
    buffer_free(&text->bytes);
}
