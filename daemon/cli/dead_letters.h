/* dead_letters - the bad lines that lie in the dead-letter topics, and whether their number is that of the
 * receipts.
 *
 * Topics are at-least-once: a letter is known by its record id (the key), and one that comes again is counted
 * as repeated and not given again. Whatever is no dead letter of olive is counted as foreign.
 *
 * Ownership: dead_letters_open() … dead_letters_close(); a letter's header and payload are valid until the
 * next call, its delivery and column as long as the dead_letters. Threads: one.
 * Memory: 32 bytes a letter of the topic being read, and what the deliveries take.
 * Errors: the bus's; EXIT_USAGE for a feed that is neither configured nor in any receipt. */
#ifndef OLIVE_DAEMON_DEAD_LETTERS_H
#define OLIVE_DAEMON_DEAD_LETTERS_H

#include "lib/core/receipt.h"
#include "lib/io/conf.h"

enum { FEED_NAME_SIZE = 41, COLUMN_NAME_SIZE = 48 };

struct letters_of { /* a delivery that has dead letters, by receipt or in the topics */
    uint8_t digest[DIGEST_SIZE];
    char feed[FEED_NAME_SIZE];
    bool has_receipt;
    uint64_t sequence;         /* 0 without a receipt */
    int64_t received_ms;       /* without a receipt that of its first letter in the log */
    uint64_t stated;           /* by the receipts */
    uint64_t count;            /* distinct letters in the topics */
    uint64_t acts;             /* that have settled letters of it */
    struct line_span *settled; /* the lines that they were about */
    size_t settled_count;
};

struct letter {
    const struct letters_of *delivery;
    const char *column; /* canonical; "": the line as a whole */
    enum reason reason;
    bool open;   /* no act has settled it */
    int32_t day; /* of receipt */
    uint64_t line, byte;
    uint64_t line_bytes;        /* of a line too long: its length; 0: the payload is all of it */
    const uint8_t *line_digest; /* and its SHA-256; NULL otherwise */
    const char *topic;
    int32_t partition;
    int64_t offset;
    struct text sealed;
};

struct letter_filter { /* all of what is said must hold */
    const char *feed;
    enum reason reason;   /* REASON_NONE: any */
    const char *column;   /* NULL: any */
    int32_t day;          /* DAY_NONE: any */
    const char *delivery; /* the first digits of the digest, in lower case; NULL: any */
    bool open;            /* only those that no act has settled */
};

struct dead_letters;
/* Reads the receipts. The filter is lent. */
int dead_letters_open(const struct conf *conf, const struct letter_filter *filter, struct dead_letters **ret,
                      struct err *err);
void dead_letters_close(struct dead_letters *letters);
void dead_letters_closep(struct dead_letters **letters);
/* 1: a letter that the filter lets through; 0: that was all. */
int dead_letters_next(struct dead_letters *letters, struct letter *ret, struct err *err);

/* Once all is read: of the deliveries that the filter's feed and digest let through, whatever its other
 * words. */
struct letters_total {
    uint64_t count, stated, repeated, foreign;
    size_t deliveries; /* that have letters */
    size_t differing;  /* whose receipt says another number, or is not there */
};
void dead_letters_total(const struct dead_letters *letters, struct letters_total *ret);
size_t dead_letters_deliveries(const struct dead_letters *letters);
/* NULL: the filter does not let it through. */
const struct letters_of *dead_letters_delivery(const struct dead_letters *letters, size_t index);

#endif
