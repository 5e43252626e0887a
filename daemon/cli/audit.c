#include "daemon/cli/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/cli/legible.h"
#include "lib/base/json.h"

enum { FOLDER_MODE = 0700, FILE_MODE = 0600, HOST_SIZE = 256 };

static void closep(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* --- the line --- */

/* A name from the system or the command line need not be UTF-8, as JSON must. */
static void legible_json(struct json *json, const char *key, const char *value)
{
    CLEANUP(legible_freep) struct legible *legible = legible_new(CHARSET_UTF8);
    CLEANUP(buffer_free) struct buffer text = { 0 };

    json_key(json, key);
    if (!value) {
        json_none(json);
        return;
    }
    legible_add(legible, text_of(value), &text);
    json_text(json, (const char *)text.data, text.size);
}

/* The user who logged in, who stays the same through su and sudo; nothing where the kernel does not know. */
static void login_json(struct json *json)
{
    CLEANUP(closep) int fd = open("/proc/self/loginuid", O_RDONLY | O_CLOEXEC);
    char text[16];
    ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof text);
    uint64_t uid;

    json_key(json, "login_uid");
    if (size > 0 && text_digits((struct text){ text, (size_t)size }, 10, &uid) && uid != (uint32_t)-1)
        json_uint(json, uid);
    else
        json_none(json);
}

static void who_json(struct json *json)
{
    const struct passwd *user = getpwuid(getuid());
    char host[HOST_SIZE] = "";

    gethostname(host, sizeof host - 1);
    legible_json(json, "user", user ? user->pw_name : NULL);
    json_key(json, "uid");
    json_uint(json, getuid());
    login_json(json);
    legible_json(json, "host", host);
}

static void filter_json(const struct letter_filter *filter, struct json *json)
{
    char day[DAY_TEXT_SIZE];

    json_key(json, "filter");
    json_open(json, '{');
    legible_json(json, "feed", filter->feed);
    legible_json(json, "reason", filter->reason ? reason_names[filter->reason] : NULL);
    legible_json(json, "column", filter->column);
    legible_json(json, "day", filter->day == DAY_NONE ? NULL : day_text(filter->day, day));
    legible_json(json, "delivery", filter->delivery);
    json_close(json, '}');
}

static void add_line(const struct audit_entry *entry, struct buffer *out)
{
    struct json json = json_to(out);
    char now[INSTANT_TEXT_SIZE];

    json_open(&json, '{');
    legible_json(&json, "at", instant_text((int64_t)time(NULL) * 1000, now));
    who_json(&json);
    legible_json(&json, "command", entry->command);
    legible_json(&json, "file", entry->file);
    filter_json(entry->filter, &json);
    json_key(&json, "letters");
    json_uint(&json, entry->letters);
    if (entry->why)
        legible_json(&json, "why", entry->why);
    json_close(&json, '}');
    buffer_add_byte(out, '\n');
}

/* --- the file --- */

static int open_folder(const char *state, int *ret)
{
    CLEANUP(closep) int parent = -1;

    if (mkdir(state, FOLDER_MODE) < 0 && errno != EEXIST)
        return -1;
    parent = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (parent < 0 || (mkdirat(parent, "audit", FOLDER_MODE) < 0 && errno != EEXIST))
        return -1;
    *ret = openat(parent, "audit", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return *ret < 0 || fsync(parent) < 0 ? -1 : 0;
}

static int open_log(int folder, int *ret)
{
    struct stat status;

    *ret = openat(folder, "dlq.log", O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
                  FILE_MODE);
    if (*ret < 0 || fstat(*ret, &status) < 0)
        return -1;
    if (!S_ISREG(status.st_mode)) {
        errno = EINVAL;
        return -1;
    }
    if ((status.st_mode & 07777) != FILE_MODE && fchmod(*ret, FILE_MODE) < 0)
        return -1;
    return flock(*ret, LOCK_EX);
}

/* Whether the last line is whole. */
static bool ends_well(int file)
{
    off_t size = lseek(file, 0, SEEK_END);
    char last;

    return size == 0 || (pread(file, &last, 1, size - 1) == 1 && last == '\n');
}

static int write_line(int folder, int file, const struct audit_entry *entry)
{
    CLEANUP(buffer_free) struct buffer line = { 0 };

    if (!ends_well(file))
        buffer_add_byte(&line, '\n');
    add_line(entry, &line);
    errno = ENOSPC; /* a short write says nothing by itself */
    return write(file, line.data, line.size) == (ssize_t)line.size && fsync(file) == 0 && fsync(folder) == 0
               ? 0
               : -1;
}

int audit_write(const struct conf *conf, const struct audit_entry *entry, struct err *err)
{
    CLEANUP(closep) int folder = -1;
    CLEANUP(closep) int file = -1;

    if (open_folder(conf->connect.state, &folder) == 0 && open_log(folder, &file) == 0 &&
        write_line(folder, file, entry) == 0)
        return 0;
    return err_stop(err, EXIT_FAILED,
                    "%s: connect.state: cannot write who looks to %s/audit/dlq.log (%s): nothing is shown",
                    conf_place(conf, "connect.state"), conf->connect.state, strerror(errno));
}
