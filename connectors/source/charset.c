#include "connectors/source/charset.h"

#include <assert.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/buffer.h"

enum { GROWTH_MAX = 2 }; /* two bytes of GB18030 are at most three of UTF-8, four are at most four */

struct decoder {
    enum feed_charset charset;
    iconv_t iconv; /* of GB18030 */
    struct buffer decoded;
};

struct decoder *decoder_new(enum feed_charset charset)
{
    struct decoder *decoder = mem_zalloc(sizeof *decoder);

    decoder->charset = charset;
    if (charset == CHARSET_GB18030) {
        decoder->iconv = iconv_open("UTF-8", "GB18030");
        assert(decoder->iconv != (iconv_t)-1); /* glibc always has it */
    }
    return decoder;
}

void decoder_free(struct decoder *decoder)
{
    if (!decoder)
        return;
    if (decoder->charset == CHARSET_GB18030)
        iconv_close(decoder->iconv);
    buffer_free(&decoder->decoded);
    free(decoder);
}

/* Most lines are, and need no work; a NUL is no text in any set. */
static bool is_plain_ascii(struct text line)
{
    unsigned char other = 0;

    for (size_t i = 0; i < line.len; i++)
        other |= (unsigned char)((unsigned char)line.data[i] - 1) >= 0x7F;
    return !other;
}

static bool decode_gb18030(struct decoder *decoder, struct text line, struct text *ret)
{
    union { /* iconv() takes its input as char **, though it never writes there */
        const char *constant;
        char *in;
    } from = { .constant = line.data };
    size_t in_left = line.len, out_left = GROWTH_MAX * line.len;
    char *out;

    buffer_clear(&decoder->decoded);
    out = (char *)buffer_grow(&decoder->decoded, out_left);
    iconv(decoder->iconv, NULL, NULL, NULL, NULL);
    if (iconv(decoder->iconv, &from.in, &in_left, &out, &out_left) == (size_t)-1)
        return false;
    *ret = (struct text){ (char *)decoder->decoded.data, decoder->decoded.size - out_left };
    return true;
}

bool decoder_text(struct decoder *decoder, struct text line, struct text *ret)
{
    *ret = line;
    if (is_plain_ascii(line))
        return true;
    if (memchr(line.data, '\0', line.len))
        return false;
    return decoder->charset == CHARSET_GB18030 ? decode_gb18030(decoder, line, ret) : text_is_utf8(line);
}

size_t charset_mark_size(enum feed_charset charset, const void *data, size_t size)
{
    static const char *const marks[] = {
        [CHARSET_UTF8] = "\xEF\xBB\xBF", [CHARSET_GB18030] = "\x84\x31\x95\x33"
    };
    size_t mark = strlen(marks[charset]);

    return size >= mark && !memcmp(data, marks[charset], mark) ? mark : 0;
}
