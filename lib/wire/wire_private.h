/* wire_private - what the files of lib/wire share: the decode arena and its allocator. */
#ifndef OLIVE_WIRE_PRIVATE_H
#define OLIVE_WIRE_PRIVATE_H

#include <protobuf-c/protobuf-c.h>

#include "lib/wire/record_wire.h"

struct wire {
    struct arena *arena; /* of one message, with a ceiling */
    ProtobufCAllocator allocator;
};

/* The message unpacked into the wire's arena, valid until the next call and as long as data; NULL and
 * ERR_REJECT: not ours. */
void *wire_unpack(struct wire *wire, const ProtobufCMessageDescriptor *descriptor, const void *data,
                  size_t size, size_t size_max, struct err *err);
/* Its two ways, for a test that compares them. Plain: what our own writers make (ascending fields, each
 * once), five times as fast, and bytes lend from data; NULL: not so. Any: all that protobuf-c takes. */
ProtobufCMessage *wire_unpack_plain(struct wire *wire, const ProtobufCMessageDescriptor *descriptor,
                                    const void *data, size_t size);
ProtobufCMessage *wire_unpack_any(struct wire *wire, const ProtobufCMessageDescriptor *descriptor,
                                  const void *data, size_t size);
void wire_pack(const ProtobufCMessage *message, struct buffer *out);
/* The same for a message that is known to be no longer than size_max. */
void wire_pack_small(const ProtobufCMessage *message, size_t size_max, struct buffer *out);

#endif
