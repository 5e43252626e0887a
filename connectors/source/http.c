#include "connectors/source/http.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "connectors/source/scanner.h"
#include "lib/base/arena.h"
#include "lib/io/clock.h"
#include "lib/io/key.h"
#include "lib/io/program.h"

enum {
    PAGE_BYTES_MAX = 64 << 20,
    PAGES_MAX = 100000,
    TRIES_MAX = 5,
    WAIT_FIRST_MS = 500,
    WAIT_MAX_MS = 30000,
    PATIENCE_S = 60, /* a server that asks for more is asked again at another time */
    REDIRECTS_MAX = 5,
    SPEED_LEAST = 10, /* bytes per second */
    CONNECT_S_MAX = 30,
    TICK_MS = 1000,
};

struct page {
    struct buffer body;
    long status;
    bool too_long;
    uint64_t retry_after_s;
};

struct http {
    const struct fetch_job *job;
    struct fetch_file *spool;
    struct fetched *fetched;
    CURL *curl;
    struct curl_slist *headers;
    char *url; /* of the page that is asked for */
    struct page page;
    uint64_t pages;
    uint8_t (*seen)[DIGEST_SIZE]; /* of every page before */
    int64_t ticked_ms;
};

static void http_close(struct http *http)
{
    curl_slist_free_all(http->headers);
    curl_easy_cleanup(http->curl);
    free(http->url);
    free(http->seen);
    buffer_free(&http->page.body);
}

/* --- one request --- */

static size_t on_body(char *data, size_t size, size_t count, void *user)
{
    struct page *page = user;

    page->too_long = page->body.size + size * count > PAGE_BYTES_MAX;
    if (page->too_long)
        return 0;
    buffer_add(&page->body, data, size * count);
    return size * count;
}

/* Alive as long as something comes; that nothing does is curl's to notice. */
static int on_progress(void *user, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up)
{
    struct http *http = user;

    if (ticks_ms() - http->ticked_ms >= TICK_MS) {
        http->ticked_ms = ticks_ms();
        fetch_file_tick(http->spool);
    }
    return 0;
}

static int add_header(struct http *http, const char *name, const char *value)
{
    CLEANUP(buffer_free) struct buffer line = { 0 };

    if (strpbrk(value, "\r\n"))
        return -1;
    buffer_printf(&line, "%s: %s", name, value);
    buffer_add_byte(&line, '\0');
    http->headers = curl_slist_append(http->headers, (char *)line.data);
    explicit_bzero(line.data, line.capacity);
    return 0;
}

static int add_token(struct http *http, struct err *err)
{
    char secret[SECRET_SIZE], name[64], value[SECRET_SIZE + 8];
    int status = 0;

    snprintf(name, sizeof name, "olive-%s", http->job->feed);
    if (secret_read(http->job->token, name, secret, err) < 0)
        return -1;
    snprintf(value, sizeof value, "Bearer %s", secret);
    if (*secret && add_header(http, "Authorization", value) < 0)
        status = err_set(err, ERR_RETRY, "http.token holds more than one line");
    explicit_bzero(secret, sizeof secret);
    explicit_bzero(value, sizeof value);
    return status;
}

/* A line each; blank ones are passed over. */
static int add_headers(struct http *http, struct err *err)
{
    char secret[SECRET_SIZE];
    char *rest = secret, *line;

    if (!http->job->headers)
        return 0;
    if (secret_read(http->job->headers, "", secret, err) < 0)
        return -1;
    while ((line = strsep(&rest, "\n")) != NULL) {
        line[strcspn(line, "\r")] = '\0';
        if (*line && !strchr(line, ':'))
            return err_set(err, ERR_RETRY, "http.headers has a line that is not Name: value");
        if (*line)
            http->headers = curl_slist_append(http->headers, line);
    }
    explicit_bzero(secret, sizeof secret);
    return 0;
}

static bool is_https(const char *url)
{
    return !strncasecmp(url, "https://", 8);
}

static int set_up(struct http *http, struct err *err)
{
    const struct fetch_job *job = http->job;
    CURL *curl = curl_easy_init();

    http->curl = curl;
    if (!curl)
        return err_set(err, ERR_RETRY, "curl cannot be used");
    if (add_token(http, err) < 0 || add_headers(http, err) < 0)
        return -1;
    add_header(http, "Accept", "application/json");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, is_https(job->url) ? "https" : "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L); /* we follow, where we may */
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (job->ca) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, job->ca);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
                     (long)(job->timeout_s < CONNECT_S_MAX ? job->timeout_s : CONNECT_S_MAX));
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)SPEED_LEAST);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)job->timeout_s);
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, ""); /* what it unpacks to is counted */
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "olive");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &http->page);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, http);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    return 0;
}

/* Only an answer of one page says with its tag that nothing of it all has changed. */
static struct curl_slist *conditions(const struct http *http)
{
    struct curl_slist *list = NULL;
    CLEANUP(buffer_free) struct buffer line = { 0 };

    for (const struct curl_slist *at = http->headers; at; at = at->next)
        list = curl_slist_append(list, at->data);
    if (http->pages == 0 && http->job->etag) {
        buffer_printf(&line, "If-None-Match: %s", http->job->etag);
        buffer_add_byte(&line, '\0');
        list = curl_slist_append(list, (char *)line.data);
    } else if (http->pages == 0 && http->job->modified) {
        buffer_printf(&line, "If-Modified-Since: %s", http->job->modified);
        buffer_add_byte(&line, '\0');
        list = curl_slist_append(list, (char *)line.data);
    }
    return list;
}

static CURLcode ask(struct http *http, const char *url)
{
    struct curl_slist *headers = conditions(http);
    curl_off_t retry_after = 0;
    CURLcode code;

    buffer_clear(&http->page.body);
    http->page.status = 0;
    http->page.too_long = false;
    curl_easy_setopt(http->curl, CURLOPT_URL, url);
    curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, headers);
    code = curl_easy_perform(http->curl);
    curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &http->page.status);
    curl_easy_getinfo(http->curl, CURLINFO_RETRY_AFTER, &retry_after);
    http->page.retry_after_s = retry_after > 0 ? (uint64_t)retry_after : 0;
    curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    return code;
}

/* --- tries --- */

static bool may_pass(CURLcode code, const struct page *page)
{
    static const long statuses[] = { 408, 425, 429, 500, 502, 503, 504 };

    if (code != CURLE_OK) /* a certificate, a protocol or a silence will be the same in a second */
        return code == CURLE_COULDNT_CONNECT || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
               code == CURLE_PARTIAL_FILE || code == CURLE_GOT_NOTHING || code == CURLE_HTTP2_STREAM ||
               code == CURLE_COULDNT_RESOLVE_HOST;
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
        if (page->status == statuses[i])
            return true;
    return false;
}

/* From half of it to all of it, so that many clients that failed at once do not come back at once. */
static uint32_t jittered(uint32_t ms)
{
    return ms / 2 + arc4random_uniform(ms / 2 + 1);
}

static void sleep_ms(const struct http *http, uint64_t ms)
{
    while (ms) {
        uint32_t slice = ms < TICK_MS ? (uint32_t)ms : TICK_MS;

        wait_ms(slice);
        fetch_file_tick(http->spool);
        ms -= slice;
    }
}

static uint64_t wait_before(unsigned tries, const struct page *page)
{
    uint32_t ms = WAIT_FIRST_MS;

    for (unsigned i = 1; i < tries && ms < WAIT_MAX_MS; i++)
        ms *= 2;
    ms = jittered(ms < WAIT_MAX_MS ? ms : WAIT_MAX_MS);
    return page->retry_after_s * 1000 > ms ? page->retry_after_s * 1000 : ms;
}

static int say_failed(struct http *http, CURLcode code, struct err *err)
{
    const char *hint = "";

    if (http->page.too_long)
        return err_set(err, ERR_RETRY, "page %" PRIu64 " is over %d MiB: have the server send shorter ones",
                       http->pages + 1, PAGE_BYTES_MAX >> 20);
    if (code == CURLE_OPERATION_TIMEDOUT)
        return err_set(err, ERR_RETRY,
                       "page %" PRIu64
                       " did not come within the feed's timeout: raise that if it needs longer",
                       http->pages + 1);
    if (code == CURLE_PEER_FAILED_VERIFICATION)
        hint = " (http.ca names the authority that vouches for it)";
    if (code != CURLE_OK)
        return err_set(err, ERR_RETRY, "page %" PRIu64 ": %s%s", http->pages + 1, curl_easy_strerror(code),
                       hint);
    if (http->page.status == 401 || http->page.status == 403)
        hint = " (see http.token and http.headers)";
    return err_set(err, ERR_RETRY, "the server answers page %" PRIu64 " with status %ld%s", http->pages + 1,
                   http->page.status, hint);
}

/* --- redirects and other URLs of the server --- */

static char *part_of(CURLU *url, CURLUPart part)
{
    char *text = NULL, *copy;

    if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
        return mem_strdup("");
    copy = mem_strdup(text);
    curl_free(text);
    return copy;
}

static bool same_part(CURLU *a, CURLU *b, CURLUPart part)
{
    CLEANUP(mem_freep) char *x = part_of(a, part), *y = part_of(b, part);

    return !strcasecmp(x, y);
}

/* The same host, and never from HTTPS to less; a port of its own only where HTTP becomes HTTPS. */
static bool may_follow(CURLU *from, CURLU *to)
{
    CLEANUP(mem_freep) char *before = part_of(from, CURLUPART_SCHEME), *after = part_of(to, CURLUPART_SCHEME);
    bool same = !strcasecmp(before, after);

    if (!same_part(from, to, CURLUPART_HOST))
        return false;
    return same ? same_part(from, to, CURLUPART_PORT)
                : !strcasecmp(before, "http") && !strcasecmp(after, "https");
}

/* A URL that the server names, seen from the one that it named it at: http->url becomes it. */
static int follow(struct http *http, const char *reference, const char *what, struct err *err)
{
    CURLU *from = curl_url(), *to = curl_url();
    char *text = NULL;
    bool good = curl_url_set(from, CURLUPART_URL, http->url, 0) == CURLUE_OK &&
                curl_url_set(to, CURLUPART_URL, http->url, 0) == CURLUE_OK &&
                curl_url_set(to, CURLUPART_URL, reference, 0) == CURLUE_OK && may_follow(from, to) &&
                curl_url_get(to, CURLUPART_URL, &text, 0) == CURLUE_OK;

    if (good) {
        free(http->url);
        http->url = mem_strdup(text);
        curl_free(text);
    }
    curl_url_cleanup(from);
    curl_url_cleanup(to);
    if (good)
        return 0;
    return err_set(err, ERR_RETRY, "%s of page %" PRIu64 " leads to another host, or away from https", what,
                   http->pages + 1);
}

static bool is_redirect(long status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static int redirect(struct http *http, struct err *err)
{
    struct curl_header *location;

    if (curl_easy_header(http->curl, "Location", 0, CURLH_HEADER, -1, &location) != CURLHE_OK)
        return err_set(err, ERR_RETRY, "page %" PRIu64 " is elsewhere, the server does not say where",
                       http->pages + 1);
    return follow(http, location->value, "a redirect", err);
}

/* The page at http->url, whatever its status says about it: 200 or 304. */
static int get_page(struct http *http, struct err *err)
{
    unsigned redirects = 0;

    for (unsigned tries = 1;; tries++) {
        CURLcode code = ask(http, http->url);

        fetch_file_tick(http->spool);
        if (code == CURLE_OK && is_redirect(http->page.status) && redirects++ < REDIRECTS_MAX) {
            if (redirect(http, err) < 0)
                return -1;
            continue;
        }
        if (code == CURLE_OK && (http->page.status == 200 || http->page.status == 304))
            return 0;
        http->fetched->retry_after_s = http->page.retry_after_s;
        if (tries >= TRIES_MAX || !may_pass(code, &http->page) || http->page.retry_after_s > PATIENCE_S)
            return say_failed(http, code, err);
        sleep_ms(http, wait_before(tries, &http->page));
    }
}

/* --- what a page holds --- */

static int bad_page(struct http *http, const char *why, struct err *err)
{
    return err_set(err, ERR_RETRY, "page %" PRIu64 " %s", http->pages + 1, why);
}

/* The value at "a.b.c"; false: there is none. */
static bool find_value(const struct scan_value *within, const char *path, struct scan_value *ret)
{
    CLEANUP(buffer_free) struct buffer unescaped = { 0 };
    struct text word = { path, strcspn(path, ".") }, key;
    struct scanner scanner;
    struct scan_value value;

    if (within->kind != SCAN_OBJECT)
        return false;
    scanner = scan_enter(within->raw);
    while (scan_next(&scanner, SCAN_OBJECT, &key, &value) == SCAN_ITEM) {
        buffer_clear(&unescaped);
        if (!scan_string(key, &unescaped, &key) || key.len != word.len ||
            memcmp(key.data, word.data, word.len) != 0)
            continue;
        if (path[word.len])
            return find_value(&value, path + word.len + 1, ret);
        *ret = value;
        return true;
    }
    return false;
}

/* Pages that come round again would be read for ever. */
static int check_loop(struct http *http, struct err *err)
{
    uint8_t digest[DIGEST_SIZE];

    digest_of(http->page.body.data, http->page.body.size, digest);
    for (uint64_t i = 0; i < http->pages; i++)
        if (!memcmp(http->seen[i], digest, DIGEST_SIZE))
            return err_set(err, ERR_RETRY,
                           "page %" PRIu64 " is page %" PRIu64
                           " again: its paging goes round (see http.next and http.page)",
                           http->pages + 1, i + 1);
    if (http->pages == PAGES_MAX)
        return err_set(err, ERR_RETRY, "there are more than %d pages", PAGES_MAX);
    http->seen = mem_realloc(http->seen, (http->pages + 1) * sizeof *http->seen);
    memcpy(http->seen[http->pages], digest, DIGEST_SIZE);
    return 0;
}

/* On one line: line ends stand between values only, where a blank does as well. */
static void add_line(struct buffer *out, struct text row)
{
    uint8_t *at = buffer_grow(out, row.len + 1);

    memcpy(at, row.data, row.len);
    for (size_t i = 0; i < row.len; i++)
        if (at[i] == '\n' || at[i] == '\r')
            at[i] = ' ';
    at[row.len] = '\n';
}

static int write_rows(struct http *http, const struct scan_value *list, uint64_t *ret_count, struct err *err)
{
    struct scanner scanner = scan_enter(list->raw);
    struct scan_value row;
    struct text key;

    for (*ret_count = 0; scan_next(&scanner, SCAN_ARRAY, &key, &row) == SCAN_ITEM; ++*ret_count) {
        struct text raw = row.raw;

        if (row.kind == SCAN_STRING) /* no row, and with its quotes it stays that */
            raw = (struct text){ raw.data - 1, raw.len + 2 };
        add_line(&http->spool->out, raw);
        if (fetch_file_row(http->spool, err) < 0)
            return -1;
    }
    return 0;
}

static int take_page(struct http *http, struct scan_value *ret, uint64_t *ret_count, struct err *err)
{
    struct text text = { (char *)http->page.body.data, http->page.body.size };
    struct scanner scanner;
    struct scan_value list;

    if (text.len >= 3 && !memcmp(text.data, "\xEF\xBB\xBF", 3))
        text = (struct text){ text.data + 3, text.len - 3 };
    scanner = scanner_of(text);
    *ret_count = 0;
    if (!scan_value(&scanner, ret) || !scan_end(&scanner))
        return bad_page(http, "is no whole JSON text", err);
    list = *ret;
    if (http->job->rows && !find_value(ret, http->job->rows, &list))
        return bad_page(http, "has nothing where http.rows says that its rows are", err);
    if (list.kind == SCAN_NULL && http->job->rows)
        return 0; /* how some say that there are none */
    if (list.kind != SCAN_ARRAY)
        return bad_page(http, "has no list where its rows should be: http.rows says where", err);
    return write_rows(http, &list, ret_count, err);
}

/* --- the next page --- */

/* The query parameter set to a value, in place of one that is there. */
static int set_parameter(struct http *http, const char *name, const char *value, struct err *err)
{
    CLEANUP(buffer_free) struct buffer query = { 0 };
    CURLU *url = curl_url();
    char *old = NULL, *rest, *word, *escaped = curl_easy_escape(http->curl, value, 0), *text = NULL;
    size_t len = strlen(name);

    curl_url_set(url, CURLUPART_URL, http->url, 0);
    if (curl_url_get(url, CURLUPART_QUERY, &old, 0) == CURLUE_OK)
        for (rest = old; (word = strsep(&rest, "&")) != NULL;)
            if (*word && !(!strncmp(word, name, len) && (word[len] == '=' || !word[len])))
                buffer_printf(&query, "%s&", word);
    buffer_printf(&query, "%s=%s", name, escaped ? escaped : "");
    buffer_add_byte(&query, '\0');
    curl_url_set(url, CURLUPART_QUERY, (char *)query.data, 0);
    curl_url_get(url, CURLUPART_URL, &text, 0);
    if (text) {
        free(http->url);
        http->url = mem_strdup(text);
    }
    curl_free(text);
    curl_free(old);
    curl_free(escaped);
    curl_url_cleanup(url);
    return text ? 0 : bad_page(http, "has no URL", err);
}

/* The number that http.url begins with, else 1. */
static uint64_t first_page(const struct fetch_job *job)
{
    size_t len = strlen(job->page);
    uint64_t number = 1;

    for (const char *at = strchr(job->url, '?'); at; at = strchr(at, '&'))
        if (!strncmp(++at, job->page, len) && at[len] == '=') {
            struct text digits = { at + len + 1, strspn(at + len + 1, "0123456789") };

            text_digits(digits, 9, &number);
        }
    return number;
}

/* 1: http->url is it; 0: there is none. */
static int next_by_count(struct http *http, uint64_t count, struct err *err)
{
    char number[24];

    if (!count)
        return 0;
    snprintf(number, sizeof number, "%" PRIu64, first_page(http->job) + http->pages);
    return set_parameter(http, http->job->page, number, err) < 0 ? -1 : 1;
}

/* null, false, "" and nothing at all are ways to say that there is none. */
static bool is_said(const struct scan_value *value)
{
    return (value->kind == SCAN_STRING && value->raw.len) || value->kind == SCAN_NUMBER;
}

static int next_by_name(struct http *http, const struct scan_value *page, struct err *err)
{
    CLEANUP(buffer_free) struct buffer unescaped = { 0 };
    CLEANUP(mem_freep) char *word = NULL;
    struct scan_value value;
    struct text text;

    if (!find_value(page, http->job->next, &value) || !is_said(&value))
        return 0;
    text = value.raw;
    if (value.kind == SCAN_STRING && !scan_string(value.raw, &unescaped, &text))
        return bad_page(http, "has a next page whose name is no text", err);
    word = strndup(text.data, text.len);
    if (http->job->cursor)
        return set_parameter(http, http->job->cursor, word, err) < 0 ? -1 : 1;
    return follow(http, word, "the next page", err) < 0 ? -1 : 1;
}

static int next_page(struct http *http, const struct scan_value *page, uint64_t count, struct err *err)
{
    http->pages++;
    if (http->job->page)
        return next_by_count(http, count, err);
    return http->job->next ? next_by_name(http, page, err) : 0;
}

/* --- the whole --- */

static char *header_of(const struct http *http, const char *name)
{
    struct curl_header *header;

    if (curl_easy_header(http->curl, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK ||
        !text_is_utf8(text_of(header->value)))
        return NULL;
    return mem_strdup(header->value);
}

/* The tag of an answer of one page is the tag of it all. */
static void keep_tags(struct http *http)
{
    mem_freep(&http->fetched->etag);
    mem_freep(&http->fetched->modified);
    http->fetched->etag = http->pages ? NULL : header_of(http, "ETag");
    http->fetched->modified = http->pages ? NULL : header_of(http, "Last-Modified");
}

static int read_pages(struct http *http, struct err *err)
{
    struct scan_value page;
    uint64_t count;
    int more = 1;

    while (more) {
        if (get_page(http, err) < 0)
            return -1;
        if (http->page.status == 304) {
            http->fetched->state = FETCH_UNCHANGED;
            return http->pages || !(http->job->etag || http->job->modified)
                       ? bad_page(http, "is said not to have changed, and nobody asked", err)
                       : 0;
        }
        keep_tags(http);
        if (check_loop(http, err) < 0 || take_page(http, &page, &count, err) < 0)
            return -1;
        more = next_page(http, &page, count, err);
        if (more < 0)
            return -1;
    }
    http->fetched->retry_after_s = 0;
    return fetch_file_end(http->spool, http->fetched, err);
}

int http_fetch(const struct fetch_job *job, struct fetch_file *spool, struct fetched *ret, struct err *err)
{
    struct http http = { .job = job, .spool = spool, .fetched = ret, .url = mem_strdup(job->url) };
    int status = -1;

    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (set_up(&http, err) == 0)
        status = read_pages(&http, err);
    http_close(&http);
    return status;
}
