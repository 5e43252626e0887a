/* A message of olive.delivery.v1: refused, or packed again it is the same event. */
#include <string.h>

#include "lib/wire/record_wire.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct wire *wire;
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    CLEANUP(buffer_free) struct buffer once = { 0 }, twice = { 0 }, text = { 0 };
    struct json json = json_to(&text);
    struct event event;
    struct err err = { 0 };

    if (!wire)
        wire = wire_new();
    if (wire_unpack_event(wire, data, size, arena, &event, &err) < 0) {
        MUST(err.kind == ERR_REJECT);
        return 0;
    }
    wire_event_json(&event, &json);
    wire_pack_event(&event, &once);
    MUST(wire_unpack_event(wire, once.data, once.size, arena, &event, &err) == 0);
    wire_pack_event(&event, &twice);
    MUST(once.size == twice.size && !memcmp(once.data, twice.data, once.size));
    return 0;
}
