/* dlq - what the commands on dead letters share: which letters, and their lines in order.
 *
 * Privacy: lines stay sealed until dlq_open_line(); while they are collected they lie, sealed, in a file
 * without a name. A line opened goes nowhere but where the command was told to put it, and is wiped.
 * Errors:  EXIT_USAGE for a filter that is none, EXIT_CONFIG without the key. */
#ifndef OLIVE_DAEMON_DLQ_H
#define OLIVE_DAEMON_DLQ_H

#include "daemon/cli/cli.h"
#include "daemon/cli/dead_letters.h"
#include "daemon/cli/legible.h"

enum { DIGEST_SHORT = 12, DIGEST_SHORT_SIZE = DIGEST_SHORT + 1, DIGEST_TEXT_SIZE = 2 * DIGEST_SIZE + 1 };

struct dlq_filter {
    struct letter_filter filter;
    char delivery[DIGEST_TEXT_SIZE];
};
/* --feed, --reason, --column, --day, --delivery. */
int dlq_filter(const struct cli *cli, struct dlq_filter *ret, struct err *err);

/* As many digits of a delivery's digest as people need. */
const char *dlq_digest(const struct letters_of *delivery, char ret[DIGEST_SHORT_SIZE]);

/* --- lines --- */

struct dlq_line { /* of one letter; in order of feed, sequence, delivery, line */
    const struct letters_of *delivery;
    const char *column;
    enum reason reason;
    uint32_t sealed_size;
    uint64_t line, byte;
    uint64_t line_bytes; /* of a line too long: its length; only its head is kept. 0: all of it is kept */
    int64_t at;          /* in the file */
};

struct dlq_lines;
/* Reads the letters that the filter lets through. */
int dlq_lines_open(const struct conf *conf, const struct dlq_filter *filter, struct dlq_lines **ret,
                   struct err *err);
void dlq_lines_close(struct dlq_lines *lines);
void dlq_lines_closep(struct dlq_lines **lines);
uint64_t dlq_lines_count(const struct dlq_lines *lines);
const struct dlq_line *dlq_lines_at(const struct dlq_lines *lines, uint64_t index);
/* 1: *ret is the line as it came, until the next call; 0: it cannot be opened by this key. ret_digest: of a
 * line too long, of all of it. */
int dlq_open_line(struct dlq_lines *lines, uint64_t index, struct text *ret, uint8_t ret_digest[DIGEST_SIZE],
                  struct err *err);
/* Of the feed that line `index` is of; kept for the next lines. */
struct legible *dlq_legible(struct dlq_lines *lines, uint64_t index);

#endif
