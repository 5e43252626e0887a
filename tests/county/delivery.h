/* delivery - one file as a department sends it: rows of cells become lines in the feed's dialect.
 *
 * Rows are filled cell by cell in the order of the source's cells and put in the order of the feed's columns.
 * Beside some rows goes a spoilt copy of it, told in dead_letters.csv: the good line stays, so bad lines
 * change no figure.
 *
 * Ownership: delivery_open() … delivery_close(), which also writes the control file and adds the file to the
 *            log of what was sent. Errors: what cannot be written ends the program with a message. */
#ifndef OLIVE_TESTS_COUNTY_DELIVERY_H
#define OLIVE_TESTS_COUNTY_DELIVERY_H

#include <stdint.h>
#include <stdio.h>

#include "tests/county/county.h"
#include "tests/county/feed.h"

enum { SENT_PATH_SIZE = 128 };
struct sent {
    char path[SENT_PATH_SIZE]; /* below the county's folder */
    int64_t received_ms;
};

struct post { /* what all deliveries share */
    const struct county *county;
    FILE *dead_letters;
    ARRAY_OF(struct sent) sent;
    uint64_t lines, bad_lines;
    bool shown_all[FEED_COUNT]; /* a line spoilt in each way has been sent */
};

enum spoil { SPOIL_NONE, SPOIL_SOME, SPOIL_EACH_WAY };

struct delivery;

struct delivery *delivery_open(struct post *post, enum feed_number feed, uint64_t sequence,
                               int64_t received_ms, enum spoil spoil);
void cell_text(struct delivery *delivery, const char *text);
void cell_none(struct delivery *delivery);
void cell_fen(struct delivery *delivery, int64_t fen); /* any number of two decimals */
void cell_milli(struct delivery *delivery, int64_t milli);
void cell_int(struct delivery *delivery, int64_t value);
void cell_day(struct delivery *delivery, int32_t day); /* DAY_OPEN: blank */
void cell_month(struct delivery *delivery, int32_t month);
void row_end(struct delivery *delivery,
             uint32_t person); /* whose name fills a column that nobody asked for */
void row_end_deleting(struct delivery *delivery, uint32_t person); /* never spoilt */
void delivery_close(struct delivery *delivery);

/* The same bytes again: under another name with the same sequence (a duplicate), or under a new one. */
void delivery_again(struct post *post, enum feed_number feed, uint64_t sequence, uint64_t sequence_then,
                    int64_t received_ms);

#endif
