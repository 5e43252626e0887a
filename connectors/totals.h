/* totals - what the control lines of a file, or its control file, say that its lines add up to.
 *
 * Errors: ERR_REJECT (CONTRADICTS_CONTROL_TOTAL) when a control line that the feed announces is not there;
 *         ERR_RETRY when the file cannot be read. */
#ifndef OLIVE_CONNECTORS_TOTALS_H
#define OLIVE_CONNECTORS_TOTALS_H

#include "connectors/control.h"
#include "lib/io/conf.h"

struct totals {
    uint64_t lines; /* COUNT_NONE: not said */
    int64_t sum;    /* in units of TOTAL_DECIMALS; TOTAL_NONE: not said */
};

bool totals_are_said(const struct feed_conf *feed, const struct control *control);
int totals_read(const struct feed_conf *feed, int fd, const struct control *control, struct totals *ret,
                struct err *err);

#endif
