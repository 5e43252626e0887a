#include "connectors/source/charset.h"

#include <iconv.h>
#include <stdint.h>
#include <string.h>

#include "tests/unit/unit.h"

enum { LINE_MAX_BYTES = 64, DECODED_MAX_BYTES = 2 * LINE_MAX_BYTES, ROUNDS = 200000 };

/* The whole line by one call; false: it is no GB18030. */
static bool by_iconv(iconv_t set, const char *line, size_t len, char *ret, size_t *ret_len)
{
    char copy[LINE_MAX_BYTES], *in = copy, *out = ret;
    size_t left = DECODED_MAX_BYTES;

    memcpy(copy, line, len);
    iconv(set, NULL, NULL, NULL, NULL);
    if (iconv(set, &in, &len, &out, &left) == (size_t)-1)
        return false;
    *ret_len = (size_t)(out - ret);
    return true;
}

static void assert_same(struct decoder *decoder, iconv_t set, const char *line, size_t len)
{
    char wanted[DECODED_MAX_BYTES];
    size_t wanted_len;
    struct text got;
    bool good = by_iconv(set, line, len, wanted, &wanted_len);

    assert_int_equal(decoder_text(decoder, (struct text){ line, len }, &got), good);
    if (!good)
        return;
    assert_int_equal(got.len, wanted_len);
    assert_memory_equal(got.data, wanted, wanted_len);
}

static void each_character_of_two_bytes_is_what_iconv_says(void **state)
{
    struct decoder *decoder = decoder_new(CHARSET_GB18030);
    iconv_t set = iconv_open("UTF-8", "GB18030");

    for (int lead = 0x80; lead <= 0xFF; lead++)
        for (int trail = 0x01; trail <= 0xFF; trail++) {
            const char line[] = { '1', (char)lead, (char)trail, ',', (char)lead, (char)trail };

            assert_same(decoder, set, line, sizeof line);
            assert_same(decoder, set, line, sizeof line - 1); /* and cut off */
        }
    iconv_close(set);
    decoder_free(decoder);
}

static uint32_t dice(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

/* Characters of one, two and four bytes, and now and then a byte that fits nowhere. */
static size_t random_line(uint32_t *seed, char line[LINE_MAX_BYTES])
{
    size_t len = 0, count = dice(seed, 12);

    for (size_t i = 0; i < count; i++) {
        uint32_t kind = dice(seed, 40);

        if (kind < 16) {
            line[len++] = (char)(1 + dice(seed, 0x7F));
        } else if (kind < 34) {
            line[len++] = (char)(0x81 + dice(seed, 0x7E));
            line[len++] = (char)(0x40 + dice(seed, 0xBF));
        } else if (kind < 39) {
            line[len++] = (char)(0x81 + dice(seed, 0x7E));
            line[len++] = (char)(0x30 + dice(seed, 10));
            line[len++] = (char)(0x81 + dice(seed, 0x7E));
            line[len++] = (char)(0x30 + dice(seed, 10));
        } else {
            line[len++] = (char)(1 + dice(seed, 0xFF));
        }
    }
    return len;
}

static void lines_are_what_iconv_says(void **state)
{
    struct decoder *decoder = decoder_new(CHARSET_GB18030);
    iconv_t set = iconv_open("UTF-8", "GB18030");
    char line[LINE_MAX_BYTES];
    uint32_t seed = 1;

    for (int round = 0; round < ROUNDS; round++) {
        size_t len = random_line(&seed, line);

        assert_same(decoder, set, line, len);
    }
    iconv_close(set);
    decoder_free(decoder);
}

static void a_nul_is_no_text(void **state)
{
    struct decoder *decoder = decoder_new(CHARSET_GB18030);
    struct text got;

    assert_false(decoder_text(decoder, (struct text){ "a\0b", 3 }, &got));
    decoder_free(decoder);
}

UNIT_MAIN(cmocka_unit_test(each_character_of_two_bytes_is_what_iconv_says),
          cmocka_unit_test(lines_are_what_iconv_says), cmocka_unit_test(a_nul_is_no_text))
