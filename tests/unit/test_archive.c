#include "connectors/archive.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/date.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static const char key[] = "0123456789abcdef0123456789abcdef";

static void open_folders(struct folder *folder)
{
    const struct feed_conf feed = { .name = (char[]){ "feed" }, .inbox = (char[]){ "inbox" } };
    const struct conf conf = { .connect.state = (char[]){ "state" } };
    struct err err = { 0 };

    mkdir("inbox", 0700);
    assert_int_equal(folder_open(&conf, &feed, folder, &err), 0);
}

static int settle(struct folder *folder, struct sealer *sealer)
{
    struct err err = { 0 };

    return archive_settle(folder,
                          &(struct settlement){ .place = folder->archive,
                                                .day = day_from(2025, 12, 5),
                                                .digest = "abc",
                                                .number = 7,
                                                .receipt = "{}\n",
                                                .receipt_size = 3,
                                                .sealer = sealer,
                                                .feed = "feed" },
                          &err);
}

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

static void a_settled_file_is_sealed_and_opens_for_its_feed_only(void **state)
{
    CLEANUP(buffer_free) struct buffer context = { 0 };
    CLEANUP(sealer_closep) struct sealer *sealer = NULL;
    CLEANUP(folder_close) struct folder folder = { 0 };
    struct err err = { 0 };
    char plain[16] = "";
    int sealed, out;

    scratch_write("key", key, 32, 0600);
    assert_int_equal(sealer_open("key", &sealer, &err), 0);
    open_folders(&folder);
    scratch_write("state/feed/work/00000007", "secret", 6, 0600);
    assert_int_equal(settle(&folder, sealer), 0);
    assert_false(is_there("state/feed/work/00000007"));
    assert_true(is_there("state/feed/archive/2025-12-05/abc-7.json"));
    assert_false(is_there("state/feed/archive/2025-12-05/abc.sealed.part"));
    assert_int_equal(settle(&folder, sealer), 0); /* again, after a kill: nothing is left to be done */

    sealed = open("state/feed/archive/2025-12-05/abc.sealed", O_RDONLY);
    assert_true(sealed >= 0);
    out = open("out", O_RDWR | O_CREAT, 0600);
    archive_seal_context("other", "abc", &context);
    assert_int_equal(sealer_unseal_file(sealer, context.data, context.size, sealed, out, &err), -1);
    lseek(sealed, 0, SEEK_SET);
    archive_seal_context("feed", "abc", &context);
    assert_int_equal(sealer_unseal_file(sealer, context.data, context.size, sealed, out, &err), 0);
    assert_int_equal(pread(out, plain, sizeof plain, 0), 6);
    assert_string_equal(plain, "secret");
    close(sealed);
    close(out);
}

static void without_a_sealer_it_is_kept_as_it_came(void **state)
{
    CLEANUP(folder_close) struct folder folder = { 0 };

    open_folders(&folder);
    scratch_write("state/feed/work/00000007", "plain", 5, 0600);
    assert_int_equal(settle(&folder, NULL), 0);
    assert_int_equal(settle(&folder, NULL), 0);
    assert_true(is_there("state/feed/archive/2025-12-05/abc"));
}

/* The day of a delivery may be long ago when history is loaded: what counts is how long a file has been here.
 */
static void what_has_been_kept_long_enough_goes(void **state)
{
    CLEANUP(folder_close) struct folder folder = { 0 };
    int64_t now_ms = (int64_t)time(NULL) * 1000;
    struct err err = { 0 };
    uint64_t count;

    open_folders(&folder);
    scratch_write("state/feed/work/00000007", "plain", 5, 0600);
    assert_int_equal(settle(&folder, NULL), 0);
    scratch_write("state/feed/rejected/2024-01-01/def", "bad", 3, 0600);
    assert_int_equal(archive_thin(&folder, now_ms - 60000, &count, &err), 0);
    assert_int_equal(count, 0);
    assert_true(is_there("state/feed/archive/2025-12-05/abc"));
    assert_int_equal(archive_thin(&folder, now_ms + 60000, &count, &err), 0);
    assert_int_equal(count, 3);
    assert_false(is_there("state/feed/archive/2025-12-05"));
    assert_false(is_there("state/feed/rejected/2024-01-01"));
    assert_true(is_there("state/feed/archive"));
}

#define IN_SCRATCH(name) cmocka_unit_test_setup_teardown(name, scratch_enter, scratch_leave)
UNIT_MAIN(IN_SCRATCH(a_settled_file_is_sealed_and_opens_for_its_feed_only),
          IN_SCRATCH(without_a_sealer_it_is_kept_as_it_came), IN_SCRATCH(what_has_been_kept_long_enough_goes))
