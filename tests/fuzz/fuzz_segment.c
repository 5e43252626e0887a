/* Packed evidence of a subject: records with codes on their lists, then an end or a refusal. */
#include "lib/core/segment.h"
#include "tests/fuzz/fuzz.h"

static const struct delivery *find(void *user, uint32_t ref)
{
    static struct delivery deliveries[16];

    if (!ref || ref >= sizeof deliveries / sizeof *deliveries)
        return NULL;
    deliveries[ref].ref = ref;
    return &deliveries[ref];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct segment_dictionary dictionary = { 0 };
    struct token subject = { { 1 } };
    struct segment_reader reader = segment_open(&subject, data, size, &dictionary, find, NULL);
    struct record record;
    size_t count = 0;

    while (segment_next(&reader, &record)) {
        MUST(record_codes_valid(&record) && record.delivery);
        MUST(++count <= size);
    }
    segment_dictionary_free(&dictionary);
    return 0;
}
