#include "connectors/unattended.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/arena.h"
#include "lib/io/log.h"

static DIR *open_folder(int parent, const char *name)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);

    if (!folder && fd >= 0)
        close(fd);
    return folder;
}

static uint64_t count_files(int parent, const char *name)
{
    DIR *folder = open_folder(parent, name);
    uint64_t count = 0;

    for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.';
    if (folder)
        closedir(folder);
    return count;
}

static bool is_attended(const struct conf *conf, const char *name)
{
    for (size_t i = 0; i < conf->feed_count; i++)
        if (conf->feeds[i].enabled && !strcmp(conf->feeds[i].name, name))
            return true;
    return false;
}

static void look_at(const struct conf *conf, int state, const char *name)
{
    DIR *feed = is_attended(conf, name) ? NULL : open_folder(state, name);
    uint64_t count = feed ? count_files(dirfd(feed), "work") : 0;

    if (count)
        log_event(
            LOG_LEVEL_WARNING, "feed-unattended",
            "%s: %" PRIu64
            " files are in work, claimed and not settled, but the feed is not configured or not "
            "enabled: configure it again to have them finished, or move its folder out of connect.state",
            name, count);
    if (feed)
        closedir(feed);
}

void unattended_tell(const struct conf *conf)
{
    DIR *state = open_folder(AT_FDCWD, conf->connect.state);

    for (struct dirent *entry; state && (entry = readdir(state)) != NULL;)
        if (entry->d_name[0] != '.')
            look_at(conf, dirfd(state), entry->d_name);
    if (state)
        closedir(state);
}
