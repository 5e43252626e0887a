#include "connectors/feeds.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connectors/counts.h"
#include "lib/base/arena.h"
#include "lib/io/log.h"

/* A feed as it is, and as it shall be. It ends when it is closed and shall not be. */
struct entry {
    const struct feed_conf *is;    /* what the intake was opened with; NULL: it is closed */
    const struct feed_conf *shall; /* NULL: it shall be closed */
    struct intake *intake;
    struct err told; /* why it could not be opened, as it was logged */
};

struct feeds {
    struct intake_conf shared;
    const struct conf *conf; /* the one in force */
    struct conf **owned;     /* those loaded anew that are still needed */
    size_t owned_count;
    struct entry *entries;
    size_t count;
};

struct feeds *feeds_new(const struct intake_conf *shared)
{
    struct feeds *feeds = mem_zalloc(sizeof *feeds);

    feeds->shared = *shared;
    return feeds;
}

/* A feed whose delivery cannot be finished any more: it is not lost, but somebody has to know. */
static void tell_if_left(const struct entry *entry)
{
    if (entry->intake && !entry->shall && intake_under_way(entry->intake))
        log_event(LOG_LEVEL_WARNING, "feed-left",
                  "%s: is no longer in the configuration, and a delivery of it is under way: it stays in "
                  "work/ and goes on when the feed is configured again",
                  entry->is->name);
}

void feeds_free(struct feeds *feeds)
{
    if (!feeds)
        return;
    for (size_t i = 0; i < feeds->count; i++) {
        tell_if_left(&feeds->entries[i]);
        intake_close(feeds->entries[i].intake);
    }
    for (size_t i = 0; i < feeds->owned_count; i++)
        conf_free(feeds->owned[i]);
    free((void *)feeds->owned);
    free(feeds->entries);
    free(feeds);
}

/* --- opening and closing one --- */

static int open_entry(struct feeds *feeds, struct entry *entry, struct err *err)
{
    if (intake_open(&feeds->shared, entry->shall, &entry->intake, err) < 0)
        return -1;
    entry->is = entry->shall;
    err_clear(&entry->told);
    counts_show_feed(entry->is->name);
    return 0;
}

static void close_entry(struct entry *entry)
{
    intake_close(entry->intake);
    if (!entry->shall) {
        counts_hide_feed(entry->is->name);
        log_event(LOG_LEVEL_INFO, "feed-removed", "%s: is no longer in the configuration and has ended",
                  entry->is->name);
    }
    entry->intake = NULL;
    entry->is = NULL;
}

/* Told once, until it is for another reason. */
static void tell_failed(struct entry *entry, const struct err *err)
{
    if (strcmp(entry->told.text, err->text) != 0)
        log_err(LOG_LEVEL_ERROR, "feed-failed", err);
    entry->told = *err;
}

/* --- the first configuration --- */

static struct entry *add_entry(struct feeds *feeds, const struct feed_conf *shall)
{
    feeds->entries = mem_realloc(feeds->entries, (feeds->count + 1) * sizeof *feeds->entries);
    feeds->entries[feeds->count] = (struct entry){ .shall = shall };
    return &feeds->entries[feeds->count++];
}

int feeds_open(struct feeds *feeds, const struct conf *conf, struct err *err)
{
    feeds->conf = conf;
    for (size_t i = 0; i < conf->feed_count; i++)
        if (conf->feeds[i].enabled && open_entry(feeds, add_entry(feeds, &conf->feeds[i]), err) < 0)
            return -1;
    return 0;
}

/* --- a new one --- */

static const char *name_of(const struct entry *entry)
{
    return entry->is ? entry->is->name : entry->shall->name;
}

static struct entry *find_entry(const struct feeds *feeds, const char *name)
{
    for (size_t i = 0; i < feeds->count; i++)
        if (!strcmp(name_of(&feeds->entries[i]), name))
            return &feeds->entries[i];
    return NULL;
}

static bool stays(const struct entry *entry, const struct feed_conf *feed)
{
    return entry && entry->is && conf_same_feed(entry->is, feed);
}

int feeds_check_inboxes(const struct feeds *feeds, const struct conf *conf, struct err *err)
{
    for (size_t i = 0; i < conf->feed_count; i++) {
        const struct feed_conf *feed = &conf->feeds[i];
        int inbox;

        if (!feed->enabled || conf_is_fetched(feed) || stays(find_entry(feeds, feed->name), feed))
            continue;
        inbox = open(feed->inbox, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (inbox < 0)
            return err_stop(err, EXIT_CONFIG, "%s: inbox: %s: %s", conf_feed_place(feed, "inbox"),
                            feed->inbox, strerror(errno));
        close(inbox);
    }
    return 0;
}

static void follow_feed(struct feeds *feeds, const struct feed_conf *feed, struct feeds_change *ret)
{
    struct entry *entry = find_entry(feeds, feed->name);

    if (!entry) {
        add_entry(feeds, feed);
        ret->added++;
        return;
    }
    ret->changed += !stays(entry, feed);
    entry->shall = stays(entry, feed) ? entry->is : feed;
}

struct feeds_change feeds_follow(struct feeds *feeds, struct conf *conf)
{
    struct feeds_change change = { 0 };
    const struct feed_conf *feed;

    feeds->owned = mem_realloc((void *)feeds->owned, (feeds->owned_count + 1) * sizeof *feeds->owned);
    feeds->owned[feeds->owned_count++] = conf;
    feeds->conf = conf;
    for (size_t i = 0; i < feeds->count; i++) {
        feed = conf_feed(conf, name_of(&feeds->entries[i]));
        if (feed && feed->enabled)
            continue;
        change.removed += feeds->entries[i].shall != NULL;
        feeds->entries[i].shall = NULL;
    }
    for (size_t i = 0; i < conf->feed_count; i++)
        if (conf->feeds[i].enabled)
            follow_feed(feeds, &conf->feeds[i], &change);
    return change;
}

/* --- turns --- */

size_t feeds_count(const struct feeds *feeds)
{
    return feeds->count;
}

bool feeds_has_source(const struct feeds *feeds, enum source source)
{
    for (size_t i = 0; i < feeds->count; i++)
        if (feeds->entries[i].is && feeds->entries[i].is->source == source)
            return true;
    return false;
}

bool feeds_failed(const struct feeds *feeds)
{
    for (size_t i = 0; i < feeds->count; i++)
        if (feeds->entries[i].told.kind)
            return true;
    return false;
}

/* Ends what the feed was, once nothing of it is under way. */
static int leave(struct entry *entry, struct intake_result *ret, struct err *err)
{
    if (intake_finish(entry->intake, ret, err) < 0)
        return -1;
    close_entry(entry);
    return 0;
}

int feeds_step(struct feeds *feeds, size_t index, bool look, struct intake_result *ret, struct err *err)
{
    struct entry *entry = &feeds->entries[index];
    struct err why = { 0 };

    *ret = (struct intake_result){ 0 };
    if (entry->is && entry->is != entry->shall && leave(entry, ret, err) < 0)
        return -1;
    if (!entry->shall)
        return 0;
    if (!entry->is && open_entry(feeds, entry, &why) < 0)
        return tell_failed(entry, &why), 0;
    return intake_step(entry->intake, look, ret, err);
}

/* Whether an entry lends from the configuration. */
static bool is_needed(const struct feeds *feeds, const struct conf *conf)
{
    const struct feed_conf *first = conf->feeds, *end = conf->feeds + conf->feed_count;

    for (size_t i = 0; i < feeds->count; i++) {
        const struct entry *entry = &feeds->entries[i];

        if ((entry->is >= first && entry->is < end) || (entry->shall >= first && entry->shall < end))
            return true;
    }
    return conf == feeds->conf;
}

void feeds_sweep(struct feeds *feeds)
{
    size_t kept = 0;

    for (size_t i = 0; i < feeds->count; i++)
        if (feeds->entries[i].is || feeds->entries[i].shall)
            feeds->entries[kept++] = feeds->entries[i];
    feeds->count = kept;
    kept = 0;
    for (size_t i = 0; i < feeds->owned_count; i++)
        if (is_needed(feeds, feeds->owned[i]))
            feeds->owned[kept++] = feeds->owned[i];
        else
            conf_free(feeds->owned[i]);
    feeds->owned_count = kept;
}

/* --- what others have left --- */

static bool has_files(int state, const char *feed, const char *name)
{
    char path[2 * NAME_MAX + 8];
    const struct dirent *file;
    bool found = false;
    DIR *folder;
    int fd;

    snprintf(path, sizeof path, "%s/%s", feed, name);
    fd = openat(state, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder)
        return false;
    while (!found && (file = readdir(folder)) != NULL)
        found = file->d_name[0] != '.';
    closedir(folder);
    return found;
}

void feeds_tell_left(const struct feeds *feeds)
{
    const char *path = feeds->shared.conf->connect.state;
    DIR *state = opendir(path);

    if (!state)
        return;
    for (const struct dirent *one; (one = readdir(state)) != NULL;)
        if (one->d_name[0] != '.' && !find_entry(feeds, one->d_name) &&
            (has_files(dirfd(state), one->d_name, "work") || has_files(dirfd(state), one->d_name, "fetched")))
            log_event(
                LOG_LEVEL_WARNING, "feed-left",
                "%s: is not in the configuration, and a delivery of it is half done: configure the feed "
                "again to have it finished, or keep %s/%s as it is",
                one->d_name, path, one->d_name);
    closedir(state);
}
