#include "connectors/survey.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "connectors/rows.h"
#include "connectors/totals.h"
#include "lib/io/log.h"
#include "lib/io/notify.h"
#include "lib/io/program.h"

enum { LOOK_LINES = 1024, REASONS_TEXT_SIZE = 160 };

/* Of a list, once more than a few keys stand. */
static bool limits_shrinking(const struct feed_conf *feed, const struct standing *standing)
{
    return standing && feed->shrink_limit != RATIO_NONE && standing_may_hold(standing, SHRINK_KEYS_MIN);
}

bool survey_is_needed(const struct feed_conf *feed, const struct control *control,
                      const struct standing *standing)
{
    return feed->error_limit.records != COUNT_NONE || feed->error_limit.ratio != RATIO_NONE ||
           limits_shrinking(feed, standing) || totals_are_said(feed, control);
}

/* --- the pass --- */

static void sum_up(struct line *line, const struct row *row, const char *column, struct survey *survey)
{
    int64_t value;

    if (decimal_parse(line_text(line, row, column), TOTAL_DECIMALS, &value) == PARSE_OK)
        survey->sum += value;
    else
        survey->unread++;
}

/* What a row is looked at with. */
struct look {
    const struct feed_conf *feed;
    struct line *line;
    const struct line_origin *origin;
    struct standing *listed; /* NULL: no keys are wanted */
};

static int survey_row(const struct look *look, const struct row *row, struct survey *survey, struct err *err)
{
    struct record record;
    const char *column;
    struct err why = { 0 };
    int status;

    survey->lines++;
    if (look->feed->totals.column)
        sum_up(look->line, row, look->feed->totals.column, survey);
    status = (look->listed ? line_read : line_check)(look->line, row, look->origin, &record, &column, &why);
    if (status < 0) {
        survey->bad++;
        survey->by_reason[why.code]++;
        return 0;
    }
    return look->listed ? standing_add(look->listed, &record, err) : 0;
}

int survey_rows(const struct feed_conf *feed, int fd, struct line *line, const struct line_origin *origin,
                struct standing *standing, struct progress *progress, struct survey *ret, struct err *err)
{
    const struct look look = { feed, line, origin, limits_shrinking(feed, standing) ? standing : NULL };
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;
    struct row row;
    int got;

    *ret = (struct survey){ .listed = look.listed != NULL };
    if (rows_open(feed, fd, line, &reader, err) < 0)
        return -1;
    while ((got = reader->next(reader, &row, err)) == 1) {
        if (survey_row(&look, &row, ret, err) < 0)
            return -1;
        if (ret->lines % LOOK_LINES)
            continue;
        notify_alive();
        progress_add(progress, row.byte - progress->done);
        if (stopping())
            return err_set(err, ERR_RETRY,
                           "asked to stop; the delivery is looked at again at the next start");
    }
    return got;
}

/* --- the verdict --- */

static int contradicts(struct err *err)
{
    err->code = CONTRADICTS_CONTROL_TOTAL;
    return -1;
}

static int judge_totals(const struct feed_conf *feed, int fd, const struct control *control,
                        const struct survey *survey, struct err *err)
{
    struct totals totals;

    if (!totals_are_said(feed, control))
        return 0;
    if (totals_read(feed, fd, control, &totals, err) < 0)
        return -1;
    if (totals.lines != COUNT_NONE && totals.lines != survey->lines) {
        err_set(err, ERR_REJECT, "has %" PRIu64 " lines of data, its control line says %" PRIu64,
                survey->lines, totals.lines);
        return contradicts(err);
    }
    if (totals.sum == TOTAL_NONE)
        return 0;
    if (!feed->totals.column) {
        err_set(err, ERR_REJECT,
                "has a control file with a sum, and the feed no totals.column that says of what");
        return contradicts(err);
    }
    if (survey->unread) {
        log_event(LOG_LEVEL_WARNING, "total-unchecked",
                  "%s: the sum of %s is not checked: it cannot be read in %" PRIu64 " lines", feed->name,
                  feed->totals.column, survey->unread);
        return 0;
    }
    if (survey->sum == totals.sum)
        return 0;
    /* Neither sum is said: of a file with one line it would be a person's amount. */
    err_set(err, ERR_REJECT, "has another sum of %s than its control total", feed->totals.column);
    return contradicts(err);
}

static const char *list_reasons(const struct survey *survey, char ret[REASONS_TEXT_SIZE])
{
    size_t len = 0;

    ret[0] = '\0';
    for (int reason = 0; reason < REASON_COUNT; reason++)
        if (survey->by_reason[reason] && len < REASONS_TEXT_SIZE)
            len += (size_t)snprintf(ret + len, REASONS_TEXT_SIZE - len, "%s%s %" PRIu64, len ? ", " : "",
                                    reason_names[reason], survey->by_reason[reason]);
    return ret;
}

static bool is_over(uint64_t count, uint64_t of, int32_t ratio)
{
    return ratio != RATIO_NONE && (__int128)count * RATE_MILLION > (__int128)of * ratio;
}

static int judge_errors(const struct feed_conf *feed, const struct survey *survey, struct err *err)
{
    bool too_many = feed->error_limit.records != COUNT_NONE && survey->bad > feed->error_limit.records;
    char reasons[REASONS_TEXT_SIZE];

    if (!too_many && !is_over(survey->bad, survey->lines, feed->error_limit.ratio))
        return 0;
    return err_set(err, ERR_REJECT, "has %" PRIu64 " bad lines of %" PRIu64 ", over its error_limit (%s)",
                   survey->bad, survey->lines, list_reasons(survey, reasons));
}

/* A line that is a dead letter may be of a key that seems to be lacking. */
static int judge_shrinking(const struct feed_conf *feed, int32_t as_of_day, struct standing *standing,
                           const struct survey *survey, struct err *err)
{
    uint64_t stood, lacking;

    if (!limits_shrinking(feed, standing))
        return 0;
    if (standing_compare(standing, feed->source, as_of_day, &stood, &lacking, err) < 0)
        return -1;
    lacking -= survey->bad < lacking ? survey->bad : lacking;
    if (stood <= SHRINK_KEYS_MIN || !is_over(lacking, stood, feed->shrink_limit))
        return 0;
    return err_set(
        err, ERR_REJECT,
        "lacks %" PRIu64 " of the %" PRIu64
        " keys that stood, over its shrink_limit; if that is true, raise the limit and deliver it again",
        lacking, stood);
}

int survey_judge(const struct feed_conf *feed, int fd, const struct control *control, int32_t as_of_day,
                 struct standing *standing, const struct survey *survey, struct err *err)
{
    if (judge_totals(feed, fd, control, survey, err) < 0 || judge_errors(feed, survey, err) < 0)
        return -1;
    return judge_shrinking(feed, as_of_day, standing, survey, err);
}
