/* inbox - what lies in a feed's inbox, whole, in the order in which it is to be taken.
 *
 * Whole: as the feed says, by a control file NAME.ok beside it, by its being there (renamed into the folder),
 * or by a size and time of change that stand still for stable_s seconds of watching. Order: time of receipt
 * (given for loaded history, else now), then sequence, then time of change, then name. Hidden files (.NAME)
 * are nobody's; what is no regular file is told once and left alone.
 *
 * Ownership: an inbox lends the feed and the folder; arrivals belong to the list, inbox_list_free().
 * Errors: ERR_RETRY when the folder cannot be read. */
#ifndef OLIVE_CONNECTORS_INBOX_H
#define OLIVE_CONNECTORS_INBOX_H

#include "connectors/control.h"
#include "connectors/folder.h"

struct arrival {
    char *name;
    struct control control;
    uint64_t sequence;  /* of the control file, else of the name; COUNT_NONE: the feed does not number */
    int32_t as_of_day;  /* of the name; DAY_NONE */
    int64_t changed_ms; /* of the file */
    int64_t
        oldest_ms; /* when the oldest of this and those behind it came into the inbox (the file's ctime) */
    char *why;     /* it is to be rejected, because …; NULL: nothing wrong so far */
};

struct arrivals {
    struct arrival *items;
    size_t count;
    size_t waiting; /* files that are not whole yet, but will be by waiting alone (stable) */
    size_t half;    /* files without their control file, control files without their file */
};
void arrivals_free(struct arrivals *arrivals); /* also for CLEANUP() */

struct inbox;
struct inbox *inbox_new(const struct feed_conf *feed, const struct folder *folder);
/* The same over the folder of acts: what is there is an operator's, whole by its control file. */
struct inbox *inbox_new_acts(const struct feed_conf *feed, const struct folder *folder);
void inbox_free(struct inbox *inbox);
/* now_ms: of the wall, only to order; ticks_ms: monotonic, to watch files by. */
int inbox_scan(struct inbox *inbox, int64_t now_ms, int64_t ticks_ms, struct arrivals *ret, struct err *err);
/* The control file goes once its file is claimed. */
void inbox_forget_control(int from, const char *name);

#endif
