/* Identifiers: what is accepted is canonical, and its own canonical form. */
#include <string.h>

#include "lib/base/date.h"
#include "lib/core/identifier.h"
#include "tests/fuzz/fuzz.h"

enum { TODAY = 20400 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text text = { (const char *)data, size };
    struct id_no id, same;
    char once[UNIT_NO_SIZE], twice[UNIT_NO_SIZE];

    if (id_no_parse(text, TODAY, &id)) {
        MUST(strlen(id.text) == ID_NO_SIZE - 1 && id.birth_day <= TODAY);
        MUST(id_no_parse(text_of(id.text), TODAY, &same) && !strcmp(id.text, same.text));
        MUST(id.birth_day == same.birth_day && id.sex == same.sex);
    }
    if (employer_no_parse(text, once))
        MUST(strlen(once) == EMPLOYER_NO_SIZE - 1 && employer_no_parse(text_of(once), twice) &&
             !strcmp(once, twice));
    if (unit_no_parse(text, once))
        MUST(strlen(once) == UNIT_NO_SIZE - 1 && unit_no_parse(text_of(once), twice) && !strcmp(once, twice));
    if (region_parse(text, once)) {
        region_series(once, twice);
        MUST(strlen(once) == strlen(twice));
    }
    return 0;
}
