#include "connectors/source/unpack.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "connectors/source/bundle.h"
#include "connectors/source/office.h"
#include "lib/base/arena.h"

enum {
    CHUNK_BYTES = 1 << 18,
    RATIO_MAX = 200,             /* unpacked to packed, */
    RATIO_FREE_BYTES = 16 << 20, /* once there is so much of it */
    LOOK_UP_BYTES = 4 << 20,     /* between two questions whether to go on */
    GZ_WINDOW = 15 + 16,         /* zlib: the largest window, and a gzip header */
    ZST_WINDOW_LOG_MAX = 27,     /* what zstd itself unpacks without being told to: 128 MiB */
    TAR_MARK_AT = 257            /* POSIX ustar */
};

static int cannot_read(struct err *err)
{
    return err_set(err, ERR_RETRY, "the file cannot be read: %s", strerror(errno));
}

/* --- bounds --- */

struct meter meter_of(const struct feed_conf *feed, const struct unpacking *way, uint64_t packed_bytes)
{
    return (struct meter){ .way = way, .packed = packed_bytes, .bytes_max = feed->unpacked_bytes_max };
}

int meter_add(struct meter *meter, size_t size, struct err *err)
{
    meter->unpacked += size;
    if (meter->unpacked > meter->bytes_max)
        return err_set(
            err, ERR_REJECT,
            "unpacks to more than unpacked_bytes_max; if that is right, raise it and deliver again");
    if (meter->unpacked > RATIO_FREE_BYTES && meter->unpacked / RATIO_MAX > meter->packed)
        return err_set(err, ERR_REJECT,
                       "unpacks to more than %d times its size, as no real file does: deliver it unpacked",
                       RATIO_MAX);
    if (!meter->way->look_up || meter->unpacked - meter->asked < LOOK_UP_BYTES)
        return 0;
    meter->asked = meter->unpacked;
    return meter->way->look_up(err);
}

/* --- the packed file, piece by piece --- */

struct packed {
    int fd;
    uint64_t at, size;
    struct spill *spill;
    struct meter meter;
    uint8_t *in, *out;
    size_t in_size;
};

static int read_more(struct packed *packed, struct err *err)
{
    uint64_t left = packed->size - packed->at;
    ssize_t got;

    do
        got =
            pread(packed->fd, packed->in, left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES, (off_t)packed->at);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return cannot_read(err);
    packed->at += (uint64_t)got;
    packed->in_size = (size_t)got;
    return 0;
}

static int put(struct packed *packed, size_t size, struct err *err)
{
    return meter_add(&packed->meter, size, err) < 0 ? -1 : spill_add(packed->spill, packed->out, size, err);
}

static int cut_off(struct err *err)
{
    return err_set(err, ERR_REJECT, "is packed and ends in the middle: deliver it again");
}

static int damaged(struct err *err)
{
    return err_set(err, ERR_REJECT, "is packed and damaged: deliver it again");
}

/* --- gz (RFC 1952): members, one behind the other --- */

static int inflate_chunk(struct packed *packed, z_stream *stream, bool *member, struct err *err)
{
    stream->next_in = packed->in;
    stream->avail_in = (uInt)packed->in_size;
    while (stream->avail_in) {
        int code;

        if (!*member && inflateReset(stream) != Z_OK) /* another member follows */
            return damaged(err);
        *member = true;
        do {
            stream->next_out = packed->out;
            stream->avail_out = CHUNK_BYTES;
            code = inflate(stream, Z_NO_FLUSH);
            if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR)
                return damaged(err);
            if (put(packed, CHUNK_BYTES - stream->avail_out, err) < 0)
                return -1;
        } while (code != Z_STREAM_END && (stream->avail_in || !stream->avail_out));
        *member = code != Z_STREAM_END;
    }
    return 0;
}

static void inflate_endp(z_stream *stream)
{
    inflateEnd(stream);
}

static int unpack_gz(struct packed *packed, struct err *err)
{
    CLEANUP(inflate_endp) z_stream stream = { 0 };
    bool member = false; /* in the middle of one */

    if (inflateInit2(&stream, GZ_WINDOW) != Z_OK)
        return err_set(err, ERR_RETRY, "there is no memory to unpack a file");
    for (;;) {
        if (read_more(packed, err) < 0)
            return -1;
        if (!packed->in_size)
            return member ? cut_off(err) : 0;
        if (inflate_chunk(packed, &stream, &member, err) < 0)
            return -1;
    }
}

/* --- zst (RFC 8878): frames, one behind the other --- */

static int decompress_chunk(struct packed *packed, ZSTD_DStream *stream, bool *frame, struct err *err)
{
    ZSTD_inBuffer in = { packed->in, packed->in_size, 0 };
    ZSTD_outBuffer out;

    do {
        size_t left;

        out = (ZSTD_outBuffer){ packed->out, CHUNK_BYTES, 0 };
        left = ZSTD_decompressStream(stream, &out, &in);
        if (ZSTD_isError(left))
            return damaged(err);
        *frame = left != 0;
        if (put(packed, out.pos, err) < 0)
            return -1;
    } while (in.pos < in.size || out.pos == out.size);
    return 0;
}

static void free_stream(ZSTD_DStream **stream)
{
    ZSTD_freeDStream(*stream);
}

static int unpack_zst(struct packed *packed, struct err *err)
{
    CLEANUP(free_stream) ZSTD_DStream *stream = ZSTD_createDStream();
    bool frame = false; /* in the middle of one */

    if (!stream)
        return err_set(err, ERR_RETRY, "there is no memory to unpack a file");
    ZSTD_DCtx_setParameter(stream, ZSTD_d_windowLogMax, ZST_WINDOW_LOG_MAX);
    for (;;) {
        if (read_more(packed, err) < 0)
            return -1;
        if (!packed->in_size)
            return frame ? cut_off(err) : 0;
        if (decompress_chunk(packed, stream, &frame, err) < 0)
            return -1;
    }
}

/* --- zip: one member --- */

/* Nothing is ever written under the name; but who packs so is up to something, or made a mistake. */
static bool leads_outside(const char *name)
{
    static const char separators[] = "/\\"; /* the second is Windows's, or half a character of GBK */

    if (!*name || strchr(separators, *name) || name[1] == ':')
        return true;
    while (*name) {
        size_t len = strcspn(name, separators);

        if (len == 2 && !strncmp(name, "..", 2))
            return true;
        name += len + (name[len] != '\0');
    }
    return false;
}

static int check_members(const struct bundle *bundle, struct err *err)
{
    uint64_t count = bundle_count(bundle);

    for (uint64_t i = 0; i < count; i++)
        if (leads_outside(bundle_name(bundle, i)))
            return err_set(err, ERR_REJECT,
                           "is a zip archive with a member whose name leads outside (../ or from the root): "
                           "pack the file alone, without its folders");
    if (count == 1)
        return 0;
    return err_set(err, ERR_REJECT, "is a zip archive of %llu members: deliver one file in each",
                   (unsigned long long)count);
}

static int unpack_zip(struct packed *packed, struct err *err)
{
    CLEANUP(bundle_closep) struct bundle *bundle = NULL;
    uint64_t packed_bytes;
    size_t got;

    if (bundle_open(packed->fd, packed->size, &bundle, err) < 0 || check_members(bundle, err) < 0 ||
        bundle_start_at(bundle, 0, &packed_bytes, err) < 0)
        return -1;
    do
        if (bundle_read(bundle, packed->out, CHUNK_BYTES, &got, err) < 0 || put(packed, got, err) < 0)
            return -1;
    while (got);
    return 0;
}

/* --- which --- */

static const struct way {
    const char *name, *mark;
    size_t mark_size;
    int (*unpack)(struct packed *packed, struct err *err);
} ways[] = {
    [PACKED_GZ] = { "gz", "\x1F\x8B\x08", 3, unpack_gz },
    [PACKED_ZIP] = { "zip", "PK\3\4", 4, unpack_zip },
    [PACKED_ZST] = { "zst", "\x28\xB5\x2F\xFD", 4, unpack_zst },
};

static int find_way(int fd, uint64_t size, const struct way **ret, struct err *err)
{
    char head[4];
    ssize_t got = pread(fd, head, size < sizeof head ? (size_t)size : sizeof head, 0);

    *ret = NULL;
    if (got < 0)
        return cannot_read(err);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (ways[i].unpack && (size_t)got >= ways[i].mark_size &&
            !memcmp(head, ways[i].mark, ways[i].mark_size))
            *ret = &ways[i];
    return 0;
}

/* What is inside was packed once more, and not by one of the ways above. */
static int check_inside(struct spill *spill, struct err *err)
{
    char mark[5];

    if (spill_size(spill) < TAR_MARK_AT + sizeof mark)
        return 0;
    if (spill_read(spill, TAR_MARK_AT, mark, sizeof mark, err) < 0)
        return -1;
    if (!memcmp(mark, "ustar", sizeof mark))
        return err_set(err, ERR_REJECT, "is a packed tar archive: pack the file alone");
    return 0;
}

static int unpack_by(const struct way *by, const struct feed_conf *feed, const struct unpacking *way, int fd,
                     uint64_t size, int *ret, struct err *err)
{
    CLEANUP(spill_closep) struct spill *spill = NULL;
    CLEANUP(mem_freep) uint8_t *in = mem_alloc(CHUNK_BYTES);
    CLEANUP(mem_freep) uint8_t *out = mem_alloc(CHUNK_BYTES);
    struct packed packed = {
        .fd = fd, .size = size, .meter = meter_of(feed, way, size), .in = in, .out = out
    };

    if (spill_open(way->folder, &spill, err) < 0)
        return -1;
    packed.spill = spill;
    if (by->unpack(&packed, err) < 0 || check_inside(spill, err) < 0)
        return -1;
    return spill_take(spill, ret, err);
}

/* A workbook is a zip archive, too, but not one that is unpacked. */
static int is_office(int fd, uint64_t size, bool *ret, struct err *err)
{
    enum office_kind kind;

    if (office_kind_of(fd, size, &kind, err) < 0)
        return -1;
    *ret = kind == OFFICE_XLSX;
    return 0;
}

int unpack(const struct feed_conf *feed, const struct unpacking *way, int fd, uint64_t size, int *ret,
           struct err *err)
{
    const struct way *by, *said = feed->packed > PACKED_NONE ? &ways[feed->packed] : NULL;
    bool office = false;

    *ret = -1;
    if (feed->packed == PACKED_NONE)
        return 0;
    if (find_way(fd, size, &by, err) < 0)
        return -1;
    if (by == &ways[PACKED_ZIP] && is_office(fd, size, &office, err) < 0)
        return -1;
    if (office)
        by = NULL;
    if (said && by != said)
        return err_set(err, ERR_REJECT, "is not packed as %s, as the feed says (packed)", said->name);
    return by ? unpack_by(by, feed, way, fd, size, ret, err) : 0;
}
