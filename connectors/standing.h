/* standing - what the snapshots of a feed have said so far: of every key the feed's greatest record, and
 * whether it stands and the newest list has it (FEEDS, Snapshots).
 *
 * File:   journal/standing, sorted by subject and key, tokens only: what was published, nothing else. A new
 * one is written beside it (standing.next) and takes its place by rename only when all that follows from it
 *         is in Kafka, so a delivery that is done again meets the same file as before.
 * Memory: bounded: the new list is sorted beyond memory (sorter.h), the old one is streamed.
 * Ownership: standing_new() … standing_free(). Threads: one.
 * Errors: ERR_RETRY the disk says no; ERR_STOP a file that is not ours. */
#ifndef OLIVE_CONNECTORS_STANDING_H
#define OLIVE_CONNECTORS_STANDING_H

#include "lib/base/err.h"
#include "lib/core/record.h"

struct standing;
struct standing *standing_new(int folder); /* the descriptor of the feed's journal/ */
void standing_free(struct standing *standing);

void standing_clear(struct standing *standing); /* a new list begins */
int standing_add(struct standing *standing, const struct record *record, struct err *err);
/* How many keys of the newest list are not over by that day, and how many of these the new list lacks. */
int standing_compare(struct standing *standing, enum source source, int32_t as_of_day, uint64_t *ret_stood,
                     uint64_t *ret_lacking, struct err *err);
bool standing_may_hold(const struct standing *standing, uint64_t count); /* more than count keys, perhaps */

/* Told the greatest record of a key that stood and that the new list lacks; false in *ret_ended: it is left
 * alone, else *ret_record is the one that ends it, published by then. */
typedef int standing_lacks(void *user, const struct record *greatest, struct record *ret_record,
                           bool *ret_ended, struct err *err);
enum list_kind {
    LIST_WHOLE,      /* a new list: what it lacks is told */
    LIST_INCOMPLETE, /* a new list with dead letters: it adds and ends nothing, until it is completed */
    LIST_ADDED,      /* lines that the newest list should have had */
    LIST_COMPLETED,  /* the same, and the last of them: what the newest list lacks is told now */
};
/* Writes standing.next. */
int standing_merge(struct standing *standing, enum source source, enum list_kind kind, standing_lacks *lacks,
                   void *user, struct err *err);
/* Which list a record belongs to, from 1 in the order in which they came. */
typedef uint64_t standing_list_of(void *user, const struct record *record);
/* Writes standing.next anew from all records of the feed's lists, endings included, which were added. */
int standing_rebuild(struct standing *standing, enum source source, standing_list_of *list_of, void *user,
                     uint64_t newest, struct err *err);
/* standing.next takes its place; without one nothing happens, so repeating it is harmless. */
int standing_commit(int folder, struct err *err);
int standing_drop_next(int folder, struct err *err); /* what an interrupted delivery left */

/* The record that ends or retracts `greatest` as of a day; false: it is left alone, being absent, or over by
 * that day (a list of today may well lack what has ended). None is closed before it begins. Pure. */
bool record_ending(const struct record *greatest, bool retract, int32_t as_of_day,
                   const struct delivery *delivery, uint64_t sequence, struct record *ret);

#endif
