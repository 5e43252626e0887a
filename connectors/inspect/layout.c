#include "connectors/inspect/layout.h"

#include <string.h>

#include "connectors/source/charset.h"

/* --- lines --- */

static bool next_line(struct text *rest, struct text *ret)
{
    const char *end;
    size_t len;

    if (!rest->len)
        return false;
    end = memchr(rest->data, '\n', rest->len);
    len = end ? (size_t)(end - rest->data) : rest->len;
    *ret = (struct text){ rest->data, len - (len && rest->data[len - 1] == '\r') };
    len += end != NULL;
    *rest = (struct text){ rest->data + len, rest->len - len };
    return true;
}

static void read_page(struct guess *guess, struct text rest, struct page *ret)
{
    struct text at = rest, line;

    *ret = (struct page){ .count = 0 };
    while (next_line(&at, &line))
        ret->count += text_trim(line).len > 0;
    ret->sent = arena_zalloc(guess->arena, (ret->count + 1) * sizeof *ret->sent);
    ret->lines = arena_zalloc(guess->arena, (ret->count + 1) * sizeof *ret->lines);
    ret->count = 0;
    while (next_line(&rest, &line))
        if (text_trim(line).len)
            ret->sent[ret->count++] = line;
}

/* --- charset --- */

/* What such files are full of: functions words, digits' names, family names and the words of columns. */
static const char common[] = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年"
                             "动同工也能下过子说产种面而方后多定行学法所民得经十三"
                             "之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好"
                             "应开它合还因由其些然前外天政四日那社义事平形相全表间"
                             "样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月"
                             "公无系军很情者最立代想已通并提直题党程展五果料象员革位"
                             "入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期"
                             "根论运农指几九区强放决西被干做必战先回则任取据处队南给"
                             "色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收"
                             "证改清己美再采转更单风切打白教速花带安场身车例真务具万"
                             "每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广"
                             "石记需段研界拉林律叫且究观越织装影算低持音众书布复容儿"
                             "姓份号码户账帐余额币种银行存款利息房产权单元不动产登记注销用途住宅商铺办公厂汽"
                             "摩托货船号牌所属公积金缴职费话卡乘刷次居身男女汉族省市区"
                             "京津冀晋蒙辽吉黑沪浙皖闽赣鲁豫鄂湘粤桂琼渝川贵藏陕甘宁"
                             "县镇街村社陈李王刘杨黄赵周吴徐孙朱胡郭何高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘"
                             "于蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆范石廖贾夏韦付";

static bool is_common(const char *character, size_t size)
{
    for (const char *at = common; *at; at += 3)
        if (size == 3 && !memcmp(at, character, 3))
            return true;
    return false;
}

struct reading {              /* of a page in one charset */
    size_t bad;               /* lines that are not of it */
    size_t characters, usual; /* beyond ASCII; of these the common ones */
};

enum { CHARACTERS_MAX = 4000 }; /* enough to tell */

static void count_characters(struct text text, struct reading *reading)
{
    for (size_t i = 0; i < text.len && reading->characters < CHARACTERS_MAX;) {
        unsigned char first = (unsigned char)text.data[i];
        size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

        reading->characters += size > 1;
        reading->usual += is_common(text.data + i, size);
        i += size;
    }
}

static struct reading read_as(enum feed_charset charset, const struct page *page, size_t *ret_beyond)
{
    struct decoder *decoder = decoder_new(charset);
    struct reading reading = { 0 };
    struct text text;

    *ret_beyond = 0;
    for (size_t i = 0; i < page->count; i++) {
        if (text_is_ascii(page->sent[i]))
            continue;
        ++*ret_beyond;
        if (decoder_text(decoder, page->sent[i], &text))
            count_characters(text, &reading);
        else
            reading.bad++;
    }
    decoder_free(decoder);
    return reading;
}

static void decode_page(struct guess *guess, struct page *page)
{
    struct decoder *decoder = decoder_new(guess->feed.charset);
    struct text text;

    for (size_t i = 0; i < page->count; i++) {
        if (!decoder_text(decoder, page->sent[i], &text))
            continue;
        if (text.data != page->sent[i].data)
            text.data = arena_strndup(guess->arena, text.data, text.len);
        page->lines[i] = text;
    }
    decoder_free(decoder);
}

static bool is_decided(const struct reading *best, const struct reading *other)
{
    return best->usual * 2 >= best->characters && other->usual * 10 <= other->characters;
}

/* The lesser evil, and by how much. */
static void choose_charset(struct guess *guess, const struct reading read[2], size_t beyond)
{
    enum feed_charset best = CHARSET_UTF8;
    bool even = read[CHARSET_UTF8].bad == read[CHARSET_GB18030].bad;
    size_t bad;

    if (read[CHARSET_GB18030].bad < read[CHARSET_UTF8].bad ||
        (even && read[CHARSET_GB18030].usual * read[CHARSET_UTF8].characters >
                     read[CHARSET_UTF8].usual * read[CHARSET_GB18030].characters))
        best = CHARSET_GB18030;
    guess->feed.charset = best;
    bad = read[best].bad;
    if (even && is_decided(&read[best], &read[!best]))
        guess_remark(
            guess, "charset", false,
            "lines beyond ASCII: %zu; both charsets read them, and their characters are common in this one",
            beyond);
    else if (even)
        guess_remark(guess, "charset", true,
                     "lines beyond ASCII: %zu; both charsets read them: look at some names", beyond);
    else if (bad * 20 > beyond)
        guess_remark(
            guess, "charset", true,
            "lines beyond ASCII: %zu; not of this charset: %zu, of the other one: %zu: are there two in one "
            "file, or is it a third?",
            beyond, bad, read[!best].bad);
    else
        guess_remark(guess, "charset", false,
                     "lines beyond ASCII: %zu; not of this charset: %zu, of the other one: %zu", beyond, bad,
                     read[!best].bad);
}

void layout_charset(struct guess *guess, struct page *page)
{
    static const enum feed_charset charsets[] = { CHARSET_UTF8, CHARSET_GB18030 };
    struct text first = page->count ? page->sent[0] : TEXT("");
    struct reading read[2];
    size_t beyond = 0;

    for (size_t i = 0; i < 2; i++) {
        size_t mark = charset_mark_size(charsets[i], first.data, first.len);

        if (!mark)
            continue;
        guess->feed.charset = charsets[i];
        guess_remark(guess, "charset", false, "the file begins with its mark");
        page->sent[0] = (struct text){ first.data + mark, first.len - mark };
        decode_page(guess, page);
        return;
    }
    for (size_t i = 0; i < 2; i++)
        read[charsets[i]] = read_as(charsets[i], page, &beyond);
    if (beyond)
        choose_charset(guess, read, beyond);
    else
        guess_remark(guess, "charset", false, "nothing beyond ASCII was seen, which reads alike in gb18030");
    decode_page(guess, page);
}

/* --- delimiter --- */

enum { DELIMITER_SIZE = 8, COLUMNS_MAX = 512, CANDIDATES_MAX = 24, RUNS_MAX = 64 };

struct candidate {
    char text[DELIMITER_SIZE];
    size_t len;
    size_t columns; /* that most lines have */
    size_t agreeing;
};

/* How often it stands in a line, outside of double quotes. */
static size_t count_in(struct text line, const char *delimiter, size_t len, bool quotes)
{
    size_t count = 0;
    bool quoted = false;

    for (size_t i = 0; i + len <= line.len;) {
        if (quotes && line.data[i] == '"')
            quoted = !quoted;
        if (!quoted && line.data[i] == delimiter[0] && !memcmp(line.data + i, delimiter, len)) {
            count++;
            i += len;
        } else {
            i++;
        }
    }
    return count;
}

static void weigh(struct candidate *candidate, const struct page *page)
{
    size_t lines[COLUMNS_MAX + 1] = { 0 };

    for (size_t i = 0; i < page->count; i++) {
        size_t columns = count_in(page->lines[i], candidate->text, candidate->len, true) + 1;

        lines[columns < COLUMNS_MAX ? columns : COLUMNS_MAX]++;
    }
    candidate->columns = 1;
    candidate->agreeing = 0;
    for (size_t columns = 2; columns < COLUMNS_MAX; columns++)
        if (lines[columns] > candidate->agreeing) {
            candidate->columns = columns;
            candidate->agreeing = lines[columns];
        }
}

/* Punctuation that stands between values and hardly within them. */
static bool may_delimit(char c)
{
    return strchr("|^~@#$!;,&\t\x01\x02\x03\x1B\x1C\x1D\x1E\x1F*+=%:", c) && c;
}

static void add_candidate(struct candidate *candidates, size_t *count, const char *text, size_t len)
{
    if (*count == CANDIDATES_MAX || !len || len >= DELIMITER_SIZE)
        return;
    for (size_t i = 0; i < *count; i++)
        if (candidates[i].len == len && !memcmp(candidates[i].text, text, len))
            return;
    memcpy(candidates[*count].text, text, len);
    candidates[(*count)++].len = len;
}

/* Runs of such punctuation in the first lines: |@| is one, and |@||@|, around a blank column, is one twice.
 */
static void add_runs(struct candidate *candidates, size_t *count, const struct page *page)
{
    for (size_t i = 0; i < page->count && i < RUNS_MAX; i++) {
        struct text line = page->lines[i];

        for (size_t at = 0, len; at < line.len; at += len ? len : 1) {
            for (len = 0; at + len < line.len && may_delimit(line.data[at + len]);)
                len++;
            if (len > 1)
                add_candidate(candidates, count, line.data + at, len);
        }
    }
}

/* Is the shorter one nothing but a part of the longer one, wherever it stands? */
static bool explains(const struct candidate *longer, const struct candidate *shorter, const struct page *page)
{
    size_t within = count_in((struct text){ longer->text, longer->len }, shorter->text, shorter->len, false);
    size_t lines = 0, explained = 0;

    if (!within || longer->len <= shorter->len)
        return false;
    for (size_t i = 0; i < page->count; i++) {
        size_t count = count_in(page->lines[i], shorter->text, shorter->len, true);

        lines += count > 0;
        explained += count && count == within * count_in(page->lines[i], longer->text, longer->len, true);
    }
    return explained * 20 >= lines * 19;
}

/* More lines that agree by more than a few, then more columns. */
static bool is_better(const struct candidate *a, const struct candidate *b, const struct page *page)
{
    size_t slack = page->count / 50;

    if (explains(a, b, page))
        return true;
    if (explains(b, a, page))
        return false;
    if (a->agreeing > b->agreeing + slack || b->agreeing > a->agreeing + slack)
        return a->agreeing > b->agreeing;
    return a->columns > b->columns;
}

static size_t count_containing(const struct page *page, char c)
{
    size_t count = 0;

    for (size_t i = 0; i < page->count; i++)
        count += page->lines[i].len && memchr(page->lines[i].data, c, page->lines[i].len) != NULL;
    return count;
}

/* Values that begin and end with it. */
static size_t count_quoted(const struct page *page, const struct candidate *delimiter, char quote)
{
    size_t count = 0;

    for (size_t i = 0; i < page->count; i++) {
        struct text line = page->lines[i];
        char closed[DELIMITER_SIZE + 2];

        closed[0] = quote;
        memcpy(closed + 1, delimiter->text, delimiter->len);
        count +=
            (line.len > 1 && line.data[0] == quote) || count_in(line, closed, delimiter->len + 1, false) > 0;
    }
    return count;
}

static void guess_quote(struct guess *guess, const struct page *page, const struct candidate *delimiter)
{
    static char single[] = "'", none[] = "";
    size_t with = count_containing(page, '"'), quoted = count_quoted(page, delimiter, '"');

    if (!with && count_quoted(page, delimiter, '\'') * 2 > page->count) {
        guess->feed.quote = single;
        guess_remark(guess, "quote", true, "values stand between single quotes, or have one in front?");
    } else if (with && quoted * 2 < with) {
        guess->feed.quote = none;
        guess_remark(guess, "quote", true,
                     "%zu lines have a double quote, but hardly any value is enclosed by them: they are text",
                     with);
    } else if (with) {
        guess_remark(guess, "quote", false, "%zu lines have values between double quotes", quoted);
    }
}

static struct candidate best_delimiter(const struct page *page)
{
    static const char *const usual[] = { ",", "|", "\t", ";", "^", "~", "#", "@", "$", "\x01", "!", "&" };
    struct candidate candidates[CANDIDATES_MAX] = { 0 }, best = { 0 };
    size_t count = 0;

    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        add_candidate(candidates, &count, usual[i], strlen(usual[i]));
    add_runs(candidates, &count, page);
    for (size_t i = 0; i < count; i++) {
        weigh(&candidates[i], page);
        if (candidates[i].agreeing && (!best.len || is_better(&candidates[i], &best, page)))
            best = candidates[i];
    }
    return best;
}

bool layout_delimiter(struct guess *guess, const struct page *page)
{
    struct candidate best = best_delimiter(page);
    bool few = best.agreeing * 10 < page->count * 9;

    if (!best.len || best.agreeing * 2 < page->count)
        return false;
    guess->feed.delimiter = arena_strndup(guess->arena, best.text, best.len);
    guess_remark(guess, "delimiter", few, "%zu of %zu lines have %zu columns by it%s", best.agreeing,
                 page->count, best.columns, few ? ": is it another one, or do lines break in two?" : "");
    guess_quote(guess, page, &best);
    return true;
}

/* --- all of it --- */

/* An object a line: most begin and end with a brace. */
static bool layout_json(struct guess *guess, const struct page *page)
{
    size_t objects = 0;

    for (size_t i = 0; i < page->count; i++) {
        struct text line = text_trim(page->sent[i]);

        objects += line.len > 1 && line.data[0] == '{' && line.data[line.len - 1] == '}';
    }
    if (!page->count || objects * 10 < page->count * 9)
        return false;
    guess->feed.format = FORMAT_JSON;
    guess->feed.header = true;
    guess_remark(guess, "format", false, "%zu of %zu lines are objects", objects, page->count);
    return true;
}

void layout_guess(struct guess *guess, const void *data, size_t size, int32_t today)
{
    struct page page;

    read_page(guess, (struct text){ data, size }, &page);
    layout_charset(guess, &page);
    if (layout_json(guess, &page) || layout_delimiter(guess, &page) || layout_widths(guess, &page, today))
        return;
    guess_remark(
        guess, "delimiter", true,
        "no character cuts most of the %zu lines into equally many columns, and their lengths differ, "
        "too: ask the department how columns are told apart",
        page.count);
}
