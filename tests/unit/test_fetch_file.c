#include "connectors/fetch_file.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "connectors/source/csv.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static const struct text cells[] = {
    { "a", 1 },           { "", 0 },     { "a,b", 3 }, { "\"", 1 }, { "one\ntwo\r\n", 9 },
    { "余额\"元\"", 11 }, { "  a  ", 5 }
};

static void write_cells(struct fetch_file *spool)
{
    struct err err = { 0 };

    for (size_t i = 0; i < COUNT_OF(cells); i++)
        fetch_file_cell(spool, !i, cells[i]);
    buffer_add_byte(&spool->out, '\n');
    assert_int_equal(fetch_file_row(spool, &err), 0);
}

static void what_is_written_is_read_again(void **state)
{
    static char comma[] = ",", quote[] = "\"", name[] = "a",
                *order[COUNT_OF(cells)] = { name, name, name, name, name, name, name };
    const struct feed_conf feed = {
        .delimiter = comma, .quote = quote, .order = { order, COUNT_OF(cells) }, .line_bytes_max = 1000
    };
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;
    struct fetch_file spool;
    struct row row;
    struct err err = { 0 };

    fetch_file_open(&spool, -1, -1, 1000);
    write_cells(&spool);
    reader = csv_open_memory(&feed, spool.out.data, spool.out.size);
    assert_int_equal(reader->next(reader, &row, &err), 1);
    assert_int_equal(row.reason, REASON_NONE);
    assert_int_equal(row.count, COUNT_OF(cells));
    for (size_t i = 0; i < COUNT_OF(cells); i++) {
        assert_int_equal(row.cells[i].len, cells[i].len);
        assert_memory_equal(row.cells[i].data, cells[i].data, cells[i].len);
    }
    fetch_file_close(&spool);
}

static void it_knows_what_it_holds(void **state)
{
    CLEANUP(fetched_free) struct fetched fetched = { 0 };
    int fd = open("spool", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct fetch_file spool;
    struct err err = { 0 };
    uint8_t digest[DIGEST_SIZE];
    char hex[2 * DIGEST_SIZE + 1], file[32];

    fetch_file_open(&spool, fd, -1, 1000);
    write_cells(&spool);
    assert_int_equal(fetch_file_restart(&spool, &err), 0);
    buffer_add_string(&spool.out, "x\n\"1\n2\"\n");
    assert_int_equal(fetch_file_row(&spool, &err), 0);
    assert_int_equal(fetch_file_end(&spool, &fetched, &err), 0);
    fetch_file_close(&spool);
    digest_of("x\n\"1\n2\"\n", 8, digest);
    hex_encode(digest, sizeof digest, hex);
    assert_string_equal(fetched.sha256, hex);
    assert_int_equal(fetched.rows, 1);
    assert_int_equal(fetched.lines, 3);
    assert_int_equal(fetched.bytes, 8);
    assert_int_equal(pread(fd, file, sizeof file, 0), 8);
    close(fd);
}

static void more_than_it_may_hold_is_refused(void **state)
{
    CLEANUP(fetched_free) struct fetched fetched = { 0 };
    int fd = open("spool", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    struct fetch_file spool;
    struct err err = { 0 };

    fetch_file_open(&spool, fd, -1, 10);
    buffer_add_string(&spool.out, "0123456789\n");
    assert_int_equal(fetch_file_end(&spool, &fetched, &err), -1);
    assert_non_null(strstr(err.text, "fetch_bytes_max"));
    fetch_file_close(&spool);
    close(fd);
}

static void a_job_arrives_as_it_was_given(void **state)
{
    static char feed[] = "bank", query[] = "SELECT \"余额\"\nFROM t", mark[] = "7";
    const struct fetch_job job = {
        .feed = feed, .query = query, .mark = mark, .timeout_s = 5, .bytes_max = 1ULL << 40
    };
    CLEANUP(fetch_job_free) struct fetch_job got = { 0 }, none = { 0 };
    CLEANUP(buffer_free) struct buffer text = { 0 };
    struct err err = { 0 };

    fetch_job_write(&job, &text);
    assert_int_equal(fetch_job_read(text.data, text.size, &got, &err), 0);
    assert_string_equal(got.feed, feed);
    assert_string_equal(got.query, query);
    assert_string_equal(got.mark, mark);
    assert_null(got.url);
    assert_int_equal(got.timeout_s, 5);
    assert_int_equal(got.bytes_max, 1ULL << 40);
    assert_int_equal(fetch_job_read("[]", 2, &none, &err), -1);
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, scratch_enter, scratch_leave)
UNIT_MAIN(CLAIM(what_is_written_is_read_again), CLAIM(it_knows_what_it_holds),
          CLAIM(more_than_it_may_hold_is_refused), CLAIM(a_job_arrives_as_it_was_given))
