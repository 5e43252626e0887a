/* The rules of feeds that are asked for their lines instead of having an inbox. */
#include <string.h>
#include <strings.h>

#include "lib/io/conf_private.h"

enum { OF_INBOX = 1, OF_ODBC = 2, OF_HTTP = 4 };

/* Which options mean something for which of the three. */
/* clang-format off */
static const struct {
    const char *path;
    unsigned ways;
} known[] = {
    { "inbox",           OF_INBOX },
    { "ready",           OF_INBOX },
    { "stable_s",        OF_INBOX },
    { "sequence",        OF_INBOX },
    { "as_of",           OF_INBOX },
    { "delimiter",       OF_INBOX },
    { "quote",           OF_INBOX },
    { "header",          OF_INBOX },
    { "header_lines",    OF_INBOX },
    { "trailer_lines",   OF_INBOX },
    { "order",           OF_INBOX },
    { "totals.lines",    OF_INBOX },
    { "packed",          OF_INBOX },
    { "unpacked_bytes_max", OF_INBOX },
    { "widths",          OF_INBOX },
    { "width_unit",      OF_INBOX },
    { "sheet",           OF_INBOX },
    { "totals.sum",      OF_INBOX },
    { "charset",         OF_INBOX | OF_ODBC },
    { "format",          OF_INBOX | OF_HTTP },
    { "every",           OF_ODBC | OF_HTTP },
    { "timeout",         OF_ODBC | OF_HTTP },
    { "time_limit",      OF_ODBC | OF_HTTP },
    { "fetch_bytes_max", OF_ODBC | OF_HTTP },
    { "odbc.password",   OF_ODBC },
    { "odbc.query",      OF_ODBC },
    { "odbc.watermark",  OF_ODBC },
    { "odbc.first",      OF_ODBC },
    { "http.rows",       OF_HTTP },
    { "http.next",       OF_HTTP },
    { "http.cursor",     OF_HTTP },
    { "http.page",       OF_HTTP },
    { "http.token",      OF_HTTP },
    { "http.headers",    OF_HTTP },
    { "http.ca",         OF_HTTP },
};
/* clang-format on */

static int bad(const struct feed_conf *feed, const char *path, const char *why, struct err *err)
{
    return conf_bad(err, conf_feed_place(feed, path), "%s %s", path, why);
}

static int check_known(const struct feed_conf *feed, unsigned way, struct err *err)
{
    const char *why = way == OF_INBOX  ? "is for a feed that is fetched (odbc.connection or http.url)"
                      : way == OF_ODBC ? "means nothing for a feed that is read from a database"
                                       : "means nothing for a feed that is asked of an HTTP server";

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!(known[i].ways & way) && conf_feed_says(feed, known[i].path))
            return bad(feed, known[i].path, why, err);
    return 0;
}

/* --- odbc --- */

/* Keywords of connection strings are matched by every driver without regard to case. */
static bool has_keyword(const char *connection, const char *keyword)
{
    size_t len = strlen(keyword);

    for (const char *at = connection; *at; at += strcspn(at, ";"), at += *at == ';') {
        at += strspn(at, " \t");
        if (!strncasecmp(at, keyword, len) && at[len + strspn(at + len, " \t")] == '=')
            return true;
    }
    return false;
}

/* Those outside of quoted text. */
static unsigned count_marks(const char *query)
{
    unsigned count = 0;
    char quote = '\0';

    for (; *query; query++) {
        if (quote)
            quote = *query == quote ? '\0' : quote;
        else if (*query == '\'' || *query == '"')
            quote = *query;
        else
            count += *query == '?';
    }
    return count;
}

static int check_odbc(const struct feed_conf *feed, struct err *err)
{
    const char *connection = feed->odbc.connection;

    if (has_keyword(connection, "PWD") || has_keyword(connection, "Password"))
        return bad(feed, "odbc.connection", "must not hold a password: odbc.password names its file", err);
    if (!feed->odbc.query)
        return bad(feed, "odbc.connection", "needs odbc.query, which says what is read", err);
    if (count_marks(feed->odbc.query) != (feed->odbc.watermark ? 1U : 0U))
        return bad(feed, "odbc.query",
                   feed->odbc.watermark ? "needs one ?, which is the watermark"
                                        : "has a ?, which needs odbc.watermark, the column that it is of",
                   err);
    if (feed->odbc.first && !feed->odbc.watermark)
        return bad(feed, "odbc.first", "is the first value of odbc.watermark, which is missing", err);
    if (feed->odbc.watermark && feed->mode == FEED_SNAPSHOT)
        return bad(feed, "odbc.watermark", "is for mode: delta: a list is read whole each time", err);
    return 0;
}

/* --- http --- */

static bool is_word(const char *text, const char *word)
{
    return !strncasecmp(text, word, strlen(word));
}

/* To this machine itself, where nobody listens in between. */
static bool is_local(const char *host)
{
    size_t len = strcspn(host, ":/?#");

    return (len == 9 && is_word(host, "localhost")) || (len == 9 && is_word(host, "127.0.0.1")) ||
           is_word(host, "[::1]");
}

static int check_url(const struct feed_conf *feed, struct err *err)
{
    const char *url = feed->http.url, *host = strstr(url, "://");
    bool plain = is_word(url, "http://");

    if (!plain && !is_word(url, "https://"))
        return bad(feed, "http.url", "must begin with https:// or http://", err);
    host += 3;
    if (memchr(host, '@', strcspn(host, "/?#")))
        return bad(feed, "http.url", "must not hold a password: http.token or http.headers name a file", err);
    if (plain && !is_local(host) && (feed->http.token || feed->http.headers))
        return bad(feed, "http.url", "must be https: what is secret would travel for all to read", err);
    return 0;
}

static int check_http(const struct feed_conf *feed, struct err *err)
{
    if (check_url(feed, err) < 0)
        return -1;
    if (feed->http.cursor && !feed->http.next)
        return bad(feed, "http.cursor", "needs http.next, which says where the value is", err);
    if (feed->http.page && feed->http.next)
        return bad(feed, "http.page", "and http.next are two ways to the next page: one is enough", err);
    if (feed->format != FORMAT_JSON)
        return bad(feed, "format", "must be json for a feed that is asked of an HTTP server", err);
    return 0;
}

int conf_check_fetch(const struct feed_conf *feed, struct err *err)
{
    unsigned way = feed->odbc.connection ? OF_ODBC : feed->http.url ? OF_HTTP : OF_INBOX;

    if (feed->odbc.connection && feed->http.url)
        return bad(feed, "http.url", "and odbc.connection are two places: one is enough", err);
    if (check_known(feed, way, err) < 0)
        return -1;
    if (way == OF_INBOX && !feed->inbox)
        return conf_bad(err, feed->place, "feed %s has no inbox (and no odbc.connection or http.url)",
                        feed->name);
    return way == OF_ODBC ? check_odbc(feed, err) : way == OF_HTTP ? check_http(feed, err) : 0;
}
