/* receipt - what olive.delivery.v1 carries: the receipt of a delivery, and the close of a period.
 *
 * Ownership: arrays and strings lend from the caller's arena. */
#ifndef OLIVE_CORE_RECEIPT_H
#define OLIVE_CORE_RECEIPT_H

#include "lib/core/reason.h"
#include "lib/core/record.h"

enum delivery_state {
    DELIVERY_PUBLISHED,
    DELIVERY_INCOMPLETE, /* a snapshot with dead letters: adds, ends nothing */
    DELIVERY_DUPLICATE,
    DELIVERY_OBSOLETE,
    DELIVERY_REJECTED,
    DELIVERY_DISMISSED, /* an operator's word that dead letters will not be mended: no lines */
    DELIVERY_STATE_COUNT
};
extern const char *const delivery_state_names[DELIVERY_STATE_COUNT];

struct month_count { /* lines published per indicator and month: what coverage is judged by */
    enum indicator indicator;
    int32_t month;
    uint64_t count;
};

struct line_span {
    uint64_t first, last; /* inclusive */
};

/* An operator's act on dead letters: the delivery that replays or dismisses them. */
struct act {
    bool any;                      /* false: a department's own delivery */
    uint8_t original[DIGEST_SIZE]; /* the delivery whose dead letters they are */
    uint64_t settled;              /* how many */
    struct line_span *lines;       /* which: those within one of these, and not settled before */
    size_t line_count;
};

/* P1: lines = published + dead_lettered + duplicate + obsolete + rejected. */
struct receipt {
    struct delivery delivery;
    const char *feed;
    enum source source;
    uint64_t sequence;
    uint64_t arrival; /* number of the file among all that came in by this feed: the same receipt sent twice
                         has it twice, the same file delivered twice has not */
    uint64_t size_bytes;
    enum delivery_state state;
    const char
        *why; /* of a rejected or incomplete one: for people, no value, no file name; NULL: nothing to say */
    int32_t as_of_day; /* of a snapshot; DAY_NONE */
    uint64_t lines, published, dead_lettered, duplicate, obsolete, rejected;
    uint64_t ended, retracted; /* beside published */
    uint64_t by_reason[REASON_COUNT];
    struct month_count *months;
    size_t month_count;
    uint64_t took_ms;
    struct act act;
};

struct feed_declared { /* a feed as the configuration declares it, pinned at a close */
    const char *name;
    enum source source;
    unsigned utility_kinds; /* bit mask over enum utility_kind; 0 for other sources */
    bool complete;
};

struct topic_cut {
    const char *topic;
    int32_t partition;
    int64_t offset;
};

struct period_close {
    int32_t period;
    struct topic_cut *cuts;
    size_t cut_count;
    struct feed_declared *feeds;
    size_t feed_count;
    uint8_t policy[DIGEST_SIZE];
    uint8_t model[DIGEST_SIZE]; /* zeros: none */
};

#endif
