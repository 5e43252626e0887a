#include "connectors/standing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connectors/connector.h"
#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/wire/record_wire.h"

static const char file_name[] = "standing", next_name[] = "standing.next";
static const char magic[] = "olive-standing 1\n"; /* behind it: per entry a flag, the size, the record */

struct entry {
    struct token subject, item;
    int32_t valid_from_day;
    uint32_t size;
    size_t at; /* of the packed record in bytes */
};

struct standing {
    int folder;
    struct entry *entries;
    size_t count, capacity;
    struct buffer bytes;
    struct wire *wire;
};

struct standing *standing_new(int folder)
{
    struct standing *standing = mem_zalloc(sizeof *standing);

    standing->folder = folder;
    standing->wire = wire_new();
    return standing;
}

void standing_free(struct standing *standing)
{
    if (!standing)
        return;
    wire_free(standing->wire);
    buffer_free(&standing->bytes);
    free(standing->entries);
    free(standing);
}

void standing_clear(struct standing *standing)
{
    standing->count = 0;
    buffer_clear(&standing->bytes);
}

void standing_add(struct standing *standing, const struct record *record)
{
    size_t at = standing->bytes.size;

    if (standing->count == standing->capacity) {
        standing->capacity = standing->capacity ? 2 * standing->capacity : 1024;
        standing->entries = mem_realloc(standing->entries, standing->capacity * sizeof *standing->entries);
    }
    wire_pack_record(record, &standing->bytes);
    standing->entries[standing->count++] =
        (struct entry){ record->subject, record->item, record->valid_from_day,
                        (uint32_t)(standing->bytes.size - at), at };
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int entry_compare(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = token_compare(&x->subject, &y->subject);

    if (!order)
        order = token_compare(&x->item, &y->item);
    return order ? order : COMPARE(x->valid_from_day, y->valid_from_day);
}

/* --- a record that stands --- */

struct stood {
    bool listed; /* the newest list has it */
    struct record record;
    struct delivery delivery; /* the record's */
};

static void stood_set(struct stood *stood, const struct record *record)
{
    stood->record = *record;
    stood->delivery = *record->delivery;
    stood->record.delivery = &stood->delivery;
}

static int key_compare(const struct stood *a, const struct stood *b)
{
    int order = token_compare(&a->record.subject, &b->record.subject);

    return order ? order : record_key_compare(&a->record, &b->record);
}

static int unpack(struct standing *standing, enum source source, const struct token *subject,
                  const void *data, size_t size, struct stood *ret, struct err *err)
{
    if (wire_unpack_record(standing->wire, source, subject, TOKEN_SIZE, data, size, &ret->record,
                           &ret->delivery, err) < 0)
        return err_stop(err, EXIT_FAILED, "journal/standing has an entry that is not ours");
    ret->record.delivery = &ret->delivery;
    return 0;
}

/* --- the old list, streamed --- */

struct old {
    FILE *file; /* NULL: there is none */
    struct stood stood;
    bool any;
    uint8_t bytes[WIRE_RECORD_BYTES_MAX];
};

struct head { /* of an entry in the file; native order: it never leaves the machine */
    struct token subject;
    uint32_t size;
    uint32_t listed;
};

static int cut_off(struct err *err)
{
    return err_stop(err, EXIT_FAILED, "journal/standing is cut off");
}

static int old_next(struct standing *standing, enum source source, struct old *old, struct err *err)
{
    struct head head;
    size_t got = old->file ? fread(&head, 1, sizeof head, old->file) : 0;

    old->any = got == sizeof head;
    if (old->file && ferror(old->file))
        return err_set(err, ERR_RETRY, "journal/standing cannot be read");
    if (!old->any)
        return got ? cut_off(err) : 0;
    if (head.size > sizeof old->bytes || fread(old->bytes, 1, head.size, old->file) != head.size)
        return cut_off(err);
    old->stood.listed = head.listed;
    return unpack(standing, source, &head.subject, old->bytes, head.size, &old->stood, err);
}

static int old_open(struct standing *standing, enum source source, struct old *old, struct err *err)
{
    char is[sizeof magic - 1];
    int fd = openat(standing->folder, file_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    old->file = fd < 0 ? NULL : fdopen(fd, "r");
    if (!old->file)
        return errno == ENOENT
                   ? 0
                   : err_set(err, ERR_RETRY, "journal/standing cannot be opened: %s", strerror(errno));
    if (fread(is, 1, sizeof is, old->file) != sizeof is || memcmp(is, magic, sizeof is) != 0)
        return err_stop(err, EXIT_FAILED, "journal/standing is not of this program");
    return old_next(standing, source, old, err);
}

/* --- the new list, sorted --- */

struct new
{
    size_t index;
    struct stood stood;
    bool any;
};

/* Of several lines with one key the greatest. */
static int new_next(struct standing *standing, enum source source, struct new *new, struct err *err)
{
    const struct entry *entry, *first;
    struct stood other;

    new->any = new->index < standing->count;
    new->stood.listed = true;
    if (!new->any)
        return 0; /* a list of nobody has no entries to point at */
    entry = first = &standing->entries[new->index];
    for (; new->index < standing->count && !entry_compare(entry, first); entry++, new->index++) {
        if (unpack(standing, source, &entry->subject, standing->bytes.data + entry->at, entry->size, &other,
                   err) < 0)
            return -1;
        if (entry == first || record_rank_compare(&other.record, &new->stood.record) > 0)
            stood_set(&new->stood, &other.record);
    }
    new->stood.listed = true;
    return 0;
}

/* --- merging --- */

struct merge {
    struct standing *standing;
    enum source source;
    standing_lacks *lacks;
    void *user;
    struct old old;
    struct new new;
    FILE *out;
    struct buffer packed;
};

static int put(struct merge *merge, const struct stood *stood, struct err *err)
{
    struct head head = { .subject = stood->record.subject, .listed = stood->listed };

    buffer_clear(&merge->packed);
    wire_pack_record(&stood->record, &merge->packed);
    head.size = (uint32_t)merge->packed.size;
    if (fwrite(&head, sizeof head, 1, merge->out) == 1 &&
        fwrite(merge->packed.data, 1, merge->packed.size, merge->out) == merge->packed.size)
        return 0;
    return err_set(err, ERR_RETRY, "journal/standing.next cannot be written: %s", strerror(errno));
}

static int put_lacking(struct merge *merge, struct err *err)
{
    struct stood *stood = &merge->old.stood;
    struct record ending;
    bool ended = false;

    if (stood->listed && merge->lacks) {
        if (merge->lacks(merge->user, &stood->record, &ending, &ended, err) < 0)
            return -1;
        stood->listed = false;
        if (ended)
            stood_set(stood, &ending);
    }
    return put(merge, stood, err);
}

static int put_both(struct merge *merge, struct err *err)
{
    if (record_rank_compare(&merge->new.stood.record, &merge->old.stood.record) > 0)
        stood_set(&merge->old.stood, &merge->new.stood.record);
    merge->old.stood.listed = true;
    return put(merge, &merge->old.stood, err);
}

static int merge_step(struct merge *merge, struct err *err)
{
    int order = !merge->old.any   ? 1
                : !merge->new.any ? -1
                                  : key_compare(&merge->old.stood, &merge->new.stood);
    int status = order < 0   ? put_lacking(merge, err)
                 : order > 0 ? put(merge, &merge->new.stood, err)
                             : put_both(merge, err);

    if (status == 0 && order <= 0)
        status = old_next(merge->standing, merge->source, &merge->old, err);
    if (status == 0 && order >= 0)
        status = new_next(merge->standing, merge->source, &merge->new, err);
    return status;
}

static int merge_all(struct merge *merge, struct err *err)
{
    int fd = openat(merge->standing->folder, next_name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                    0600);

    merge->out = fd < 0 ? NULL : fdopen(fd, "w");
    if (!merge->out || fwrite(magic, sizeof magic - 1, 1, merge->out) != 1)
        return err_set(err, ERR_RETRY, "journal/standing.next cannot be written: %s", strerror(errno));
    if (old_open(merge->standing, merge->source, &merge->old, err) < 0 ||
        new_next(merge->standing, merge->source, &merge->new, err) < 0)
        return -1;
    while (merge->old.any || merge->new.any)
        if (merge_step(merge, err) < 0)
            return -1;
    /* The folder, too: once the journal says so, the file takes the place of the one that stands. */
    if (fflush(merge->out) == 0 && fsync(fileno(merge->out)) == 0 && fsync(merge->standing->folder) == 0)
        return 0;
    return err_set(err, ERR_RETRY, "journal/standing.next cannot be written: %s", strerror(errno));
}

int standing_merge(struct standing *standing, enum source source, standing_lacks *lacks, void *user,
                   struct err *err)
{
    struct merge *merge = mem_zalloc(sizeof *merge);
    int status;

    *merge = (struct merge){ .standing = standing, .source = source, .lacks = lacks, .user = user };
    if (standing->count)
        qsort(standing->entries, standing->count, sizeof *standing->entries, entry_compare);
    status = merge_all(merge, err);
    if (merge->out)
        fclose(merge->out);
    if (merge->old.file)
        fclose(merge->old.file);
    buffer_free(&merge->packed);
    free(merge);
    return status;
}

int standing_commit(int folder, struct err *err)
{
    if (renameat(folder, next_name, folder, file_name) < 0 && errno != ENOENT)
        return err_set(err, ERR_RETRY, "journal/standing cannot be replaced: %s", strerror(errno));
    return fsync(folder) == 0 ? 0 : err_set(err, ERR_RETRY, "journal: %s", strerror(errno));
}

int standing_drop_next(int folder, struct err *err)
{
    if (unlinkat(folder, next_name, 0) == 0 ? fsync(folder) == 0 : errno == ENOENT)
        return 0;
    return err_set(err, ERR_RETRY, "journal/standing.next cannot be removed: %s", strerror(errno));
}

/* --- what a list lacks --- */

bool record_ending(const struct record *greatest, bool retract, int32_t as_of_day,
                   const struct delivery *delivery, uint64_t sequence, struct record *ret)
{
    bool over = greatest->valid_to_day != DAY_OPEN && greatest->valid_to_day <= as_of_day;

    if (greatest->retracted || over)
        return false;
    *ret = *greatest;
    if (retract)
        record_retract(ret);
    else
        ret->valid_to_day = as_of_day > greatest->valid_from_day ? as_of_day : greatest->valid_from_day;
    record_id_of(greatest, &ret->origin);
    ret->line = 0;
    ret->delivery = delivery;
    if ((int64_t)sequence > ret->revision)
        ret->revision = (int64_t)sequence;
    return true;
}
