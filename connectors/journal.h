/* journal - what one feed has delivered: claimed, how far Kafka acknowledged it, settled. Fsynced line by
 * line.
 *
 * One JSON object a line in journal/log. `claimed` stands before a file is moved and holds all that must not
 * change when it is done again (time of receipt, sequence, date, size); `surveyed` that it may be published,
 * whatever the feed's limits are by then; `acknowledged` says up to which line
 * everything is in Kafka; `settling` holds the receipt, written once all of the delivery is; `settled` ends
 * it. A line cut off by a power failure is dropped: what it said had not happened yet. File names, which may
 * hold names of people, stand here and nowhere else.
 *
 * Ownership: journal_open() … journal_close(); claims and entries lend from it. Threads: one.
 * Errors: ERR_RETRY the disk says no; ERR_STOP a line that is not ours. */
#ifndef OLIVE_CONNECTORS_JOURNAL_H
#define OLIVE_CONNECTORS_JOURNAL_H

#include "connectors/control.h"
#include "lib/base/buffer.h"
#include "lib/core/receipt.h"

struct claim {
    uint64_t number;     /* of the feed's claims, from 1: the name of its file in work */
    char *name;          /* as it lay in the inbox */
    int64_t received_ms; /* stamped once */
    uint64_t sequence;   /* COUNT_NONE: the feed does not number */
    int32_t as_of_day;   /* DAY_NONE: the day of receipt */
    struct control control;
    char *why;     /* to be rejected because …; NULL */
    uint64_t size; /* of the file when it was claimed: what comes behind was not delivered; COUNT_NONE */
    bool surveyed; /* it was looked at as a whole, and is within the limits of then */
    uint64_t acknowledged; /* every line up to here is in Kafka */
    bool settling;         /* all is published but, perhaps, the receipt, which stands in the journal */
};

struct settled { /* a delivery that is finished */
    enum delivery_state state;
    uint64_t sequence;
    int32_t as_of_day;
    uint64_t dead_lettered;
    uint8_t delivery[DIGEST_SIZE];
    bool is_act;
    uint8_t original[DIGEST_SIZE]; /* of an act: whose dead letters it settles */
    uint64_t settled;              /* how many */
};

struct settled settled_of(const struct receipt *receipt);

struct recovered {   /* a delivery as its receipt in the log has it */
    uint64_t number; /* arrival */
    struct settled settled;
};

struct journal;
/* folder: the descriptor of the feed's journal/. The feed's name is lent. */
int journal_open(const char *feed, int folder, struct journal **ret, struct err *err);
void journal_close(struct journal *journal);

/* The claim that is not settled yet; NULL: none. There is one at most. */
struct claim *journal_unfinished(struct journal *journal);
uint64_t journal_next_number(const struct journal *journal);

bool journal_is_new(const struct journal *journal); /* nothing was ever written to it */
/* Makes a new one of what the log knows, all of it at once, in the order of arrival. */
int journal_recover(struct journal *journal, const struct recovered *recovered, size_t count,
                    struct err *err);

/* Copies the claim; journal_unfinished() gives it from now on. */
int journal_claim(struct journal *journal, const struct claim *claim, struct err *err);
int journal_drop(struct journal *journal, struct err *err); /* the file was not there: no delivery */
int journal_surveyed(struct journal *journal, struct err *err);
int journal_acknowledged(struct journal *journal, uint64_t line, struct err *err);
/* The receipt's bytes as they go to Kafka; sha256 of the file. */
int journal_settling(struct journal *journal, const struct receipt *receipt,
                     const uint8_t sha256[DIGEST_SIZE], const struct buffer *message, struct err *err);
int journal_settled(struct journal *journal, struct err *err);
/* What journal_settling() said of the unfinished claim, and the SHA-256 of its bytes. */
const struct settled *journal_settling_as(const struct journal *journal);
const uint8_t *journal_settling_sha256(const struct journal *journal);
const struct buffer *journal_receipt(const struct journal *journal);

/* The delivery that was taken before (published, incomplete or obsolete); NULL: none. Without a sequence the
 * bytes alone count. */
const struct settled *journal_find(const struct journal *journal, uint64_t sequence,
                                   const uint8_t sha256[DIGEST_SIZE]);
/* The greatest sequence of those; COUNT_NONE: there was none. */
uint64_t journal_newest(const struct journal *journal);
/* The greatest sequence of those that were published (obsolete ones are not); COUNT_NONE. */
uint64_t journal_newest_taken(const struct journal *journal);

/* --- acts --- */

/* The delivery of that digest, whatever became of it; NULL: this feed has none. */
const struct settled *journal_delivery(const struct journal *journal, const uint8_t digest[DIGEST_SIZE]);
/* How many acts there were on it. */
uint64_t journal_acts(const struct journal *journal, const struct settled *original);
/* Its dead letters that no act has settled. */
uint64_t journal_open_letters(const struct journal *journal, const struct settled *settled);
/* The list that stands: the newest delivery that is no act and was published, or is incomplete. */
const struct settled *journal_list(const struct journal *journal);
/* The department's delivery that an act is about in the end: acts on acts are about one, too. */
const struct settled *journal_root(const struct journal *journal, const struct settled *settled);
/* Open dead letters of a delivery and of all acts that are about it. */
uint64_t journal_open_below(const struct journal *journal, const struct settled *root);

#endif
