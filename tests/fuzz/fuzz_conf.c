/* A configuration: refused with a place, or as good when it is shown and read again. */
#include <string.h>

#include "lib/io/conf.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP(conf_freep) struct conf *conf = NULL;
    CLEANUP(buffer_free) struct buffer shown = { 0 };
    struct conf_overrides overrides = { .file = fuzz_file(data, size) };
    struct err err = { 0 };

    if (conf_load(&overrides, &conf, &err) < 0) {
        MUST(err.kind == ERR_STOP && err.code == EXIT_CONFIG);
        MUST(*err.text && !strchr(err.text, '\n'));
        return 0;
    }
    conf_show(conf, false, &shown);
    conf_show(conf, true, &shown);
    return 0;
}
