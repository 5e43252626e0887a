/* olive dlq replay, dlq dismiss and feed dismiss: orders for olive-connect, which alone writes to the log.
 *
 * An order is a file in the feed's folder of acts and its control file (connectors/control.h). It says how
 * many open letters it settles and how many acts had been done on the delivery when they were counted, so
 * that one that something else has overtaken is refused. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "connectors/folder.h"
#include "daemon/cli/audit.h"
#include "daemon/cli/dlq.h"
#include "daemon/cli/spans.h"
#include "lib/base/arena.h"

enum { ACT_NAME_SIZE = 64, PATH_SIZE = 4096, COPY_BYTES = 1 << 16 };

struct act_order {
    const struct feed_conf *feed;
    struct order order;
    const struct letters_of *delivery; /* the only one that has open letters among those asked for */
    int folder;                        /* of acts */
};

static void act_order_end(const struct act_order *act)
{
    if (act->folder > 0)
        close(act->folder);
}

/* --- which letters --- */

static int two_deliveries(const struct letters_of *one, const struct letters_of *other, struct err *err)
{
    char a[DIGEST_SHORT_SIZE], b[DIGEST_SHORT_SIZE];

    return err_stop(err, EXIT_USAGE,
                    "open dead letters are of more than one delivery (%s, %s): say which with --delivery; "
                    "olive dlq ls --by delivery lists them",
                    dlq_digest(one, a), dlq_digest(other, b));
}

static int count_letters(struct dead_letters *letters, struct act_order *act, struct err *err)
{
    struct letter letter;
    int got;

    while ((got = dead_letters_next(letters, &letter, err)) == 1) {
        if (!spans_have(&act->order, letter.line))
            continue;
        if (act->delivery && act->delivery != letter.delivery)
            return two_deliveries(act->delivery, letter.delivery, err);
        act->delivery = letter.delivery;
        act->order.settled++;
    }
    if (got == 0 && !act->delivery)
        return err_stop(err, EXIT_FAILED, "%s has no open dead letter that was asked for", act->feed->name);
    return got;
}

static int take_delivery(struct act_order *act, struct err *err)
{
    if (!act->delivery->has_receipt)
        return err_stop(err, EXIT_TRY_LATER,
                        "the delivery is still being published: try again when it has a receipt");
    memcpy(act->order.original, act->delivery->digest, DIGEST_SIZE);
    act->order.acts = act->delivery->acts;
    return 0;
}

/* --- the folder of acts --- */

static int open_acts(const struct conf *conf, struct act_order *act, struct err *err)
{
    char path[PATH_SIZE];

    snprintf(path, sizeof path, "%s/%s/acts", conf->connect.state, act->feed->name);
    act->folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (act->folder >= 0)
        return 0;
    return err_stop(err, EXIT_CONFIG, "%s: %s%s", path, strerror(errno),
                    errno == ENOENT ? ": olive-connect makes it when it starts with this feed"
                                    : ": run this as olive-connect's user");
}

/* What waits may settle the same letters. */
static int nothing_waits(const struct act_order *act, struct err *err)
{
    int fd = openat(act->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    bool waits = false;

    if (!folder)
        return err_stop(err, EXIT_FAILED, "the folder of acts cannot be read: %s", strerror(errno));
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        waits |= entry->d_name[0] != '.';
    closedir(folder);
    if (!waits)
        return 0;
    return err_stop(err, EXIT_TRY_LATER,
                    "an act on feed %s waits for olive-connect: try again when it is done", act->feed->name);
}

/* olive-connect must be able to take what root has put there. */
static int give_away(const struct act_order *act, const char *name, struct err *err)
{
    struct stat status;

    if (geteuid() != 0)
        return 0;
    if (fstat(act->folder, &status) == 0 &&
        fchownat(act->folder, name, status.st_uid, status.st_gid, AT_SYMLINK_NOFOLLOW) == 0)
        return 0;
    return err_stop(err, EXIT_FAILED, "the order cannot be given to olive-connect: %s", strerror(errno));
}

static int put_file(const struct act_order *act, const char *name, const struct buffer *data, struct err *err)
{
    if (folder_write(act->folder, name, data->data, data->size, err) < 0)
        return -1;
    return give_away(act, name, err);
}

/* The file first: without its control file it is nothing yet. */
static int put_order(const struct act_order *act, const struct buffer *data, struct err *err)
{
    CLEANUP(buffer_free) struct buffer control = { 0 };
    char name[ACT_NAME_SIZE], control_name[ACT_NAME_SIZE + 4];

    static unsigned number; /* of the orders of this process */

    snprintf(name, sizeof name, "%" PRId64 "-%d-%u", (int64_t)time(NULL), (int)getpid(), number++);
    snprintf(control_name, sizeof control_name, "%s.ok", name);
    control_write_act(&act->order, &control);
    if (put_file(act, name, data, err) < 0)
        return -1;
    return put_file(act, control_name, &control, err);
}

/* --- ordering --- */

static int start_act(struct cli *cli, enum act_kind kind, struct act_order *act,
                     struct dead_letters **ret_letters, struct dlq_filter *filter, struct err *err)
{
    act->feed = conf_feed(cli->conf, cli->words[0]);
    act->order.kind = kind;
    if (!act->feed)
        return err_stop(err, EXIT_USAGE, "no feed %s in the configuration", cli->words[0]);
    if (dlq_filter(cli, filter, err) < 0 || spans_parse(cli->options.only, &act->order, err) < 0 ||
        open_acts(cli->conf, act, err) < 0 || nothing_waits(act, err) < 0)
        return -1;
    filter->filter.feed = act->feed->name;
    filter->filter.open = true;
    return dead_letters_open(cli->conf, &filter->filter, ret_letters, err);
}

static int finish_act(struct cli *cli, const char *command, const struct act_order *act,
                      const struct dlq_filter *filter, const struct buffer *data, struct err *err)
{
    CLEANUP(buffer_free) struct buffer out = { 0 };
    const struct audit_entry entry = {
        .command = command, .filter = &filter->filter, .letters = act->order.settled, .why = cli->options.why
    };
    char digest[DIGEST_SHORT_SIZE];

    if (audit_write(cli->conf, &entry, err) < 0 || put_order(act, data, err) < 0)
        return -1;
    dlq_digest(act->delivery, digest);
    if (cli->options.json) {
        struct json json = json_to(&out);

        json_open(&json, '{');
        json_key(&json, "delivery");
        json_hex(&json, act->delivery->digest, DIGEST_SIZE);
        json_key(&json, "settles");
        json_uint(&json, act->order.settled);
        json_close(&json, '}');
        buffer_add_byte(&out, '\n');
    } else {
        buffer_printf(&out,
                      "ordered: settles %" PRIu64 " dead letters of %s, delivery %s (sequence %" PRIu64
                      ")\nolive-connect does it; olive feed ls and olive dlq ls say when it is done\n",
                      act->order.settled, act->feed->name, digest, act->delivery->sequence);
    }
    return cli_print(&out, err);
}

static int read_corrected(const char *path, struct buffer *ret, struct err *err)
{
    FILE *file = fopen(path, "re");
    size_t got;

    if (!file)
        return err_stop(err, EXIT_FAILED, "%s: %s", path, strerror(errno));
    do {
        got = fread(buffer_grow(ret, COPY_BYTES), 1, COPY_BYTES, file);
        ret->size -= COPY_BYTES - got;
    } while (got);
    if (ferror(file))
        err_stop(err, EXIT_FAILED, "%s: %s", path, strerror(errno));
    else if (!ret->size)
        err_stop(err, EXIT_USAGE, "%s is empty: olive dlq dismiss is for letters that are not corrected",
                 path);
    fclose(file);
    return err->kind ? -1 : 0;
}

int run_dlq_replay(struct cli *cli, struct err *err)
{
    CLEANUP(dead_letters_closep) struct dead_letters *letters = NULL;
    CLEANUP(act_order_end) struct act_order act = { 0 };
    CLEANUP(buffer_free) struct buffer data = { 0 };
    struct dlq_filter filter;

    if (start_act(cli, ACT_REPLAY, &act, &letters, &filter, err) < 0 ||
        read_corrected(cli->words[1], &data, err) < 0 || count_letters(letters, &act, err) < 0 ||
        take_delivery(&act, err) < 0)
        return -1;
    return finish_act(cli, "dlq replay", &act, &filter, &data, err);
}

/* Its bytes say what was dismissed, so that no two dismissals are one delivery. */
static int order_dismissal(struct cli *cli, const char *command, const struct act_order *act,
                           const struct dlq_filter *filter, struct err *err)
{
    CLEANUP(buffer_free) struct buffer data = { 0 };

    control_write_act(&act->order, &data);
    return finish_act(cli, command, act, filter, &data, err);
}

int run_dlq_dismiss(struct cli *cli, struct err *err)
{
    CLEANUP(dead_letters_closep) struct dead_letters *letters = NULL;
    CLEANUP(act_order_end) struct act_order act = { 0 };
    struct dlq_filter filter;

    if (start_act(cli, ACT_DISMISS, &act, &letters, &filter, err) < 0 ||
        count_letters(letters, &act, err) < 0 || take_delivery(&act, err) < 0)
        return -1;
    return order_dismissal(cli, "dlq dismiss", &act, &filter, err);
}

/* --- a whole list --- */

struct open_letters { /* by delivery: the list, and corrections of it that were wrong again */
    struct {
        const struct letters_of *delivery;
        uint64_t count;
    } * items;
    size_t count;
    uint64_t newest; /* sequence */
};

static void open_letters_free(struct open_letters *open)
{
    free(open->items);
}

static void count_open(struct open_letters *open, const struct letters_of *delivery)
{
    size_t i = 0;

    while (i < open->count && open->items[i].delivery != delivery)
        i++;
    if (i == open->count) {
        open->items = mem_realloc(open->items, (open->count + 1) * sizeof *open->items);
        open->items[open->count].delivery = delivery;
        open->items[open->count++].count = 0;
    }
    open->items[i].count++;
    if (delivery->sequence > open->newest)
        open->newest = delivery->sequence;
}

static int collect_open(struct dead_letters *letters, const struct feed_conf *feed, struct open_letters *ret,
                        struct err *err)
{
    struct letter letter;
    int got;

    while ((got = dead_letters_next(letters, &letter, err)) == 1)
        count_open(ret, letter.delivery);
    if (got == 0 && !ret->count)
        return err_stop(err, EXIT_FAILED, "no dead letter of %s is open: nothing is incomplete", feed->name);
    return got;
}

/* An act has its original's sequence, so the newest one is the list with all that was done about it. */
int run_feed_dismiss(struct cli *cli, struct err *err)
{
    CLEANUP(dead_letters_closep) struct dead_letters *letters = NULL;
    CLEANUP(act_order_end) struct act_order act = { 0 };
    CLEANUP(open_letters_free) struct open_letters open = { 0 };
    struct dlq_filter filter;

    if (start_act(cli, ACT_DISMISS, &act, &letters, &filter, err) < 0)
        return -1;
    if (act.feed->mode != FEED_SNAPSHOT)
        return err_stop(err, EXIT_USAGE,
                        "%s delivers changes, not lists: olive dlq dismiss is for its dead letters",
                        act.feed->name);
    if (collect_open(letters, act.feed, &open, err) < 0)
        return -1;
    for (size_t i = 0; i < open.count; i++) {
        if (open.items[i].delivery->sequence != open.newest)
            continue;
        act.delivery = open.items[i].delivery;
        act.order.settled = open.items[i].count;
        if (take_delivery(&act, err) < 0 || order_dismissal(cli, "feed dismiss", &act, &filter, err) < 0)
            return -1;
    }
    return EXIT_OK;
}
