#include "connectors/intake.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connectors/counts.h"
#include "connectors/delivery.h"
#include "connectors/folder.h"
#include "connectors/inbox.h"
#include "lib/base/arena.h"
#include "lib/io/clock.h"
#include "lib/io/fault.h"
#include "lib/io/log.h"
#include "lib/io/program.h"
#include "lib/wire/record_wire.h"

struct intake {
    const struct feed_conf *feed;
    struct folder folder;
    struct inbox *inbox;
    struct delivery_way way;
    struct wire *wire;
    struct arena *arena;
    struct buffer message;
};

static int in_feed(const struct intake *intake, struct err *err)
{
    return err_add(err, "%s: ", intake->feed->name);
}

/* What was left under way by the run before waits from the start. */
static void show_claim(const struct intake *intake)
{
    const struct claim *claim = journal_unfinished(intake->way.journal);

    if (claim)
        counts_waiting(intake->feed->name, 1,
                       claim->control.received_ms == INT64_MIN ? claim->received_ms : wall_ms());
}

int intake_open(const struct intake_conf *conf, const struct feed_conf *feed, struct intake **ret,
                struct err *err)
{
    struct intake *intake = mem_zalloc(sizeof *intake);

    intake->feed = feed;
    intake->wire = wire_new();
    intake->arena = arena_new(0);
    intake->way = (struct delivery_way){ .feed = feed, .publisher = conf->publisher };
    intake->way.line = line_new(feed, conf->conf->keys.epoch, conf->tokeniser);
    if (folder_open(conf->conf, feed, &intake->folder, err) < 0) {
        intake_close(intake);
        return -1;
    }
    if (journal_open(intake->folder.journal, &intake->way.journal, err) < 0) {
        in_feed(intake, err);
        intake_close(intake);
        return -1;
    }
    if (feed->mode == FEED_SNAPSHOT)
        intake->way.standing = standing_new(intake->folder.journal);
    intake->inbox = inbox_new(feed, &intake->folder);
    show_claim(intake);
    *ret = intake;
    return 0;
}

void intake_close(struct intake *intake)
{
    if (!intake)
        return;
    inbox_free(intake->inbox);
    standing_free(intake->way.standing);
    journal_close(intake->way.journal);
    line_free(intake->way.line);
    folder_close(&intake->folder);
    wire_free(intake->wire);
    arena_free(intake->arena);
    buffer_free(&intake->message);
    free(intake);
}

/* --- claim --- */

/* The file may have gone, or be no file any more: then there was no delivery. */
static int not_claimed(struct intake *intake, struct err *err)
{
    if (err->kind != ERR_REJECT)
        return -1;
    log_event(LOG_LEVEL_WARNING, "claim-dropped", "%s: a file of the inbox %s before it was claimed",
              intake->feed->name, err->text);
    err_clear(err);
    return journal_drop(intake->way.journal, err);
}

static int claim_arrival(struct intake *intake, const struct arrival *arrival, struct err *err)
{
    const struct claim claim = { .number = journal_next_number(intake->way.journal),
                                 .name = arrival->name,
                                 .received_ms = arrival->control.received_ms != INT64_MIN
                                                    ? arrival->control.received_ms
                                                    : wall_ms(),
                                 .sequence = arrival->sequence,
                                 .as_of_day = arrival->as_of_day,
                                 .control = arrival->control,
                                 .why = arrival->why };

    if (journal_claim(intake->way.journal, &claim, err) < 0)
        return -1;
    fault_point("connect-claim");
    if (folder_claim(&intake->folder, arrival->name, claim.number, err) < 0)
        return not_claimed(intake, err);
    fault_point("connect-claimed");
    return 0;
}

/* Whoever was killed right after the claim has left the control file of a file that is no longer there. */
static void forget_control(const struct intake *intake, const struct claim *claim)
{
    if (intake->feed->ready == READY_CONTROL &&
        faccessat(intake->folder.inbox, claim->name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        inbox_forget_control(&intake->folder, claim->name);
}

/* --- publish and settle --- */

static int pass(struct intake *intake, const struct claim *claim, struct err *err)
{
    char name[WORK_NAME_SIZE];
    struct event event = { .kind = EVENT_RECEIPT };
    struct content content;
    int fd, status;

    if (standing_drop_next(intake->folder.journal, err) < 0 ||
        folder_read(intake->folder.work, folder_work_name(claim->number, name), &fd, err) < 0)
        return -1;
    status = delivery_pass(&intake->way, fd, intake->arena, &event.receipt, &content, err);
    close(fd);
    if (status < 0)
        return -1;
    buffer_clear(&intake->message);
    wire_pack_event(&event, &intake->message);
    fault_point("connect-settling");
    return journal_settling(intake->way.journal, &event.receipt, content.sha256, &intake->message, err);
}

static void log_receipt(const struct receipt *receipt)
{
    static const char *const events[DELIVERY_STATE_COUNT] = {
        [DELIVERY_PUBLISHED] = "delivery-published", [DELIVERY_INCOMPLETE] = "delivery-incomplete",
        [DELIVERY_DUPLICATE] = "delivery-duplicate", [DELIVERY_OBSOLETE] = "delivery-obsolete",
        [DELIVERY_REJECTED] = "delivery-rejected",
    };
    bool bad = receipt->state == DELIVERY_REJECTED || receipt->state == DELIVERY_INCOMPLETE;

    log_event(bad ? LOG_LEVEL_WARNING : LOG_LEVEL_INFO, events[receipt->state],
              "%s: sequence %" PRIu64 ": %" PRIu64 " lines = %" PRIu64 " published + %" PRIu64
              " dead-lettered + %" PRIu64 " duplicate + %" PRIu64 " obsolete + %" PRIu64 " rejected; %" PRIu64
              " ended, %" PRIu64 " retracted; %" PRIu64 " ms%s%s",
              receipt->feed, receipt->sequence, receipt->lines, receipt->published, receipt->dead_lettered,
              receipt->duplicate, receipt->obsolete, receipt->rejected, receipt->ended, receipt->retracted,
              receipt->took_ms, receipt->why ? ": the file " : "", receipt->why ? receipt->why : "");
}

static int settle_file(struct intake *intake, const struct claim *claim, const struct receipt *receipt,
                       struct err *err)
{
    const struct settled *settled = journal_settling_as(intake->way.journal);
    int place = settled->state == DELIVERY_REJECTED ? intake->folder.rejected : intake->folder.archive;
    CLEANUP(buffer_free) struct buffer text = { 0 };
    struct json json = json_to(&text);
    char digest[2 * DIGEST_SIZE + 1];

    hex_encode(settled->sha256, DIGEST_SIZE, digest);
    wire_receipt_json(receipt, &json);
    buffer_add_byte(&text, '\n');
    return folder_settle(&intake->folder, place, day_of_ms(claim->received_ms), digest, claim->number, &text,
                         err);
}

/* Everything but the receipt is in Kafka; from here on nothing is counted anew, only finished. */
static int settle(struct intake *intake, const struct claim *claim, struct intake_result *ret,
                  struct err *err)
{
    const struct buffer *message = journal_receipt(intake->way.journal);
    struct event event;

    if (wire_unpack_event(intake->wire, message->data, message->size, intake->arena, &event, err) < 0)
        return err_stop(err, EXIT_FAILED, "journal/log holds a receipt that is not ours");
    if (standing_commit(intake->folder.journal, err) < 0)
        return -1;
    fault_point("connect-standing");
    if (publisher_event(intake->way.publisher, message, err) < 0 ||
        publisher_settle(intake->way.publisher, err) < 0)
        return -1;
    fault_point("connect-receipt");
    if (settle_file(intake, claim, &event.receipt, err) < 0)
        return -1;
    fault_point("connect-settled");
    if (journal_settled(intake->way.journal, err) < 0)
        return -1;
    log_receipt(&event.receipt);
    counts_receipt(&event.receipt);
    ret->deliveries++;
    ret->rejected += event.receipt.state == DELIVERY_REJECTED;
    return 0;
}

/* Takes up the claim that is not settled, if there is one. */
static int finish_claim(struct intake *intake, struct intake_result *ret, struct err *err)
{
    struct claim *claim = journal_unfinished(intake->way.journal);

    if (!claim)
        return 0;
    arena_reset(intake->arena);
    forget_control(intake, claim);
    if (!claim->settling) {
        if (!folder_claimed(&intake->folder, claim->number))
            return journal_drop(intake->way.journal, err); /* killed before the rename: it is still there */
        if (pass(intake, claim, err) < 0)
            return -1;
    }
    return settle(intake, claim, ret, err);
}

/* Those from `from` on are still to be taken. */
static void show_waiting(const struct intake *intake, const struct arrivals *arrivals, size_t from)
{
    counts_waiting(intake->feed->name, arrivals->count - from + arrivals->waiting + arrivals->half,
                   from < arrivals->count ? arrivals->items[from].oldest_ms : 0);
}

static int take_all(struct intake *intake, const struct arrivals *arrivals, struct intake_result *ret,
                    struct err *err)
{
    size_t i = 0;

    for (show_waiting(intake, arrivals, i); i < arrivals->count && !leaving_off();
         show_waiting(intake, arrivals, ++i))
        if (claim_arrival(intake, &arrivals->items[i], err) < 0 || finish_claim(intake, ret, err) < 0)
            return -1;
    return 0;
}

int intake_step(struct intake *intake, struct intake_result *ret, struct err *err)
{
    CLEANUP(arrivals_free) struct arrivals arrivals = { 0 };

    *ret = (struct intake_result){ 0 };
    if (finish_claim(intake, ret, err) < 0 ||
        inbox_scan(intake->inbox, wall_ms(), ticks_ms(), &arrivals, err) < 0 ||
        take_all(intake, &arrivals, ret, err) < 0)
        return in_feed(intake, err);
    ret->waiting = arrivals.waiting;
    ret->half = arrivals.half;
    return 0;
}

int intake_finish(struct intake *intake, struct intake_result *ret, struct err *err)
{
    *ret = (struct intake_result){ 0 };
    return finish_claim(intake, ret, err) < 0 ? in_feed(intake, err) : 0;
}

bool intake_under_way(const struct intake *intake)
{
    return journal_unfinished(intake->way.journal) != NULL;
}
