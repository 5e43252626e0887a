#include "connectors/standing.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/connector.h"
#include "connectors/sorter.h"
#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/wire/record_wire.h"

static const char file_name[] = "standing", next_name[] = "standing.next";
static const char magic[] = "olive-standing 1\n"; /* behind it: per entry a flag, the size, the record */

enum { SORT_BYTES_MAX = 64 << 20 };

struct standing {
    int folder;
    struct sorter *sorter; /* of the new list */
    struct buffer packed;
    struct wire *wire;
};

struct standing *standing_new(int folder)
{
    struct standing *standing = mem_zalloc(sizeof *standing);

    standing->folder = folder;
    standing->sorter = sorter_new(folder, SORT_BYTES_MAX);
    standing->wire = wire_new();
    return standing;
}

void standing_free(struct standing *standing)
{
    if (!standing)
        return;
    wire_free(standing->wire);
    buffer_free(&standing->packed);
    sorter_free(standing->sorter);
    free(standing);
}

void standing_clear(struct standing *standing)
{
    sorter_clear(standing->sorter);
}

int standing_add(struct standing *standing, const struct record *record, struct err *err)
{
    struct sort_key key = { record->subject, record->item, record->valid_from_day, 0 };

    buffer_clear(&standing->packed);
    wire_pack_record(record, &standing->packed);
    key.size = (uint32_t)standing->packed.size;
    return sorter_add(standing->sorter, &key, standing->packed.data, err);
}

/* --- a record that stands --- */

enum standing_state {
    GONE,   /* ended or retracted, for a list lacked it */
    STANDS, /* in an older list; the newest one is incomplete, so it is not known whether it lacks it */
    LISTED, /* in the newest list */
};

struct stood {
    enum standing_state state;
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
    uint32_t state; /* enum standing_state */
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
    old->stood.state = (enum standing_state)head.state;
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
    struct stood stood;
    bool any;
    struct sort_key key; /* of the line behind it */
    const void *record;
    bool more;
};

static int new_line(struct standing *standing, struct new *new, struct err *err)
{
    int got = sorter_next(standing->sorter, &new->key, &new->record, err);

    new->more = got == 1;
    return got < 0 ? -1 : 0;
}

/* Of several lines with one key the greatest. */
static int new_next(struct standing *standing, enum source source, struct new *new, struct err *err)
{
    const struct sort_key key = new->key;
    struct stood other;

    new->any = new->more;
    for (bool first = true; new->more && !sort_key_compare(&new->key, &key); first = false) {
        if (unpack(standing, source, &key.subject, new->record, new->key.size, &other, err) < 0)
            return -1;
        if (first || record_rank_compare(&other.record, &new->stood.record) > 0)
            stood_set(&new->stood, &other.record);
        if (new_line(standing, new, err) < 0)
            return -1;
    }
    new->stood.state = LISTED;
    return 0;
}

static int new_open(struct standing *standing, enum source source, struct new *new, struct err *err)
{
    if (sorter_start(standing->sorter, err) < 0 || new_line(standing, new, err) < 0)
        return -1;
    return new_next(standing, source, new, err);
}

/* Absent, or over by that day. */
static bool is_gone(const struct record *record, int32_t day)
{
    return record->retracted || (record->valid_to_day != DAY_OPEN && record->valid_to_day <= day);
}

/* --- both lists side by side --- */

struct pair { /* the lists, in the order of their keys */
    struct standing *standing;
    enum source source;
    struct old old;
    struct new new;
};

static int pair_open(struct pair *pair, struct err *err)
{
    if (old_open(pair->standing, pair->source, &pair->old, err) < 0)
        return -1;
    return new_open(pair->standing, pair->source, &pair->new, err);
}

static void pair_close(struct pair *pair)
{
    if (pair->old.file)
        fclose(pair->old.file);
}

static bool pair_any(const struct pair *pair)
{
    return pair->old.any || pair->new.any;
}

/* < 0: what comes next only the old list has, > 0: only the new one, 0: both. */
static int pair_order(const struct pair *pair)
{
    if (!pair->old.any || !pair->new.any)
        return pair->old.any ? -1 : 1;
    return key_compare(&pair->old.stood, &pair->new.stood);
}

static int pair_next(struct pair *pair, int order, struct err *err)
{
    if (order <= 0 && old_next(pair->standing, pair->source, &pair->old, err) < 0)
        return -1;
    return order >= 0 ? new_next(pair->standing, pair->source, &pair->new, err) : 0;
}

/* --- comparing --- */

int standing_compare(struct standing *standing, enum source source, int32_t as_of_day, uint64_t *ret_stood,
                     uint64_t *ret_lacking, struct err *err)
{
    CLEANUP(mem_freep) struct pair *pair = mem_zalloc(sizeof *pair);
    int status;

    pair->standing = standing;
    pair->source = source;
    *ret_stood = *ret_lacking = 0;
    status = pair_open(pair, err);
    while (status == 0 && pair_any(pair)) {
        int order = pair_order(pair);
        bool stood =
            order <= 0 && pair->old.stood.state != GONE && !is_gone(&pair->old.stood.record, as_of_day);

        *ret_stood += stood;
        *ret_lacking += stood && order < 0;
        status = pair_next(pair, order, err);
    }
    pair_close(pair);
    return status;
}

/* --- merging --- */

struct merge {
    struct pair pair;
    enum list_kind kind;
    standing_lacks *lacks;
    void *user;
    FILE *out;
    struct buffer packed;
};

static int cannot_write(struct err *err)
{
    return err_set(err, ERR_RETRY, "journal/standing.next cannot be written: %s",
                   errno == ENOSPC ? "the disk is full" : strerror(errno));
}

static int put(struct merge *merge, const struct stood *stood, struct err *err)
{
    struct head head = { .subject = stood->record.subject, .state = (uint32_t)stood->state };

    buffer_clear(&merge->packed);
    wire_pack_record(&stood->record, &merge->packed);
    head.size = (uint32_t)merge->packed.size;
    if (fwrite(&head, sizeof head, 1, merge->out) == 1 &&
        fwrite(merge->packed.data, 1, merge->packed.size, merge->out) == merge->packed.size)
        return 0;
    return cannot_write(err);
}

/* Whether the list says that the key is not in it; of lines that are added it says so of others only. */
static bool is_lacking(const struct merge *merge, const struct stood *stood)
{
    return merge->kind == LIST_WHOLE       ? stood->state != GONE
           : merge->kind == LIST_COMPLETED ? stood->state == STANDS
                                           : false;
}

static int put_lacking(struct merge *merge, struct err *err)
{
    struct stood *stood = &merge->pair.old.stood;
    struct record ending;
    bool ended = false;

    if (is_lacking(merge, stood)) {
        if (merge->lacks(merge->user, &stood->record, &ending, &ended, err) < 0)
            return -1;
        stood->state = GONE;
        if (ended)
            stood_set(stood, &ending);
    } else if (merge->kind == LIST_INCOMPLETE && stood->state == LISTED) {
        stood->state = STANDS;
    }
    return put(merge, stood, err);
}

static int put_both(struct merge *merge, struct err *err)
{
    struct stood *old = &merge->pair.old.stood;

    if (record_rank_compare(&merge->pair.new.stood.record, &old->record) > 0)
        stood_set(old, &merge->pair.new.stood.record);
    old->state = LISTED;
    return put(merge, old, err);
}

static int merge_step(struct merge *merge, struct err *err)
{
    int order = pair_order(&merge->pair);
    int status = order < 0   ? put_lacking(merge, err)
                 : order > 0 ? put(merge, &merge->pair.new.stood, err)
                             : put_both(merge, err);

    return status < 0 ? -1 : pair_next(&merge->pair, order, err);
}

static int merge_open(struct merge *merge, struct err *err)
{
    int fd = openat(merge->pair.standing->folder, next_name,
                    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

    merge->out = fd < 0 ? NULL : fdopen(fd, "w");
    return merge->out && fwrite(magic, sizeof magic - 1, 1, merge->out) == 1 ? 0 : cannot_write(err);
}

/* The folder, too: once the journal says so, the file takes the place of the one that stands. */
static int merge_end(struct merge *merge, struct err *err)
{
    return fflush(merge->out) == 0 && fsync(fileno(merge->out)) == 0 &&
                   fsync(merge->pair.standing->folder) == 0
               ? 0
               : cannot_write(err);
}

static void merge_free(struct merge *merge)
{
    if (merge->out)
        fclose(merge->out);
    pair_close(&merge->pair);
    buffer_free(&merge->packed);
    free(merge);
}

static int merge_all(struct merge *merge, struct err *err)
{
    if (merge_open(merge, err) < 0 || pair_open(&merge->pair, err) < 0)
        return -1;
    while (pair_any(&merge->pair))
        if (merge_step(merge, err) < 0)
            return -1;
    return merge_end(merge, err);
}

int standing_merge(struct standing *standing, enum source source, enum list_kind kind, standing_lacks *lacks,
                   void *user, struct err *err)
{
    struct merge *merge = mem_zalloc(sizeof *merge);
    int status;

    *merge = (struct merge){
        .pair = { .standing = standing, .source = source }, .kind = kind, .lacks = lacks, .user = user
    };
    status = merge_all(merge, err);
    merge_free(merge);
    return status;
}

/* --- made again --- */

struct remade { /* of one key */
    struct stood stood;
    uint64_t listed, ended; /* the last list that had it, the last one that ended it; 0: none */
};

/* All records of the key that stands next. */
static int remake_next(struct standing *standing, enum source source, struct new *new,
                       standing_list_of *list_of, void *user, struct remade *ret, struct err *err)
{
    const struct sort_key key = new->key;
    struct stood other;

    *ret = (struct remade){ 0 };
    for (bool first = true; new->more && !sort_key_compare(&new->key, &key); first = false) {
        uint64_t list, *last;

        if (unpack(standing, source, &key.subject, new->record, new->key.size, &other, err) < 0)
            return -1;
        list = list_of(user, &other.record);
        last = other.record.line ? &ret->listed : &ret->ended; /* what a list lacks is ended by line 0 */
        *last = list > *last ? list : *last;
        if (first || record_rank_compare(&other.record, &ret->stood.record) > 0)
            stood_set(&ret->stood, &other.record);
        if (new_line(standing, new, err) < 0)
            return -1;
    }
    return 0;
}

static int remake_all(struct merge *merge, standing_list_of *list_of, void *user, uint64_t newest,
                      struct err *err)
{
    struct standing *standing = merge->pair.standing;
    struct new *new = &merge->pair.new;
    struct remade remade;

    if (sorter_start(standing->sorter, err) < 0 || new_line(standing, new, err) < 0)
        return -1;
    while (new->more) {
        if (remake_next(standing, merge->pair.source, new, list_of, user, &remade, err) < 0)
            return -1;
        remade.stood.state = remade.ended > remade.listed ? GONE : remade.listed == newest ? LISTED : STANDS;
        if (put(merge, &remade.stood, err) < 0)
            return -1;
    }
    return 0;
}

int standing_rebuild(struct standing *standing, enum source source, standing_list_of *list_of, void *user,
                     uint64_t newest, struct err *err)
{
    struct merge *merge = mem_zalloc(sizeof *merge);
    int status;

    *merge = (struct merge){ .pair = { .standing = standing, .source = source } };
    status = merge_open(merge, err) < 0 || remake_all(merge, list_of, user, newest, err) < 0 ||
                     merge_end(merge, err) < 0
                 ? -1
                 : 0;
    merge_free(merge);
    return status;
}

bool standing_may_hold(const struct standing *standing, uint64_t count)
{
    struct stat status;

    return fstatat(standing->folder, file_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           (uint64_t)status.st_size > count * sizeof(struct head);
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
    if (is_gone(greatest, as_of_day))
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
