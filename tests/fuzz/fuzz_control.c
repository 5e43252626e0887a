/* A control file: read, or refused with the line, in words that have none of its bytes; then nothing is set.
 */
#include <string.h>

#include "connectors/control.h"
#include "lib/core/reason.h"
#include "tests/fuzz/fuzz.h"

static bool is_plain(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || (unsigned char)*text > '~')
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct control control;
    struct err err = { 0 };

    memset(&control, 0xA5, sizeof control);
    if (control_parse((struct text){ (const char *)data, size }, &control, &err) == 0) {
        MUST(err.kind == ERR_NONE);
        MUST(control.bytes == COUNT_NONE || control.bytes < 1000000000000000000U);
        MUST(control.lines == COUNT_NONE || control.lines < 1000000000000000000U);
        MUST(control.sequence == COUNT_NONE || control.sequence < 1000000000000000000U);
        return 0;
    }
    MUST(err.kind == ERR_REJECT && err.code == CONTRADICTS_CONTROL_TOTAL);
    MUST(*err.text && is_plain(err.text));
    for (size_t i = 0; i < sizeof control; i++)
        MUST(((const unsigned char *)&control)[i] == 0xA5);
    return 0;
}
