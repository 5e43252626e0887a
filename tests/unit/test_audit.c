#include "daemon/cli/audit.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static const struct letter_filter filter = { .feed = "bank", .reason = BAD_ID, .day = DAY_NONE };

static int write_down(const char *file, struct err *err)
{
    const char *sets[] = { "connect.state=state" };
    const struct conf_overrides overrides = { .file = "olive.yaml", .sets = sets, .set_count = 1 };
    const struct audit_entry entry = {
        .command = "dlq export --csv", .file = file, .filter = &filter, .letters = 7
    };
    struct conf *conf;
    int code;

    scratch_write("olive.yaml", "region: \"330305\"\n", strlen("region: \"330305\"\n"), 0600);
    assert_int_equal(conf_load(&overrides, &conf, err), 0);
    code = audit_write(conf, &entry, err);
    conf_free(conf);
    return code;
}

static size_t load(char *ret, size_t size)
{
    FILE *file = fopen("state/audit/dlq.log", "r");
    size_t got;

    assert_non_null(file);
    got = fread(ret, 1, size - 1, file);
    ret[got] = '\0';
    fclose(file);
    return got;
}

static void each_look_is_a_line_and_the_file_is_private(void **state)
{
    char text[4096];
    struct stat status;
    struct err err = { 0 };

    assert_int_equal(write_down("out.csv", &err), 0);
    assert_int_equal(chmod("state/audit/dlq.log", 0644), 0);
    assert_int_equal(write_down("\x1B\xFF\"\n", &err), 0);
    assert_int_equal(stat("state/audit/dlq.log", &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(stat("state/audit", &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    load(text, sizeof text);
    assert_non_null(strstr(text, "\"command\":\"dlq export --csv\",\"file\":\"out.csv\",\"filter\":{\"feed\":"
                                 "\"bank\",\"reason\":\"BAD_ID\",\"column\":null,\"day\":null,\"delivery\":"
                                 "null},\"letters\":7}\n{\"at\":\""));
    assert_non_null(strstr(text, "\"file\":\"\\\\x1B\\\\xFF\\\"\\\\n\""));
}

static void what_is_no_regular_file_is_refused(void **state)
{
    struct err err = { 0 };

    assert_int_equal(mkdir("state", 0700) | mkdir("state/audit", 0700), 0);
    scratch_write("elsewhere", "", 0, 0600);
    assert_int_equal(symlink("../../elsewhere", "state/audit/dlq.log"), 0);
    assert_int_equal(write_down(NULL, &err), -1);
    assert_non_null(strstr(err.text, "nothing is shown"));
    assert_int_equal(unlink("state/audit/dlq.log"), 0);
    assert_int_equal(mkfifo("state/audit/dlq.log", 0600), 0);
    assert_int_equal(write_down(NULL, &err), -1);
}

UNIT_MAIN(cmocka_unit_test_setup_teardown(each_look_is_a_line_and_the_file_is_private, scratch_enter,
                                          scratch_leave),
          cmocka_unit_test_setup_teardown(what_is_no_regular_file_is_refused, scratch_enter, scratch_leave))
