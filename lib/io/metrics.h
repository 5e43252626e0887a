/* metrics - what a program counts of itself, as Prometheus reads it (text format 0.0.4).
 *
 * A program has one table of metrics; a metric has one series, or one for each combination of its labels'
 * values. Series are made by the loop that counts and live as long as the program; one whose object has gone
 * (a feed removed from the configuration) is hidden. Never a personal datum, a file name or a path (P9).
 *
 * Threads: counting by one, rendering by any other at the same time: values and links are atomics, neither
 *          waits for the other.
 * Units:   a metric's name says them, as Prometheus has it: _seconds, _bytes, _total of a counter. Values are
 *          whole numbers; METRIC_MS holds ms and shows seconds. */
#ifndef OLIVE_IO_METRICS_H
#define OLIVE_IO_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/buffer.h"

enum metric_type {
    METRIC_COUNTER,
    METRIC_GAUGE,
    METRIC_MS,    /* a gauge: ms, or an instant in ms, shown as seconds */
    METRIC_SINCE, /* a gauge: an instant by wall_ms(), shown as the seconds since; 0: nothing, shown as 0 */
};
enum { METRIC_LABELS_MAX = 2 };

struct metric {
    const char *name, *help;
    enum metric_type type;
    const char *labels[METRIC_LABELS_MAX]; /* NULL: no more */
    int64_t (*read)(void);                 /* asked when rendered, by that thread; NULL: a series is set */
};

/* The table lives as long as the program. A second call starts over (for tests). */
void metrics_start(const struct metric *table, size_t count);

struct series;
/* The series of the metric (its index in the table) with these values of its labels, made when it is not
 * there, at 0. NULL for a label that the metric does not have. */
struct series *metrics_series(size_t metric, const char *first, const char *second);
void series_add(struct series *series, uint64_t count);
void series_set(struct series *series, int64_t value);
/* All series with this value of the metric's first label appear no more, until they are asked for again. */
void metrics_hide(size_t metric, const char *first);

void metrics_text(struct buffer *out);

#endif
