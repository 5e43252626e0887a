/* shim - preloaded into a program (LD_PRELOAD): writes down what it does to its disk, and makes disk, clock
 * or Kafka fail at a chosen moment.
 *
 * OLIVE_SHIM_UNDER=FOLDER     only what lies below it counts (absolute, no symlinks)
 * OLIVE_SHIM_LOG=FILE         one line an operation that was done: KIND, inode, inode of its folder, path
 * and, of a rename, the inode of the other folder and the other path; separated by tabs
 * OLIVE_SHIM_FAULT=ACTION:KIND:PART:COUNT[+|%]
 *                             at the COUNT-th operation of that kind (any: all but open and fwrite) on a path
 * that contains PART, with + from then on, with % at each multiple: kill, stop, term (a signal to itself; the
 * operation is done unless that was its end), ENOSPC, EIO or EACCES (it is not done), short (half of it is)
 * OLIVE_SHIM_CLOCK=FILE       the wall clock goes wrong by as many milliseconds as the file says at that
 * moment OLIVE_SHIM_FATAL=COUNT librdkafka's producer becomes fatal at the COUNT-th message
 *
 * Kinds: open, create, write, fwrite, flush, sync, truncate, rename, unlink, mkdir. A path is that of the
 * moment, from /proc. What the C library writes by itself when a buffer is full is not seen: its fwrite is.
 */
#undef _FILE_OFFSET_BITS /* both names of open are defined here */
#undef _FORTIFY_SOURCE   /* no inline ones beside them */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { PATH_SIZE = 8192, LINE_SIZE = 3 * PATH_SIZE, WORD_SIZE = 256, MODE_NEW = 0600 };

/* --- where --- */

struct place {
    char path[PATH_SIZE];
    char folder[PATH_SIZE];
};

static void path_of_fd(int fd, char ret[PATH_SIZE])
{
    char link[64];
    ssize_t len;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    len = readlink(link, ret, PATH_SIZE - 1);
    ret[len > 0 ? len : 0] = '\0';
}

static void set_folder(struct place *place)
{
    char *slash;

    memcpy(place->folder, place->path, sizeof place->folder);
    slash = strrchr(place->folder, '/');
    if (slash)
        *slash = '\0';
}

static struct place place_of_fd(int fd)
{
    struct place place;

    path_of_fd(fd, place.path);
    set_folder(&place);
    return place;
}

static struct place place_at(int folder, const char *name)
{
    struct place place = { "", "" };
    size_t len = strlen(name), at = 0;

    if (*name != '/') {
        if (folder == AT_FDCWD) {
            if (!getcwd(place.path, sizeof place.path))
                place.path[0] = '\0';
        } else {
            path_of_fd(folder, place.path);
        }
        at = strlen(place.path);
        place.path[at++] = '/';
    }
    if (at + len < sizeof place.path)
        memcpy(place.path + at, name, len + 1);
    set_folder(&place);
    return place;
}

static bool counts(const struct place *place)
{
    const char *under = getenv("OLIVE_SHIM_UNDER");

    return under && *under && !strncmp(place->path, under, strlen(under));
}

static unsigned long inode(const char *path)
{
    struct stat status;

    return lstat(path, &status) == 0 ? (unsigned long)status.st_ino : 0;
}

static unsigned long inode_of_fd(int fd)
{
    struct stat status;

    return fstat(fd, &status) == 0 ? (unsigned long)status.st_ino : 0;
}

/* --- failing --- */

struct fault {
    char action[WORD_SIZE], kind[WORD_SIZE], part[WORD_SIZE], again; /* again: 0, + or % */
    long count;
};

/* PART may be empty. */
static bool read_fault(struct fault *ret)
{
    const char *text = getenv("OLIVE_SHIM_FAULT");
    const char *at = text;
    char *const words[] = { ret->action, ret->kind, ret->part };
    char *end;

    for (size_t i = 0; text && i < sizeof words / sizeof *words; i++) {
        const char *colon = strchr(at, ':');

        if (!colon || colon - at >= WORD_SIZE)
            abort(); /* a test that asks for nothing proves nothing */
        memcpy(words[i], at, (size_t)(colon - at));
        words[i][colon - at] = '\0';
        at = colon + 1;
    }
    if (!text)
        return false;
    ret->count = strtol(at, &end, 10);
    ret->again = *end;
    return true;
}

static bool is_due(const struct fault *fault, const char *kind, const struct place *place)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static long passed;
    bool any = !strcmp(fault->kind, "any") && strcmp(kind, "fwrite") != 0 && strcmp(kind, "open") != 0;
    long now;

    if ((!any && strcmp(fault->kind, kind) != 0) || !strstr(place->path, fault->part))
        return false;
    pthread_mutex_lock(&lock);
    now = ++passed;
    pthread_mutex_unlock(&lock);
    return now == fault->count || (fault->again == '+' && now > fault->count) ||
           (fault->again == '%' && now % fault->count == 0);
}

enum verdict { VERDICT_GO_ON, VERDICT_FAIL, VERDICT_HALF };

/* clang-format off */
static const struct {
    const char *name;
    int signal, error;
} actions[] = {
    { "kill",   SIGKILL, 0 },
    { "stop",   SIGSTOP, 0 },
    { "term",   SIGTERM, 0 },
    { "ENOSPC", 0,       ENOSPC },
    { "EIO",    0,       EIO },
    { "EACCES", 0,       EACCES },
    { "short",  0,       0 },
};
/* clang-format on */

static enum verdict act(const char *action)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(actions[i].name, action) != 0)
            continue;
        if (actions[i].signal)
            kill(getpid(), actions[i].signal);
        if (actions[i].error)
            errno = actions[i].error;
        return actions[i].error ? VERDICT_FAIL : actions[i].signal ? VERDICT_GO_ON : VERDICT_HALF;
    }
    abort();
}

static enum verdict judge(const char *kind, const struct place *place)
{
    struct fault fault;

    if (!counts(place) || !read_fault(&fault) || !is_due(&fault, kind, place))
        return VERDICT_GO_ON;
    return act(fault.action);
}

/* --- writing down --- */

static void put_line(const char *line, int len)
{
    const char *path = getenv("OLIVE_SHIM_LOG");
    int fd =
        path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, MODE_NEW)
             : -1;

    if (fd < 0)
        return;
    if (syscall(SYS_write, fd, line, (size_t)len) != len)
        abort();
    close(fd);
}

static void note(const char *kind, unsigned long file, const struct place *place, const struct place *other)
{
    char line[LINE_SIZE];
    int error = errno, len;

    if (!counts(place) && !(other && counts(other)))
        return;
    len = other ? snprintf(line, sizeof line, "%s\t%lu\t%lu\t%s\t%lu\t%s\n", kind, file, inode(place->folder),
                           place->path, inode(other->folder), other->path)
                : snprintf(line, sizeof line, "%s\t%lu\t%lu\t%s\n", kind, file, inode(place->folder),
                           place->path);
    put_line(line, len);
    errno = error;
}

/* --- files --- */

static int do_open(int folder, const char *name, int flags, mode_t mode)
{
    struct place place = place_at(folder, name);
    bool is_new = (flags & O_CREAT) && counts(&place) && !inode(place.path);
    int fd;

    if (judge(flags & O_CREAT ? "create" : "open", &place) == VERDICT_FAIL)
        return -1;
    fd = (int)syscall(SYS_openat, folder, name, flags, mode);
    if (fd >= 0 && is_new)
        note("create", inode_of_fd(fd), &place, NULL);
    else if (fd >= 0 && (flags & O_TRUNC))
        note("truncate", inode_of_fd(fd), &place, NULL);
    return fd;
}

#define MODE_OF(flags, last)                                                                                 \
    __extension__({                                                                                          \
        va_list list;                                                                                        \
        mode_t given = 0;                                                                                    \
        va_start(list, last);                                                                                \
        if ((flags) & (O_CREAT | O_TMPFILE))                                                                 \
            given = va_arg(list, mode_t);                                                                    \
        va_end(list);                                                                                        \
        given;                                                                                               \
    })

int open(const char *name, int flags, ...)
{
    return do_open(AT_FDCWD, name, flags, MODE_OF(flags, flags));
}

int open64(const char *name, int flags, ...)
{
    return do_open(AT_FDCWD, name, flags, MODE_OF(flags, flags));
}

int openat(int folder, const char *name, int flags, ...)
{
    return do_open(folder, name, flags, MODE_OF(flags, flags));
}

int openat64(int folder, const char *name, int flags, ...)
{
    return do_open(folder, name, flags, MODE_OF(flags, flags));
}

ssize_t write(int fd, const void *data, size_t size)
{
    struct place place = place_of_fd(fd);
    enum verdict verdict = judge("write", &place);
    ssize_t done;

    if (verdict == VERDICT_FAIL)
        return -1;
    done = syscall(SYS_write, fd, data, verdict == VERDICT_HALF ? size / 2 : size);
    if (done > 0)
        note("write", inode_of_fd(fd), &place, NULL);
    return done;
}

static int do_sync(int fd, long number)
{
    struct place place = place_of_fd(fd);
    int status;

    if (judge("sync", &place) == VERDICT_FAIL)
        return -1;
    status = (int)syscall(number, fd);
    if (status == 0)
        note("sync", inode_of_fd(fd), &place, NULL);
    return status;
}

int fsync(int fd)
{
    return do_sync(fd, SYS_fsync);
}

int fdatasync(int fd)
{
    return do_sync(fd, SYS_fdatasync);
}

int ftruncate64(int fd, off64_t size)
{
    struct place place = place_of_fd(fd);
    int status;

    if (judge("truncate", &place) == VERDICT_FAIL)
        return -1;
    status = (int)syscall(SYS_ftruncate, fd, size);
    if (status == 0)
        note("truncate", inode_of_fd(fd), &place, NULL);
    return status;
}

int renameat(int folder, const char *name, int to, const char *new_name)
{
    struct place from = place_at(folder, name), other = place_at(to, new_name);
    unsigned long file = inode(from.path);
    int status;

    if (judge("rename", counts(&other) ? &other : &from) == VERDICT_FAIL)
        return -1;
    status = (int)syscall(SYS_renameat2, folder, name, to, new_name, 0);
    if (status == 0)
        note("rename", file, &from, &other);
    return status;
}

int unlinkat(int folder, const char *name, int flags)
{
    struct place place = place_at(folder, name);
    unsigned long file = inode(place.path);
    int status;

    if (judge("unlink", &place) == VERDICT_FAIL)
        return -1;
    status = (int)syscall(SYS_unlinkat, folder, name, flags);
    if (status == 0)
        note("unlink", file, &place, NULL);
    return status;
}

static int do_mkdir(int folder, const char *name, mode_t mode)
{
    struct place place = place_at(folder, name);
    int status;

    if (judge("mkdir", &place) == VERDICT_FAIL)
        return -1;
    status = (int)syscall(SYS_mkdirat, folder, name, mode);
    if (status == 0)
        note("mkdir", inode(place.path), &place, NULL);
    return status;
}

int mkdir(const char *name, mode_t mode)
{
    return do_mkdir(AT_FDCWD, name, mode);
}

int mkdirat(int folder, const char *name, mode_t mode)
{
    return do_mkdir(folder, name, mode);
}

/* --- files of the C library --- */

static void find(const char *name, void *ret, size_t size)
{
    void *symbol = dlsym(RTLD_NEXT, name);

    if (!symbol)
        abort();
    memcpy(ret, (void *)&symbol, size); /* C has no cast from data to function */
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *file)
{
    static size_t (*real)(const void *, size_t, size_t, FILE *);
    struct place place = place_of_fd(fileno(file));

    if (!real)
        find("fwrite", (void *)&real, sizeof real);
    if (judge("fwrite", &place) == VERDICT_FAIL)
        return 0;
    note("fwrite", inode_of_fd(fileno(file)), &place, NULL);
    return real(data, size, count, file);
}

int fflush(FILE *file)
{
    static int (*real)(FILE *);
    struct place place = { "", "" };

    if (!real)
        find("fflush", (void *)&real, sizeof real);
    if (file)
        place = place_of_fd(fileno(file));
    return judge("flush", &place) == VERDICT_FAIL ? EOF : real(file);
}

/* --- the clock --- */

static long long wrong_by_ms(void)
{
    const char *path = getenv("OLIVE_SHIM_CLOCK");
    int fd = path ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC) : -1;
    char text[32] = "";

    if (fd < 0)
        return 0;
    if (read(fd, text, sizeof text - 1) < 0)
        text[0] = '\0';
    close(fd);
    return strtoll(text, NULL, 10);
}

int clock_gettime(clockid_t id, struct timespec *ret)
{
    int status = (int)syscall(SYS_clock_gettime, id, ret);

    if (status == 0 && id == CLOCK_REALTIME)
        ret->tv_sec += (time_t)(wrong_by_ms() / 1000);
    return status;
}

/* --- Kafka --- */

static rd_kafka_t *producer; /* whoever produces has topics; what only asks for metadata has none */

rd_kafka_topic_t *rd_kafka_topic_new(rd_kafka_t *kafka, const char *name, rd_kafka_topic_conf_t *conf)
{
    static rd_kafka_topic_t *(*real)(rd_kafka_t *, const char *, rd_kafka_topic_conf_t *);

    if (!real)
        find("rd_kafka_topic_new", (void *)&real, sizeof real);
    producer = kafka;
    return real(kafka, name, conf);
}

static void fail_producer(void)
{
    rd_kafka_resp_err_t (*fail)(rd_kafka_t *, rd_kafka_resp_err_t, const char *);

    find("rd_kafka_test_fatal_error", (void *)&fail, sizeof fail);
    fail(producer, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "asked for by a test");
}

int rd_kafka_produce(rd_kafka_topic_t *topic, int32_t partition, int flags, void *data, size_t size,
                     const void *key, size_t key_size, void *opaque)
{
    static int (*real)(rd_kafka_topic_t *, int32_t, int, void *, size_t, const void *, size_t, void *);
    static long passed;
    const char *when = getenv("OLIVE_SHIM_FATAL");

    if (!real)
        find("rd_kafka_produce", (void *)&real, sizeof real);
    if (when && ++passed == strtol(when, NULL, 10))
        fail_producer();
    return real(topic, partition, flags, data, size, key, key_size, opaque);
}
