#include "connectors/judge.h"

#include <string.h>

#include "connectors/rows.h"

static int reject_whole(struct receipt *receipt, enum reason reason, const char *why)
{
    receipt->state = DELIVERY_REJECTED;
    receipt->why = why ? why : reason_texts[reason];
    return 0;
}

/* lines= may count what wc -l counts, or the lines of data: departments do either. */
static int check_lines(const struct judged *judged, bool *ret_good, struct err *err)
{
    uint64_t said = judged->claim->control.lines, data = 0;

    *ret_good = said == COUNT_NONE || judged->unread || said == judged->content->lines;
    if (*ret_good)
        return 0;
    if (rows_count_lines(judged->feed, judged->fd, &data, err) < 0)
        return -1;
    *ret_good = said == data;
    return 0;
}

/* *ret: why the control file is contradicted; NULL: it is not. */
static int check_control(const struct judged *judged, const char **ret, struct err *err)
{
    const struct control *control = &judged->claim->control;
    const struct content *content = judged->content;
    bool lines_good = true;

    *ret = judged->claim->why;
    if (*ret)
        return 0;
    if (control->bytes != COUNT_NONE && control->bytes != content->bytes)
        *ret = "has another number of bytes than its control file says";
    else if (control->has_digest && memcmp(control->digest, content->sha256, DIGEST_SIZE) != 0)
        *ret = "has another SHA-256 than its control file says";
    else if (check_lines(judged, &lines_good, err) < 0)
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
static const struct settled *find_before(const struct judged *judged)
{
    if (judged->claim->sequence == COUNT_NONE && judged->feed->mode == FEED_SNAPSHOT)
        return NULL;
    return journal_find(judged->journal, judged->claim->sequence, judged->content->sha256);
}

static bool is_obsolete(const struct judged *judged, const struct receipt *receipt)
{
    uint64_t newest = journal_newest_taken(judged->journal);

    return judged->feed->mode == FEED_SNAPSHOT && newest != COUNT_NONE && receipt->sequence < newest;
}

static int judge_delivered(const struct judged *judged, struct receipt *receipt, struct err *err)
{
    const struct settled *before = find_before(judged);
    const char *why;

    if (check_control(judged, &why, err) < 0)
        return -1;
    receipt->sequence = judged->claim->sequence != COUNT_NONE ? judged->claim->sequence
                        : before                              ? before->sequence
                                                              : next_sequence(judged->journal);
    receipt->state = DELIVERY_PUBLISHED;
    if (why)
        return reject_whole(receipt, CONTRADICTS_CONTROL_TOTAL, why);
    if (judged->unread || judged->content->binary)
        return reject_whole(receipt, NOT_TEXT, judged->unread);
    if (before)
        receipt->state = DELIVERY_DUPLICATE;
    else if (is_obsolete(judged, receipt))
        receipt->state = DELIVERY_OBSOLETE;
    else if (judged->content->empty && judged->feed->mode == FEED_SNAPSHOT)
        return reject_whole(receipt, NOT_TEXT, "is empty: a list of nobody would end everybody");
    return 0;
}

/* --- an operator's act --- */

/* NULL: it can be done. It was counted when it was ordered, so that nothing may have come between. */
static const char *why_not(const struct judged *judged, const struct settled *original)
{
    const struct order *order = &judged->claim->control.order;

    if (judged->claim->why)
        return judged->claim->why;
    if (!original)
        return "acts on a delivery that this feed did not publish";
    if (journal_acts(judged->journal, original) != order->acts)
        return "was ordered before another act on the same delivery was done: order it again";
    if (!order->settled || order->settled > journal_open_letters(judged->journal, original))
        return "settles more dead letters than its delivery has left open";
    return NULL;
}

/* A list that is no longer the one that stands cannot be mended: the newer one has said it all. */
static bool is_superseded(const struct judged *judged, const struct settled *original)
{
    return judged->feed->mode == FEED_SNAPSHOT &&
           journal_root(judged->journal, original) != journal_list(judged->journal);
}

static void name_original(const struct order *order, const struct settled *original, struct receipt *receipt)
{
    receipt->act = (struct act){ .any = true,
                                 .settled = order->settled,
                                 .lines = (struct line_span *)(uintptr_t)order->lines,
                                 .line_count = order->line_count };
    memcpy(receipt->act.original, order->original, DIGEST_SIZE);
    receipt->sequence = original ? original->sequence : 0;
    receipt->as_of_day = original ? original->as_of_day : DAY_NONE;
}

static int judge_act(const struct judged *judged, struct receipt *receipt)
{
    const struct order *order = &judged->claim->control.order;
    const struct settled *original = journal_delivery(judged->journal, order->original);
    const char *why = why_not(judged, original);

    name_original(order, original, receipt);
    if (why)
        return reject_whole(receipt, REASON_NONE, why);
    if (order->kind == ACT_DISMISS)
        receipt->state = DELIVERY_DISMISSED;
    else if (judged->unread || judged->content->binary)
        return reject_whole(receipt, NOT_TEXT, judged->unread);
    else if (journal_find(judged->journal, receipt->sequence, judged->content->sha256))
        receipt->state = DELIVERY_DUPLICATE;
    else
        receipt->state = is_superseded(judged, original) ? DELIVERY_OBSOLETE : DELIVERY_PUBLISHED;
    return 0;
}

int judge(const struct judged *judged, struct receipt *receipt, struct err *err)
{
    if (judged->claim->control.order.kind != ACT_NONE)
        return judge_act(judged, receipt);
    return judge_delivered(judged, receipt, err);
}
