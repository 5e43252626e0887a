#include "connectors/feed_check.h"

#include <string.h>
#include <sys/stat.h>

#include "connectors/connector.h"
#include "connectors/line.h"
#include "lib/base/arena.h"
#include "lib/base/suggest.h"

static int check_column(const struct feed_conf *feed, const char *column, const char *place,
                        const char *option, struct err *err)
{
    struct suggestion near = suggestion_for(column);
    char hint[SUGGESTION_SIZE];

    if (line_find_column(feed->source, column))
        return 0;
    for (const struct field *field = connector_of(feed->source)->fields; field->column; field++)
        suggestion_offer(&near, field->column);
    return err_stop(err, EXIT_CONFIG, "%s: %s: %s is no column of %s%s", place, option, column,
                    code_name(&source_codes, (int)feed->source), suggestion_text(&near, hint));
}

/* Of a feed without a header: each is a column by its own, the department's or the Chinese name, or ignored.
 */
static int check_order(const struct feed_conf *feed, struct err *err)
{
    CLEANUP(line_freep) struct line *line = line_new(feed, 1, NULL);
    CLEANUP(mem_freep) struct text *names = mem_alloc((feed->order.count + 1) * sizeof *names);

    if (feed->header)
        return 0;
    for (size_t i = 0; i < feed->order.count; i++)
        names[i] = text_of(feed->order.items[i]);
    if (line_columns(line, names, feed->order.count, err) == 0)
        return 0;
    err->kind = ERR_STOP;
    err->code = EXIT_CONFIG;
    return err_add(err, "%s: order: ", conf_feed_place(feed, "order"));
}

static int check_totals(const struct feed_conf *feed, struct err *err)
{
    const char *column = feed->totals.column;
    bool looks = feed->totals.lines || feed->totals.sum;

    if (column &&
        check_column(feed, column, conf_feed_place(feed, "totals.column"), "totals.column", err) < 0)
        return -1;
    if (feed->totals.sum && !column)
        return err_stop(err, EXIT_CONFIG, "%s: totals.sum: needs totals.column, the column that is summed up",
                        conf_feed_place(feed, "totals.sum"));
    if (looks && !feed->header_lines && !feed->trailer_lines)
        return err_stop(err, EXIT_CONFIG,
                        "%s: totals: stand in control lines: header_lines or trailer_lines say where",
                        conf_feed_place(feed, feed->totals.lines ? "totals.lines" : "totals.sum"));
    return 0;
}

static int check_feed(const struct feed_conf *feed, struct err *err)
{
    if (feed->mode == FEED_SNAPSHOT && connector_of(feed->source)->dated)
        return err_stop(err, EXIT_CONFIG,
                        "%s: mode: %s facts have dates of their own: no snapshots, only delta",
                        conf_feed_place(feed, "mode"), code_name(&source_codes, (int)feed->source));
    for (size_t i = 0; i < feed->columns.count; i++)
        if (check_column(feed, feed->columns.items[i].value, feed->columns.items[i].place, "columns", err) <
            0)
            return -1;
    for (size_t i = 0; i < feed->constants.count; i++)
        if (check_column(feed, feed->constants.items[i].key, feed->constants.items[i].place, "constants",
                         err) < 0)
            return -1;
    if (check_totals(feed, err) < 0)
        return -1;
    return check_order(feed, err);
}

static bool is_same_folder(const char *a, const char *b)
{
    struct stat x, y;

    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Whichever scanned first would take the files of both. A folder that is missing is told when it is opened.
 */
static int check_inbox(const struct conf *conf, size_t index, struct err *err)
{
    const struct feed_conf *feed = &conf->feeds[index];

    for (size_t i = 0; feed->enabled && feed->inbox && i < index; i++)
        if (conf->feeds[i].enabled && conf->feeds[i].inbox &&
            is_same_folder(conf->feeds[i].inbox, feed->inbox))
            return err_stop(
                err, EXIT_CONFIG,
                "%s: inbox: feeds %s and %s share one folder: give each its own, for nothing else tells "
                "whose a file is",
                conf_feed_place(feed, "inbox"), conf->feeds[i].name, feed->name);
    return 0;
}

int feeds_check(const struct conf *conf, struct err *err)
{
    for (size_t i = 0; i < conf->feed_count; i++)
        if (check_feed(&conf->feeds[i], err) < 0 || check_inbox(conf, i, err) < 0)
            return -1;
    return 0;
}
