#include "connectors/source/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

#include "lib/base/arena.h"

enum {
    MEMBERS_MAX = 10000,
    DIRECTORY_BYTES_MAX = 4 << 20,
    /* APPNOTE.TXT 6.3, 4.3.14 to 4.3.16: the end records, and how far from the end of the file they may stand
     */
    END_BYTES = 22,
    END64_BYTES = 56,
    LOCATOR_BYTES = 20,
    COMMENT_BYTES_MAX = 65535,
    TAIL_BYTES = END_BYTES + COMMENT_BYTES_MAX + LOCATOR_BYTES
};

struct bundle {
    zip_t *zip;
    zip_file_t *member;
};

static int damaged(struct err *err)
{
    return err_set(err, ERR_REJECT,
                   "is a binary file, a zip archive that is cut off or damaged: deliver it again");
}

static int cannot_read(struct err *err)
{
    return err_set(err, ERR_RETRY, "the file cannot be read: %s", strerror(errno));
}

/* --- the end records, before libzip believes them --- */

static uint64_t little(const uint8_t *at, int bytes)
{
    uint64_t value = 0;

    for (int i = bytes - 1; i >= 0; i--)
        value = value << 8 | at[i];
    return value;
}

static int check_directory(uint64_t members, uint64_t bytes, struct err *err)
{
    if (members <= MEMBERS_MAX && bytes <= DIRECTORY_BYTES_MAX)
        return 0;
    return err_set(err, ERR_REJECT, "is a zip archive of more than %d members: deliver them one by one",
                   MEMBERS_MAX);
}

/* The large form of the end record, to which a locator before the small one leads. */
static int check_end64(int fd, const uint8_t *locator, struct err *err)
{
    uint8_t end[END64_BYTES];
    ssize_t got = pread(fd, end, sizeof end, (off_t)little(locator + 8, 8));

    if (got < 0 && errno != EINVAL)
        return cannot_read(err);
    if (got != END64_BYTES || memcmp(end, "PK\6\6", 4) != 0)
        return damaged(err);
    return check_directory(little(end + 32, 8), little(end + 40, 8), err);
}

/* Every place that looks like an end record, for libzip may believe any of them. */
static int check_tail(int fd, const uint8_t *tail, size_t size, struct err *err)
{
    for (size_t at = 0; at + END_BYTES <= size; at++) {
        const uint8_t *end = tail + at;

        if (memcmp(end, "PK\5\6", 4) != 0)
            continue;
        if (at >= LOCATOR_BYTES && !memcmp(end - LOCATOR_BYTES, "PK\6\7", 4)) {
            if (check_end64(fd, end - LOCATOR_BYTES, err) < 0)
                return -1;
        } else if (check_directory(little(end + 10, 2), little(end + 12, 4), err) < 0) {
            return -1;
        }
    }
    return 0;
}

static int check_end(int fd, uint64_t size, struct err *err)
{
    size_t tail_size = size < TAIL_BYTES ? (size_t)size : TAIL_BYTES;
    CLEANUP(mem_freep) uint8_t *tail = mem_alloc(TAIL_BYTES);
    ssize_t got = pread(fd, tail, tail_size, (off_t)(size - tail_size));

    if (got < 0)
        return cannot_read(err);
    return check_tail(fd, tail, (size_t)got, err);
}

/* --- opening --- */

/* libzip reads through a FILE of its own, as far as the file counts. */
static zip_t *open_zip(int fd, uint64_t size)
{
    int own = dup(fd);
    FILE *file = own < 0 ? NULL : fdopen(own, "rb");
    zip_error_t error;
    zip_source_t *source;
    zip_t *zip;

    if (!file) {
        if (own >= 0)
            close(own);
        return NULL;
    }
    zip_error_init(&error);
    source = zip_source_filep_create(file, 0, (zip_int64_t)size, &error);
    zip = source ? zip_open_from_source(source, ZIP_RDONLY, &error) : NULL;
    if (!zip && source)
        zip_source_free(source);
    else if (!zip)
        fclose(file);
    zip_error_fini(&error);
    return zip;
}

int bundle_open(int fd, uint64_t size, struct bundle **ret, struct err *err)
{
    struct bundle *bundle;
    zip_t *zip;

    if (check_end(fd, size, err) < 0)
        return -1;
    zip = open_zip(fd, size);
    if (!zip)
        return damaged(err);
    bundle = mem_zalloc(sizeof *bundle);
    bundle->zip = zip;
    *ret = bundle;
    return 0;
}

void bundle_close(struct bundle *bundle)
{
    if (!bundle)
        return;
    if (bundle->member)
        zip_fclose(bundle->member);
    zip_discard(bundle->zip);
    free(bundle);
}

void bundle_closep(struct bundle **bundle)
{
    bundle_close(*bundle);
}

/* --- members --- */

uint64_t bundle_count(const struct bundle *bundle)
{
    zip_int64_t count = zip_get_num_entries(bundle->zip, 0);

    return count < 0 ? 0 : (uint64_t)count;
}

const char *bundle_name(const struct bundle *bundle, uint64_t index)
{
    const char *name = zip_get_name(bundle->zip, index, ZIP_FL_ENC_RAW);

    return name ? name : "";
}

bool bundle_has(const struct bundle *bundle, const char *name)
{
    return zip_name_locate(bundle->zip, name, ZIP_FL_ENC_RAW | ZIP_FL_NOCASE) >= 0;
}

static int check_member(const struct zip_stat *status, struct err *err)
{
    if (status->encryption_method != ZIP_EM_NONE)
        return err_set(err, ERR_REJECT, "is encrypted: deliver it without a password");
    if (status->comp_method == ZIP_CM_STORE || status->comp_method == ZIP_CM_DEFLATE)
        return 0;
    return err_set(err, ERR_REJECT, "is a zip archive packed by another method than deflate: pack it again");
}

int bundle_start_at(struct bundle *bundle, uint64_t index, uint64_t *ret_packed, struct err *err)
{
    struct zip_stat status;

    if (bundle->member)
        zip_fclose(bundle->member);
    bundle->member = NULL;
    if (zip_stat_index(bundle->zip, index, 0, &status) < 0)
        return damaged(err);
    if (check_member(&status, err) < 0)
        return -1;
    bundle->member = zip_fopen_index(bundle->zip, index, 0);
    if (!bundle->member)
        return damaged(err);
    *ret_packed = status.comp_size;
    return 0;
}

int bundle_start(struct bundle *bundle, const char *name, uint64_t *ret_packed, struct err *err)
{
    zip_int64_t index = zip_name_locate(bundle->zip, name, ZIP_FL_ENC_RAW | ZIP_FL_NOCASE);

    return index < 0 ? damaged(err) : bundle_start_at(bundle, (uint64_t)index, ret_packed, err);
}

int bundle_read(struct bundle *bundle, void *ret, size_t size, size_t *ret_got, struct err *err)
{
    zip_int64_t got = zip_fread(bundle->member, ret, size);
    zip_error_t *error;

    if (got >= 0) {
        *ret_got = (size_t)got;
        return 0;
    }
    error = zip_file_get_error(bundle->member);
    if (zip_error_code_zip(error) != ZIP_ER_READ || zip_error_code_system(error) != EIO)
        return damaged(err);
    errno = EIO;
    return cannot_read(err);
}
