/* conf - olive.yaml and conf.d/<any>.yaml, the same for every program.
 *
 * Precedence: command line (--set path=value) > OLIVE_<PATH> in the environment (dots and dashes as _, upper
 * case) > conf.d beside the file, in name order > olive.yaml > default. An unknown or repeated key, a wrong
 * type, a value out of range is an error with file:line:column, exit 78. Relative paths are relative to the
 * file that says them (else to the working folder). Parsing, --help, the sample configuration (`olive config
 * example`) and `config show` all come from the option tables in conf_options.c.
 *
 * Ownership: conf_load() … conf_free(); everything inside belongs to the struct. Threads: read-only once
 * loaded. Errors: ERR_STOP, EXIT_CONFIG. */
#ifndef OLIVE_IO_CONF_H
#define OLIVE_IO_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buffer.h"
#include "lib/base/err.h"
#include "lib/base/text.h"
#include "lib/core/code.h"
#include "lib/core/token.h"
#include "lib/io/log.h"

struct conf_pair { /* an option of librdkafka or libpq, passed through */
    char *key, *value;
    char *place; /* file:line:column, for the error when the library refuses it */
};
struct conf_pairs {
    struct conf_pair *items;
    size_t count;
};

enum feed_mode { FEED_DELTA, FEED_SNAPSHOT };
enum feed_lacking { LACKING_END, LACKING_RETRACT };
enum feed_ready { READY_CONTROL, READY_RENAME, READY_STABLE };
enum feed_charset { CHARSET_UTF8, CHARSET_GB18030 };
enum feed_format { FORMAT_CSV, FORMAT_FIXED, FORMAT_XLSX, FORMAT_JSON, FORMAT_COUNT };
enum feed_width_unit { WIDTH_BYTES, WIDTH_CHARACTERS };
enum feed_packed { PACKED_ANY, PACKED_NONE, PACKED_GZ, PACKED_ZIP, PACKED_ZST };

enum { RATIO_NONE = -1 }; /* no limit */
enum { WIDTH_MAX = 65536 };

struct conf_names { /* a list of words */
    char **items;
    size_t count;
};

static inline bool conf_names_have(const struct conf_names *names, struct text word)
{
    for (size_t i = 0; i < names->count; i++)
        if (text_equal(word.data, word.len, names->items[i]))
            return true;
    return false;
}

struct feed_conf {
    char *name;    /* [a-z0-9-]{1,40} */
    char *place;   /* file:line:column of its name */
    char **places; /* of each option, by its index in the table; conf_feed_place() finds it */
    enum source source;
    bool bounded; /* no option: set for one delivery, of which what lies behind bytes_max is no part */
    uint64_t bytes_max;
    enum feed_mode mode;
    enum feed_lacking lacking;
    bool complete;
    unsigned utility_kinds; /* bit mask; required for utility */
    char *inbox;
    char *sequence; /* POSIX extended regex, group 1 is the number; NULL: order of receipt */
    char *as_of;    /* regex for a snapshot's date in the file name; NULL: the day of receipt */
    enum feed_ready ready;
    uint32_t stable_s;
    enum feed_format format;
    enum feed_packed packed;
    uint64_t unpacked_bytes_max;
    char *sheet; /* of a workbook; NULL: its only one */
    enum feed_charset charset;
    struct conf_names widths; /* of the columns of fixed width, each a number from 1 to WIDTH_MAX */
    enum feed_width_unit width_unit;
    char *delimiter;
    char *quote; /* one character, or empty: none */
    bool header;
    uint32_t header_lines, trailer_lines; /* control lines before the header and after the data */
    struct conf_names order;              /* column names of a feed without a header */
    struct conf_pairs columns;            /* department's name -> canonical name */
    struct conf_names ignore;             /* columns that may be there and are not read */
    struct conf_pairs constants;          /* canonical name -> value */
    uint32_t line_bytes_max;
    struct { /* more bad lines than this: the delivery is quarantined whole */
        uint64_t records;
        int32_t ratio; /* millionths of the lines */
    } error_limit;
    int32_t shrink_limit; /* millionths of what stood that a snapshot may lack */
    struct {              /* control totals; NULL: not said */
        char *lines;      /* regex over a control line, group 1: how many lines of data */
        char *sum;        /* the same: the sum of `column` */
        char *column;     /* canonical */
    } totals;
    uint32_t every_s, timeout_s, time_limit_s; /* of a feed that is fetched */
    uint64_t fetch_bytes_max;
    struct {
        char *connection, *password; /* password: a file, or NULL */
        char *query, *watermark;
        char *first; /* what the watermark is before the first read; NULL: empty */
    } odbc;
    struct {
        char *url;
        char *rows;                 /* path of the array in an answer: "data.items"; NULL: the answer is it */
        char *next, *cursor, *page; /* how the next page is asked for; NULL: not that way */
        char *token, *headers, *ca; /* files, or NULL */
    } http;
    bool enabled;
};

/* Whether a feed is asked of a department's system, and has no inbox. */
static inline bool conf_is_fetched(const struct feed_conf *feed)
{
    return feed->odbc.connection || feed->http.url;
}

struct conf {
    char *file;    /* olive.yaml as found, for messages */
    char **places; /* of each option, by its index in the table; conf_place() finds it */
    char *region;
    struct conf_pairs kafka, postgres;
    struct {
        char *prefix; /* before olive.<source>.v1; empty in production */
        uint32_t partitions, replication;
    } topics;
    struct {
        uint32_t epoch;
        enum token_hash hash;
        char *token,
            *dead_letter; /* files of 32 bytes; NULL: $CREDENTIALS_DIRECTORY/olive-token, olive-dead-letter */
    } keys;
    struct {
        int32_t first; /* first open period (month), MONTH_NONE when not said */
    } period;
    char *policy; /* file */
    char *model;  /* file, or "none": nothing is assessed */
    struct {
        char *state; /* journal, work, archive, rejected */
        uint32_t scan_ms, queue_messages;
        char *metrics; /* where to ask for them: lib/io/loopback.h; NULL: nowhere */
    } connect;
    struct {
        uint32_t keep_months; /* 0: for ever */
        bool encrypt;
    } archive;
    struct {
        uint32_t flush_ms, flush_ms_max, flush_records, memory_mib;
        char *instance; /* shown in partition_owner; default host:pid */
        char *metrics;
    } fuse;
    struct {
        enum log_format format;
        enum log_level level;
    } log;
    struct feed_conf *feeds;
    size_t feed_count;
};

struct conf_overrides { /* from the command line */
    const char *file;   /* --config; NULL: $OLIVE_CONFIG, else /etc/olive/olive.yaml */
    const char **sets;  /* "fuse.flush_ms=50" */
    size_t set_count;
};

int conf_load(const struct conf_overrides *overrides, struct conf **ret, struct err *err);
void conf_free(struct conf *conf);
void conf_freep(struct conf **conf);
const struct feed_conf *conf_feed(const struct conf *conf, const char *name); /* NULL: no such feed */
/* Where an option was said, for errors that show only when its value is used (a file that is not there):
 * file:line:column, OLIVE_X or --set x; olive.yaml when nobody said it. */
const char *conf_place(const struct conf *conf, const char *path);
const char *conf_feed_place(const struct feed_conf *feed, const char *path);

/* Whether two configurations say the same: of one option outside the feeds; of all options of a feed. */
bool conf_same(const struct conf *a, const struct conf *b, const char *path);
bool conf_same_feed(const struct feed_conf *a, const struct feed_conf *b);

void conf_show(const struct conf *conf, bool json, struct buffer *out); /* as in force; passwords masked */
void conf_example(struct buffer *out);                                  /* a commented olive.yaml */
void conf_help(struct buffer *out); /* every option in a line, for --help */

/* "PREFIXolive.<source>.v1" and its ".dlq"; "PREFIXolive.delivery.v1". ret has TOPIC_SIZE bytes. */
enum { TOPIC_SIZE = 128 };
const char *conf_topic(const struct conf *conf, enum source source, char ret[TOPIC_SIZE]);
const char *conf_topic_dlq(const struct conf *conf, enum source source, char ret[TOPIC_SIZE]);
const char *conf_topic_delivery(const struct conf *conf, char ret[TOPIC_SIZE]);

#endif
