#include "connectors/inbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/arena.h"
#include "lib/base/date.h"
#include "lib/core/reason.h"
#include "lib/io/log.h"

enum { SEQUENCE_DIGITS_MAX = 18, NAME_BYTES_MAX = 255, HALF_MS = 3600000 };
static const char control_end[] = ".ok";

/* A file as it was when last looked at. */
struct watched {
    char *name;
    int64_t size, changed_ms, since_ms;
    bool told; /* that it is no file, or half of two for too long */
};

struct watch_list {
    struct watched *items;
    size_t count, capacity;
};

struct inbox {
    const struct feed_conf *feed;
    int folder; /* the descriptor of what is looked through */
    bool acts;
    enum feed_ready ready;
    regex_t sequence, as_of;
    struct watch_list watched, seen; /* by the last scan, in name order; by the one under way */
};

struct inbox *inbox_new(const struct feed_conf *feed, const struct folder *folder)
{
    struct inbox *inbox = mem_zalloc(sizeof *inbox);

    inbox->feed = feed;
    inbox->folder = folder->inbox;
    inbox->ready = conf_is_fetched(feed) ? READY_CONTROL : feed->ready;
    /* The configuration has compiled them before: they are good. */
    if (feed->sequence)
        regcomp(&inbox->sequence, feed->sequence, REG_EXTENDED);
    if (feed->as_of)
        regcomp(&inbox->as_of, feed->as_of, REG_EXTENDED);
    return inbox;
}

struct inbox *inbox_new_acts(const struct feed_conf *feed, const struct folder *folder)
{
    struct inbox *inbox = inbox_new(feed, folder);

    inbox->folder = folder->acts;
    inbox->acts = true;
    inbox->ready = READY_CONTROL;
    return inbox;
}

static void watch_list_free(struct watch_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i].name);
    free(list->items);
}

void inbox_free(struct inbox *inbox)
{
    if (!inbox)
        return;
    if (inbox->feed->sequence)
        regfree(&inbox->sequence);
    if (inbox->feed->as_of)
        regfree(&inbox->as_of);
    watch_list_free(&inbox->watched);
    watch_list_free(&inbox->seen);
    free(inbox);
}

void arrivals_free(struct arrivals *arrivals)
{
    for (size_t i = 0; i < arrivals->count; i++) {
        free(arrivals->items[i].name);
        free(arrivals->items[i].why);
    }
    free(arrivals->items);
    *arrivals = (struct arrivals){ 0 };
}

/* --- watching --- */

static int by_name(const void *a, const void *b)
{
    const char *x = ((const struct watched *)a)->name, *y = ((const struct watched *)b)->name;

    return strcmp(x, y);
}

/* What was known of that name goes over to what is seen; valid until the next call. */
static struct watched *watch(struct inbox *inbox, const char *name)
{
    const struct watched key = { .name = (char *)(uintptr_t)name };
    struct watched *known =
        inbox->watched.count ? bsearch(&key, inbox->watched.items, inbox->watched.count, sizeof key, by_name)
                             : NULL;
    struct watch_list *seen = &inbox->seen;

    if (seen->count == seen->capacity) {
        seen->capacity = seen->capacity ? 2 * seen->capacity : 16;
        seen->items = mem_realloc(seen->items, seen->capacity * sizeof *seen->items);
    }
    seen->items[seen->count] = known ? *known : (struct watched){ .size = -1 };
    seen->items[seen->count].name = mem_strdup(name);
    return &seen->items[seen->count++];
}

/* Forgets what is no longer there. */
static void watch_end(struct inbox *inbox)
{
    struct watch_list last = inbox->watched;

    for (size_t i = 0; i < last.count; i++)
        free(last.items[i].name);
    last.count = 0;
    inbox->watched = inbox->seen;
    inbox->seen = last;
    if (inbox->watched.count)
        qsort(inbox->watched.items, inbox->watched.count, sizeof *inbox->watched.items, by_name);
}

static int64_t changed_ms(const struct stat *status)
{
    return status->st_mtim.tv_sec * 1000 + status->st_mtim.tv_nsec / 1000000;
}

/* Names of files may name people: the log has none. */
static void tell_once(const struct inbox *inbox, struct watched *watched, const char *event, const char *text)
{
    if (!watched->told)
        log_event(LOG_LEVEL_WARNING, event, "%s: %s", inbox->feed->name, text);
    watched->told = true;
}

/* Still as it was stable_s seconds ago. */
static bool stands_still(const struct inbox *inbox, struct watched *watched, const struct stat *status,
                         int64_t ticks_ms)
{
    if (watched->size != status->st_size || watched->changed_ms != changed_ms(status)) {
        watched->size = status->st_size;
        watched->changed_ms = changed_ms(status);
        watched->since_ms = ticks_ms;
    }
    return ticks_ms - watched->since_ms >= (int64_t)inbox->feed->stable_s * 1000;
}

/* --- what a name and a control file say --- */

static struct text group_of(const regex_t *regex, const char *name)
{
    regmatch_t match[2];

    if (regexec(regex, name, 2, match, 0) != 0 || match[1].rm_so < 0)
        return text_of(NULL);
    return (struct text){ name + match[1].rm_so, (size_t)(match[1].rm_eo - match[1].rm_so) };
}

static void reject(struct arrival *arrival, const char *why)
{
    if (!arrival->why)
        arrival->why = mem_strdup(why);
}

static void read_name(const struct inbox *inbox, struct arrival *arrival)
{
    if (inbox->acts)
        return; /* it has the sequence and date of the delivery that it is about */
    if (arrival->control.sequence != COUNT_NONE)
        arrival->sequence = arrival->control.sequence;
    else if (inbox->feed->sequence &&
             !text_digits(group_of(&inbox->sequence, arrival->name), SEQUENCE_DIGITS_MAX, &arrival->sequence))
        reject(arrival, "its name has no sequence number by the feed's pattern");
    if (inbox->feed->as_of && !day_parse(group_of(&inbox->as_of, arrival->name), &arrival->as_of_day))
        reject(arrival, "its name has no date by the feed's pattern as_of");
}

/* ERR_RETRY only; a control file that is wrong is the arrival's fault. */
static int read_control(const struct inbox *inbox, struct arrival *arrival, int64_t now_ms, struct err *err)
{
    CLEANUP(buffer_free) struct buffer text = { 0 };
    char name[NAME_BYTES_MAX + sizeof control_end];
    struct err why = { 0 };

    snprintf(name, sizeof name, "%s%s", arrival->name, control_end);
    if (folder_load(inbox->folder, name, CONTROL_BYTES_MAX, &text, &why) == 0 &&
        (inbox->acts ? control_parse_act : control_parse)((struct text){ (char *)text.data, text.size },
                                                          &arrival->control, &why) == 0) {
        if (arrival->control.received_ms > now_ms) {
            /* Its receipt says when it really came. */
            arrival->control.received_ms = control_none.received_ms;
            reject(arrival, "has a control file that gives a time of receipt in the future");
        }
        return 0;
    }
    if (why.kind != ERR_REJECT)
        return *err = why, -1;
    reject(arrival, why.text);
    if (inbox->acts)
        arrival->control.order.kind = ACT_DISMISS; /* still an act, and claimed as one: of nothing */
    return 0;
}

/* --- scanning --- */

static bool is_control(const struct inbox *inbox, const char *name)
{
    size_t len = strlen(name), end = sizeof control_end - 1;

    return inbox->ready == READY_CONTROL && len > end && !strcmp(name + len - end, control_end);
}

/* Of a control file the file, of a file the control file. */
static bool has_other_half(const struct inbox *inbox, const char *name)
{
    size_t end = is_control(inbox, name) ? sizeof control_end - 1 : 0;
    char other[NAME_BYTES_MAX + sizeof control_end];

    snprintf(other, sizeof other, "%.*s%s", (int)(strlen(name) - end), name, end ? "" : control_end);
    return faccessat(inbox->folder, other, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* One of two that come one after the other; somebody is told when the other has not come for long. */
static bool is_half(const struct inbox *inbox, struct watched *watched, const struct stat *status,
                    int64_t now_ms)
{
    if (inbox->ready != READY_CONTROL || has_other_half(inbox, watched->name))
        return false;
    if (now_ms - changed_ms(status) > HALF_MS)
        tell_once(inbox, watched, "inbox-half",
                  "for over an hour the inbox has had a file without NAME.ok, or NAME.ok without its file");
    return true;
}

static bool is_whole(const struct inbox *inbox, struct watched *watched, const struct stat *status,
                     int64_t ticks_ms, struct arrivals *ret)
{
    bool whole = true;

    if (inbox->ready == READY_STABLE)
        whole = stands_still(inbox, watched, status, ticks_ms);
    ret->waiting += !whole;
    return whole;
}

static int add_arrival(const struct inbox *inbox, const char *name, const struct stat *status, int64_t now_ms,
                       struct arrivals *ret, struct err *err)
{
    struct arrival arrival = { .name = mem_strdup(name),
                               .control = control_none,
                               .sequence = COUNT_NONE,
                               .as_of_day = DAY_NONE,
                               .changed_ms = changed_ms(status),
                               .oldest_ms =
                                   status->st_ctim.tv_sec * 1000 + status->st_ctim.tv_nsec / 1000000 };
    int got = 0;

    if (inbox->ready == READY_CONTROL)
        got = read_control(inbox, &arrival, now_ms, err);
    read_name(inbox, &arrival);
    ret->items = mem_realloc(ret->items, (ret->count + 1) * sizeof *ret->items);
    ret->items[ret->count++] = arrival;
    return got;
}

static bool can_read(const struct inbox *inbox, const char *name)
{
    return faccessat(inbox->folder, name, R_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW) == 0 || errno != EACCES;
}

/* One that waits for whoever may mend its rights holds up no other. */
static bool is_barred(const struct inbox *inbox, struct watched *watched)
{
    if (can_read(inbox, watched->name))
        return false;
    tell_once(inbox, watched, "inbox-unreadable",
              "a file of the inbox may not be read by this user and is left alone: change its owner or mode");
    return true;
}

/* A file whose control file may not be read waits with it. */
static bool has_barred_half(const struct inbox *inbox, const char *name)
{
    char control[NAME_BYTES_MAX + sizeof control_end];

    snprintf(control, sizeof control, "%s%s", name, control_end);
    return inbox->feed->ready == READY_CONTROL && !can_read(inbox, control);
}

static int look_at(struct inbox *inbox, const char *name, int64_t now_ms, int64_t ticks_ms,
                   struct arrivals *ret, struct err *err)
{
    struct watched *watched;
    struct stat status;

    if (name[0] == '.')
        return 0;
    if (fstatat(inbox->folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : err_set(err, ERR_RETRY, "the inbox cannot be read: %s", strerror(errno));
    watched = watch(inbox, name);
    if (!S_ISREG(status.st_mode))
        return tell_once(inbox, watched, "inbox-no-file",
                         "something in the inbox is no regular file and is left alone: remove it"),
               0;
    if (is_half(inbox, watched, &status, now_ms))
        return ret->half++, 0;
    if (is_barred(inbox, watched))
        return 0;
    if (is_control(inbox, name) || has_barred_half(inbox, name) ||
        !is_whole(inbox, watched, &status, ticks_ms, ret))
        return 0;
    return add_arrival(inbox, name, &status, now_ms, ret, err);
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int64_t received(const struct arrival *arrival)
{
    return arrival->control.received_ms == INT64_MIN ? INT64_MAX : arrival->control.received_ms;
}

static int in_order(const void *a, const void *b)
{
    const struct arrival *x = a, *y = b;
    int order = COMPARE(received(x), received(y));

    if (!order)
        order = COMPARE(x->sequence, y->sequence);
    if (!order)
        order = COMPARE(x->changed_ms, y->changed_ms);
    return order ? order : strcmp(x->name, y->name);
}

static void find_oldest(struct arrivals *arrivals)
{
    for (size_t i = arrivals->count; i-- > 1;)
        if (arrivals->items[i].oldest_ms < arrivals->items[i - 1].oldest_ms)
            arrivals->items[i - 1].oldest_ms = arrivals->items[i].oldest_ms;
}

int inbox_scan(struct inbox *inbox, int64_t now_ms, int64_t ticks_ms, struct arrivals *ret, struct err *err)
{
    int fd = openat(inbox->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    int status = 0;

    if (!folder)
        return err_set(err, ERR_RETRY, "the inbox cannot be read: %s", strerror(errno));
    for (struct dirent *entry; status == 0 && (entry = readdir(folder)) != NULL;)
        status = look_at(inbox, entry->d_name, now_ms, ticks_ms, ret, err);
    watch_end(inbox);
    closedir(folder);
    if (ret->count)
        qsort(ret->items, ret->count, sizeof *ret->items, in_order);
    find_oldest(ret);
    return status;
}

void inbox_forget_control(int from, const char *name)
{
    char control[NAME_BYTES_MAX + sizeof control_end];

    snprintf(control, sizeof control, "%s%s", name, control_end);
    unlinkat(from, control, 0);
}
