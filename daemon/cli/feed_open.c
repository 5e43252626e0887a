/* olive feed open: a delivered file as it came, for who holds the dead-letter key. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "connectors/archive.h"
#include "daemon/cli/audit.h"
#include "daemon/cli/cli.h"
#include "lib/base/arena.h"
#include "lib/base/digest.h"
#include "lib/base/text.h"

enum { PATH_SIZE = 4096, DIGITS = 2 * DIGEST_SIZE, COPY_BYTES = 1 << 16 };
static const char sealed_end[] = ".sealed";

struct found {
    char digest[DIGITS + 1];
    bool sealed;
    int fd;    /* -1: none */
    bool more; /* another file begins with the same digits */
};

static void closep(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* Receipts lie beside the files, under longer names. */
static bool is_file_of(const char *name, const char *prefix, bool *ret_sealed)
{
    size_t len = strlen(name);

    *ret_sealed = len == DIGITS + sizeof sealed_end - 1 && !strcmp(name + DIGITS, sealed_end);
    return (len == DIGITS || *ret_sealed) && !strncmp(name, prefix, strlen(prefix));
}

/* The same bytes may have been archived on several days. */
static void take(int day, const char *name, bool sealed, struct found *found)
{
    if (found->fd >= 0) {
        found->more |= strncmp(found->digest, name, DIGITS) != 0;
        return;
    }
    found->fd = openat(day, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    found->sealed = sealed;
    memcpy(found->digest, name, DIGITS);
    found->digest[DIGITS] = '\0';
}

static void search_day(int day, const char *prefix, struct found *found)
{
    DIR *folder = fdopendir(day); /* takes the descriptor */
    bool sealed;

    if (!folder) {
        close(day);
        return;
    }
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (is_file_of(entry->d_name, prefix, &sealed))
            take(dirfd(folder), entry->d_name, sealed, found);
    closedir(folder);
}

static int search_place(const struct conf *conf, const char *feed, const char *place, const char *prefix,
                        struct found *found, struct err *err)
{
    char path[PATH_SIZE];
    DIR *days;

    snprintf(path, sizeof path, "%s/%s/%s", conf->connect.state, feed, place);
    days = opendir(path);
    if (!days)
        return err_stop(err, EXIT_CONFIG, "%s: %s", path, strerror(errno));
    for (const struct dirent *entry; (entry = readdir(days)) != NULL;) {
        int day = entry->d_name[0] == '.'
                      ? -1
                      : openat(dirfd(days), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

        if (day >= 0)
            search_day(day, prefix, found);
    }
    closedir(days);
    return 0;
}

static int print_file(int from, struct err *err)
{
    char bytes[COPY_BYTES];
    ssize_t got;

    while ((got = read(from, bytes, sizeof bytes)) > 0)
        if (write(STDOUT_FILENO, bytes, (size_t)got) != got)
            return err_stop(err, EXIT_FAILED, "the output cannot be written: %s", strerror(errno));
    return got == 0 ? 0 : err_stop(err, EXIT_FAILED, "the file cannot be read: %s", strerror(errno));
}

static int open_found(const struct cli *cli, const char *feed, const struct found *found, struct err *err)
{
    const struct conf *conf = cli->conf;
    CLEANUP(sealer_closep) struct sealer *sealer = NULL;
    CLEANUP(buffer_free) struct buffer context = { 0 };
    const struct letter_filter filter = { .feed = feed, .day = DAY_NONE, .delivery = found->digest };
    const struct audit_entry entry = { .command = "feed open", .filter = &filter, .why = cli->options.why };

    if (found->sealed && sealer_open(conf->keys.dead_letter, &sealer, err) < 0)
        return err_add(err, "%s: keys.dead_letter: ", conf_place(conf, "keys.dead_letter"));
    if (audit_write(conf, &entry, err) < 0)
        return -1;
    if (!found->sealed)
        return print_file(found->fd, err);
    archive_seal_context(feed, found->digest, &context);
    return sealer_unseal_file(sealer, context.data, context.size, found->fd, STDOUT_FILENO, err);
}

int run_feed_open(struct cli *cli, struct err *err)
{
    const char *feed = cli->words[0], *prefix = cli->words[1];
    struct found found = { .fd = -1 };
    CLEANUP(closep) int fd = -1;

    if (!conf_feed(cli->conf, feed))
        return err_stop(err, EXIT_USAGE, "no feed %s in the configuration", feed);
    if (!*prefix || strspn(prefix, "0123456789abcdef") != strlen(prefix))
        return err_stop(err, EXIT_USAGE, "DIGEST is the first digits of a SHA-256, in hexadecimal");
    if (search_place(cli->conf, feed, "archive", prefix, &found, err) < 0 ||
        search_place(cli->conf, feed, "rejected", prefix, &found, err) < 0)
        return -1;
    fd = found.fd;
    if (fd < 0)
        return err_stop(err, EXIT_FAILED,
                        "feed %s has no such file (any more): its archive is kept for archive.keep", feed);
    if (found.more)
        return err_stop(err, EXIT_USAGE, "more than one file begins so: give more digits");
    return open_found(cli, feed, &found, err);
}
