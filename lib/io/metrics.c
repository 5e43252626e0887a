#include "lib/io/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/io/clock.h"

struct series {
    char *values[METRIC_LABELS_MAX];
    atomic_int_fast64_t value;
    atomic_bool hidden;
    _Atomic(struct series *) next;
};

struct family { /* the series of one metric, in the order in which they were made */
    _Atomic(struct series *) first;
    struct series *last;
};

static struct {
    const struct metric *table;
    struct family *families;
    size_t count;
} registry;

static void families_free(void)
{
    for (size_t i = 0; i < registry.count; i++)
        for (struct series *series = registry.families[i].first, *next; series; series = next) {
            next = series->next;
            for (int label = 0; label < METRIC_LABELS_MAX; label++)
                free(series->values[label]);
            free(series);
        }
    free(registry.families);
}

void metrics_start(const struct metric *table, size_t count)
{
    families_free();
    registry.table = table;
    registry.count = count;
    registry.families = mem_zalloc((count + 1) * sizeof *registry.families);
    for (size_t i = 0; i < count; i++)
        if (!table[i].labels[0] && !table[i].read)
            metrics_series(i, NULL, NULL); /* shown from the start: 0 is a fact, too */
}

/* --- counting --- */

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static struct series *find(const struct family *family, const char *first, const char *second)
{
    struct series *series = family->first;

    while (series && !(same(series->values[0], first) && same(series->values[1], second)))
        series = series->next;
    return series;
}

/* Whole before it is linked: who renders sees all of it or nothing. */
static struct series *append(struct family *family, const char *first, const char *second)
{
    struct series *series = mem_zalloc(sizeof *series);

    series->values[0] = first ? mem_strdup(first) : NULL;
    series->values[1] = second ? mem_strdup(second) : NULL;
    atomic_store_explicit(family->last ? &family->last->next : &family->first, series, memory_order_release);
    family->last = series;
    return series;
}

struct series *metrics_series(size_t metric, const char *first, const char *second)
{
    struct family *family = &registry.families[metric];
    struct series *series = find(family, first, second);

    if (!series)
        return append(family, first, second);
    atomic_store_explicit(&series->hidden, false, memory_order_relaxed);
    return series;
}

void series_add(struct series *series, uint64_t count)
{
    atomic_fetch_add_explicit(&series->value, (int64_t)count, memory_order_relaxed);
}

void series_set(struct series *series, int64_t value)
{
    atomic_store_explicit(&series->value, value, memory_order_relaxed);
}

void metrics_hide(size_t metric, const char *first)
{
    for (struct series *series = registry.families[metric].first; series; series = series->next)
        if (same(series->values[0], first))
            atomic_store_explicit(&series->hidden, true, memory_order_relaxed);
}

/* --- rendering --- */

static void label_text(const char *name, const char *value, struct buffer *out)
{
    buffer_printf(out, "%s=\"", name);
    for (; *value; value++) {
        if (*value == '\\' || *value == '"' || *value == '\n')
            buffer_add_byte(out, '\\');
        buffer_add_byte(out, *value == '\n' ? 'n' : (uint8_t)*value);
    }
    buffer_add_byte(out, '"');
}

static void labels_text(const struct metric *metric, const struct series *series, struct buffer *out)
{
    for (int i = 0; i < METRIC_LABELS_MAX && metric->labels[i]; i++) {
        buffer_add_byte(out, i ? ',' : '{');
        label_text(metric->labels[i], series->values[i] ? series->values[i] : "", out);
    }
    if (metric->labels[0])
        buffer_add_byte(out, '}');
}

static void value_text(enum metric_type type, int64_t value, struct buffer *out)
{
    if (type == METRIC_SINCE && value) {
        value = wall_ms() - value;
        value = value > 0 ? value : 0; /* the clock was set back */
    }
    if (type == METRIC_MS || type == METRIC_SINCE)
        buffer_printf(out, " %s%" PRId64 ".%03" PRId64 "\n", value < 0 ? "-" : "", imaxabs(value) / 1000,
                      imaxabs(value) % 1000);
    else
        buffer_printf(out, " %" PRId64 "\n", value);
}

static void family_text(const struct metric *metric, const struct family *family, struct buffer *out)
{
    buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name,
                  metric->type == METRIC_COUNTER ? "counter" : "gauge");
    if (metric->read) {
        buffer_add_string(out, metric->name);
        value_text(metric->type, metric->read(), out);
    }
    for (struct series *series = atomic_load_explicit(&family->first, memory_order_acquire); series;
         series = atomic_load_explicit(&series->next, memory_order_acquire)) {
        if (atomic_load_explicit(&series->hidden, memory_order_relaxed))
            continue;
        buffer_add_string(out, metric->name);
        labels_text(metric, series, out);
        value_text(metric->type, atomic_load_explicit(&series->value, memory_order_relaxed), out);
    }
}

void metrics_text(struct buffer *out)
{
    for (size_t i = 0; i < registry.count; i++)
        family_text(&registry.table[i], &registry.families[i], out);
}
