#include "connectors/sorter.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connectors/source/spill.h"
#include "lib/base/arena.h"
#include "lib/base/buffer.h"

struct entry { /* of what is in memory */
    struct sort_key key;
    size_t at; /* of its record in bytes */
};

struct run { /* sorted, in a file */
    FILE *file;
    struct sort_key key; /* of the record that is next */
    struct buffer record;
    bool any;
};

struct sorter {
    int folder;
    size_t memory_max;
    struct entry *entries;
    size_t count, capacity, next; /* next: of the entries, when reading */
    struct buffer bytes;
    struct run *runs;
    size_t run_count;
    struct run *given; /* the run that gave the last record: it moves on with the next call */
};

struct sorter *sorter_new(int folder, size_t memory_max)
{
    struct sorter *sorter = mem_zalloc(sizeof *sorter);

    sorter->folder = folder;
    sorter->memory_max = memory_max;
    return sorter;
}

void sorter_clear(struct sorter *sorter)
{
    for (size_t i = 0; i < sorter->run_count; i++) {
        fclose(sorter->runs[i].file);
        buffer_free(&sorter->runs[i].record);
    }
    free(sorter->runs);
    sorter->runs = NULL;
    sorter->run_count = sorter->count = sorter->next = 0;
    sorter->given = NULL;
    buffer_clear(&sorter->bytes);
}

void sorter_free(struct sorter *sorter)
{
    if (!sorter)
        return;
    sorter_clear(sorter);
    free(sorter->entries);
    buffer_free(&sorter->bytes);
    free(sorter);
}

/* --- order --- */

int sort_key_compare(const struct sort_key *a, const struct sort_key *b)
{
    int order = token_compare(&a->subject, &b->subject);

    if (!order)
        order = token_compare(&a->item, &b->item);
    return order ? order : (a->valid_from_day > b->valid_from_day) - (a->valid_from_day < b->valid_from_day);
}

static int entry_compare(const void *a, const void *b)
{
    return sort_key_compare(&((const struct entry *)a)->key, &((const struct entry *)b)->key);
}

static void sort_entries(struct sorter *sorter)
{
    if (sorter->count)
        qsort(sorter->entries, sorter->count, sizeof *sorter->entries, entry_compare);
}

/* --- runs --- */

static int disk_error(struct err *err)
{
    return err_set(err, ERR_RETRY, "a list cannot be sorted on the disk: %s",
                   errno == ENOSPC ? "the disk is full" : strerror(errno));
}

static int open_run(struct sorter *sorter, FILE **ret, struct err *err)
{
    int fd = spill_file(sorter->folder);

    if (fd < 0)
        return disk_error(err);
    *ret = fdopen(fd, "w+");
    return *ret ? 0 : disk_error(err);
}

static bool write_entries(const struct sorter *sorter, FILE *file)
{
    for (size_t i = 0; i < sorter->count; i++) {
        const struct entry *entry = &sorter->entries[i];

        if (fwrite(&entry->key, sizeof entry->key, 1, file) != 1 ||
            fwrite(sorter->bytes.data + entry->at, 1, entry->key.size, file) != entry->key.size)
            return false;
    }
    return fflush(file) == 0;
}

static int spill(struct sorter *sorter, struct err *err)
{
    FILE *file;

    sort_entries(sorter);
    if (open_run(sorter, &file, err) < 0)
        return -1;
    if (!write_entries(sorter, file)) {
        disk_error(err);
        fclose(file);
        return -1;
    }
    sorter->runs = mem_realloc(sorter->runs, (sorter->run_count + 1) * sizeof *sorter->runs);
    sorter->runs[sorter->run_count++] = (struct run){ .file = file };
    sorter->count = 0;
    buffer_clear(&sorter->bytes);
    return 0;
}

static bool is_full(const struct sorter *sorter, size_t more)
{
    return sorter->bytes.size + more + (sorter->count + 1) * sizeof *sorter->entries > sorter->memory_max;
}

int sorter_add(struct sorter *sorter, const struct sort_key *key, const void *record, struct err *err)
{
    if (sorter->count && is_full(sorter, key->size) && spill(sorter, err) < 0)
        return -1;
    if (sorter->count == sorter->capacity) {
        sorter->capacity = sorter->capacity ? 2 * sorter->capacity : 1024;
        sorter->entries = mem_realloc(sorter->entries, sorter->capacity * sizeof *sorter->entries);
    }
    sorter->entries[sorter->count++] = (struct entry){ *key, sorter->bytes.size };
    buffer_add(&sorter->bytes, record, key->size);
    return 0;
}

/* --- reading --- */

static int run_next(struct run *run, struct err *err)
{
    run->any = fread(&run->key, sizeof run->key, 1, run->file) == 1;
    if (run->any) {
        buffer_clear(&run->record);
        run->any =
            fread(buffer_grow(&run->record, run->key.size), 1, run->key.size, run->file) == run->key.size;
    }
    return ferror(run->file) ? disk_error(err) : 0;
}

int sorter_start(struct sorter *sorter, struct err *err)
{
    sort_entries(sorter);
    sorter->next = 0;
    sorter->given = NULL;
    for (size_t i = 0; i < sorter->run_count; i++) {
        rewind(sorter->runs[i].file);
        if (run_next(&sorter->runs[i], err) < 0)
            return -1;
    }
    return 0;
}

/* There are few runs, so the least is looked for among all of them. */
static struct run *least_run(struct sorter *sorter)
{
    struct run *least = NULL;

    for (size_t i = 0; i < sorter->run_count; i++)
        if (sorter->runs[i].any && (!least || sort_key_compare(&sorter->runs[i].key, &least->key) < 0))
            least = &sorter->runs[i];
    return least;
}

int sorter_next(struct sorter *sorter, struct sort_key *ret, const void **ret_record, struct err *err)
{
    const struct entry *entry;
    struct run *run;

    if (sorter->given && run_next(sorter->given, err) < 0)
        return -1;
    sorter->given = NULL;
    run = least_run(sorter);
    entry = sorter->next < sorter->count ? &sorter->entries[sorter->next] : NULL;
    if (run && (!entry || sort_key_compare(&run->key, &entry->key) < 0)) {
        sorter->given = run;
        *ret = run->key;
        *ret_record = run->record.data;
        return 1;
    }
    if (!entry)
        return 0;
    sorter->next++;
    *ret = entry->key;
    *ret_record = sorter->bytes.data + entry->at;
    return 1;
}
