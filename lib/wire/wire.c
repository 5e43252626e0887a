#include "lib/wire/wire_private.h"

#include <stdlib.h>

enum { DECODE_BYTES_MAX = 32 << 20 };

static void *wire_alloc(void *user, size_t size)
{
    return arena_alloc(user, size);
}

static void wire_release(void *user, void *memory)
{
    (void)user;
    (void)memory; /* the arena is reset as a whole */
}

struct wire *wire_new(void)
{
    struct wire *wire = mem_alloc(sizeof *wire);

    wire->arena = arena_new(DECODE_BYTES_MAX);
    wire->allocator = (ProtobufCAllocator){ wire_alloc, wire_release, wire->arena };
    return wire;
}

void wire_free(struct wire *wire)
{
    if (!wire)
        return;
    arena_free(wire->arena);
    free(wire);
}

void wire_freep(struct wire **wire)
{
    wire_free(*wire);
}

void *wire_unpack(struct wire *wire, const ProtobufCMessageDescriptor *descriptor, const void *data,
                  size_t size, size_t size_max, struct err *err)
{
    ProtobufCMessage *message = NULL;

    if (!data || size > size_max) {
        err_set(err, ERR_REJECT, data ? "the message is too large" : "the message is empty");
        return NULL;
    }
    arena_reset(wire->arena);
    message = protobuf_c_message_unpack(descriptor, &wire->allocator, size, data);
    if (!message)
        err_set(err, ERR_REJECT, "the message cannot be decoded");
    return message;
}

void wire_pack(const ProtobufCMessage *message, struct buffer *out)
{
    size_t size = protobuf_c_message_get_packed_size(message);

    protobuf_c_message_pack(message, buffer_grow(out, size));
}

/* Asking for the size first is half the cost of packing. */
void wire_pack_small(const ProtobufCMessage *message, size_t size_max, struct buffer *out)
{
    size_t size = protobuf_c_message_pack(message, buffer_grow(out, size_max));

    out->size -= size_max - size;
}
