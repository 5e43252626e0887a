/* record_wire - the one door between core structs and the protobuf of olive.<source>.v1.
 *
 * Ownership: the wire keeps a decode arena with a ceiling; what unpack gives is copied out of it into plain
 * structs, but for a receipt's strings and arrays, which live in the caller's arena. Threads:   one wire a
 * thread. Errors:    ERR_REJECT: the message is not ours (undecodable, wrong size, unknown code): quarantine
 * it. */
#ifndef OLIVE_WIRE_RECORD_WIRE_H
#define OLIVE_WIRE_RECORD_WIRE_H

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/base/json.h"
#include "lib/core/receipt.h"
#include "lib/core/record.h"

enum { WIRE_RECORD_BYTES_MAX = 1024, WIRE_EVENT_BYTES_MAX = 4 << 20 };

struct wire;

struct wire *wire_new(void);
void wire_free(struct wire *wire);
void wire_freep(struct wire **wire);

/* Appends the message to out; its Kafka key is record->subject. */
void wire_pack_record(const struct record *record, struct buffer *out);
/* ret->delivery points to ret_delivery (ref 0); the caller interns it. `source`: that of the topic it came
 * from; key: the message key, which must be the subject. */
int wire_unpack_record(struct wire *wire, enum source source, const void *key, size_t key_size,
                       const void *data, size_t size, struct record *ret, struct delivery *ret_delivery,
                       struct err *err);

/* What olive.delivery.v1 carries. */
enum event_kind { EVENT_RECEIPT, EVENT_CLOSE };
struct event {
    enum event_kind kind;
    union {
        struct receipt receipt;
        struct period_close close;
    };
};
void wire_pack_event(const struct event *event, struct buffer *out);
int wire_unpack_event(struct wire *wire, const void *data, size_t size, struct arena *arena,
                      struct event *ret, struct err *err);

/* One JSON object a message, tokens in hex: `olive cat` and `olive explain`. */
void wire_record_json(const struct record *record, struct json *json);
void wire_receipt_json(const struct receipt *receipt,
                       struct json *json);               /* also the receipt file of a delivery */
void wire_kinds_json(unsigned kinds, struct json *json); /* the list of a utility feed's kinds */
void wire_event_json(const struct event *event, struct json *json);

#endif
