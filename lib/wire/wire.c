#include "lib/wire/wire_private.h"

#include <stdlib.h>
#include <string.h>

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

/* --- messages as our own writers make them --- */

static bool take_varint(struct reader *reader, uint64_t *ret)
{
    *ret = reader_varint(reader);
    return !reader->failed;
}

static bool put_number(const ProtobufCFieldDescriptor *field, uint64_t value, void *ret)
{
    uint32_t narrow = (uint32_t)value;

    switch (field->type) {
    case PROTOBUF_C_TYPE_UINT32:
        memcpy(ret, &narrow, sizeof narrow);
        return value <= UINT32_MAX;
    case PROTOBUF_C_TYPE_SINT32:
        narrow = narrow >> 1 ^ -(narrow & 1);
        memcpy(ret, &narrow, sizeof narrow);
        return value <= UINT32_MAX;
    case PROTOBUF_C_TYPE_SINT64:
        value = value >> 1 ^ -(value & 1);
        memcpy(ret, &value, sizeof value);
        return true;
    case PROTOBUF_C_TYPE_UINT64:
        memcpy(ret, &value, sizeof value);
        return true;
    case PROTOBUF_C_TYPE_BOOL:
        *(protobuf_c_boolean *)ret = (protobuf_c_boolean)value;
        return value <= 1;
    default:
        return false;
    }
}

static ProtobufCMessage *unpack_fields(struct wire *wire, const ProtobufCMessageDescriptor *descriptor,
                                       struct reader reader);

static bool put_piece(struct wire *wire, const ProtobufCFieldDescriptor *field, struct reader piece,
                      void *ret)
{
    size_t size = (size_t)(piece.end - piece.at);
    void *made;

    if (field->type == PROTOBUF_C_TYPE_BYTES) {
        ((ProtobufCBinaryData *)ret)->len = size;
        ((ProtobufCBinaryData *)ret)->data = (uint8_t *)(uintptr_t)piece.at;
        return true;
    }
    if (field->type == PROTOBUF_C_TYPE_STRING)
        made = arena_strndup(wire->arena, (const char *)piece.at, size);
    else
        made = field->type == PROTOBUF_C_TYPE_MESSAGE ? unpack_fields(wire, field->descriptor, piece) : NULL;
    memcpy(ret, &made, sizeof made);
    return made != NULL;
}

static bool take_piece(struct reader *reader, struct reader *ret)
{
    uint64_t size;

    if (!take_varint(reader, &size) || size > (uint64_t)(reader->end - reader->at))
        return false;
    *ret = reader_of(reader->at, size);
    reader->at = ret->end;
    return true;
}

static bool take_field(struct wire *wire, const ProtobufCFieldDescriptor *field, unsigned wire_type,
                       struct reader *reader, char *message)
{
    struct reader piece;
    uint64_t value;

    if (field->label == PROTOBUF_C_LABEL_REPEATED)
        return false;
    if (field->label == PROTOBUF_C_LABEL_OPTIONAL && field->quantifier_offset)
        *(protobuf_c_boolean *)(message + field->quantifier_offset) = true;
    if (wire_type == PROTOBUF_C_WIRE_TYPE_VARINT)
        return take_varint(reader, &value) && put_number(field, value, message + field->offset);
    return wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED && take_piece(reader, &piece) &&
           put_piece(wire, field, piece, message + field->offset);
}

/* Fields in ascending order, each once, none unknown and none repeated; NULL: not so, or broken. */
static ProtobufCMessage *unpack_fields(struct wire *wire, const ProtobufCMessageDescriptor *descriptor,
                                       struct reader reader)
{
    ProtobufCMessage *message = arena_alloc(wire->arena, descriptor->sizeof_message);
    unsigned at = 0;
    uint64_t tag;

    if (!message)
        return NULL;
    descriptor->message_init(message);
    while (reader.at < reader.end) {
        if (!take_varint(&reader, &tag))
            return NULL;
        for (; at < descriptor->n_fields && descriptor->fields[at].id != tag >> 3; at++)
            if (descriptor->fields[at].label == PROTOBUF_C_LABEL_REQUIRED)
                return NULL;
        if (at == descriptor->n_fields ||
            !take_field(wire, &descriptor->fields[at++], tag & 7, &reader, (char *)message))
            return NULL;
    }
    for (; at < descriptor->n_fields; at++)
        if (descriptor->fields[at].label == PROTOBUF_C_LABEL_REQUIRED)
            return NULL;
    return message;
}

ProtobufCMessage *wire_unpack_plain(struct wire *wire, const ProtobufCMessageDescriptor *descriptor,
                                    const void *data, size_t size)
{
    arena_reset(wire->arena);
    return unpack_fields(wire, descriptor, reader_of(data, size));
}

ProtobufCMessage *wire_unpack_any(struct wire *wire, const ProtobufCMessageDescriptor *descriptor,
                                  const void *data, size_t size)
{
    arena_reset(wire->arena);
    return protobuf_c_message_unpack(descriptor, &wire->allocator, size, data);
}

void *wire_unpack(struct wire *wire, const ProtobufCMessageDescriptor *descriptor, const void *data,
                  size_t size, size_t size_max, struct err *err)
{
    ProtobufCMessage *message = NULL;

    if (!data || size > size_max) {
        err_set(err, ERR_REJECT, data ? "the message is too large" : "the message is empty");
        return NULL;
    }
    message = wire_unpack_plain(wire, descriptor, data, size);
    if (!message)
        message = wire_unpack_any(wire, descriptor, data, size);
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
