#include "connectors/delivery.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/judge.h"
#include "connectors/rows.h"
#include "connectors/survey.h"
#include "lib/base/arena.h"
#include "lib/io/clock.h"
#include "lib/io/fault.h"
#include "lib/io/log.h"
#include "lib/io/notify.h"
#include "lib/io/program.h"

enum { ACKNOWLEDGE_LINES = 1000000, LOOK_LINES = 1024, MONTH_COUNT = MONTH_LAST - MONTH_FIRST + 1 };

/* A delivery on its way. */
struct passage {
    const struct delivery_way *way;
    const struct claim *claim;
    struct content *content;
    const char *unread; /* why not, of a file that cannot be read as the feed says */
    int fd;             /* of what is read, */
    int owned;          /* which is closed at the end when it is not the file itself; -1 */
    struct arena *arena;
    struct receipt *receipt;
    uint64_t *months[INDICATOR_COUNT]; /* lines by month; NULL: none yet */
    struct progress progress;
    bool listed;           /* standing has the new list already */
    struct feed_conf form; /* the feed, as this file is to be read */
};

static bool is_act(const struct passage *passage)
{
    return passage->claim->control.order.kind != ACT_NONE;
}

static uint64_t bytes_to_read(const struct passage *passage)
{
    struct stat status;

    return passage->owned >= 0 && fstat(passage->owned, &status) == 0 ? (uint64_t)status.st_size
                                                                      : passage->content->bytes;
}

/* --- lines --- */

/* Lists are judged by when they came, all others by the months of their lines (ASSESSMENT 2.2, Covered). */
static void count_month(struct passage *passage, const struct record *record)
{
    enum indicator indicator = record_indicator(record);

    if (indicator == INDICATOR_NONE || indicator == INDICATOR_PROPERTY || indicator == INDICATOR_VEHICLE)
        return;
    if (!passage->months[indicator])
        passage->months[indicator] = arena_zalloc(passage->arena, MONTH_COUNT * sizeof(uint64_t));
    passage->months[indicator][month_of_day(record->valid_from_day) - MONTH_FIRST]++;
}

static void list_months(struct passage *passage)
{
    struct receipt *receipt = passage->receipt;

    for (int indicator = 0; indicator < INDICATOR_COUNT; indicator++)
        for (int32_t i = 0; passage->months[indicator] && i < MONTH_COUNT; i++)
            receipt->month_count += passage->months[indicator][i] != 0;
    receipt->months = arena_alloc(passage->arena, receipt->month_count * sizeof *receipt->months);
    receipt->month_count = 0;
    for (int indicator = 0; indicator < INDICATOR_COUNT; indicator++)
        for (int32_t i = 0; passage->months[indicator] && i < MONTH_COUNT; i++)
            if (passage->months[indicator][i])
                receipt->months[receipt->month_count++] =
                    (struct month_count){ (enum indicator)indicator, MONTH_FIRST + i,
                                          passage->months[indicator][i] };
}

static int publish_good(struct passage *passage, const struct record *record, bool sent, struct err *err)
{
    passage->receipt->published++;
    count_month(passage, record);
    if (passage->way->standing && !passage->listed && standing_add(passage->way->standing, record, err) < 0)
        return -1;
    return sent ? 0 : publisher_record(passage->way->publisher, record, err);
}

static int publish_bad(struct passage *passage, const struct row *row, enum reason reason, const char *column,
                       bool sent, struct err *err)
{
    const struct dead_letter letter = { passage->way->feed, &passage->receipt->delivery, row, reason,
                                        column };

    passage->receipt->dead_lettered++;
    passage->receipt->by_reason[reason]++;
    return sent ? 0 : publisher_dead_letter(passage->way->publisher, &letter, err);
}

/* What an interrupted try has got acknowledged is counted again, but not sent again. */
static int take_row(struct passage *passage, const struct row *row, struct err *err)
{
    const struct line_origin origin = { &passage->receipt->delivery, passage->receipt->sequence };
    bool sent = row->line <= passage->claim->acknowledged;
    struct err why = { 0 };
    struct record record;
    const char *column;

    passage->receipt->lines++;
    if (line_read(passage->way->line, row, &origin, &record, &column, &why) == 0)
        return publish_good(passage, &record, sent, err);
    return publish_bad(passage, row, (enum reason)why.code, column, sent, err);
}

static int acknowledge(struct passage *passage, uint64_t line, struct err *err)
{
    if (line <= passage->claim->acknowledged)
        return 0;
    if (publisher_settle(passage->way->publisher, err) < 0)
        return -1;
    fault_point("connect-acknowledged");
    return journal_acknowledged(passage->way->journal, line, err);
}

static int look_up(struct passage *passage, const struct row *row, struct err *err)
{
    notify_alive();
    progress_add(&passage->progress, row->byte - passage->progress.done);
    if (stopping())
        return acknowledge(passage, row->line, err) < 0
                   ? -1
                   : err_set(err, ERR_RETRY, "asked to stop; the delivery goes on at the next start");
    if (passage->receipt->lines % ACKNOWLEDGE_LINES == 0)
        return acknowledge(passage, row->line, err);
    return 0;
}

static int take_rows(struct passage *passage, struct row_reader *reader, struct err *err)
{
    struct row row;
    int got;

    while ((got = reader->next(reader, &row, err)) == 1) {
        if (take_row(passage, &row, err) < 0)
            return -1;
        if (passage->receipt->lines % LOOK_LINES == 0 && look_up(passage, &row, err) < 0)
            return -1;
        fault_point("connect-line");
    }
    return got;
}

/* --- what a list lacks --- */

static int end_lacking(void *user, const struct record *greatest, struct record *ret_record, bool *ret_ended,
                       struct err *err)
{
    struct passage *passage = user;
    struct receipt *receipt = passage->receipt;
    bool retract = passage->way->feed->lacking == LACKING_RETRACT;

    *ret_ended = record_ending(greatest, retract, receipt->as_of_day, &receipt->delivery, receipt->sequence,
                               ret_record);
    if (!*ret_ended)
        return 0;
    *(retract ? &receipt->retracted : &receipt->ended) += 1;
    fault_point("connect-ending");
    return publisher_record(passage->way->publisher, ret_record, err);
}

/* How many dead letters of the list, and of the acts on it, are open when this delivery is done. */
static uint64_t count_open(const struct passage *passage)
{
    const struct journal *journal = passage->way->journal;
    const struct order *order = &passage->claim->control.order;
    uint64_t open = passage->receipt->dead_lettered;

    if (is_act(passage))
        open += journal_open_below(journal, journal_list(journal)) - order->settled;
    return open;
}

/* A dismissal of what a newer list has overtaken changes nothing that stands. */
static bool touches_standing(const struct passage *passage)
{
    const struct journal *journal = passage->way->journal;

    if (!passage->way->standing)
        return false;
    return !is_act(passage) ||
           journal_root(journal, journal_delivery(journal, passage->receipt->act.original)) ==
               journal_list(journal);
}

static int take_standing(struct passage *passage, struct err *err)
{
    struct receipt *receipt = passage->receipt;
    enum list_kind kind;
    bool whole;

    if (!touches_standing(passage))
        return 0;
    whole = !count_open(passage);
    kind = is_act(passage) ? (whole ? LIST_COMPLETED : LIST_ADDED) : (whole ? LIST_WHOLE : LIST_INCOMPLETE);
    if (!whole && receipt->state == DELIVERY_PUBLISHED) {
        receipt->state = DELIVERY_INCOMPLETE;
        receipt->why = is_act(passage) ? "leaves dead letters of the list open, so it adds and ends nothing"
                                       : "has dead letters, so it adds and ends nothing";
    }
    return standing_merge(passage->way->standing, passage->way->feed->source, kind, end_lacking, passage,
                          err);
}

/* --- the whole way --- */

static int count_only(struct passage *passage, struct err *err)
{
    struct receipt *receipt = passage->receipt;
    uint64_t *count = receipt->state == DELIVERY_DUPLICATE  ? &receipt->duplicate
                      : receipt->state == DELIVERY_OBSOLETE ? &receipt->obsolete
                                                            : &receipt->rejected;

    if (!passage->unread && !passage->content->binary &&
        rows_count_lines(&passage->form, passage->fd, &receipt->lines, err) < 0)
        return -1;
    *count = receipt->lines;
    return 0;
}

/* The first pass. One that may have been begun to publish has passed it: limits that were tightened since
 * then do not undo that. */
static int survey(struct passage *passage, struct err *err)
{
    const struct delivery_way *way = passage->way;
    const struct line_origin origin = { &passage->receipt->delivery, passage->receipt->sequence };
    const struct control *control = &passage->claim->control;
    struct survey survey;

    if (is_act(passage) || passage->claim->surveyed || passage->claim->acknowledged ||
        !survey_is_needed(way->feed, control, way->standing))
        return 0;
    if (survey_rows(&passage->form, passage->fd, way->line, &origin, way->standing, &passage->progress,
                    &survey, err) < 0)
        return -1;
    progress_end(&passage->progress);
    passage->progress = progress_of(way->feed->name, bytes_to_read(passage));
    passage->listed = survey.listed;
    fault_point("connect-surveyed");
    if (survey_judge(&passage->form, passage->fd, control, passage->receipt->as_of_day, way->standing,
                     &survey, err) < 0)
        return -1;
    return journal_surveyed(way->journal, err);
}

/* What is wrong with the whole is the delivery's fault: ERR_REJECT becomes its state. */
static int reject_or_fail(struct passage *passage, struct err *err)
{
    if (err->kind != ERR_REJECT)
        return -1;
    passage->receipt->state = DELIVERY_REJECTED;
    passage->receipt->why = arena_strndup(passage->arena, err->text, strlen(err->text));
    err_clear(err);
    return count_only(passage, err);
}

static int publish_all(struct passage *passage, struct err *err)
{
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;

    if (survey(passage, err) < 0 ||
        rows_open(&passage->form, passage->fd, passage->way->line, &reader, err) < 0)
        return reject_or_fail(passage, err);
    if (take_rows(passage, reader, err) < 0 || take_standing(passage, err) < 0)
        return -1;
    list_months(passage);
    fault_point("connect-published");
    return publisher_settle(passage->way->publisher, err);
}

/* An operator has looked at the dead letters and says: nothing will come of them. */
static int dismiss(struct passage *passage, struct err *err)
{
    if (take_standing(passage, err) < 0)
        return -1;
    return publisher_settle(passage->way->publisher, err);
}

static struct feed_conf form_of(const struct feed_conf *feed, const struct claim *claim)
{
    struct feed_conf form = claim->control.order.kind != ACT_NONE ? rows_correction(feed) : *feed;

    form.bounded = claim->size != COUNT_NONE;
    form.bytes_max = claim->size;
    if (claim->surveyed || claim->acknowledged) /* limits that were tightened since then do not undo that */
        form.unpacked_bytes_max = COUNT_NONE;
    return form;
}

/* --- unpacking --- */

static int go_on(struct err *err)
{
    notify_alive();
    return stopping()
               ? err_set(err, ERR_RETRY, "asked to stop; the delivery is unpacked again at the next start")
               : 0;
}

/* What is wrong with it is for the judge to say, once it is known whether it came whole. */
static int unpack_file(struct passage *passage, struct err *err)
{
    const struct unpacking way = { passage->way->work, go_on };
    int status = rows_unpack(&passage->form, &way, passage->fd, &passage->owned, passage->content, err);

    if (status < 0 && err->kind == ERR_REJECT) {
        passage->unread = arena_strndup(passage->arena, err->text, strlen(err->text));
        err_clear(err);
        return 0;
    }
    if (status < 0)
        return -1;
    if (passage->owned >= 0) {
        passage->fd = passage->owned;
        passage->form.bounded = false;
    }
    return 0;
}

static void passage_end(const struct passage *passage)
{
    if (passage->owned >= 0)
        close(passage->owned);
}

int delivery_pass(const struct delivery_way *way, int fd, struct arena *arena, struct receipt *ret,
                  struct content *ret_content, struct err *err)
{
    const struct claim *claim = journal_unfinished(way->journal);
    CLEANUP(passage_end)
    struct passage passage = { .way = way,
                               .claim = claim,
                               .content = ret_content,
                               .fd = fd,
                               .owned = -1,
                               .arena = arena,
                               .receipt = ret,
                               .form = form_of(way->feed, claim) };
    struct judged judged = { &passage.form, way->journal, claim, ret_content, NULL, fd };
    int64_t began_ms = ticks_ms();
    int status;

    if (content_read(fd, claim->size, ret_content, err) < 0 || unpack_file(&passage, err) < 0)
        return -1;
    judged.unread = passage.unread;
    judged.fd = passage.fd;
    *ret = (struct receipt){ .delivery.received_ms = claim->received_ms,
                             .feed = way->feed->name,
                             .source = way->feed->source,
                             .arrival = claim->number,
                             .size_bytes = ret_content->bytes,
                             .as_of_day = DAY_NONE };
    if (way->feed->mode == FEED_SNAPSHOT)
        ret->as_of_day = claim->as_of_day != DAY_NONE ? claim->as_of_day : day_of_ms(claim->received_ms);
    if (judge(&judged, ret, err) < 0)
        return -1;
    delivery_digest(way->feed->name, ret->sequence, ret_content->sha256, ret->delivery.digest);
    if (way->standing)
        standing_clear(way->standing);
    passage.progress = progress_of(way->feed->name, bytes_to_read(&passage));
    status = ret->state == DELIVERY_PUBLISHED   ? publish_all(&passage, err)
             : ret->state == DELIVERY_DISMISSED ? dismiss(&passage, err)
                                                : count_only(&passage, err);
    progress_end(&passage.progress);
    ret->took_ms = (uint64_t)(ticks_ms() - began_ms);
    return status;
}
