#include <string.h>

#include "delivery.pb-c.h"
#include "lib/base/text.h"
#include "lib/wire/wire_private.h"

typedef Olive__V1__DeliveryEvent Event;
typedef Olive__V1__Receipt Receipt;
typedef Olive__V1__PeriodClose Close;

static ProtobufCBinaryData bytes_of(const void *data, size_t size)
{
    return (ProtobufCBinaryData){ .len = size, .data = (uint8_t *)(uintptr_t)data };
}

static char *string_of(const char *string)
{
    return (char *)(uintptr_t)string;
}

/* --- counts of a receipt, in one table --- */

static const struct {
    size_t message, has, core;
} counts[] = {
#define COUNT(name)                                                                                          \
    {                                                                                                        \
        offsetof(Receipt, name), offsetof(Receipt, has_##name), offsetof(struct receipt, name)               \
    }
    COUNT(lines),    COUNT(published), COUNT(dead_lettered), COUNT(duplicate), COUNT(obsolete),
    COUNT(rejected), COUNT(ended),     COUNT(retracted),     COUNT(took_ms),   COUNT(arrival),
#undef COUNT
};
enum { COUNTS = sizeof counts / sizeof *counts };
#define COUNT_MAX (UINT64_MAX >> 4) /* sums of five stay within int64 */

static void put_counts(const struct receipt *receipt, Receipt *message)
{
    const protobuf_c_boolean present = true;

    for (size_t i = 0; i < COUNTS; i++) {
        memcpy((char *)message + counts[i].message, (const char *)receipt + counts[i].core, sizeof(uint64_t));
        memcpy((char *)message + counts[i].has, &present, sizeof present);
    }
}

static void take_counts(const Receipt *message, struct receipt *receipt)
{
    for (size_t i = 0; i < COUNTS; i++)
        memcpy((char *)receipt + counts[i].core, (const char *)message + counts[i].message, sizeof(uint64_t));
}

/* --- receipt --- */

static void put_reasons(const struct receipt *receipt, struct arena *arena, Receipt *message)
{
    message->by_reason = arena_alloc(arena, REASON_COUNT * sizeof *message->by_reason);
    for (int reason = 0; reason < REASON_COUNT; reason++) {
        Olive__V1__ReasonCount *count;

        if (!receipt->by_reason[reason])
            continue;
        count = arena_alloc(arena, sizeof *count);
        olive__v1__reason_count__init(count);
        count->reason = string_of(reason_names[reason]);
        count->count = receipt->by_reason[reason];
        message->by_reason[message->n_by_reason++] = count;
    }
}

static void put_months(const struct receipt *receipt, struct arena *arena, Receipt *message)
{
    message->months = arena_alloc(arena, receipt->month_count * sizeof *message->months);
    for (size_t i = 0; i < receipt->month_count; i++) {
        Olive__V1__MonthCount *count = arena_alloc(arena, sizeof *count);

        olive__v1__month_count__init(count);
        count->indicator = (uint32_t)receipt->months[i].indicator;
        count->month = receipt->months[i].month;
        count->count = receipt->months[i].count;
        message->months[message->n_months++] = count;
    }
}

static Olive__V1__Act *put_act(const struct act *act, struct arena *arena)
{
    Olive__V1__Act *message;

    if (!act->any)
        return NULL;
    message = arena_alloc(arena, sizeof *message);
    olive__v1__act__init(message);
    message->original = bytes_of(act->original, DIGEST_SIZE);
    message->settled = act->settled;
    message->lines = arena_alloc(arena, act->line_count * sizeof *message->lines);
    for (; message->n_lines < act->line_count; message->n_lines++) {
        Olive__V1__LineSpan *span = arena_alloc(arena, sizeof *span);

        olive__v1__line_span__init(span);
        span->first = act->lines[message->n_lines].first;
        span->last = act->lines[message->n_lines].last;
        message->lines[message->n_lines] = span;
    }
    return message;
}

static void put_receipt(const struct receipt *receipt, struct arena *arena, Receipt *message)
{
    olive__v1__receipt__init(message);
    message->delivery = bytes_of(receipt->delivery.digest, DIGEST_SIZE);
    message->feed = string_of(receipt->feed);
    message->source = (uint32_t)receipt->source;
    message->sequence = receipt->sequence;
    message->size_bytes = receipt->size_bytes;
    message->received_ms = receipt->delivery.received_ms;
    message->state = (uint32_t)receipt->state;
    message->why = string_of(receipt->why);
    message->has_as_of_day = receipt->as_of_day != DAY_NONE;
    message->as_of_day = receipt->as_of_day;
    put_counts(receipt, message);
    put_reasons(receipt, arena, message);
    put_months(receipt, arena, message);
    message->act = put_act(&receipt->act, arena);
}

static enum reason reason_from(const char *name)
{
    for (int reason = 1; reason < REASON_COUNT; reason++)
        if (!strcmp(name, reason_names[reason]))
            return (enum reason)reason;
    return REASON_NONE; /* of a newer connector: kept in the log, not counted by name here */
}

static void take_lists(const Receipt *message, struct arena *arena, struct receipt *ret)
{
    for (size_t i = 0; i < message->n_by_reason; i++)
        ret->by_reason[reason_from(message->by_reason[i]->reason)] += message->by_reason[i]->count;
    ret->months = arena_alloc(arena, message->n_months * sizeof *ret->months);
    for (size_t i = 0; i < message->n_months; i++) {
        const Olive__V1__MonthCount *count = message->months[i];

        if (count->indicator < INDICATOR_COUNT)
            ret->months[ret->month_count++] =
                (struct month_count){ (enum indicator)count->indicator, count->month, count->count };
    }
}

static void take_act(const Olive__V1__Act *message, struct arena *arena, struct act *ret)
{
    if (!message)
        return;
    *ret = (struct act){ .any = true, .settled = message->settled };
    memcpy(ret->original, message->original.data, DIGEST_SIZE);
    ret->lines = arena_alloc(arena, message->n_lines * sizeof *ret->lines);
    for (; ret->line_count < message->n_lines; ret->line_count++)
        ret->lines[ret->line_count] = (struct line_span){ message->lines[ret->line_count]->first,
                                                          message->lines[ret->line_count]->last };
}

static bool is_utf8(const char *string)
{
    return !string || text_is_utf8((struct text){ string, strlen(string) });
}

static bool act_is_whole(const Olive__V1__Act *message)
{
    return !message || (message->original.len == DIGEST_SIZE && message->settled <= COUNT_MAX);
}

static bool numbers_fit(const Receipt *message)
{
    for (size_t i = 0; i < COUNTS; i++) {
        uint64_t count;

        memcpy(&count, (const char *)message + counts[i].message, sizeof count);
        if (count > COUNT_MAX)
            return false;
    }
    for (size_t i = 0; i < message->n_months; i++)
        if (message->months[i]->month < MONTH_FIRST || message->months[i]->month > MONTH_LAST)
            return false;
    return message->sequence <= COUNT_MAX && message->size_bytes <= COUNT_MAX &&
           (!message->has_as_of_day || (message->as_of_day >= DAY_FIRST && message->as_of_day <= DAY_LAST));
}

/* What would be no row must be no receipt: the table refuses it for good. */
static bool receipt_is_whole(const Receipt *message)
{
    return message->delivery.len == DIGEST_SIZE && message->source < SOURCE_COUNT &&
           message->state < DELIVERY_STATE_COUNT && is_utf8(message->feed) && is_utf8(message->why) &&
           numbers_fit(message) && act_is_whole(message->act) &&
           message->lines == message->published + message->dead_lettered + message->duplicate +
                                 message->obsolete + message->rejected;
}

static int take_receipt(const Receipt *message, struct arena *arena, struct receipt *ret, struct err *err)
{
    if (!receipt_is_whole(message))
        return err_set(err, ERR_REJECT, "a field of the receipt is malformed");
    *ret = (struct receipt){
        .delivery = { .received_ms = message->received_ms },
        .feed = arena_strndup(arena, message->feed, strlen(message->feed)),
        .source = (enum source)message->source,
        .sequence = message->sequence,
        .size_bytes = message->size_bytes,
        .state = (enum delivery_state)message->state,
        .why = message->why ? arena_strndup(arena, message->why, strlen(message->why)) : NULL,
        .as_of_day = message->has_as_of_day ? message->as_of_day : DAY_NONE,
    };
    memcpy(ret->delivery.digest, message->delivery.data, DIGEST_SIZE);
    take_counts(message, ret);
    take_lists(message, arena, ret);
    take_act(message->act, arena, &ret->act);
    return 0;
}

/* --- close --- */

static void put_cuts(const struct period_close *close, struct arena *arena, Close *message)
{
    message->cuts = arena_alloc(arena, close->cut_count * sizeof *message->cuts);
    for (size_t i = 0; i < close->cut_count; i++) {
        Olive__V1__TopicCut *cut = arena_alloc(arena, sizeof *cut);

        olive__v1__topic_cut__init(cut);
        cut->topic = string_of(close->cuts[i].topic);
        cut->partition = close->cuts[i].partition;
        cut->offset = close->cuts[i].offset;
        message->cuts[message->n_cuts++] = cut;
    }
}

static void put_feeds(const struct period_close *close, struct arena *arena, Close *message)
{
    message->feeds = arena_alloc(arena, close->feed_count * sizeof *message->feeds);
    for (size_t i = 0; i < close->feed_count; i++) {
        Olive__V1__FeedDeclared *feed = arena_alloc(arena, sizeof *feed);

        olive__v1__feed_declared__init(feed);
        feed->name = string_of(close->feeds[i].name);
        feed->source = (uint32_t)close->feeds[i].source;
        feed->has_utility_kinds = close->feeds[i].utility_kinds != 0;
        feed->utility_kinds = close->feeds[i].utility_kinds;
        feed->has_complete = true;
        feed->complete = close->feeds[i].complete;
        message->feeds[message->n_feeds++] = feed;
    }
}

static void put_close(const struct period_close *close, struct arena *arena, Close *message)
{
    static const uint8_t none[DIGEST_SIZE];

    olive__v1__period_close__init(message);
    message->period = close->period;
    message->policy = bytes_of(close->policy, DIGEST_SIZE);
    message->has_model = memcmp(close->model, none, DIGEST_SIZE) != 0;
    message->model = bytes_of(close->model, DIGEST_SIZE);
    put_cuts(close, arena, message);
    put_feeds(close, arena, message);
}

static void take_cuts(const Close *message, struct arena *arena, struct period_close *ret)
{
    ret->cuts = arena_alloc(arena, message->n_cuts * sizeof *ret->cuts);
    for (; ret->cut_count < message->n_cuts; ret->cut_count++) {
        const Olive__V1__TopicCut *cut = message->cuts[ret->cut_count];

        ret->cuts[ret->cut_count] = (struct topic_cut){
            .topic = arena_strndup(arena, cut->topic, strlen(cut->topic)),
            .partition = cut->partition,
            .offset = cut->offset,
        };
    }
}

static int take_feeds(const Close *message, struct arena *arena, struct period_close *ret, struct err *err)
{
    ret->feeds = arena_alloc(arena, message->n_feeds * sizeof *ret->feeds);
    for (; ret->feed_count < message->n_feeds; ret->feed_count++) {
        const Olive__V1__FeedDeclared *feed = message->feeds[ret->feed_count];

        if (feed->source >= SOURCE_COUNT)
            return err_set(err, ERR_REJECT, "a feed of the close record has an unknown source");
        ret->feeds[ret->feed_count] = (struct feed_declared){
            .name = arena_strndup(arena, feed->name, strlen(feed->name)),
            .source = (enum source)feed->source,
            .utility_kinds = feed->utility_kinds,
            .complete = feed->complete,
        };
    }
    return 0;
}

static int take_close(const Close *message, struct arena *arena, struct period_close *ret, struct err *err)
{
    if (message->policy.len != DIGEST_SIZE || (message->has_model && message->model.len != DIGEST_SIZE))
        return err_set(err, ERR_REJECT, "a digest of the close record is malformed");
    *ret = (struct period_close){ .period = message->period };
    memcpy(ret->policy, message->policy.data, DIGEST_SIZE);
    if (message->has_model)
        memcpy(ret->model, message->model.data, DIGEST_SIZE);
    take_cuts(message, arena, ret);
    return take_feeds(message, arena, ret, err);
}

/* --- the event --- */

void wire_pack_event(const struct event *event, struct buffer *out)
{
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    Event message = OLIVE__V1__DELIVERY_EVENT__INIT;
    Receipt receipt;
    Close close;

    if (event->kind == EVENT_RECEIPT) {
        put_receipt(&event->receipt, arena, &receipt);
        message.receipt = &receipt;
    } else {
        put_close(&event->close, arena, &close);
        message.close = &close;
    }
    wire_pack(&message.base, out);
}

int wire_unpack_event(struct wire *wire, const void *data, size_t size, struct arena *arena,
                      struct event *ret, struct err *err)
{
    const Event *message =
        wire_unpack(wire, &olive__v1__delivery_event__descriptor, data, size, WIRE_EVENT_BYTES_MAX, err);

    if (!message)
        return -1;
    if (!message->receipt == !message->close)
        return err_set(err, ERR_REJECT, "the event is not exactly one of receipt and close");
    ret->kind = message->receipt ? EVENT_RECEIPT : EVENT_CLOSE;
    return message->receipt ? take_receipt(message->receipt, arena, &ret->receipt, err)
                            : take_close(message->close, arena, &ret->close, err);
}
