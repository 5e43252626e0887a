/* Bytes that are said to be a file of some feed: guessed, tried and printed within bounds, and what is
 * printed as YAML holds neither a control character nor text that is none. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "connectors/inspect/inspect.h"
#include "connectors/inspect/mapping.h"
#include "lib/base/arena.h"
#include "tests/fuzz/fuzz.h"

enum { ROWS_MAX = 50 };
#define NOW_MS INT64_C(1766016000000)

static void check_text(const struct buffer *out)
{
    const struct text text = { (const char *)out->data, out->size };

    MUST(text_is_utf8(text));
    for (size_t i = 0; i < text.len; i++)
        MUST((unsigned char)text.data[i] >= ' ' || text.data[i] == '\n');
}

static void check_guess(const struct guess *guess)
{
    CLEANUP(buffer_free) struct buffer yaml = { 0 }, json = { 0 };

    inspect_show_yaml(guess, &yaml);
    inspect_show_json(guess, &json);
    check_text(&yaml);
    check_text(&json);
    MUST(guess->good <= guess->rows);
    MUST(guess->column_count <= MAPPING_COLUMNS_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    struct inspect_wish wish = { .file_name = "file_1.csv", .rows_max = ROWS_MAX, .now_ms = NOW_MS };
    struct guess *guess;
    struct err err = { 0 };
    int file;

    if (!size)
        return 0;
    wish.source = data[0] < SOURCE_COUNT ? data[0] : SOURCE_UNKNOWN;
    file = open(fuzz_file(data + 1, size - 1), O_RDONLY | O_CLOEXEC);
    MUST(file >= 0);
    if (inspect(file, &wish, arena, &guess, &err) == 0)
        check_guess(guess);
    else
        MUST(err.kind == ERR_STOP && *err.text);
    close(file);
    return 0;
}
