#include "lib/io/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "lib/base/text.h"

enum { KEY_TEXT_MAX = 2 * KEY_SIZE + 2, PATH_SIZE = 512, HEAP_BYTES = 1 << 16, HEAP_LEAST_BYTES = 32 };

/* --- key files --- */

static int bad_key(struct err *err, const char *path, const char *why)
{
    return err_stop(err, EXIT_CONFIG, "key file %s: %s", path, why);
}

/* systemd hands a credential out as root:root 0440 with an access list that names the service's user (the
 * mask of such a list shows as the group's mode), in a folder that nobody else can enter. */
static bool is_credential(const char *path, const struct stat *stat)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    size_t len = folder ? strlen(folder) : 0;

    return len && !strncmp(path, folder, len) && path[len] == '/' && stat->st_uid == 0 && stat->st_gid == 0 &&
           !(stat->st_mode & 037);
}

static int check_owner(const char *path, const struct stat *stat, struct err *err)
{
    if (!S_ISREG(stat->st_mode))
        return bad_key(err, path, "is no regular file");
    if (stat->st_uid != 0 && stat->st_uid != geteuid())
        return bad_key(err, path, "belongs neither to root nor to the user who runs this");
    if (stat->st_mode & 077 && !is_credential(path, stat))
        return err_stop(err, EXIT_CONFIG,
                        "key file %s: its mode is %04o; nobody else may read it: chmod 0600", path,
                        (unsigned)stat->st_mode & 07777);
    return 0;
}

/* 32 bytes as they are, or 64 hexadecimal digits with or without a newline. */
static bool parse_key(const char *text, size_t size, uint8_t ret[KEY_SIZE])
{
    if (size == KEY_SIZE) {
        memcpy(ret, text, KEY_SIZE);
        return true;
    }
    if (size == 2 * KEY_SIZE + 1 && text[size - 1] == '\n')
        size--;
    return hex_decode((struct text){ text, size }, ret, KEY_SIZE);
}

static int read_key_from(int file, const char *path, uint8_t ret[KEY_SIZE], struct err *err)
{
    char text[KEY_TEXT_MAX + 1];
    struct stat stat;
    ssize_t size;
    bool good;

    if (fstat(file, &stat) < 0)
        return bad_key(err, path, strerror(errno));
    if (check_owner(path, &stat, err) < 0)
        return -1;
    size = read(file, text, sizeof text);
    good = size > 0 && parse_key(text, (size_t)size, ret);
    OPENSSL_cleanse(text, sizeof text);
    return good ? 0 : bad_key(err, path, "must hold 32 bytes, or 64 hexadecimal digits");
}

static int key_path(const char *file, const char *name, char ret[PATH_SIZE], struct err *err)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");

    if (!file && !folder)
        return err_stop(err, EXIT_CONFIG,
                        "no key: name its file in the configuration, or give %s in $CREDENTIALS_DIRECTORY",
                        name);
    if (file)
        snprintf(ret, PATH_SIZE, "%s", file);
    else
        snprintf(ret, PATH_SIZE, "%s/%s", folder, name);
    return 0;
}

static int open_key(const char *path, int *ret, struct err *err)
{
    *ret = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    return *ret >= 0 ? 0 : bad_key(err, path, errno == ELOOP ? "is a symbolic link" : strerror(errno));
}

int key_read(const char *file, const char *name, uint8_t ret[KEY_SIZE], struct err *err)
{
    char path[PATH_SIZE];
    int handle, code;

    if (key_path(file, name, path, err) < 0 || open_key(path, &handle, err) < 0)
        return -1;
    code = read_key_from(handle, path, ret, err);
    close(handle);
    return code;
}

/* --- other secrets --- */

static int read_secret_from(int file, const char *path, char ret[SECRET_SIZE], struct err *err)
{
    struct stat stat;
    ssize_t size;

    if (fstat(file, &stat) < 0)
        return bad_key(err, path, strerror(errno));
    if (check_owner(path, &stat, err) < 0)
        return -1;
    size = read(file, ret, SECRET_SIZE);
    if (size < 0)
        return bad_key(err, path, strerror(errno));
    if (size == SECRET_SIZE || memchr(ret, '\0', (size_t)size))
        return bad_key(err, path, "must hold a text of less than 8 KiB");
    ret[size] = '\0';
    if (size && ret[size - 1] == '\n')
        ret[size - 1] = '\0';
    return 0;
}

int secret_read(const char *file, const char *name, char ret[SECRET_SIZE], struct err *err)
{
    char path[PATH_SIZE];
    struct err none = { 0 };
    int handle, code;

    *ret = '\0';
    if (key_path(file, name, path, &none) < 0 || (!file && access(path, F_OK) < 0))
        return 0;
    if (open_key(path, &handle, err) < 0)
        return -1;
    code = read_secret_from(handle, path, ret, err);
    close(handle);
    if (code < 0)
        OPENSSL_cleanse(ret, SECRET_SIZE);
    return code;
}

/* --- memory --- */

/* Where it cannot be locked (a tight RLIMIT_MEMLOCK) the heap is there all the same, unlocked. */
void *key_alloc(size_t size)
{
    void *memory;

    if (!CRYPTO_secure_malloc_initialized())
        CRYPTO_secure_malloc_init(HEAP_BYTES, HEAP_LEAST_BYTES);
    memory = OPENSSL_secure_zalloc(size);
    if (!memory) {
        fputs("olive: out of memory for keys\n", stderr);
        abort();
    }
    return memory;
}

void key_free(void *memory, size_t size)
{
    OPENSSL_secure_clear_free(memory, size);
}
