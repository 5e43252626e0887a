#include "daemon/cli/messages.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

#include "lib/base/date.h"
#include "lib/base/decimal.h"
#include "lib/core/elementary.h"
#include "lib/core/record.h"

static const struct code languages[] = {
    [LANGUAGE_ENGLISH] = { "en", "英文" }, [LANGUAGE_CHINESE] = { "zh", "中文" }
};
const struct codes language_codes = { "language", languages, LANGUAGE_COUNT };

static const char *const texts[MESSAGE_COUNT][LANGUAGE_COUNT] = {
#define MESSAGE(id, english, chinese) { english, chinese },
#include "daemon/cli/message_table.h"
#undef MESSAGE
};

const char *message_text(enum language language, enum message message)
{
    return texts[message][language];
}

/* --- which language --- */

static const char *first_set(void)
{
    static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);

        if (value && *value)
            return value;
    }
    return "";
}

bool language_find(const char *said, enum language *ret)
{
    int found = LANGUAGE_ENGLISH;

    if (said && !code_find(&language_codes, text_of(said), &found))
        return false;
    if (!said && !strncmp(first_set(), "zh", 2))
        found = LANGUAGE_CHINESE;
    *ret = (enum language)found;
    return true;
}

/* --- numbers --- */

void grouped_text(int64_t value, int decimals, struct buffer *out)
{
    char text[DECIMAL_TEXT_SIZE];
    const char *at = decimal_text(value, decimals, text);
    size_t whole;

    if (*at == '-')
        buffer_add_byte(out, (uint8_t)*at++);
    whole = strcspn(at, ".");
    for (size_t i = 0; i < whole; i++) {
        if (i && (whole - i) % 3 == 0)
            buffer_add_byte(out, ',');
        buffer_add_byte(out, (uint8_t)at[i]);
    }
    buffer_add_string(out, at + whole);
}

enum { FEN_A_YUAN = 100, FEN_A_WAN = 1000000, SHARE_WHOLE = 1000000, SHARE_STEP = 1000 };

static void fill_count(const struct page *page, const struct filling *filling)
{
    grouped_text(filling->number, 0, page->out);
}

static void fill_plain(const struct page *page, const struct filling *filling)
{
    buffer_printf(page->out, "%" PRId64, filling->number);
}

static void fill_yuan(const struct page *page, const struct filling *filling)
{
    grouped_text(filling->number, AMOUNT_DECIMALS, page->out);
    buffer_add_string(page->out, message_text(page->language, MSG_YUAN));
}

static void fill_about(const struct page *page, const struct filling *filling)
{
    grouped_text(divide_floor((__int128)filling->number + FEN_A_YUAN / 2, FEN_A_YUAN), 0, page->out);
    buffer_add_string(page->out, message_text(page->language, MSG_YUAN));
}

/* More digits would say more than an estimate knows. */
static int64_t three_digits(int64_t fen)
{
    int64_t step = FEN_A_YUAN;

    while (fen / step >= 1000)
        step *= 10;
    return clamp_int64((((__int128)fen + step / 2) / step) * step);
}

static void fill_rough(const struct page *page, const struct filling *filling)
{
    int64_t fen = three_digits(filling->number);
    int decimals = fen % FEN_A_WAN == 0 ? 0 : fen % (FEN_A_WAN / 10) == 0 ? 1 : 2;

    if (page->language == LANGUAGE_CHINESE && fen >= FEN_A_WAN) {
        grouped_text(fen / (FEN_A_WAN / 100) /
                         (decimals == 0   ? 100
                          : decimals == 1 ? 10
                                          : 1),
                     decimals, page->out);
        buffer_add_string(page->out, "万元");
    } else {
        fill_about(page, &(const struct filling){ .number = fen });
    }
}

static void fill_wan(const struct page *page, const struct filling *filling)
{
    if (page->language == LANGUAGE_CHINESE && filling->number && filling->number % FEN_A_WAN == 0) {
        grouped_text(filling->number / FEN_A_WAN, 0, page->out);
        buffer_add_string(page->out, "万元");
    } else if (filling->number % FEN_A_YUAN == 0) {
        fill_about(page, filling);
    } else {
        fill_yuan(page, filling);
    }
}

/* Tenths of a per cent; what rounds to all or nothing, and is not, says so. */
static void add_tenths(const struct page *page, int64_t millionths)
{
    bool below = millionths > 0 && millionths < SHARE_STEP / 2;
    bool above = millionths < SHARE_WHOLE && millionths >= SHARE_WHOLE - SHARE_STEP / 2;
    int64_t tenths = below ? 1 : divide_floor((__int128)millionths + SHARE_STEP / 2, SHARE_STEP) - above;

    if (below || above)
        buffer_add_string(page->out, below ? "< " : "> ");
    grouped_text(tenths, 1, page->out);
    buffer_add_string(page->out, message_text(page->language, MSG_PER_CENT));
}

static void fill_share(const struct page *page, const struct filling *filling)
{
    add_tenths(page, filling->number);
}

static void fill_change(const struct page *page, const struct filling *filling)
{
    double change = exp_of((double)filling->number / SHARE_WHOLE) - 1;
    double tenths = change * SHARE_WHOLE / SHARE_STEP;

    if (tenths > -0.5)
        buffer_add_byte(page->out, '+');
    grouped_text((int64_t)(tenths < 0 ? tenths - 0.5 : tenths + 0.5), 1, page->out);
    buffer_add_string(page->out, message_text(page->language, MSG_PER_CENT));
}

static void fill_month(const struct page *page, const struct filling *filling)
{
    char month[MONTH_TEXT_SIZE];
    int32_t number = (int32_t)filling->number;

    if (page->language == LANGUAGE_CHINESE)
        buffer_printf(page->out, "%d年%d月", number / MONTHS_A_YEAR, number % MONTHS_A_YEAR + 1);
    else
        buffer_add_string(page->out, month_text(number, month));
}

static void fill_day(const struct page *page, const struct filling *filling)
{
    struct date date = day_to_date((int32_t)filling->number);
    char day[DAY_TEXT_SIZE];

    if (page->language == LANGUAGE_CHINESE)
        buffer_printf(page->out, "%d年%d月%d日", date.year, date.month, date.day);
    else
        buffer_add_string(page->out, day_text((int32_t)filling->number, day));
}

/* --- words --- */

static void fill_word(const struct page *page, const struct filling *filling)
{
    buffer_add_string(page->out, filling->text);
}

static void fill_other(const struct page *page, const struct filling *filling)
{
    buffer_add_string(page->out, message_text(page->language, (enum message)filling->number));
}

/* Names of programs have _ where people write a blank. */
static void english_name(const struct page *page, const char *name)
{
    for (; *name; name++)
        buffer_add_byte(page->out, (uint8_t)(*name == '_' ? ' ' : *name));
}

static void fill_name(const struct page *page, const struct filling *filling)
{
    int value = (int)filling->number;

    assert(value >= 0 && value < filling->codes->count);
    if (page->language == LANGUAGE_CHINESE)
        buffer_add_string(page->out, filling->codes->entries[value].chinese);
    else
        english_name(page, code_name(filling->codes, value));
}

void page_fill(const struct page *page, struct filling filling)
{
    static void (*const writers[])(const struct page *, const struct filling *) = {
        [FILL_TEXT] = fill_word,   [FILL_MESSAGE] = fill_other, [FILL_CODE] = fill_name,
        [FILL_COUNT] = fill_count, [FILL_PLAIN] = fill_plain,   [FILL_YUAN] = fill_yuan,
        [FILL_ABOUT] = fill_about, [FILL_ROUGH] = fill_rough,   [FILL_WAN] = fill_wan,
        [FILL_SHARE] = fill_share, [FILL_CHANGE] = fill_change, [FILL_MONTH] = fill_month,
        [FILL_DAY] = fill_day,
    };

    if (filling.kind >= FILL_COUNT && filling.number == NUMBER_NONE)
        buffer_add_string(page->out, message_text(page->language, MSG_NOT_KNOWN));
    else
        writers[filling.kind](page, &filling);
}

/* --- pages --- */

static bool is_hole(const char *at)
{
    return at[0] == '{' && at[1] >= '1' && at[1] <= '9' && at[2] == '}';
}

void page_say(const struct page *page, enum message message, const struct filling *fillings, size_t count)
{
    const char *text = message_text(page->language, message);
    unsigned filled = 0;

    for (const char *at = text; *at;) {
        size_t hole;

        if (!is_hole(at)) {
            buffer_add_byte(page->out, (uint8_t)*at++);
            continue;
        }
        hole = (size_t)(at[1] - '1');
        assert(hole < count);
        page_fill(page, fillings[hole]);
        filled |= 1U << hole;
        at += strlen("{1}");
    }
    assert(filled + 1 == 1U << count);
}

void page_line(const struct page *page)
{
    buffer_add_byte(page->out, '\n');
}

size_t page_mark(const struct page *page)
{
    return page->out->size;
}

void page_pad(const struct page *page, size_t mark, size_t columns, bool right)
{
    struct buffer *out = page->out;
    size_t size = out->size - mark, taken = text_columns((const char *)out->data + mark, size);
    size_t blanks = taken < columns ? columns - taken : !right;

    buffer_grow(out, blanks);
    if (right)
        memmove(out->data + mark + blanks, out->data + mark, size);
    memset(out->data + mark + (right ? 0 : size), ' ', blanks);
}

/* --- columns --- */

/* East Asian Wide and Fullwidth (UAX 11), in blocks. */
static bool is_wide(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } wide[] = {
        { 0x1100, 0x115F }, { 0x2E80, 0x303E }, { 0x3041, 0xA4CF }, { 0xAC00, 0xD7A3 },   { 0xF900, 0xFAFF },
        { 0xFE30, 0xFE6F }, { 0xFF01, 0xFF60 }, { 0xFFE0, 0xFFE6 }, { 0x20000, 0x3FFFD },
    };

    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (code >= wide[i].first && code <= wide[i].last)
            return true;
    return false;
}

/* One character of well-formed UTF-8. */
static uint32_t take_character(const unsigned char **at, const unsigned char *end)
{
    unsigned char first = *(*at)++;
    uint32_t code = first < 0x80 ? first : first & (first < 0xE0 ? 0x1F : first < 0xF0 ? 0x0F : 0x07);

    while (*at < end && (**at & 0xC0) == 0x80)
        code = code << 6 | (*(*at)++ & 0x3F);
    return code;
}

size_t text_columns(const char *text, size_t len)
{
    const unsigned char *at = (const unsigned char *)text, *end = at + len;
    size_t columns = 0;

    while (at < end)
        columns += is_wide(take_character(&at, end)) ? 2 : 1;
    return columns;
}
