/* survey - what a delivery would become, found out before anything of it is published.
 *
 * The first of two passes: every line is read and checked as it will be, no token is made unless a list needs
 * its keys, nothing leaves the process. A delivery that is over its error_limit, contradicts its control
 * totals or lacks too much of what stood is then quarantined whole (FEEDS, Bad input).
 *
 * Control totals: how many lines of data there are and what an amount column sums to, as a control line of
 * the file (totals.lines, totals.sum) or NAME.ok (sum=) says. A sum is held against the file only when every
 * line's amount can be read: a line without one is a dead letter, and no sum contradicts what is not known.
 *
 * Errors: ERR_REJECT, with the reason and a text that goes behind "the file"; ERR_RETRY. */
#ifndef OLIVE_CONNECTORS_SURVEY_H
#define OLIVE_CONNECTORS_SURVEY_H

#include "connectors/control.h"
#include "connectors/line.h"
#include "connectors/standing.h"
#include "lib/io/log.h"

enum { SHRINK_KEYS_MIN = 1000 }; /* shorter lists may shrink as they like */

struct survey {
    bool listed; /* standing has the new list */
    uint64_t lines, bad, by_reason[REASON_COUNT];
    uint64_t unread; /* lines whose amount cannot be read */
    __int128 sum;    /* of the others, in units of TOTAL_DECIMALS */
};

/* Whether the feed, or the control file, sets a limit or total that only a pass of its own can check. */
bool survey_is_needed(const struct feed_conf *feed, const struct control *control,
                      const struct standing *standing);
/* Of a list whose shrinking is limited, standing holds the new list when it returns. */
int survey_rows(const struct feed_conf *feed, int fd, struct line *line, const struct line_origin *origin,
                struct standing *standing, struct progress *progress, struct survey *ret, struct err *err);
/* Whether what was found is within the feed's limits and as the totals say. */
int survey_judge(const struct feed_conf *feed, int fd, const struct control *control, int32_t as_of_day,
                 struct standing *standing, const struct survey *survey, struct err *err);

#endif
