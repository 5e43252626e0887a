#include "connectors/content.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static struct content content_of(const void *data, size_t size)
{
    struct content content;
    struct err err = { 0 };
    int fd;

    scratch_write("file", data, size, 0600);
    fd = open("file", O_RDONLY);
    assert_int_equal(content_read(fd, UINT64_MAX, &content, &err), 0);
    close(fd);
    return content;
}

static void lines_are_counted_as_wc_does_and_a_last_one_without_an_end_too(void **state)
{
    static const struct {
        const char *text;
        uint64_t lines;
    } cases[] = {
        { "", 0 }, { "a", 1 }, { "a\n", 1 }, { "a\nb", 2 }, { "a\r\n\n", 2 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct content content = content_of(cases[i].text, strlen(cases[i].text));

        assert_int_equal(content.lines, cases[i].lines);
        assert_int_equal(content.bytes, strlen(cases[i].text));
    }
}

static void a_spreadsheet_is_binary_and_a_stray_nul_is_not(void **state)
{
    static const char zip[] = "PK\3\4\24\0\10\0\10\0\0\0!\0\xb5\x55\x30\x23",
                      utf16[] = "\xff\xfei\0d\0_\0n\0o\0";
    static const char gb18030[] = "\xd5\xcb\xba\xc5,\xd3\xe0\xb6\xee\r\n6222,1.00\r\n";
    char nul[64];

    memset(nul, 'x', sizeof nul);
    nul[7] = '\0';
    assert_true(content_of(zip, sizeof zip).binary);
    assert_true(content_of(utf16, sizeof utf16).binary);
    assert_false(content_of(gb18030, sizeof gb18030 - 1).binary);
    assert_false(content_of(nul, sizeof nul).binary);
}

static void its_digest_is_sha_256(void **state)
{
    static const uint8_t wanted[] = { 0x9f, 0x86, 0xd0, 0x81 }; /* of "test" */

    assert_memory_equal(content_of("test", 4).sha256, wanted, sizeof wanted);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_enter, scratch_leave)
UNIT_MAIN(IN_SCRATCH(lines_are_counted_as_wc_does_and_a_last_one_without_an_end_too),
          IN_SCRATCH(a_spreadsheet_is_binary_and_a_stray_nul_is_not), IN_SCRATCH(its_digest_is_sha_256))
