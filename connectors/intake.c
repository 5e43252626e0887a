#include "connectors/intake.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/archive.h"
#include "connectors/counts.h"
#include "connectors/delivery.h"
#include "connectors/fetch.h"
#include "connectors/folder.h"
#include "connectors/inbox.h"
#include "lib/base/arena.h"
#include "lib/io/clock.h"
#include "lib/io/fault.h"
#include "lib/io/log.h"
#include "lib/io/program.h"
#include "lib/wire/record_wire.h"

enum { PATH_SIZE = 4096 };

struct intake {
    const struct feed_conf *feed;
    struct sealer *sealer; /* NULL: files are archived as they came */
    uint32_t keep_months;
    int32_t thinned_day;
    struct hint *hint, *act_hint; /* NULL: look at every step */
    bool again;                   /* the last one left something to be done */
    struct folder folder;
    struct inbox *inbox, *acts;
    struct fetch *fetch; /* NULL: others put into the inbox */
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

static void watch_folders(const struct intake_conf *conf, struct intake *intake)
{
    char acts[PATH_SIZE], fetched[PATH_SIZE];

    if (!conf->hints)
        return;
    snprintf(acts, sizeof acts, "%s/%s/acts", conf->conf->connect.state, intake->feed->name);
    snprintf(fetched, sizeof fetched, "%s/%s/fetched", conf->conf->connect.state, intake->feed->name);
    intake->hint = hint_new(conf->hints, intake->fetch ? fetched : intake->feed->inbox);
    intake->act_hint = hint_new(conf->hints, acts);
}

static int open_journal(const struct intake_conf *conf, struct intake *intake, struct err *err)
{
    const struct feed_conf *feed = intake->feed;

    if (journal_open(feed->name, intake->folder.journal, &intake->way.journal, err) < 0)
        return -1;
    if (feed->mode == FEED_SNAPSHOT)
        intake->way.standing = standing_new(intake->folder.journal);
    return rebuild_journal(conf->history, feed, &intake->folder, intake->way.journal, intake->way.standing,
                           err);
}

int intake_open(const struct intake_conf *conf, const struct feed_conf *feed, struct intake **ret,
                struct err *err)
{
    struct intake *intake = mem_zalloc(sizeof *intake);

    intake->feed = feed;
    intake->sealer = conf->conf->archive.encrypt ? conf->sealer : NULL;
    intake->keep_months = conf->conf->archive.keep_months;
    intake->thinned_day = DAY_NONE;
    intake->wire = wire_new();
    intake->arena = arena_new(0);
    intake->way = (struct delivery_way){ .feed = feed, .publisher = conf->publisher };
    intake->way.line = line_new(feed, conf->conf->keys.epoch, conf->tokeniser);
    if (folder_open(conf->conf, feed, &intake->folder, err) < 0) {
        intake_close(intake);
        return -1;
    }
    intake->way.work = intake->folder.work;
    if (open_journal(conf, intake, err) < 0) {
        in_feed(intake, err);
        intake_close(intake);
        return -1;
    }
    if (conf_is_fetched(feed) &&
        fetch_open(feed, &intake->folder, intake->way.journal, conf->once, &intake->fetch, err) < 0) {
        in_feed(intake, err);
        intake_close(intake);
        return -1;
    }
    intake->inbox = inbox_new(feed, &intake->folder);
    intake->acts = inbox_new_acts(feed, &intake->folder);
    watch_folders(conf, intake);
    show_claim(intake);
    *ret = intake;
    return 0;
}

void intake_close(struct intake *intake)
{
    if (!intake)
        return;
    hint_free(intake->hint);
    hint_free(intake->act_hint);
    fetch_close(intake->fetch);
    inbox_free(intake->inbox);
    inbox_free(intake->acts);
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

static bool is_act(const struct claim *claim)
{
    return claim->control.order.kind != ACT_NONE;
}

static int came_from(const struct intake *intake, const struct claim *claim)
{
    return is_act(claim) ? intake->folder.acts : intake->folder.inbox;
}

/* A writer that is late adds to the file that it has open, wherever that is: what it adds was not delivered.
 */
static uint64_t size_of(int folder, const char *name)
{
    struct stat status;

    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? (uint64_t)status.st_size : COUNT_NONE;
}

static int claim_arrival(struct intake *intake, const struct arrival *arrival, struct err *err)
{
    struct claim claim = { .number = journal_next_number(intake->way.journal),
                           .name = arrival->name,
                           .received_ms = arrival->control.received_ms != INT64_MIN
                                              ? arrival->control.received_ms
                                              : wall_ms(),
                           .sequence = arrival->sequence,
                           .as_of_day = arrival->as_of_day,
                           .control = arrival->control,
                           .why = arrival->why };

    claim.size = size_of(came_from(intake, &claim), arrival->name);
    if (journal_claim(intake->way.journal, &claim, err) < 0)
        return -1;
    fault_point("connect-claim");
    if (folder_claim(&intake->folder, came_from(intake, &claim), arrival->name, claim.number, err) < 0)
        return not_claimed(intake, err);
    fault_point("connect-claimed");
    return 0;
}

/* Whoever was killed right after the claim has left the control file of a file that is no longer there. */
static void forget_control(const struct intake *intake, const struct claim *claim)
{
    int from = came_from(intake, claim);

    if ((is_act(claim) || intake->fetch || intake->feed->ready == READY_CONTROL) &&
        faccessat(from, claim->name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        inbox_forget_control(from, claim->name);
}

/* --- publish and settle --- */

/* Its digest and its receipt are of what it was at first. What came later is kept with it, but was not
 * delivered. */
static void tell_if_grown(const struct intake *intake, int fd, const struct content *content)
{
    struct stat status;

    if (fstat(fd, &status) == 0 && (uint64_t)status.st_size != content->bytes)
        log_event(
            LOG_LEVEL_WARNING, "claim-grown",
            "%s: a file was written to after it was claimed: deliver it again, whole; have it moved into the "
            "inbox when it is finished, or use ready: control",
            intake->feed->name);
}

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
    if (status == 0)
        tell_if_grown(intake, fd, &content);
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
        [DELIVERY_REJECTED] = "delivery-rejected",   [DELIVERY_DISMISSED] = "delivery-dismissed",
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
    CLEANUP(buffer_free) struct buffer text = { 0 };
    struct json json = json_to(&text);
    char digest[2 * DIGEST_SIZE + 1];

    hex_encode(journal_settling_sha256(intake->way.journal), DIGEST_SIZE, digest);
    wire_receipt_json(receipt, &json);
    buffer_add_byte(&text, '\n');
    return archive_settle(&intake->folder,
                          &(struct settlement){ .place = settled->state == DELIVERY_REJECTED
                                                             ? intake->folder.rejected
                                                             : intake->folder.archive,
                                                .day = day_of_ms(claim->received_ms),
                                                .digest = digest,
                                                .number = claim->number,
                                                .receipt = (const char *)text.data,
                                                .receipt_size = text.size,
                                                .sealer = intake->sealer,
                                                .feed = intake->feed->name },
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

/* Killed before the rename it is still in the inbox, and comes again. */
static int drop_claim(struct intake *intake, const struct claim *claim, struct err *err)
{
    if (faccessat(came_from(intake, claim), claim->name, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
        log_event(
            LOG_LEVEL_WARNING, "claim-lost",
            "%s: a claimed file is neither in work nor in the inbox any more: somebody removed it; have it "
            "delivered again",
            intake->feed->name);
    return journal_drop(intake->way.journal, err);
}

/* Takes up the claim that is not settled, if there is one. */
static int finish_claim(struct intake *intake, struct intake_result *ret, struct err *err)
{
    struct claim *claim = journal_unfinished(intake->way.journal);

    if (!claim)
        return 0;
    arena_reset(intake->arena);
    if (folder_forget_original(&intake->folder, came_from(intake, claim), claim->name, claim->number, err) <
        0)
        return -1;
    forget_control(intake, claim);
    if (!claim->settling) {
        if (!folder_claimed(&intake->folder, claim->number))
            return drop_claim(intake, claim, err);
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

/* --- keeping --- */

/* Once a day; what cannot be removed today may be tomorrow. */
static void thin_archive(struct intake *intake)
{
    int64_t now = wall_ms();
    int32_t today = day_of_ms(now);
    struct date date = day_to_date(today);
    struct err err = { 0 };
    uint64_t count;
    int32_t first;

    if (!intake->keep_months || intake->thinned_day == today)
        return;
    intake->thinned_day = today;
    first = month_first_day(month_from(date.year, date.month) - (int32_t)intake->keep_months) + date.day - 1;
    if (archive_thin(&intake->folder, day_start_ms(first), &count, &err) < 0) {
        in_feed(intake, &err);
        log_err(LOG_LEVEL_WARNING, "archive-thin", &err);
    } else if (count) {
        log_event(LOG_LEVEL_INFO, "archive-thinned",
                  "%s: %" PRIu64 " files older than %u months were removed", intake->feed->name, count,
                  intake->keep_months);
    }
}

static int take_inbox(struct intake *intake, struct inbox *inbox, struct intake_result *ret, struct err *err)
{
    CLEANUP(arrivals_free) struct arrivals arrivals = { 0 };

    if (inbox_scan(inbox, wall_ms(), ticks_ms(), &arrivals, err) < 0 ||
        take_all(intake, &arrivals, ret, err) < 0)
        return -1;
    ret->waiting += arrivals.waiting;
    ret->half += arrivals.half;
    return 0;
}

/* Something has happened there; or a file has to be watched, or a delivery tried again. */
static bool is_due(struct intake *intake)
{
    bool hinted = !intake->hint || hint_take(intake->hint);

    hinted |= !intake->act_hint || hint_take(intake->act_hint);
    return hinted || intake->again;
}

/* Asks the department's system, when it is time, and takes what came. */
static int take_fetched(struct intake *intake, struct intake_result *ret, struct err *err)
{
    enum fetch_progress progress;

    if (!intake->fetch || leaving_off())
        return 0;
    if (fetch_step(intake->fetch, &progress, err) < 0)
        return -1;
    ret->fetching = progress == FETCH_RUNS;
    ret->refused += progress == FETCH_REFUSED;
    if (progress != FETCH_RESTS && progress != FETCH_RUNS)
        counts_fetch(intake->feed->name, progress == FETCH_PLACED    ? "taken"
                                         : progress == FETCH_NOTHING ? "nothing"
                                                                     : "failed");
    return progress == FETCH_PLACED ? take_inbox(intake, intake->inbox, ret, err) : 0;
}

/* Nothing is begun while a delivery is under way or waits: what it comes to decides what is asked for. */
static bool may_fetch(const struct intake *intake)
{
    return intake->fetch && !intake->again && fetch_is_due(intake->fetch);
}

int intake_step(struct intake *intake, bool look, struct intake_result *ret, struct err *err)
{
    *ret = (struct intake_result){ 0 };
    if (!is_due(intake) && !look && !may_fetch(intake))
        return 0;
    intake->again = true;
    thin_archive(intake);
    if (finish_claim(intake, ret, err) < 0 || take_inbox(intake, intake->acts, ret, err) < 0 ||
        take_inbox(intake, intake->inbox, ret, err) < 0 || take_fetched(intake, ret, err) < 0)
        return in_feed(intake, err);
    intake->again = ret->waiting || leaving_off();
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
