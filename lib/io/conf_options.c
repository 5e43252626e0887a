/* Every option of every program: parsing, --help, `config show` and `config example` run over these tables.
 */
#include "lib/io/conf_private.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define CODES(name, what_, ...)                                                                              \
    static const struct code name##_entries[] = { __VA_ARGS__ };                                             \
    static const struct codes name = { what_, name##_entries, COUNT_OF(name##_entries) }
#define WORD(word)                                                                                           \
    {                                                                                                        \
        word, word                                                                                           \
    }

/* In the order of the enums in conf.h and log.h. */
CODES(mode_codes, "mode", WORD("delta"), WORD("snapshot"));
CODES(lacking_codes, "lacking", WORD("end"), WORD("retract"));
CODES(ready_codes, "ready", WORD("control"), WORD("rename"), WORD("stable"));
CODES(charset_codes, "charset", WORD("utf-8"), WORD("gb18030"));
CODES(feed_format_codes, "format", WORD("csv"), WORD("fixed"), WORD("xlsx"), WORD("json"));
CODES(width_unit_codes, "width unit", WORD("bytes"), WORD("characters"));
CODES(packed_codes, "way to pack", WORD("any"), WORD("none"), WORD("gz"), WORD("zip"), WORD("zst"));
CODES(hash_codes, "token hash", WORD("sha-256"), WORD("sm3"));
CODES(format_codes, "log format", WORD("text"), WORD("json"));
CODES(level_codes, "log level", WORD("error"), WORD("warning"), WORD("info"), WORD("debug"));

#define AT(member) offsetof(struct conf, member)
/* clang-format off */
static const struct conf_option options[] = {
    { "region", CONF_REGION, AT(region), .help = "the district, 6 digits (GB/T 2260)" },
    { "kafka", CONF_PAIRS, AT(kafka), "bootstrap.servers=127.0.0.1:9092",
      .help = "options of librdkafka, passed through" },
    { "postgres", CONF_PAIRS, AT(postgres), "dbname=olive",
      .help = "options of libpq, passed through" },
    { "topics.prefix", CONF_TEXT, AT(topics.prefix), "",
      .help = "before every topic's name; empty in production" },
    { "topics.partitions", CONF_NUMBER, AT(topics.partitions), "16", 1, 1024,
      .help = "partitions of each olive.<source>.v1, equal for all of them" },
    { "topics.replication", CONF_NUMBER, AT(topics.replication), "1", 1, 7,
      .help = "replicas of each partition" },
    { "keys.epoch", CONF_NUMBER, AT(keys.epoch), "1", 1, 1000,
      .help = "number of the token key; every record carries it" },
    { "keys.hash", CONF_WORD, AT(keys.hash), "sha-256", .codes = &hash_codes,
      .help = "what makes tokens: sha-256 or sm3 (GB/T 32905); of one key epoch it never changes" },
    { "keys.token", CONF_PATH, AT(keys.token),
      .help = "file of the token key, 32 bytes, mode 0600; default $CREDENTIALS_DIRECTORY/olive-token" },
    { "keys.dead_letter", CONF_PATH, AT(keys.dead_letter),
      .help = "file of the dead-letter key, likewise; default $CREDENTIALS_DIRECTORY/olive-dead-letter" },
    { "period.first", CONF_MONTH, AT(period.first),
      .help = "the first open period, YYYY-MM; used once, on an empty database" },
    { "policy", CONF_PATH, AT(policy),
      .help = "policy file; default the one that comes with olive" },
    { "model", CONF_PATH_OR_NONE, AT(model),
      .help = "model file of the assessed ledger; default the one that comes with olive, of a synthetic county; none: "
              "nothing is assessed" },
    { "connect.state", CONF_PATH, AT(connect.state), "/var/lib/olive",
      .help = "folder of journal, work, archive and rejected, one each a feed" },
    { "connect.scan_ms", CONF_NUMBER, AT(connect.scan_ms), "10000", 10, 3600000,
      .help = "how often the inboxes are looked through when the kernel says nothing of them" },
    { "connect.queue_messages", CONF_NUMBER, AT(connect.queue_messages), "200000", 1000, 10000000,
      .help = "messages on their way to Kafka at the most" },
    { "connect.metrics", CONF_LISTEN, AT(connect.metrics),
      .help = "where /metrics and /healthz answer: 127.0.0.1:9464, [::1]:9464 or unix:/path; default nowhere" },
    { "archive.keep", CONF_MONTHS, AT(archive.keep_months), "13 months",
      .help = "how long delivered files and their receipts are kept; none: for ever" },
    { "archive.encrypt", CONF_FLAG, AT(archive.encrypt), "true",
      .help = "delivered files are kept sealed under the dead-letter key: `olive feed open` reads them" },
    { "fuse.flush_ms", CONF_NUMBER, AT(fuse.flush_ms), "50", 1, 60000,
      .help = "between two transactions when live" },
    { "fuse.flush_ms_max", CONF_NUMBER, AT(fuse.flush_ms_max), "10000", 1, 600000,
      .help = "the same when lagging" },
    { "fuse.flush_records", CONF_NUMBER, AT(fuse.flush_records), "10000000", 1, 100000000,
      .help = "records of a transaction at the most" },
    { "fuse.memory_mib", CONF_NUMBER, AT(fuse.memory_mib), "4096", 16, 1048576,
      .help = "memory that the cache may take" },
    { "fuse.instance", CONF_TEXT, AT(fuse.instance),
      .help = "name shown in partition_owner; default host:pid" },
    { "fuse.metrics", CONF_LISTEN, AT(fuse.metrics),
      .help = "where /metrics and /healthz answer: 127.0.0.1:9465, [::1]:9465 or unix:/path; default nowhere" },
    { "log.format", CONF_WORD, AT(log.format), "text", .codes = &format_codes,
      .help = "text or json" },
    { "log.level", CONF_WORD, AT(log.level), "info", .codes = &level_codes,
      .help = "error, warning, info or debug" },
};
#undef AT

#define AT(member) offsetof(struct feed_conf, member)
static const struct conf_option feed_options[] = {
    { "source", CONF_WORD, AT(source), .codes = &source_codes,
      .help = "what its lines mean: household, roster, declaration, deposit, property, vehicle, provident-fund, "
              "utility, telecom, transport, meter" },
    { "inbox", CONF_PATH, AT(inbox),
      .help = "folder that the department drops files into; a feed with odbc or http has none" },
    { "mode", CONF_WORD, AT(mode), "delta", .codes = &mode_codes,
      .help = "delta: changes; snapshot: the whole list each time (household, roster, property, vehicle, meter)" },
    { "lacking", CONF_WORD, AT(lacking), "end", .codes = &lacking_codes,
      .help = "what a snapshot no longer has: end it, or retract it (it never was)" },
    { "complete", CONF_FLAG, AT(complete), "false",
      .help = "it covers the whole region: nothing found means verified zero" },
    { "kinds", CONF_MASK, AT(utility_kinds), .codes = &utility_kind_codes,
      .help = "of a utility feed: electricity, water, gas" },
    { "sequence", CONF_REGEX, AT(sequence),
      .help = "regex over the file name, group 1 is the sequence number; default the order of receipt" },
    { "as_of", CONF_REGEX, AT(as_of),
      .help = "regex over the file name, group 1 is a snapshot's date; default the day of receipt" },
    { "ready", CONF_WORD, AT(ready), "rename", .codes = &ready_codes,
      .help = "when a file is whole: control (NAME.ok), rename (at once) or stable (its size)" },
    { "stable_s", CONF_NUMBER, AT(stable_s), "10", 1, 86400,
      .help = "seconds without growth, for ready: stable" },
    { "format", CONF_WORD, AT(format), "csv", .codes = &feed_format_codes,
      .help = "csv: delimited text; fixed: columns of fixed width (widths); xlsx: a sheet of a workbook (sheet); "
              "json: an object a line, which http always is" },
    { "packed", CONF_WORD, AT(packed), "any", .codes = &packed_codes,
      .help = "how a file is packed: gz, zip (one member) or zst; any: its first bytes say; none: it is not" },
    { "unpacked_bytes_max", CONF_COUNT, AT(unpacked_bytes_max), "8589934592",
      .help = "a packed file or workbook that unpacks to more is refused; so is 200 times its own size over 16 MiB" },
    { "charset", CONF_WORD, AT(charset), "utf-8", .codes = &charset_codes, .help = "utf-8 or gb18030" },
    { "delimiter", CONF_TEXT, AT(delimiter), ",", .help = "between columns, one or more characters" },
    { "quote", CONF_TEXT, AT(quote), "\"", .help = "around a column, one character; empty: none" },
    { "widths", CONF_NAMES, AT(widths), .help = "of the columns, for format: fixed" },
    { "width_unit", CONF_WORD, AT(width_unit), "bytes", .codes = &width_unit_codes,
      .help = "of widths: bytes as sent, or characters" },
    { "sheet", CONF_TEXT, AT(sheet), .help = "name of the sheet, for format: xlsx; default the only one" },
    { "header", CONF_FLAG, AT(header), "true", .help = "the first line names the columns" },
    { "header_lines", CONF_NUMBER, AT(header_lines), "0", 0, 1000, .help = "control lines before all else" },
    { "trailer_lines", CONF_NUMBER, AT(trailer_lines), "0", 0, 1000, .help = "control lines at the end" },
    { "order", CONF_NAMES, AT(order), .help = "names of the columns, for header: false" },
    { "columns", CONF_PAIRS, AT(columns), .help = "the department's name of a column: the canonical one" },
    { "ignore", CONF_NAMES, AT(ignore), .help = "columns that may be there and are not read" },
    { "constants", CONF_PAIRS, AT(constants), .help = "canonical column: its value on every line" },
    { "error_limit.records", CONF_COUNT, AT(error_limit.records), "none",
      .help = "with more bad lines than this a delivery is quarantined whole: nothing of it is published" },
    { "error_limit.ratio", CONF_RATIO, AT(error_limit.ratio), "none",
      .help = "the same as a share of its lines: 0.05 or 5%" },
    { "shrink_limit", CONF_RATIO, AT(shrink_limit), "10%",
      .help = "a snapshot that lacks more than this of what stood (1,000 keys and above) is quarantined; none: never" },
    { "totals.lines", CONF_REGEX, AT(totals.lines),
      .help = "regex over the control lines, group 1 is the number of data lines, which is checked" },
    { "totals.sum", CONF_REGEX, AT(totals.sum),
      .help = "regex over the control lines, group 1 is the sum of totals.column, which is checked" },
    { "totals.column", CONF_TEXT, AT(totals.column), .help = "the column that totals.sum, or sum= of NAME.ok, sums up" },
    { "line_bytes_max", CONF_NUMBER, AT(line_bytes_max), "65536", 64, 16777216,
      .help = "a longer line is a dead letter" },
    { "every", CONF_SPAN, AT(every_s), "1h", 1, 2592000,
      .help = "how often a feed that is fetched is asked: 90s, 15m, 1h, 1d; olive-connect --once asks once" },
    { "timeout", CONF_SPAN, AT(timeout_s), "5m", 1, 86400,
      .help = "a system that has been silent for so long while it is read is given up until the next time" },
    { "time_limit", CONF_SPAN, AT(time_limit_s), "1h", 1, 604800,
      .help = "a read that takes longer is given up, whatever it has brought" },
    { "fetch_bytes_max", CONF_COUNT, AT(fetch_bytes_max), "4294967296",
      .help = "a read that brings more is given up" },
    { "odbc.connection", CONF_TEXT, AT(odbc.connection),
      .help = "a database instead of an inbox: an ODBC connection string without a password" },
    { "odbc.password", CONF_PATH, AT(odbc.password),
      .help = "file of its password, mode 0600; default $CREDENTIALS_DIRECTORY/olive-FEED, if there is one" },
    { "odbc.query", CONF_TEXT, AT(odbc.query),
      .help = "what is read: SELECT ... WHERE updated > ? ORDER BY updated; ? is the watermark" },
    { "odbc.watermark", CONF_TEXT, AT(odbc.watermark),
      .help = "column of the query whose last value is the ? of the next read; default: all is read each time" },
    { "odbc.first", CONF_TEXT, AT(odbc.first), .help = "the ? of the very first read" },
    { "http.url", CONF_TEXT, AT(http.url),
      .help = "an HTTP server instead of an inbox, which answers with JSON: https://..." },
    { "http.rows", CONF_TEXT, AT(http.rows),
      .help = "where the list of rows is in an answer: data.items; default the answer is the list" },
    { "http.next", CONF_TEXT, AT(http.next),
      .help = "where an answer says what the next page is: paging.next, a URL or, with http.cursor, a value" },
    { "http.cursor", CONF_TEXT, AT(http.cursor), .help = "query parameter that takes the value of http.next" },
    { "http.page", CONF_TEXT, AT(http.page),
      .help = "query parameter that counts pages up until one is empty, from its number in http.url, else 1" },
    { "http.token", CONF_PATH, AT(http.token),
      .help = "file of a bearer token, mode 0600; default $CREDENTIALS_DIRECTORY/olive-FEED, if there is one" },
    { "http.headers", CONF_PATH, AT(http.headers),
      .help = "file of more headers, a line each (Name: value), mode 0600" },
    { "http.ca", CONF_PATH, AT(http.ca),
      .help = "file of the certificates that the server's is held against; default the system's" },
    { "enabled", CONF_FLAG, AT(enabled), "true", .help = "false: left alone" },
};
/* clang-format on */

const struct conf_table conf_table = { options, COUNT_OF(options) };
const struct conf_table conf_feed_table = { feed_options, COUNT_OF(feed_options) };
