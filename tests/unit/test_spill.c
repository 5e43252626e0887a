#include "connectors/source/spill.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

/* Byte i of any of these spills. */
static uint8_t byte_at(uint64_t i)
{
    return (uint8_t)(i * 31 + i / 251);
}

static void add_up_to(struct spill *spill, uint64_t end)
{
    uint8_t piece[1000];
    struct err err = { 0 };

    while (spill_size(spill) < end) {
        uint64_t at = spill_size(spill);
        size_t size = end - at < sizeof piece ? (size_t)(end - at) : sizeof piece;

        for (size_t i = 0; i < size; i++)
            piece[i] = byte_at(at + i);
        assert_int_equal(spill_add(spill, piece, size, &err), 0);
    }
}

static void check(struct spill *spill, uint64_t at, size_t size)
{
    uint8_t *got = malloc(size + 1);
    struct err err = { 0 };

    assert_int_equal(spill_read(spill, at, got, size, &err), 0);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(got[i], byte_at(at + i));
    free(got);
}

static void what_was_added_is_read_anywhere_while_more_is_added(void **state)
{
    enum { SIZE = 12 << 20 }; /* more than is kept in memory */
    struct spill *spill;
    struct err err = { 0 };
    unsigned seed = 7;

    (void)state;
    assert_int_equal(spill_open(SPILL_TEMPORARY, &spill, &err), 0);
    for (uint64_t end = 100; end < SIZE; end += end / 3) {
        add_up_to(spill, end);
        check(spill, end - 100, 100);
        for (int i = 0; i < 50; i++) {
            seed = seed * 1103515245 + 12345;
            check(spill, (seed >> 4) % (end - 64), 64);
        }
        check(spill, 0, end < 300000 ? end : 300000);
    }
    spill_close(spill);
}

static void what_is_replaced_is_read_as_it_is_now(void **state)
{
    struct spill *spill;
    struct err err = { 0 };
    char got[8];

    (void)state;
    assert_int_equal(spill_open(SPILL_TEMPORARY, &spill, &err), 0);
    add_up_to(spill, 200000);
    check(spill, 65530, 8);
    assert_int_equal(spill_replace(spill, 65532, "abcdefgh", 8, &err), 0);
    assert_int_equal(spill_read(spill, 65532, got, 8, &err), 0);
    assert_memory_equal(got, "abcdefgh", 8);
    check(spill, 65540, 100);
    spill_close(spill);
}

static void the_file_is_private_has_no_name_and_outlives_the_spill(void **state)
{
    struct spill *spill;
    struct stat status;
    struct err err = { 0 };
    int folder = open(".", O_RDONLY | O_DIRECTORY), fd = -1;

    (void)state;
    scratch_write("spilling", "left by a kill", 14, 0600);
    assert_int_equal(spill_open(folder, &spill, &err), 0);
    add_up_to(spill, 70000);
    assert_int_equal(access("spilling", F_OK), -1);
    assert_int_equal(spill_take(spill, &fd, &err), 0);
    spill_close(spill);
    assert_int_equal(fstat(fd, &status), 0);
    assert_int_equal(status.st_size, 70000);
    assert_int_equal(status.st_nlink, 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    close(fd);
    close(folder);
}

static void where_no_file_can_be_made_it_is_tried_again(void **state)
{
    struct spill *spill = NULL;
    struct err err = { 0 };
    int file = open("/dev/null", O_RDONLY);

    (void)state;
    assert_int_equal(spill_open(file, &spill, &err), -1); /* no folder */
    assert_int_equal(err.kind, ERR_RETRY);
    assert_null(spill);
    close(file);
}

UNIT_MAIN(cmocka_unit_test(what_was_added_is_read_anywhere_while_more_is_added),
          cmocka_unit_test(what_is_replaced_is_read_as_it_is_now),
          cmocka_unit_test_setup_teardown(the_file_is_private_has_no_name_and_outlives_the_spill,
                                          scratch_enter, scratch_leave),
          cmocka_unit_test(where_no_file_can_be_made_it_is_tried_again))
