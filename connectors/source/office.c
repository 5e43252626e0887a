#include "connectors/source/office.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/arena.h"

/* [MS-CFB] 2.2: the header of a compound file, and where it says that its directory begins */
enum {
    HEAD_BYTES = 512,
    SHIFT_AT = 30,
    DIRECTORY_AT = 48,
    SHIFT_MIN = 9,
    SHIFT_MAX = 12,
    DIRECTORY_BYTES = 4096 /* as much of it as is looked at */
};
static const char compound_mark[] = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/* [MS-OFFCRYPTO] 2.3.4: the stream of that name holds the encrypted workbook; in UTF-16, little-endian. */
static const char encrypted_name[] = "E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e";

const char *const office_texts[] = {
    [OFFICE_XLSX] = "is an .xlsx workbook: say format: xlsx, or have it saved as CSV",
    [OFFICE_LEGACY] =
        "is a workbook or document of the old kind (.xls, .doc): have it saved as .xlsx, or as CSV",
    [OFFICE_ENCRYPTED] = "is a workbook with a password: have it saved as .xlsx without one, or as CSV",
};

static int cannot_read(struct err *err)
{
    return err_set(err, ERR_RETRY, "the file cannot be read: %s", strerror(errno));
}

static bool names_encrypted(const uint8_t *directory, size_t size)
{
    return memmem(directory, size, encrypted_name, sizeof encrypted_name - 1) != NULL;
}

static int compound_kind(int fd, const uint8_t *head, enum office_kind *ret, struct err *err)
{
    CLEANUP(mem_freep) uint8_t *directory = mem_alloc(DIRECTORY_BYTES);
    unsigned shift = head[SHIFT_AT];
    uint64_t sector = (uint64_t)head[DIRECTORY_AT] | (uint64_t)head[DIRECTORY_AT + 1] << 8 |
                      (uint64_t)head[DIRECTORY_AT + 2] << 16 | (uint64_t)head[DIRECTORY_AT + 3] << 24;
    ssize_t got;

    *ret = OFFICE_LEGACY;
    if (shift < SHIFT_MIN || shift > SHIFT_MAX)
        return 0;
    got = pread(fd, directory, DIRECTORY_BYTES, (off_t)((sector + 1) << shift));
    if (got < 0)
        return cannot_read(err);
    if (names_encrypted(directory, (size_t)got))
        *ret = OFFICE_ENCRYPTED;
    return 0;
}

/* Whether a zip archive is one: what is damaged is told by who wants to read it. */
static int zip_kind(int fd, uint64_t size, enum office_kind *ret, struct err *err)
{
    CLEANUP(bundle_closep) struct bundle *bundle = NULL;

    if (bundle_open(fd, size, &bundle, err) < 0) {
        if (err->kind != ERR_REJECT)
            return -1;
        err_clear(err);
        return 0;
    }
    if (bundle_is_office(bundle))
        *ret = OFFICE_XLSX;
    return 0;
}

int office_kind_of(int fd, uint64_t size, enum office_kind *ret, struct err *err)
{
    uint8_t head[HEAD_BYTES];
    ssize_t got = pread(fd, head, size < sizeof head ? (size_t)size : sizeof head, 0);

    *ret = OFFICE_NONE;
    if (got < 0)
        return cannot_read(err);
    if (got == HEAD_BYTES && !memcmp(head, compound_mark, sizeof compound_mark - 1))
        return compound_kind(fd, head, ret, err);
    if (got >= 4 && !memcmp(head, "PK\3\4", 4))
        return zip_kind(fd, size, ret, err);
    return 0;
}

bool bundle_is_office(const struct bundle *bundle)
{
    return bundle_has(bundle, "[Content_Types].xml");
}
