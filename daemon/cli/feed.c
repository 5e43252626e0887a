/* olive feed ls | test */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "connectors/content.h"
#include "connectors/rows.h"
#include "connectors/trial.h"
#include "daemon/cli/accounting.h"
#include "daemon/cli/cli.h"
#include "lib/base/arena.h"
#include "lib/io/crypto.h"

/* --- ls --- */

static void account_json(const struct account *account, struct json *json)
{
    char instant[INSTANT_TEXT_SIZE];
    bool any = account->last_received_ms != NUMBER_NONE;

    json_open(json, '{');
    json_key(json, "feed");
    json_str(json, account->feed);
    json_key(json, "source");
    json_str(json, account->source);
    json_key(json, "deliveries");
    json_int(json, account->deliveries);
    json_key(json, "last_sequence");
    if (account->last_sequence == NUMBER_NONE)
        json_none(json);
    else
        json_int(json, account->last_sequence);
    json_key(json, "last_received");
    json_str(json, any ? instant_text(account->last_received_ms, instant) : NULL);
    json_key(json, "feed_gap");
    json_str(json, *account->gaps ? account->gaps : NULL);
    counts_json(account->counts, json);
    json_close(json, '}');
}

static void account_text(const struct account *account, struct buffer *out)
{
    char instant[INSTANT_TEXT_SIZE];

    buffer_printf(out, "%-22s %-15s %5" PRId64 " deliver%s %10" PRIu64 " lines", account->feed,
                  account->source, account->deliveries, account->deliveries == 1 ? "y,  " : "ies,",
                  account->counts[COUNT_LINES]);
    if (account->last_received_ms != NUMBER_NONE)
        buffer_printf(out, ", last %s", instant_text(account->last_received_ms, instant));
    if (account->last_sequence != NUMBER_NONE)
        buffer_printf(out, " (sequence %" PRId64 ")", account->last_sequence);
    if (*account->gaps)
        buffer_printf(out, ", never came: %s", account->gaps);
    buffer_add_byte(out, '\n');
}

int run_feed_ls(struct cli *cli, struct err *err)
{
    CLEANUP(store_closep) struct store *store = NULL;
    CLEANUP(accounts_free) struct accounts accounts = { 0 };
    CLEANUP(buffer_free) struct buffer out = { 0 };
    struct json json = json_to(&out);

    if (cli_store(cli, &store, err) < 0 || accounts_read(store, cli->conf, &accounts, err) < 0)
        return -1;
    if (cli->options.json)
        json_open(&json, '[');
    for (size_t i = 0; i < accounts.count; i++) {
        if (cli->options.json)
            account_json(&accounts.items[i], &json);
        else
            account_text(&accounts.items[i], &out);
    }
    if (cli->options.json) {
        json_close(&json, ']');
        buffer_add_byte(&out, '\n');
    }
    return cli_print(&out, err);
}

/* --- test --- */

static int refused(struct err *err)
{
    if (err->kind != ERR_REJECT)
        return -1;
    err->code = EXIT_DATA;
    return err_add(err, "the whole file is refused: it ");
}

/* What is refused before a line of it is read. *ret_file: what is read, the file or what it was unpacked to.
 */
static int open_file(const struct feed_conf *feed, int file, int *ret_file, struct err *err)
{
    const struct unpacking way = { .folder = SPILL_TEMPORARY };
    struct content content;
    int unpacked;

    if (content_read(file, UINT64_MAX, &content, err) < 0)
        return -1;
    if (rows_unpack(feed, &way, file, &unpacked, &content, err) < 0)
        return refused(err);
    *ret_file = unpacked >= 0 ? unpacked : file;
    if (content.binary)
        return err_stop(err, EXIT_DATA, "the whole file is refused: it %s", reason_texts[NOT_TEXT]);
    if (content.empty && feed->mode == FEED_SNAPSHOT)
        return err_stop(err, EXIT_DATA, "the whole file is refused: a list of nobody would end everybody");
    return 0;
}

static int try_rows(const struct feed_conf *feed, int file, struct trial *trial, struct err *err)
{
    CLEANUP(row_reader_closep) struct row_reader *reader = NULL;
    struct row row;
    int got;

    if (rows_open(feed, file, trial->line, &reader, err) < 0)
        return refused(err);
    while ((got = reader->next(reader, &row, err)) == 1)
        trial_row(trial, &row);
    return got;
}

static int try_file(const struct feed_conf *feed, int file, struct trial *trial, struct err *err)
{
    int read = file, status = open_file(feed, file, &read, err);

    if (status == 0)
        status = try_rows(feed, read, trial, err);
    if (read != file)
        close(read);
    return status;
}

static void trial_json(const struct trial *trial, struct buffer *out)
{
    struct json json = json_to(out);

    json_open(&json, '{');
    json_key(&json, "lines");
    json_uint(&json, trial->lines);
    json_key(&json, "good");
    json_uint(&json, trial->good);
    json_key(&json, "bad");
    json_open(&json, '[');
    for (size_t i = 0; i < trial->finding_count; i++) {
        json_open(&json, '{');
        json_key(&json, "reason");
        json_str(&json, reason_names[trial->findings[i].reason]);
        json_key(&json, "column");
        json_str(&json, trial->findings[i].column);
        json_key(&json, "count");
        json_uint(&json, trial->findings[i].count);
        json_key(&json, "first_line");
        json_uint(&json, trial->findings[i].first_line);
        json_close(&json, '}');
    }
    json_close(&json, ']');
    json_close(&json, '}');
    buffer_add_byte(out, '\n');
}

static void trial_text(const struct trial *trial, struct buffer *out)
{
    buffer_printf(out, "%" PRIu64 " lines, %" PRIu64 " good, %" PRIu64 " bad\n", trial->lines, trial->good,
                  trial->lines - trial->good);
    for (size_t i = 0; i < trial->finding_count; i++)
        buffer_printf(out, "  %-18s %-18s %8" PRIu64 "  first in line %" PRIu64 ": %s\n",
                      reason_names[trial->findings[i].reason],
                      *trial->findings[i].column ? trial->findings[i].column : "(whole line)",
                      trial->findings[i].count, trial->findings[i].first_line,
                      reason_texts[trial->findings[i].reason]);
}

static int report_trial(const struct cli *cli, const struct trial *trial, struct err *err)
{
    CLEANUP(buffer_free) struct buffer out = { 0 };

    (cli->options.json ? trial_json : trial_text)(trial, &out);
    if (cli_print(&out, err) < 0)
        return -1;
    return trial->lines == trial->good ? EXIT_OK : EXIT_DATA;
}

int run_feed_test(struct cli *cli, struct err *err)
{
    CLEANUP(tokeniser_closep) struct tokeniser *tokeniser = NULL;
    CLEANUP(line_freep) struct line *line = NULL;
    const struct feed_conf *feed = conf_feed(cli->conf, cli->words[0]);
    struct trial trial = { .delivery.received_ms = (int64_t)time(NULL) * 1000 };
    int file, code;

    if (!feed)
        return err_stop(err, EXIT_USAGE, "no feed %s in the configuration", cli->words[0]);
    if (cli_tokeniser(cli->conf, &tokeniser, err) < 0)
        return -1;
    file = open(cli->words[1], O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return err_stop(err, EXIT_FAILED, "the file cannot be opened: %s", strerror(errno));
    line = line_new(feed, cli->conf->keys.epoch, tokeniser);
    trial.line = line;
    code = try_file(feed, file, &trial, err);
    close(file);
    return code < 0 ? -1 : report_trial(cli, &trial, err);
}
