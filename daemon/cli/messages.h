/* messages - what olive says to people, in English and Chinese: one table, message_table.h.
 *
 * A text has holes, {1} to {9}, in the order in which its language wants them; what fills a hole carries its
 * kind, so that amounts, shares, months and codes are written as the language writes them. Codes have their
 * Chinese names in lib/core/code.c. Programs read JSON, which knows one language only.
 *
 * Ownership: a page lends its buffer; fillings lend their texts. Threads: one a page.
 * Errors:    a text with other holes than were filled is our own mistake: assert(). */
#ifndef OLIVE_DAEMON_CLI_MESSAGES_H
#define OLIVE_DAEMON_CLI_MESSAGES_H

#include "lib/base/buffer.h"
#include "lib/base/text.h"
#include "lib/core/code.h"

enum language { LANGUAGE_ENGLISH, LANGUAGE_CHINESE, LANGUAGE_COUNT };
extern const struct codes language_codes; /* en, zh */

enum message {
#define MESSAGE(id, english, chinese) MSG_##id,
#include "daemon/cli/message_table.h"
#undef MESSAGE
    MESSAGE_COUNT
};

/* What --lang says, or, when it is NULL, the first of LC_ALL, LC_MESSAGES and LANG that is set: Chinese when
 * it begins with zh. False: no language of ours. */
bool language_find(const char *said, enum language *ret);

const char *message_text(enum language language, enum message message);

/* --- holes --- */

enum filling_kind {
    FILL_TEXT,    /* as it is */
    FILL_MESSAGE, /* a text without holes */
    FILL_CODE,    /* of a list: its name with blanks for _, or its Chinese one */
    FILL_COUNT,   /* 1,234; a null one is "not known" (P4), as of all that follow */
    FILL_PLAIN,   /* a number that is no quantity: a year */
    FILL_YUAN,    /* fen to the fen: 12,345.67 yuan */
    FILL_ABOUT,   /* fen, to the yuan: 12,346 yuan */
    FILL_ROUGH,   /* fen of an estimate, to three digits: 195,000 yuan, 19.5万元 */
    FILL_WAN,     /* fen that the policy says: 50,000 yuan, 5万元 */
    FILL_SHARE,   /* millionths: 12.3 %, and never 0 or 100 % of what is not quite */
    FILL_CHANGE,  /* millionths of a logarithm: +12.3 % */
    FILL_MONTH,   /* 2025-12, 2025年12月 */
    FILL_DAY,
};
struct filling {
    enum filling_kind kind;
    const char *text;
    const struct codes *codes;
    int64_t number;
};

static inline struct filling fill(enum filling_kind kind, int64_t number)
{
    return (struct filling){ .kind = kind, .number = number };
}
static inline struct filling fill_text(const char *text)
{
    return (struct filling){ .kind = FILL_TEXT, .text = text };
}
static inline struct filling fill_message(enum message message)
{
    return (struct filling){ .kind = FILL_MESSAGE, .number = (int64_t)message };
}
static inline struct filling fill_code(const struct codes *codes, int value)
{
    return (struct filling){ .kind = FILL_CODE, .codes = codes, .number = value };
}

/* --- pages --- */

struct page {
    enum language language;
    struct buffer *out;
};

void page_say(const struct page *page, enum message message, const struct filling *fillings, size_t count);
/* say(page, MSG_…, fill_text(…), fill(FILL_YUAN, …), …) */
#define say(page, message, ...)                                                                              \
    page_say(page, message, (const struct filling[]){ __VA_ARGS__ },                                         \
             sizeof((const struct filling[]){ __VA_ARGS__ }) / sizeof(struct filling))
void page_fill(const struct page *page, struct filling filling); /* it alone */
void page_line(const struct page *page);                         /* ends one */
/* Where the page is now; what came since then is padded to so many columns, at its end or (`right`) its
 * beginning, and at least one blank follows at its end. */
size_t page_mark(const struct page *page);
void page_pad(const struct page *page, size_t mark, size_t columns, bool right);

/* Columns on a terminal: two for a Chinese character. */
size_t text_columns(const char *text, size_t len);
/* A decimal with a comma before every third digit of its whole part: 12,345.67. */
void grouped_text(int64_t value, int decimals, struct buffer *out);

#endif
