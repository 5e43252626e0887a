#include "connectors/sorter.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/arena.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

enum { COUNT = 5000, RECORD_BYTES_MAX = 60, KEPT_BYTES = 4096 };

struct line {
    struct sort_key key;
    uint8_t record[RECORD_BYTES_MAX];
};

/* Few subjects and items, so that keys repeat. */
static void make_lines(struct line *lines)
{
    srandom(7);
    for (size_t i = 0; i < COUNT; i++) {
        lines[i] = (struct line){ .key = { .subject.bytes = { (uint8_t)random() },
                                           .item.bytes = { (uint8_t)(random() % 3) },
                                           .valid_from_day = (int32_t)(random() % 5) - 2,
                                           .size = (uint32_t)(random() % (RECORD_BYTES_MAX - 1)) + 1 } };
        for (size_t at = 0; at < lines[i].key.size; at++)
            lines[i].record[at] = (uint8_t)random();
    }
}

static int line_compare(const void *left, const void *right)
{
    const struct line *a = left, *b = right;
    int order = sort_key_compare(&a->key, &b->key);

    if (!order)
        order = (a->key.size > b->key.size) - (a->key.size < b->key.size);
    return order ? order : memcmp(a->record, b->record, a->key.size);
}

static size_t take_all(struct sorter *sorter, struct line *ret)
{
    struct err err = { 0 };
    const void *record;
    size_t count = 0;

    assert_int_equal(sorter_start(sorter, &err), 0);
    while (count < COUNT && sorter_next(sorter, &ret[count].key, &record, &err) == 1) {
        memcpy(ret[count].record, record, ret[count].key.size);
        assert_true(!count || sort_key_compare(&ret[count - 1].key, &ret[count].key) <= 0);
        count++;
    }
    assert_int_equal(sorter_next(sorter, &ret[0].key, &record, &err), 0);
    qsort(ret, count, sizeof *ret, line_compare); /* those of one key come in any order */
    return count;
}

static void sort_within(size_t memory_max)
{
    CLEANUP(mem_freep) struct line *lines = mem_alloc(COUNT * sizeof *lines);
    CLEANUP(mem_freep) struct line *sorted = mem_zalloc(COUNT * sizeof *sorted);
    int folder = open(".", O_RDONLY | O_DIRECTORY);
    struct sorter *sorter = sorter_new(folder, memory_max);
    struct err err = { 0 };

    make_lines(lines);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < COUNT; i++)
            assert_int_equal(sorter_add(sorter, &lines[i].key, lines[i].record, &err), 0);
        qsort(lines, COUNT, sizeof *lines, line_compare);
        for (int again = 0; again < 2; again++) {
            assert_int_equal(take_all(sorter, sorted), COUNT);
            for (size_t i = 0; i < COUNT; i++)
                assert_int_equal(line_compare(&lines[i], &sorted[i]), 0);
        }
        sorter_clear(sorter);
        assert_int_equal(take_all(sorter, sorted), 0);
    }
    sorter_free(sorter);
    close(folder);
}

static void what_fits_into_memory_comes_in_order(void **state)
{
    sort_within(1 << 30);
}

static void what_does_not_fit_comes_in_the_same_order(void **state)
{
    sort_within(KEPT_BYTES);
}

static void runs_leave_no_file_behind(void **state)
{
    DIR *folder;
    size_t count = 0;

    sort_within(KEPT_BYTES);
    folder = opendir(".");
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(folder);
    assert_int_equal(count, 0);
}

static void a_folder_that_cannot_be_written_is_told(void **state)
{
    CLEANUP(mem_freep) struct line *lines = mem_alloc(COUNT * sizeof *lines);
    struct sorter *sorter = sorter_new(-1, KEPT_BYTES);
    struct err err = { 0 };
    int status = 0;

    make_lines(lines);
    for (size_t i = 0; i < COUNT && status == 0; i++)
        status = sorter_add(sorter, &lines[i].key, lines[i].record, &err);
    assert_int_equal(status, -1);
    assert_int_equal(err.kind, ERR_RETRY);
    sorter_free(sorter);
}

#define IN_SCRATCH(name) cmocka_unit_test_setup_teardown(name, scratch_enter, scratch_leave)
UNIT_MAIN(IN_SCRATCH(what_fits_into_memory_comes_in_order),
          IN_SCRATCH(what_does_not_fit_comes_in_the_same_order), IN_SCRATCH(runs_leave_no_file_behind),
          IN_SCRATCH(a_folder_that_cannot_be_written_is_told))
