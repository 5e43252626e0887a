#include "connectors/journal.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/content.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static struct journal *opened(void)
{
    struct journal *journal = NULL;
    struct err err = { 0 };
    int folder = open(".", O_RDONLY | O_DIRECTORY);

    assert_int_equal(journal_open("feed", folder, &journal, &err), 0);
    close(folder);
    return journal;
}

static struct claim a_claim(struct journal *journal, uint64_t sequence)
{
    static char name[] = "\xD5\xC5\xC8\xFD \"1\"\n.csv";

    return (struct claim){ .number = journal_next_number(journal),
                           .name = name,
                           .received_ms = 1764896640000,
                           .sequence = sequence,
                           .as_of_day = 20000,
                           .control = control_none };
}

static void settle(struct journal *journal, enum delivery_state state, uint64_t sequence, uint8_t content)
{
    const struct claim claim = a_claim(journal, sequence);
    struct receipt receipt = { .state = state, .sequence = sequence, .as_of_day = DAY_NONE };
    const uint8_t sha256[DIGEST_SIZE] = { content };
    uint8_t bytes[] = { 1, 0, 255 };
    const struct buffer message = { .data = bytes, .size = sizeof bytes };
    struct err err = { 0 };

    delivery_digest("feed", sequence, sha256, receipt.delivery.digest);
    assert_int_equal(journal_claim(journal, &claim, &err), 0);
    assert_int_equal(journal_settling(journal, &receipt, sha256, &message, &err), 0);
    assert_int_equal(journal_settled(journal, &err), 0);
}

static void what_was_begun_is_there_after_a_restart(void **state)
{
    struct journal *journal = opened();
    struct claim claim = a_claim(journal, 3), *again;
    struct err err = { 0 };

    claim.control.bytes = 77;
    claim.why = (char[]){ "because \"so\"" };
    assert_null(journal_unfinished(journal));
    assert_int_equal(journal_claim(journal, &claim, &err), 0);
    assert_int_equal(journal_acknowledged(journal, 500, &err), 0);
    journal_close(journal);

    journal = opened();
    again = journal_unfinished(journal);
    assert_non_null(again);
    assert_string_equal(again->name, claim.name);
    assert_string_equal(again->why, claim.why);
    assert_int_equal(again->number, 1);
    assert_int_equal(again->received_ms, claim.received_ms);
    assert_int_equal(again->sequence, 3);
    assert_int_equal(again->as_of_day, 20000);
    assert_int_equal(again->control.bytes, 77);
    assert_true(again->control.lines == COUNT_NONE);
    assert_int_equal(again->acknowledged, 500);
    assert_false(again->settling);
    journal_close(journal);
}

static void a_receipt_that_may_not_have_been_sent_is_there_after_a_restart(void **state)
{
    struct journal *journal = opened();
    const struct claim claim = a_claim(journal, 3);
    const struct receipt receipt = { .state = DELIVERY_INCOMPLETE, .sequence = 3 };
    const uint8_t sha256[DIGEST_SIZE] = { 9 };
    const struct buffer message = { .data = (uint8_t[]){ 1, 0, 255 }, .size = 3 };
    struct err err = { 0 };

    assert_int_equal(journal_claim(journal, &claim, &err), 0);
    assert_int_equal(journal_settling(journal, &receipt, sha256, &message, &err), 0);
    journal_close(journal);

    journal = opened();
    assert_true(journal_unfinished(journal)->settling);
    assert_int_equal(journal_receipt(journal)->size, 3);
    assert_memory_equal(journal_receipt(journal)->data, message.data, 3);
    assert_int_equal(journal_settling_as(journal)->state, DELIVERY_INCOMPLETE);
    assert_memory_equal(journal_settling_sha256(journal), sha256, DIGEST_SIZE);
    assert_null(journal_find(journal, 3, sha256)); /* not before it is settled */
    journal_close(journal);
}

static void a_line_that_a_power_cut_left_half_written_never_was(void **state)
{
    struct journal *journal = opened();
    struct stat whole, mended;
    int fd;

    settle(journal, DELIVERY_PUBLISHED, 1, 1);
    journal_close(journal);
    stat("log", &whole);
    fd = open("log", O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "{\"event\":\"claimed\",\"cla", 23), 23);
    close(fd);

    journal = opened();
    assert_null(journal_unfinished(journal));
    assert_int_equal(journal_next_number(journal), 2);
    stat("log", &mended);
    assert_int_equal(mended.st_size, whole.st_size);
    settle(journal, DELIVERY_PUBLISHED, 2, 2);
    journal_close(journal);
    journal_close(opened());
}

static void a_line_of_somebody_else_stops_it(void **state)
{
    static const char *const lines[] = { "hello\n", "{}\n", "{\"event\":\"settling\"}\n",
                                         "{\"event\":\"?\"}\n" };

    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct journal *journal = NULL;
        struct err err = { 0 };
        int folder = open(".", O_RDONLY | O_DIRECTORY);

        scratch_write("log", lines[i], strlen(lines[i]), 0600);
        assert_int_equal(journal_open("feed", folder, &journal, &err), -1);
        assert_int_equal(err.kind, ERR_STOP);
        assert_string_equal(err.text, "journal/log: line 1 is not one of ours");
        close(folder);
    }
}

static void only_what_was_taken_counts_as_come_before(void **state)
{
    static const struct {
        enum delivery_state state;
        bool taken, published;
    } cases[] = {
        { DELIVERY_PUBLISHED, true, true },  { DELIVERY_INCOMPLETE, true, true },
        { DELIVERY_OBSOLETE, true, false },  { DELIVERY_DUPLICATE, false, false },
        { DELIVERY_REJECTED, false, false }, /* it does not use up its sequence */
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct journal *journal;
        const uint8_t sha256[DIGEST_SIZE] = { 5 }, other[DIGEST_SIZE] = { 6 };

        unlink("log");
        journal = opened();
        settle(journal, cases[i].state, 4, 5);
        assert_int_equal(journal_find(journal, 4, sha256) != NULL, cases[i].taken);
        assert_int_equal(journal_find(journal, COUNT_NONE, sha256) != NULL, cases[i].taken);
        assert_null(journal_find(journal, 5, sha256));
        assert_null(journal_find(journal, 4, other));
        assert_int_equal(journal_newest(journal) == 4, cases[i].taken);
        assert_int_equal(journal_newest_taken(journal) == 4, cases[i].published);
        journal_close(journal);
    }
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_enter, scratch_leave)
UNIT_MAIN(IN_SCRATCH(what_was_begun_is_there_after_a_restart),
          IN_SCRATCH(a_receipt_that_may_not_have_been_sent_is_there_after_a_restart),
          IN_SCRATCH(a_line_that_a_power_cut_left_half_written_never_was),
          IN_SCRATCH(a_line_of_somebody_else_stops_it), IN_SCRATCH(only_what_was_taken_counts_as_come_before))
