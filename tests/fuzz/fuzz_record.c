/* A message of a topic (the first byte is the source, then the key): refused, or packed again it is the same
 * record. */
#include <string.h>

#include "lib/wire/record_wire.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct wire *wire;
    CLEANUP(buffer_free) struct buffer once = { 0 }, twice = { 0 }, text = { 0 };
    struct json json = json_to(&text);
    struct delivery delivery;
    struct record record;
    struct err err = { 0 };
    enum source source;

    if (!wire)
        wire = wire_new();
    if (size < 1 + TOKEN_SIZE)
        return 0;
    source = (enum source)(data[0] % SOURCE_COUNT);
    if (wire_unpack_record(wire, source, data + 1, TOKEN_SIZE, data + 1 + TOKEN_SIZE, size - 1 - TOKEN_SIZE,
                           &record, &delivery, &err) < 0) {
        MUST(err.kind == ERR_REJECT);
        return 0;
    }
    MUST(record_codes_valid(&record) && record.source == source);
    wire_record_json(&record, &json);
    wire_pack_record(&record, &once);
    MUST(wire_unpack_record(wire, source, data + 1, TOKEN_SIZE, once.data, once.size, &record, &delivery,
                            &err) == 0);
    wire_pack_record(&record, &twice);
    MUST(once.size == twice.size && !memcmp(once.data, twice.data, once.size));
    return 0;
}
