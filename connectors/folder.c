#include "connectors/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/arena.h"
#include "lib/base/date.h"
#include "lib/core/reason.h"

enum { FOLDER_MODE = 0700, FILE_MODE = 0600, NAME_SIZE = 128, COPY_BYTES = 1 << 20, PATH_SIZE = 4096 };

int folder_error(struct err *err, const char *what, const char *name)
{
    if (errno == ENOSPC || errno == EDQUOT)
        return err_set(err, ERR_RETRY, "cannot %s %s: the disk is full", what, name);
    return err_set(err, ERR_RETRY, "cannot %s %s: %s", what, name, strerror(errno));
}

int folder_sync(int folder, struct err *err)
{
    return fsync(folder) == 0 ? 0 : folder_error(err, "write", "a folder");
}

static void closep(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* --- opening --- */

static int open_inbox(const struct feed_conf *feed, int *ret, struct err *err)
{
    if (conf_is_fetched(feed))
        return 0;
    *ret = open(feed->inbox, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*ret >= 0)
        return 0;
    return err_stop(err, EXIT_CONFIG, "%s: inbox: %s: %s", conf_feed_place(feed, "inbox"), feed->inbox,
                    strerror(errno));
}

int folder_make(int parent, const char *name, int *ret, struct err *err)
{
    if ((mkdirat(parent, name, FOLDER_MODE) == 0 || errno == EEXIST) &&
        (*ret = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) >= 0)
        return 0;
    return folder_error(err, "make folder", name);
}

/* Two programs on one journal would undo each other. The lock goes with the descriptor. */
static int lock_folder(int folder, const struct feed_conf *feed, struct err *err)
{
    if (flock(folder, LOCK_EX | LOCK_NB) == 0)
        return 0;
    return err_stop(err, EXIT_TRY_LATER,
                    "feed %s: another olive-connect works on its state; stop that one first", feed->name);
}

static int sync_parent(int folder, struct err *err)
{
    CLEANUP(closep) int parent = openat(folder, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return parent < 0 ? folder_error(err, "open", "the folder of connect.state") : folder_sync(parent, err);
}

static int open_state(const struct conf *conf, int *ret, struct err *err)
{
    const char *path = conf->connect.state;

    bool made = mkdir(path, FOLDER_MODE) == 0;

    if (!made && errno != EEXIST)
        return err_stop(err, EXIT_CONFIG, "%s: connect.state: cannot make %s: %s",
                        conf_place(conf, "connect.state"), path, strerror(errno));
    *ret = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*ret >= 0)
        return made ? sync_parent(*ret, err) : 0;
    return err_stop(err, EXIT_CONFIG, "%s: connect.state: %s: %s", conf_place(conf, "connect.state"), path,
                    strerror(errno));
}

/* What a killed one had moved, and not lived to sync, is built upon from now on. */
static int sync_moved(const struct folder *folder, struct err *err)
{
    return folder_sync(folder->work, err) < 0 || folder_sync(folder->acts, err) < 0
               ? -1
               : folder_sync(folder->inbox, err);
}

int folder_open(const struct conf *conf, const struct feed_conf *feed, struct folder *ret, struct err *err)
{
    CLEANUP(closep) int state = -1;
    CLEANUP(closep) int own = -1;

    *ret = (struct folder){ -1, -1, -1, -1, -1, -1 };
    if (open_inbox(feed, &ret->inbox, err) < 0 || open_state(conf, &state, err) < 0)
        return -1;
    if (folder_make(state, feed->name, &own, err) < 0 ||
        (conf_is_fetched(feed) && folder_make(own, "fetched", &ret->inbox, err) < 0) ||
        folder_make(own, "acts", &ret->acts, err) < 0 || folder_make(own, "work", &ret->work, err) < 0 ||
        folder_make(own, "archive", &ret->archive, err) < 0 ||
        folder_make(own, "rejected", &ret->rejected, err) < 0 ||
        folder_make(own, "journal", &ret->journal, err) < 0 || folder_sync(own, err) < 0 ||
        folder_sync(state, err) < 0 || sync_moved(ret, err) < 0)
        return err_add(err, "feed %s: %s/%s: ", feed->name, conf->connect.state, feed->name);
    return lock_folder(ret->journal, feed, err);
}

void folder_close(struct folder *folder)
{
    const int all[] = { folder->inbox,   folder->acts,     folder->work,
                        folder->archive, folder->rejected, folder->journal };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] > 0)
            close(all[i]);
    *folder = (struct folder){ 0 };
}

/* --- reading and writing --- */

/* Never waits, not even for the writer of a FIFO. */
int folder_read(int folder, const char *name, int *ret_fd, struct err *err)
{
    struct stat status;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0 && (errno == ENOENT || errno == ELOOP || errno == ENXIO))
        return err_set(err, ERR_REJECT, "%s", errno == ENOENT ? "has vanished" : "is no regular file");
    if (fd < 0)
        return err_set(err, ERR_RETRY, "a file cannot be opened: %s", strerror(errno));
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
        *ret_fd = fd;
        return 0;
    }
    close(fd);
    return err_set(err, ERR_REJECT, "is no regular file");
}

int folder_load(int folder, const char *name, size_t size_max, struct buffer *ret, struct err *err)
{
    CLEANUP(closep) int fd = -1;
    ssize_t got;

    if (folder_read(folder, name, &fd, err) < 0)
        return -1;
    buffer_clear(ret);
    do {
        got = read(fd, buffer_grow(ret, COPY_BYTES), COPY_BYTES);
        ret->size -= COPY_BYTES - (size_t)(got > 0 ? got : 0);
        if (ret->size > size_max)
            return err_set(err, ERR_REJECT, "is longer than %zu bytes", size_max);
    } while (got > 0);
    return got == 0 ? 0 : folder_error(err, "read", "a file");
}

static int write_all(int fd, const void *data, size_t size)
{
    const char *at = data;

    while (size) {
        ssize_t done = write(fd, at, size);

        if (done < 0 && errno != EINTR)
            return -1;
        at += done > 0 ? done : 0;
        size -= done > 0 ? (size_t)done : 0;
    }
    return 0;
}

/* A file that is there whole or not at all. */
static int write_new(int folder, const char *name, const void *data, size_t size, struct err *err)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    bool done = fd >= 0 && write_all(fd, data, size) == 0 && fsync(fd) == 0;

    if (!done)
        folder_error(err, "write", name);
    if (fd >= 0)
        close(fd);
    return done ? 0 : -1;
}

int folder_write(int folder, const char *name, const void *data, size_t size, struct err *err)
{
    char part[NAME_SIZE + 8];

    snprintf(part, sizeof part, "%s.part", name);
    if (write_new(folder, part, data, size, err) < 0)
        return -1;
    if (renameat(folder, part, folder, name) < 0)
        return folder_error(err, "rename", name);
    return folder_sync(folder, err);
}

/* --- claim and settle --- */

const char *folder_work_name(uint64_t number, char ret[WORK_NAME_SIZE])
{
    snprintf(ret, WORK_NAME_SIZE, "%08" PRIu64, number);
    return ret;
}

static int copy_bytes(int from, int to)
{
    CLEANUP(mem_freep) char *bytes = mem_alloc(COPY_BYTES);
    ssize_t got;

    while ((got = read(from, bytes, COPY_BYTES)) > 0)
        if (write_all(to, bytes, (size_t)got) < 0)
            return -1;
    return got < 0 ? -1 : fsync(to);
}

static int remove_claimed(int inbox, const char *name, struct err *err)
{
    if (unlinkat(inbox, name, 0) < 0)
        return folder_error(err, "remove", "a claimed file");
    return folder_sync(inbox, err);
}

/* An inbox on another file system (a mounted drop box): the copy is whole before it gets its name. */
static int claim_by_copy(const struct folder *folder, int inbox, const char *name, const char *work,
                         struct err *err)
{
    char part[WORK_NAME_SIZE + 8];
    CLEANUP(closep) int from = -1;
    CLEANUP(closep) int to = -1;

    snprintf(part, sizeof part, "%s.part", work);
    if (folder_read(inbox, name, &from, err) < 0)
        return -1;
    to = openat(folder->work, part, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
    if (to < 0 || copy_bytes(from, to) < 0 || renameat(folder->work, part, folder->work, work) < 0)
        return folder_error(err, "copy into", "work");
    if (folder_sync(folder->work, err) < 0)
        return -1;
    return remove_claimed(inbox, name, err);
}

int folder_claim(const struct folder *folder, int from, const char *name, uint64_t number, struct err *err)
{
    char work[WORK_NAME_SIZE];
    CLEANUP(closep) int fd = -1;

    if (folder_read(from, name, &fd, err) < 0) /* what is no file is not touched */
        return -1;
    if (fsync(fd) < 0) /* whoever wrote it may not have seen to it that it outlives a power cut */
        return folder_error(err, "write", "a file of the inbox");
    folder_work_name(number, work);
    if (renameat(from, name, folder->work, work) < 0) {
        if (errno == ENOENT)
            return err_set(err, ERR_REJECT, "has vanished");
        return errno == EXDEV ? claim_by_copy(folder, from, name, work, err)
                              : folder_error(err, "claim", "a file");
    }
    return folder_sync(folder->work, err) < 0 ? -1 : folder_sync(from, err);
}

bool folder_claimed(const struct folder *folder, uint64_t number)
{
    char work[WORK_NAME_SIZE];

    return faccessat(folder->work, folder_work_name(number, work), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool same_bytes(int a, int b)
{
    CLEANUP(mem_freep) char *bytes = mem_alloc((size_t)2 * COPY_BYTES);
    ssize_t got;
    off_t at = 0;

    for (; (got = pread(a, bytes, COPY_BYTES, at)) > 0; at += got)
        if (pread(b, bytes + COPY_BYTES, (size_t)got, at) != got ||
            memcmp(bytes, bytes + COPY_BYTES, (size_t)got) != 0)
            return false;
    return got == 0 && pread(b, bytes, 1, at) == 0;
}

/* Another file may have come under its name meanwhile: only the same bytes are the same file. */
static bool is_original(const struct folder *folder, int original, uint64_t number)
{
    char work[WORK_NAME_SIZE];
    CLEANUP(closep) int copy = -1;
    struct stat a, b;
    struct err none = { 0 };

    return folder_read(folder->work, folder_work_name(number, work), &copy, &none) == 0 &&
           fstat(original, &a) == 0 && fstat(copy, &b) == 0 && a.st_dev != b.st_dev &&
           a.st_size == b.st_size && same_bytes(original, copy);
}

int folder_forget_original(const struct folder *folder, int from, const char *name, uint64_t number,
                           struct err *err)
{
    CLEANUP(closep) int original = -1;
    struct err none = { 0 };

    if (folder_read(from, name, &original, &none) < 0 || !is_original(folder, original, number))
        return 0;
    return remove_claimed(from, name, err);
}
