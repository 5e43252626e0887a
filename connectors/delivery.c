#include "connectors/delivery.h"

#include <string.h>

#include "connectors/rows.h"
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
    const struct content *content;
    int fd;
    struct arena *arena;
    struct receipt *receipt;
    uint64_t *months[INDICATOR_COUNT]; /* lines by month; NULL: none yet */
    struct progress progress;
};

/* --- judging the whole --- */

static int reject_whole(struct passage *passage, enum reason reason, const char *why)
{
    passage->receipt->state = DELIVERY_REJECTED;
    passage->receipt->why = why ? why : reason_texts[reason];
    return 0;
}

/* lines= may count what wc -l counts, or the lines of data: departments do either. */
static int check_lines(struct passage *passage, bool *ret_good, struct err *err)
{
    uint64_t said = passage->claim->control.lines, data = 0;

    *ret_good = said == COUNT_NONE || said == passage->content->lines;
    if (*ret_good)
        return 0;
    if (rows_count_lines(passage->way->feed, passage->fd, &data, err) < 0)
        return -1;
    *ret_good = said == data;
    return 0;
}

/* *ret: why the control file is contradicted; NULL: it is not. */
static int check_control(struct passage *passage, const char **ret, struct err *err)
{
    const struct control *control = &passage->claim->control;
    const struct content *content = passage->content;
    bool lines_good = true;

    *ret = passage->claim->why;
    if (*ret)
        return 0;
    if (control->bytes != COUNT_NONE && control->bytes != content->bytes)
        *ret = "has another number of bytes than its control file says";
    else if (control->has_digest && memcmp(control->digest, content->sha256, DIGEST_SIZE) != 0)
        *ret = "has another SHA-256 than its control file says";
    else if (check_lines(passage, &lines_good, err) < 0)
        return -1;
    else if (!lines_good)
        *ret = "has another number of lines than its control file says";
    return 0;
}

static uint64_t next_sequence(const struct journal *journal)
{
    uint64_t newest = journal_newest(journal);

    return newest == COUNT_NONE ? 1 : newest + 1;
}

/* A feed that numbers is told by its numbers; of one that does not, the same bytes are the same changes, but
 * a list that comes back is a new list. */
static const struct settled *find_before(const struct passage *passage)
{
    if (passage->claim->sequence == COUNT_NONE && passage->way->feed->mode == FEED_SNAPSHOT)
        return NULL;
    return journal_find(passage->way->journal, passage->claim->sequence, passage->content->sha256);
}

static bool is_obsolete(const struct passage *passage)
{
    uint64_t newest = journal_newest_taken(passage->way->journal);

    return passage->way->feed->mode == FEED_SNAPSHOT && newest != COUNT_NONE &&
           passage->receipt->sequence < newest;
}

/* Sets state and sequence; published means: nothing against it so far. */
static int judge(struct passage *passage, struct err *err)
{
    const struct settled *before = find_before(passage);
    struct receipt *receipt = passage->receipt;
    const char *why;

    if (check_control(passage, &why, err) < 0)
        return -1;
    receipt->sequence = passage->claim->sequence != COUNT_NONE ? passage->claim->sequence
                        : before                               ? before->sequence
                                                               : next_sequence(passage->way->journal);
    receipt->state = DELIVERY_PUBLISHED;
    if (why)
        return reject_whole(passage, CONTRADICTS_CONTROL_TOTAL, why);
    if (passage->content->binary)
        return reject_whole(passage, NOT_TEXT, NULL);
    if (before)
        receipt->state = DELIVERY_DUPLICATE;
    else if (is_obsolete(passage))
        receipt->state = DELIVERY_OBSOLETE;
    else if (!passage->content->bytes && passage->way->feed->mode == FEED_SNAPSHOT)
        return reject_whole(passage, NOT_TEXT, "is empty: a list of nobody would end everybody");
    return 0;
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
    if (passage->way->standing)
        standing_add(passage->way->standing, record);
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

static int take_standing(struct passage *passage, struct err *err)
{
    bool whole = !passage->receipt->dead_lettered;

    if (!passage->way->standing)
        return 0;
    if (!whole) {
        passage->receipt->state = DELIVERY_INCOMPLETE;
        passage->receipt->why = "has dead letters, so it adds and ends nothing";
    }
    return standing_merge(passage->way->standing, passage->way->feed->source, whole ? end_lacking : NULL,
                          passage, err);
}

/* --- the whole way --- */

static int count_only(struct passage *passage, struct err *err)
{
    struct receipt *receipt = passage->receipt;
    uint64_t *count = receipt->state == DELIVERY_DUPLICATE  ? &receipt->duplicate
                      : receipt->state == DELIVERY_OBSOLETE ? &receipt->obsolete
                                                            : &receipt->rejected;

    if (!passage->content->binary &&
        rows_count_lines(passage->way->feed, passage->fd, &receipt->lines, err) < 0)
        return -1;
    *count = receipt->lines;
    return 0;
}

static int publish_all(struct passage *passage, struct err *err)
{
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;

    if (rows_open(passage->way->feed, passage->fd, passage->way->line, &reader, err) < 0) {
        if (err->kind != ERR_REJECT)
            return -1;
        passage->receipt->state = DELIVERY_REJECTED;
        passage->receipt->why = arena_strndup(passage->arena, err->text, strlen(err->text));
        err_clear(err);
        return count_only(passage, err);
    }
    if (take_rows(passage, reader, err) < 0 || take_standing(passage, err) < 0)
        return -1;
    list_months(passage);
    fault_point("connect-published");
    return publisher_settle(passage->way->publisher, err);
}

static void set_delivery(struct passage *passage)
{
    struct receipt *receipt = passage->receipt;
    const char *feed = passage->way->feed->name;
    CLEANUP(digest_freep) struct digest *digest = digest_new();
    uint8_t sequence[8];

    put_be64(sequence, receipt->sequence);
    digest_start(digest);
    digest_add(digest, feed, strlen(feed) + 1);
    digest_add(digest, sequence, sizeof sequence);
    digest_add(digest, passage->content->sha256, DIGEST_SIZE);
    digest_end(digest, receipt->delivery.digest);
}

int delivery_pass(const struct delivery_way *way, int fd, struct arena *arena, struct receipt *ret,
                  struct content *ret_content, struct err *err)
{
    const struct claim *claim = journal_unfinished(way->journal);
    struct passage passage = {
        .way = way, .claim = claim, .content = ret_content, .fd = fd, .arena = arena, .receipt = ret
    };
    int64_t began_ms = ticks_ms();
    int status;

    if (content_read(fd, ret_content, err) < 0)
        return -1;
    *ret = (struct receipt){ .delivery.received_ms = claim->received_ms,
                             .feed = way->feed->name,
                             .source = way->feed->source,
                             .arrival = claim->number,
                             .size_bytes = ret_content->bytes,
                             .as_of_day = DAY_NONE };
    if (way->feed->mode == FEED_SNAPSHOT)
        ret->as_of_day = claim->as_of_day != DAY_NONE ? claim->as_of_day : day_of_ms(claim->received_ms);
    if (judge(&passage, err) < 0)
        return -1;
    set_delivery(&passage);
    if (way->standing)
        standing_clear(way->standing);
    passage.progress = progress_of(way->feed->name, ret_content->bytes);
    status = ret->state == DELIVERY_PUBLISHED ? publish_all(&passage, err) : count_only(&passage, err);
    progress_end(&passage.progress);
    ret->took_ms = (uint64_t)(ticks_ms() - began_ms);
    return status;
}
