/* accounting - what came in, per feed, from the receipts in olive.delivery (P1).
 *
 * Ownership: accounts_free() gives the list back; names belong to it. Receipts are rows, so a delivery that
 * came twice counts twice: once as published, once as duplicate. */
#ifndef OLIVE_DAEMON_CLI_ACCOUNTING_H
#define OLIVE_DAEMON_CLI_ACCOUNTING_H

#include "lib/base/json.h"
#include "lib/io/store.h"

enum count {
    COUNT_LINES,
    COUNT_PUBLISHED,
    COUNT_DEAD_LETTERED,
    COUNT_DUPLICATE,
    COUNT_OBSOLETE,
    COUNT_REJECTED,
    COUNT_ENDED, /* beside published */
    COUNT_RETRACTED,
    COUNT_COUNT
};
extern const char *const count_names[COUNT_COUNT];

struct account {
    char *feed, *source;
    int64_t deliveries, last_sequence, last_received_ms; /* NUMBER_NONE: none yet */
    char *gaps;                                          /* "3, 5-7": sequences that never came; "": none */
    uint64_t counts[COUNT_COUNT];
};

struct accounts {
    struct account *items; /* in order of the feeds' names */
    size_t count;
    uint64_t totals[COUNT_COUNT];
};

/* Feeds of the configuration that have delivered nothing are in it, too. */
int accounts_read(struct store *store, const struct conf *conf, struct accounts *ret, struct err *err);
/* Feed, source and "3, 5-7": what had not come by the close of a period, or by the last close (MONTH_NONE).
 */
int gaps_at_close(struct store *store, const struct conf *conf, int32_t period, struct rows **ret,
                  struct err *err);
void accounts_free(struct accounts *accounts);
bool counts_balance(const uint64_t counts[COUNT_COUNT]);
void counts_json(const uint64_t counts[COUNT_COUNT], struct json *json); /* keys and values, no braces */

#endif
