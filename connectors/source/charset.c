#include "connectors/source/charset.h"

#include <assert.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/buffer.h"

/* Two bytes of GB18030 are at most three of UTF-8 (a few of them four, in their stead), four are at most
 * four. */
enum {
    GROWTH_MAX = 2,
    LEAD_MIN = 0x81,
    LEAD_COUNT = 0xFE - LEAD_MIN + 1,
    TRAIL_MIN = 0x40,
    TRAIL_COUNT = 0xFE - TRAIL_MIN + 1,
    PAIR_COUNT = LEAD_COUNT * TRAIL_COUNT,
    UTF8_MAX = 4
};

/* A character of two bytes, as iconv() has it; size 0: it has not been asked for, or is none. */
struct pair {
    uint8_t size;
    char utf8[UTF8_MAX];
};

struct decoder {
    enum feed_charset charset;
    iconv_t iconv;      /* of GB18030 */
    struct pair *pairs; /* those met so far: one call of iconv() costs as much as a line */
    struct buffer decoded;
};

static bool convert(struct decoder *decoder, struct text from, char **out, size_t *out_left)
{
    union { /* iconv() takes its input as char **, though it never writes there */
        const char *constant;
        char *in;
    } at = { .constant = from.data };

    return iconv(decoder->iconv, &at.in, &from.len, out, out_left) != (size_t)-1;
}

static void learn_pair(struct decoder *decoder, const unsigned char *bytes, struct pair *pair)
{
    size_t left = sizeof pair->utf8;
    char *out = pair->utf8;

    iconv(decoder->iconv, NULL, NULL, NULL, NULL);
    if (convert(decoder, (struct text){ (const char *)bytes, 2 }, &out, &left))
        pair->size = (uint8_t)(sizeof pair->utf8 - left);
}

struct decoder *decoder_new(enum feed_charset charset)
{
    struct decoder *decoder = mem_zalloc(sizeof *decoder);

    decoder->charset = charset;
    if (charset == CHARSET_GB18030) {
        decoder->iconv = iconv_open("UTF-8", "GB18030");
        assert(decoder->iconv != (iconv_t)-1); /* glibc always has it */
        decoder->pairs = mem_zalloc(PAIR_COUNT * sizeof *decoder->pairs);
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
    free(decoder->pairs);
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

static const struct pair *find_pair(struct decoder *decoder, const unsigned char *at, size_t left)
{
    struct pair *pair;

    if (left < 2 || at[0] < LEAD_MIN || at[0] == 0xFF || at[1] < TRAIL_MIN || at[1] == 0xFF)
        return NULL;
    pair = &decoder->pairs[(size_t)(at[0] - LEAD_MIN) * TRAIL_COUNT + (at[1] - TRAIL_MIN)];
    if (!pair->size)
        learn_pair(decoder, at, pair);
    return pair->size ? pair : NULL;
}

/* What no table has, characters of four bytes and what is none: the rest of the line is iconv()'s. */
static bool decode_rest(struct decoder *decoder, struct text rest, char **out)
{
    size_t left = GROWTH_MAX * rest.len;

    iconv(decoder->iconv, NULL, NULL, NULL, NULL);
    return convert(decoder, rest, out, &left);
}

static size_t ascii_run(const unsigned char *at, const unsigned char *end)
{
    const unsigned char *start = at;
    uint64_t eight;

    for (; end - at >= (ptrdiff_t)sizeof eight; at += sizeof eight) {
        memcpy(&eight, at, sizeof eight);
        if (eight & UINT64_C(0x8080808080808080))
            break;
    }
    while (at < end && *at < 0x80)
        at++;
    return (size_t)(at - start);
}

static bool decode_gb18030(struct decoder *decoder, struct text line, struct text *ret)
{
    const unsigned char *at = (const unsigned char *)line.data, *end = at + line.len;
    char *start, *out;

    buffer_clear(&decoder->decoded);
    start = out = (char *)buffer_grow(&decoder->decoded, GROWTH_MAX * line.len);
    while (at < end) {
        const struct pair *pair;

        if (*at < 0x80) {
            size_t size = ascii_run(at, end);

            memcpy(out, at, size);
            at += size;
            out += size;
            continue;
        }
        pair = find_pair(decoder, at, (size_t)(end - at));
        if (!pair) {
            if (!decode_rest(decoder, (struct text){ (const char *)at, (size_t)(end - at) }, &out))
                return false;
            break;
        }
        memcpy(out, pair->utf8, sizeof pair->utf8); /* there is room: two bytes in, four out */
        out += pair->size;
        at += 2;
    }
    *ret = (struct text){ start, (size_t)(out - start) };
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
