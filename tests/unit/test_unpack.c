#include "connectors/source/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "lib/base/buffer.h"
#include "tests/unit/unit.h"
#include "tests/unit/workbook.h"

static const struct unpacking way = { .folder = SPILL_TEMPORARY };

static struct feed_conf any_packed(void)
{
    return (struct feed_conf){ .unpacked_bytes_max = UINT64_MAX };
}

/* What it unpacks to, "-" when it is not packed, or "!" and why it is refused. Closes the file. */
static const char *unpacked(const struct feed_conf *feed, int file)
{
    static char text[1 << 16];
    struct err err = { 0 };
    ssize_t got;
    int fd;

    if (unpack(feed, &way, file, (uint64_t)lseek(file, 0, SEEK_END), &fd, &err) < 0) {
        snprintf(text, sizeof text, "%c%s", err.kind == ERR_REJECT ? '!' : '?', err.text);
    } else if (fd < 0) {
        snprintf(text, sizeof text, "-");
    } else {
        got = pread(fd, text, sizeof text - 1, 0);
        text[got > 0 ? got : 0] = '\0';
        close(fd);
    }
    close(file);
    return text;
}

static void add_gz(struct buffer *out, const char *data, size_t size)
{
    z_stream stream = { 0 };
    uLong bound;

    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    bound = deflateBound(&stream, size);
    buffer_reserve(out, bound);
    stream.next_in = (Bytef *)(uintptr_t)data;
    stream.avail_in = (uInt)size;
    stream.next_out = out->data + out->size;
    stream.avail_out = (uInt)bound;
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    out->size += stream.total_out;
    deflateEnd(&stream);
}

static void add_zst(struct buffer *out, const char *data, size_t size)
{
    size_t bound = ZSTD_compressBound(size);

    buffer_reserve(out, bound);
    out->size += ZSTD_compress(out->data + out->size, bound, data, size, 3);
}

static int file_of(const struct buffer *bytes)
{
    return bytes_file(bytes->data, bytes->size);
}

static void each_way_to_pack_is_told_by_its_first_bytes(void **state)
{
    static const struct member one[] = { { "data/a.csv", "a,b\n1,2\n", 0 }, { 0 } };
    struct feed_conf feed = any_packed();
    CLEANUP(buffer_free) struct buffer gz = { 0 }, zst = { 0 };

    (void)state;
    add_gz(&gz, "a,b\n", 4);
    add_gz(&gz, "1,2\n", 4); /* a second member: one file */
    add_zst(&zst, "a,b\n", 4);
    add_zst(&zst, "1,2\n", 4);
    assert_string_equal(unpacked(&feed, file_of(&gz)), "a,b\n1,2\n");
    assert_string_equal(unpacked(&feed, file_of(&zst)), "a,b\n1,2\n");
    assert_string_equal(unpacked(&feed, archive_file(one, true)), "a,b\n1,2\n");
    assert_string_equal(unpacked(&feed, archive_file(one, false)), "a,b\n1,2\n");
    assert_string_equal(unpacked(&feed, bytes_file("a,b\n", 4)), "-");
    assert_string_equal(unpacked(&feed, bytes_file("", 0)), "-");
    feed.packed = PACKED_NONE;
    assert_string_equal(unpacked(&feed, file_of(&gz)), "-");
    feed.packed = PACKED_GZ;
    assert_string_equal(unpacked(&feed, file_of(&gz)), "a,b\n1,2\n");
    assert_non_null(strstr(unpacked(&feed, file_of(&zst)), "!is not packed as gz"));
    assert_non_null(strstr(unpacked(&feed, bytes_file("a,b\n", 4)), "!is not packed as gz"));
}

static void a_file_cut_off_or_damaged_anywhere_is_refused(void **state)
{
    static const struct member one[] = { { "a.csv", "a,b\n1,2\n3,4\n5,6\n", 0 }, { 0 } };
    struct feed_conf feed = any_packed();
    CLEANUP(buffer_free) struct buffer gz = { 0 }, zst = { 0 };
    char zip[400];
    int file = archive_file(one, true);
    ssize_t size = pread(file, zip, sizeof zip, 0);

    (void)state;
    close(file);
    add_gz(&gz, one->text, strlen(one->text));
    add_zst(&zst, one->text, strlen(one->text));
    for (size_t i = 5; i < gz.size; i++)
        assert_non_null(strstr(unpacked(&feed, bytes_file(gz.data, i)), "!is packed and ends in the middle"));
    for (size_t i = 5; i < zst.size; i++)
        assert_non_null(
            strstr(unpacked(&feed, bytes_file(zst.data, i)), "!is packed and ends in the middle"));
    for (ssize_t i = 5; i < size; i++)
        assert_non_null(strstr(unpacked(&feed, bytes_file(zip, (size_t)i)),
                               "!is a binary file, a zip archive that is cut off"));
    gz.data[gz.size - 6] ^= 1; /* its checksum */
    assert_non_null(strstr(unpacked(&feed, file_of(&gz)), "!is packed and damaged"));
    buffer_add(&zst, "junk", 4);
    assert_non_null(strstr(unpacked(&feed, file_of(&zst)), "!is packed and damaged"));
    zip[14] ^= 1; /* the checksum that goes with the data; the directory has it once more */
    for (ssize_t i = 0; i + 46 < size; i++)
        if (!memcmp(zip + i, "PK\1\2", 4))
            zip[i + 16] ^= 1;
    assert_non_null(strstr(unpacked(&feed, bytes_file(zip, (size_t)size)),
                           "!is a binary file, a zip archive that is cut off or damaged"));
}

static void a_zip_archive_has_one_member_that_stays_inside(void **state)
{
    static const struct {
        struct member members[3];
        const char *why;
    } cases[] = {
        { { { "a.csv", "x", 0 }, { "b.csv", "y", 0 } }, "of 2 members" },
        { { { "../a.csv", "x", 0 } }, "leads outside" },
        { { { "a/../../b", "x", 0 } }, "leads outside" },
        { { { "/etc/passwd", "x", 0 } }, "leads outside" },
        { { { "..\\a", "x", 0 } }, "leads outside" },
        { { { "C:\\a", "x", 0 } }, "leads outside" },
        { { { "a\\b", "x", 0 } }, NULL },
        { { { "..", "x", 0 } }, "leads outside" },
        { { { "a..b/c...", "x", 0 } }, NULL },
    };
    struct feed_conf feed = any_packed();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *text = unpacked(&feed, archive_file(cases[i].members, true));

        assert_int_equal(*text, cases[i].why ? '!' : 'x');
        if (cases[i].why)
            assert_non_null(strstr(text, cases[i].why));
    }
}

/* An end record that claims millions of members is believed by nobody. */
static void a_directory_without_measure_is_refused_before_it_is_read(void **state)
{
    static const char end[] = "PK\3\4xxxxPK\5\6\0\0\0\0\xFF\xFF\xFF\xFF\0\0\0\0\0\0\0\0\0\0";
    struct feed_conf feed = any_packed();

    (void)state;
    assert_non_null(strstr(unpacked(&feed, bytes_file(end, sizeof end - 1)), "more than 10000 members"));
}

static void bombs_are_refused_with_the_bound_that_they_break(void **state)
{
    enum { SIZE = 20 << 20 };
    struct feed_conf feed = any_packed();
    CLEANUP(buffer_free) struct buffer gz = { 0 }, zst = { 0 };
    char *blanks = malloc(SIZE);
    const struct member one[] = { { "a", blanks, SIZE }, { 0 } };

    (void)state;
    memset(blanks, ' ', SIZE);
    add_gz(&gz, blanks, SIZE);
    add_zst(&zst, blanks, SIZE);
    assert_non_null(strstr(unpacked(&feed, file_of(&gz)), "!unpacks to more than 200 times"));
    assert_non_null(strstr(unpacked(&feed, file_of(&zst)), "!unpacks to more than 200 times"));
    assert_non_null(strstr(unpacked(&feed, archive_file(one, true)), "!unpacks to more than 200 times"));
    gz.size = 0;
    add_gz(&gz, blanks, 15 << 20); /* small enough to be what it is */
    assert_int_equal(*unpacked(&feed, file_of(&gz)), ' ');
    feed.unpacked_bytes_max = 1 << 20;
    assert_non_null(strstr(unpacked(&feed, file_of(&gz)), "!unpacks to more than unpacked_bytes_max"));
    free(blanks);
}

static void a_workbook_is_not_unpacked_and_a_tar_archive_not_taken_for_text(void **state)
{
    struct feed_conf feed = any_packed();
    CLEANUP(buffer_free) struct buffer gz = { 0 };
    static const char mark[] = { 'u', 's', 't', 'a', 'r' };
    char tar[512] = "a.csv";

    (void)state;
    assert_string_equal(unpacked(&feed, workbook_file("", NULL, NULL, NULL)), "-");
    memcpy(tar + 257, mark, sizeof mark);
    add_gz(&gz, tar, sizeof tar);
    assert_non_null(strstr(unpacked(&feed, file_of(&gz)), "!is a packed tar archive"));
}

static int stop_at_once(struct err *err)
{
    return err_set(err, ERR_RETRY, "asked to stop");
}

static void who_waits_is_asked_whether_to_go_on(void **state)
{
    const struct unpacking stopping = { .folder = SPILL_TEMPORARY, .look_up = stop_at_once };
    enum { SIZE = 8 << 20 };
    struct feed_conf feed = any_packed();
    CLEANUP(buffer_free) struct buffer gz = { 0 };
    struct err err = { 0 };
    char *text = calloc(1, SIZE);
    int file, fd;

    (void)state;
    add_gz(&gz, text, SIZE);
    file = file_of(&gz);
    assert_int_equal(unpack(&feed, &stopping, file, gz.size, &fd, &err), -1);
    assert_int_equal(err.kind, ERR_RETRY);
    close(file);
    free(text);
}

UNIT_MAIN(cmocka_unit_test(each_way_to_pack_is_told_by_its_first_bytes),
          cmocka_unit_test(a_file_cut_off_or_damaged_anywhere_is_refused),
          cmocka_unit_test(a_zip_archive_has_one_member_that_stays_inside),
          cmocka_unit_test(a_directory_without_measure_is_refused_before_it_is_read),
          cmocka_unit_test(bombs_are_refused_with_the_bound_that_they_break),
          cmocka_unit_test(a_workbook_is_not_unpacked_and_a_tar_archive_not_taken_for_text),
          cmocka_unit_test(who_waits_is_asked_whether_to_go_on))
