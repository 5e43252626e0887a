#include "connectors/archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/arena.h"
#include "lib/base/date.h"

enum { FILE_MODE = 0600, NAME_SIZE = 128 };

static void closep(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

void archive_seal_context(const char *feed, const char *digest, struct buffer *ret)
{
    buffer_clear(ret);
    buffer_add(ret, feed, strlen(feed) + 1);
    buffer_add_string(ret, digest);
}

static int seal_into(const struct settlement *settlement, int from, int to, struct err *err)
{
    CLEANUP(buffer_free) struct buffer context = { 0 };

    archive_seal_context(settlement->feed, settlement->digest, &context);
    if (sealer_seal_file(settlement->sealer, context.data, context.size, from, to, err) < 0)
        return -1;
    return fsync(to) == 0 ? 0 : folder_error(err, "write", "a sealed file");
}

/* Whole and on the disk before it gets its name, and before the file it was made of goes. */
static int settle_sealed(const struct folder *folder, const struct settlement *settlement, int days,
                         const char *work, struct err *err)
{
    char name[NAME_SIZE], part[NAME_SIZE + 8];
    CLEANUP(closep) int from = -1;
    CLEANUP(closep) int to = -1;

    snprintf(name, sizeof name, "%s.sealed", settlement->digest);
    snprintf(part, sizeof part, "%s.part", name);
    from = openat(folder->work, work, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (from < 0)
        return errno == ENOENT ? 0 : folder_error(err, "open", "a settled file");
    to = openat(days, part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (to < 0)
        return folder_error(err, "make", "a sealed file");
    if (seal_into(settlement, from, to, err) < 0)
        return -1;
    if (renameat(days, part, days, name) < 0)
        return folder_error(err, "rename", "a sealed file");
    if (folder_sync(days, err) < 0)
        return -1;
    return unlinkat(folder->work, work, 0) == 0 ? 0 : folder_error(err, "remove", "a sealed file");
}

static int settle_plain(const struct folder *folder, const struct settlement *settlement, int days,
                        const char *work, struct err *err)
{
    if (renameat(folder->work, work, days, settlement->digest) < 0 && errno != ENOENT)
        return folder_error(err, "move", "a settled file");
    return folder_sync(days, err);
}

int archive_settle(const struct folder *folder, const struct settlement *settlement, struct err *err)
{
    char work[WORK_NAME_SIZE], day[DAY_TEXT_SIZE], name[NAME_SIZE];
    CLEANUP(closep) int days = -1;

    snprintf(name, sizeof name, "%s-%" PRIu64 ".json", settlement->digest, settlement->number);
    folder_work_name(settlement->number, work);
    if (folder_make(settlement->place, day_text(settlement->day, day), &days, err) < 0 ||
        folder_sync(settlement->place, err) < 0 ||
        folder_write(days, name, settlement->receipt, settlement->receipt_size, err) < 0 ||
        (settlement->sealer ? settle_sealed : settle_plain)(folder, settlement, days, work, err) < 0)
        return -1;
    return folder_sync(folder->work, err);
}

/* --- thinning --- */

typedef int visit(int folder, const char *name, int64_t before_ms, uint64_t *ret_count, struct err *err);

static int visit_all(int folder, visit *each, int64_t before_ms, uint64_t *ret_count, struct err *err)
{
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = fd < 0 ? NULL : fdopendir(fd);
    int status = 0;

    if (!entries)
        return folder_error(err, "read", "a folder of the archive");
    for (const struct dirent *entry; status == 0 && (entry = readdir(entries)) != NULL;)
        if (entry->d_name[0] != '.')
            status = each(folder, entry->d_name, before_ms, ret_count, err);
    closedir(entries);
    return status;
}

/* By the time of its last change of name or content here: a file may be years older than its delivery. */
static int thin_file(int folder, const char *name, int64_t before_ms, uint64_t *ret_count, struct err *err)
{
    struct stat status;

    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(status.st_mode) ||
        status.st_ctim.tv_sec * 1000 + status.st_ctim.tv_nsec / 1000000 >= before_ms)
        return 0;
    if (unlinkat(folder, name, 0) < 0)
        return folder_error(err, "remove", "an archived file");
    ++*ret_count;
    return 0;
}

static int thin_day(int place, const char *name, int64_t before_ms, uint64_t *ret_count, struct err *err)
{
    CLEANUP(closep) int day = openat(place, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (day < 0)
        return 0;
    if (visit_all(day, thin_file, before_ms, ret_count, err) < 0)
        return -1;
    if (unlinkat(place, name, AT_REMOVEDIR) < 0 && errno != ENOTEMPTY && errno != EEXIST)
        return folder_error(err, "remove", "an empty day");
    return 0;
}

int archive_thin(const struct folder *folder, int64_t before_ms, uint64_t *ret_count, struct err *err)
{
    *ret_count = 0;
    if (visit_all(folder->archive, thin_day, before_ms, ret_count, err) < 0)
        return -1;
    return visit_all(folder->rejected, thin_day, before_ms, ret_count, err);
}
