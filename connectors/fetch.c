#include "connectors/fetch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "connectors/fetch_job.h"
#include "lib/base/arena.h"
#include "lib/base/date.h"
#include "lib/base/json.h"
#include "lib/io/clock.h"
#include "lib/io/fault.h"
#include "lib/io/log.h"
#include "lib/io/program.h"

enum {
    SPOOL_FD = 3, /* of olive-fetch */
    PIECE_BYTES = 1 << 16,
    STATE_BYTES_MAX = 1 << 20,
    WAIT_FIRST_S = 60,
    WAIT_MAX_S = 3600,
    GRACE_S = 10, /* the driver's own time-out says more than a kill: it comes first */
    NAME_SIZE = 32,
    NAMES_TEXT_SIZE = 200,
};
static const char state_name[] = "fetch", part_name[] = ".part";

extern char **environ;

/* How far a read came, and what it was a read of: another question has other columns and another mark. */
struct reach {
    char *asked;  /* digest of the query or URL, in hexadecimal; NULL: nothing was read yet */
    char *column; /* of the watermark */
    char *mark, *columns, *etag, *modified, *sha256;
    uint64_t sequence;
    int64_t received_ms;
};

struct child {
    pid_t pid; /* 0: none */
    int out;   /* what it says */
    int part;
    int64_t began_ms, heard_ms; /* ticks */
    int64_t received_ms;        /* the wall's, when it began */
    struct buffer said;
};

struct fetch {
    const struct feed_conf *feed;
    const struct folder *folder;
    struct journal *journal;
    char asked[2 * DIGEST_SIZE + 1];
    struct reach taken, next; /* next.asked NULL: nothing is on its way */
    int64_t fetched_ms;       /* the wall's, when it was last read without trouble; 0: never */
    bool once, done;          /* done: of once, it has been asked */
    unsigned failures;        /* in a row */
    int64_t retry_ms;         /* ticks: not before */
    struct child child;
};

/* --- state --- */

struct member {
    const char *key;
    size_t offset;
};
static const struct member members[] = {
    { "asked", offsetof(struct reach, asked) },   { "column", offsetof(struct reach, column) },
    { "mark", offsetof(struct reach, mark) },     { "columns", offsetof(struct reach, columns) },
    { "etag", offsetof(struct reach, etag) },     { "modified", offsetof(struct reach, modified) },
    { "sha256", offsetof(struct reach, sha256) },
};
enum { MEMBER_COUNT = sizeof members / sizeof *members };

static char **member_of(const struct reach *reach, size_t i)
{
    return (char **)(uintptr_t)((const char *)reach + members[i].offset);
}

static void reach_free(struct reach *reach)
{
    for (size_t i = 0; i < MEMBER_COUNT; i++)
        free(*member_of(reach, i));
    *reach = (struct reach){ 0 };
}

static void write_reach(const char *key, const struct reach *reach, struct json *json)
{
    json_key(json, key);
    json_open(json, '{');
    for (size_t i = 0; i < MEMBER_COUNT; i++)
        if (*member_of(reach, i)) {
            json_key(json, members[i].key);
            json_str(json, *member_of(reach, i));
        }
    json_key(json, "sequence");
    json_uint(json, reach->sequence);
    json_key(json, "received_ms");
    json_int(json, reach->received_ms);
    json_close(json, '}');
}

static void read_reach(const json_t *state, const char *key, struct reach *ret)
{
    const json_t *object = json_object_get(state, key);

    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        const json_t *value = json_object_get(object, members[i].key);

        if (json_is_string(value))
            *member_of(ret, i) = mem_strdup(json_string_value(value));
    }
    ret->sequence = (uint64_t)json_integer_value(json_object_get(object, "sequence"));
    ret->received_ms = json_integer_value(json_object_get(object, "received_ms"));
}

static int save_state(const struct fetch *fetch, struct err *err)
{
    CLEANUP(buffer_free) struct buffer text = { 0 };
    struct json json = json_to(&text);

    json_open(&json, '{');
    if (fetch->taken.asked)
        write_reach("taken", &fetch->taken, &json);
    if (fetch->next.asked)
        write_reach("next", &fetch->next, &json);
    json_key(&json, "fetched_ms");
    json_int(&json, fetch->fetched_ms);
    json_close(&json, '}');
    buffer_add_byte(&text, '\n');
    return folder_write(fetch->folder->journal, state_name, text.data, text.size, err);
}

/* One that is gone is the state of a feed that was never read: all is read again, which changes nothing. */
static int load_state(struct fetch *fetch, struct err *err)
{
    CLEANUP(buffer_free) struct buffer text = { 0 };
    struct err why = { 0 };
    json_t *state;

    if (folder_load(fetch->folder->journal, state_name, STATE_BYTES_MAX, &text, &why) < 0) {
        if (why.kind == ERR_REJECT)
            return 0;
        *err = why;
        return -1;
    }
    state = json_loadb((char *)text.data, text.size, 0, NULL);
    read_reach(state, "taken", &fetch->taken);
    read_reach(state, "next", &fetch->next);
    fetch->fetched_ms = json_integer_value(json_object_get(state, "fetched_ms"));
    json_decref(state);
    return 0;
}

static char *fetch_file_name(uint64_t sequence, char ret[NAME_SIZE])
{
    snprintf(ret, NAME_SIZE, "%08" PRIu64, sequence);
    return ret;
}

/* What lies in the journal decides whether what was on its way has arrived. */
static void settle_next(struct fetch *fetch)
{
    uint8_t sha256[DIGEST_SIZE];

    if (!fetch->next.asked)
        return;
    if (fetch->next.sha256 && hex_decode(text_of(fetch->next.sha256), sha256, sizeof sha256) &&
        journal_find(fetch->journal, fetch->next.sequence, sha256)) {
        reach_free(&fetch->taken);
        fetch->taken = fetch->next;
        fetch->next = (struct reach){ 0 };
    } else {
        reach_free(&fetch->next);
    }
}

static bool same(const char *a, const char *b)
{
    return a && b && !strcmp(a, b);
}

static char *copy_of(const char *text)
{
    return text ? mem_strdup(text) : NULL;
}

/* --- opening --- */

static void digest_question(const struct feed_conf *feed, char ret[2 * DIGEST_SIZE + 1])
{
    CLEANUP(buffer_free) struct buffer text = { 0 };
    uint8_t digest[DIGEST_SIZE];

    if (feed->odbc.connection)
        buffer_printf(&text, "odbc\n%s", feed->odbc.query);
    else
        buffer_printf(&text, "http\n%s\n%s", feed->http.url, feed->http.rows ? feed->http.rows : "");
    digest_of(text.data, text.size, digest);
    hex_encode(digest, sizeof digest, ret);
}

static bool has(int folder, const char *name)
{
    return faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A file and its control file are a delivery; each alone is what a kill has left. */
static bool is_half(int folder, const char *name)
{
    size_t len = strlen(name);
    bool control = len > 3 && !strcmp(name + len - 3, ".ok");
    char other[NAME_MAX + 8];

    snprintf(other, sizeof other, "%.*s%s", (int)(control ? len - 3 : len), name, control ? "" : ".ok");
    return !has(folder, other);
}

static int clear_halves(int folder, struct err *err)
{
    int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    int status = 0;

    if (!list)
        return folder_error(err, "open", "fetched");
    for (const struct dirent *entry; (entry = readdir(list)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            is_half(folder, entry->d_name) && unlinkat(folder, entry->d_name, 0) < 0)
            status = folder_error(err, "clear", "fetched");
    closedir(list);
    return status;
}

/* Noted, and gone with whoever was killed before it had its name: nothing has come of that read. */
static bool is_lost(const struct fetch *fetch)
{
    char name[NAME_SIZE];

    return fetch->next.asked && !journal_unfinished(fetch->journal) &&
           !has(fetch->folder->inbox, fetch_file_name(fetch->next.sequence, name));
}

int fetch_open(const struct feed_conf *feed, const struct folder *folder, struct journal *journal, bool once,
               struct fetch **ret, struct err *err)
{
    struct fetch *fetch = mem_zalloc(sizeof *fetch);

    fetch->feed = feed;
    fetch->folder = folder;
    fetch->journal = journal;
    fetch->once = once;
    digest_question(feed, fetch->asked);
    if (load_state(fetch, err) < 0 || clear_halves(folder->inbox, err) < 0) {
        fetch_close(fetch);
        return -1;
    }
    if (is_lost(fetch)) {
        settle_next(fetch);
        if (fetch->taken.received_ms < fetch->fetched_ms)
            fetch->fetched_ms = 0;
    }
    *ret = fetch;
    return 0;
}

/* --- the child --- */

static void end_child(struct fetch *fetch)
{
    struct child *child = &fetch->child;

    if (!child->pid)
        return;
    kill(child->pid, SIGKILL);
    while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    close(child->out);
    close(child->part);
    buffer_free(&child->said);
    *child = (struct child){ 0 };
}

static void drop_part(const struct fetch *fetch)
{
    unlinkat(fetch->folder->inbox, part_name, 0);
}

void fetch_close(struct fetch *fetch)
{
    if (!fetch)
        return;
    if (fetch->child.pid) {
        end_child(fetch);
        drop_part(fetch);
    }
    reach_free(&fetch->taken);
    reach_free(&fetch->next);
    free(fetch);
}

/* Beside the program that runs, wherever that is. */
static int find_program(char ret[PATH_MAX], struct err *err)
{
    static const char name[] = "olive-fetch";
    ssize_t len = readlink("/proc/self/exe", ret, PATH_MAX - sizeof name);
    char *slash;

    ret[len > 0 ? len : 0] = '\0';
    slash = strrchr(ret, '/');
    snprintf(slash ? slash + 1 : ret, sizeof name, "%s", name);
    if (access(ret, X_OK) == 0)
        return 0;
    return err_set(err, ERR_RETRY, "olive-fetch is missing beside olive-connect: install it");
}

static struct fetch_job job_of(const struct fetch *fetch)
{
    const struct feed_conf *feed = fetch->feed;
    const struct reach *taken = &fetch->taken;
    bool same_question = same(taken->asked, fetch->asked);
    struct fetch_job job = { .feed = feed->name,
                             .timeout_s = feed->timeout_s,
                             .bytes_max = feed->fetch_bytes_max,
                             .gb18030 = feed->charset == CHARSET_GB18030,
                             .connection = feed->odbc.connection,
                             .password = feed->odbc.password,
                             .query = feed->odbc.query,
                             .watermark = feed->odbc.watermark,
                             .mark = feed->odbc.first,
                             .url = feed->http.url,
                             .rows = feed->http.rows,
                             .next = feed->http.next,
                             .cursor = feed->http.cursor,
                             .page = feed->http.page,
                             .token = feed->http.token,
                             .headers = feed->http.headers,
                             .ca = feed->http.ca };

    if (same(taken->column, feed->odbc.watermark) && taken->mark)
        job.mark = taken->mark;
    if (same_question && feed->http.url && feed->mode == FEED_DELTA) {
        job.etag = taken->etag;
        job.modified = taken->modified;
    }
    return job;
}

/* The job as a file without a name: a pipe might be too short for it. */
static int write_job(const struct fetch *fetch, struct err *err)
{
    const struct fetch_job job = job_of(fetch);
    CLEANUP(buffer_free) struct buffer text = { 0 };
    int fd = memfd_create("olive-fetch", MFD_CLOEXEC);

    fetch_job_write(&job, &text);
    if (fd >= 0 && write(fd, text.data, text.size) == (ssize_t)text.size && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return folder_error(err, "write", "a job");
}

static int spawn(struct fetch *fetch, int job, int out, struct err *err)
{
    posix_spawn_file_actions_t files;
    char program[PATH_MAX];
    char *arguments[] = { program, NULL };
    int code;

    if (find_program(program, err) < 0)
        return -1;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, job, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, fetch->child.part, SPOOL_FD);
    code = posix_spawn(&fetch->child.pid, program, &files, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&files);
    if (!code)
        return 0;
    fetch->child.pid = 0;
    return err_set(err, ERR_RETRY, "olive-fetch cannot be started: %s", strerror(code));
}

static int open_pipe(int ret[2], struct err *err)
{
    if (pipe2(ret, O_CLOEXEC) == 0 && fcntl(ret[0], F_SETFL, O_NONBLOCK) == 0)
        return 0;
    return folder_error(err, "open", "a pipe");
}

static int open_part(struct fetch *fetch, struct err *err)
{
    drop_part(fetch);
    fetch->child.part =
        openat(fetch->folder->inbox, part_name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    return fetch->child.part >= 0 ? 0 : folder_error(err, "write", "fetched");
}

static int start(struct fetch *fetch, struct err *err)
{
    struct child *child = &fetch->child;
    int job, pipe[2];

    settle_next(fetch);
    if (open_part(fetch, err) < 0)
        return -1;
    job = write_job(fetch, err);
    if (job < 0 || open_pipe(pipe, err) < 0 || spawn(fetch, job, pipe[1], err) < 0) {
        close(child->part);
        if (job >= 0)
            close(job);
        return -1;
    }
    close(job);
    close(pipe[1]);
    child->out = pipe[0];
    child->began_ms = child->heard_ms = ticks_ms();
    child->received_ms = wall_ms();
    fetch->done = true;
    return 0;
}

/* --- what it says --- */

/* Dots are life; the outcome begins with its brace. */
static bool hear(struct child *child)
{
    uint8_t bytes[PIECE_BYTES];
    ssize_t got;

    while ((got = read(child->out, bytes, sizeof bytes)) > 0) {
        size_t skip = 0;

        child->heard_ms = ticks_ms();
        while (!child->said.size && skip < (size_t)got && bytes[skip] == '.')
            skip++;
        buffer_add(&child->said, bytes + skip, (size_t)got - skip);
        if (child->said.size > STATE_BYTES_MAX)
            return true;
    }
    return got == 0 || (child->said.size && child->said.data[child->said.size - 1] == '\n');
}

/* Gives up a read that is too long silent, or too long; why: not NULL. */
static const char *lost_patience(const struct fetch *fetch)
{
    int64_t now = ticks_ms();

    if (now - fetch->child.heard_ms > ((int64_t)fetch->feed->timeout_s + GRACE_S) * 1000)
        return "it has said nothing for longer than the feed's timeout: raise that if it needs longer";
    if (now - fetch->child.began_ms > (int64_t)fetch->feed->time_limit_s * 1000)
        return "the read took longer than the feed's time_limit: raise that if it needs longer";
    return NULL;
}

static void parse_outcome(const struct child *child, struct fetched *ret)
{
    struct err none = { 0 };

    if (child->said.size && fetched_read(child->said.data, child->said.size, ret, &none) == 0)
        return;
    *ret = (struct fetched){ .state = FETCH_FAILED,
                             .why = mem_strdup("olive-fetch broke down (a driver's fault?)") };
}

/* --- trouble --- */

static uint32_t wait_after(const struct fetch *fetch, uint64_t asked_s)
{
    uint32_t seconds = WAIT_FIRST_S;

    if (fetch->feed->every_s < seconds)
        seconds = fetch->feed->every_s;
    for (unsigned i = 1; i < fetch->failures && seconds < WAIT_MAX_S; i++)
        seconds *= 2;
    if (seconds > WAIT_MAX_S)
        seconds = WAIT_MAX_S;
    seconds = seconds / 2 + 1 + arc4random_uniform(seconds / 2 + 1);
    return asked_s > seconds ? (uint32_t)(asked_s < UINT32_MAX ? asked_s : UINT32_MAX) : seconds;
}

/* Nothing of the read is kept. */
static enum fetch_progress refuse(struct fetch *fetch, const char *why, uint64_t retry_after_s)
{
    uint32_t seconds;

    fetch->failures++;
    seconds = wait_after(fetch, retry_after_s);
    fetch->retry_ms = ticks_ms() + (int64_t)seconds * 1000;
    drop_part(fetch);
    if (fetch->once)
        log_event(LOG_LEVEL_WARNING, "fetch-failed", "%s: nothing was taken: %s", fetch->feed->name, why);
    else
        log_event(LOG_LEVEL_WARNING, "fetch-failed", "%s: nothing was taken, tried again in %u s: %s",
                  fetch->feed->name, seconds, why);
    return FETCH_REFUSED;
}

/* --- columns --- */

static bool is_among(const char *names, const char *name, size_t len)
{
    for (; *names; names += strcspn(names, "\n"), names += *names == '\n')
        if (strcspn(names, "\n") == len && !memcmp(names, name, len))
            return true;
    return false;
}

/* The names of one list that the other lacks; false: none. */
static bool list_lacking(const char *names, const char *other, const char *what, struct buffer *out)
{
    bool any = false;

    for (; *names; names += strcspn(names, "\n"), names += *names == '\n') {
        size_t len = strcspn(names, "\n");

        if (is_among(other, names, len))
            continue;
        buffer_printf(out, "%s%.*s", any ? ", " : what, (int)len, names);
        any = true;
    }
    return any;
}

/* A column that comes or goes is seen at once, and not by a thousand dead letters or a profile. */
static bool has_changed(const struct fetch *fetch, const struct fetched *fetched, struct buffer *why)
{
    const char *before = fetch->taken.columns;

    if (!before || !fetched->columns || !same(fetch->taken.asked, fetch->asked) ||
        !strcmp(before, fetched->columns))
        return false;
    buffer_add_string(why, "its columns are others than at the last read:");
    list_lacking(fetched->columns, before, " new are ", why);
    list_lacking(before, fetched->columns, " gone are ", why);
    buffer_add_string(why, "; when that is right, name the columns in odbc.query");
    buffer_add_byte(why, '\0');
    return true;
}

/* --- what has come --- */

static int note_time(struct fetch *fetch, struct err *err)
{
    fetch->failures = 0;
    fetch->fetched_ms = fetch->child.received_ms;
    return save_state(fetch, err);
}

static int take_nothing(struct fetch *fetch, struct err *err)
{
    drop_part(fetch);
    log_event(LOG_LEVEL_DEBUG, "fetched-nothing", "%s: nothing is new", fetch->feed->name);
    return note_time(fetch, err);
}

/* What is on its way is noted before it has a name: its watermark is never lost, and never moves without it.
 */
static int note_next(struct fetch *fetch, const struct fetched *fetched, struct err *err)
{
    uint64_t newest = journal_newest(fetch->journal);

    reach_free(&fetch->next);
    fetch->next = (struct reach){ .asked = mem_strdup(fetch->asked),
                                  .column = copy_of(fetch->feed->odbc.watermark),
                                  .mark = copy_of(fetched->mark),
                                  .columns = copy_of(fetched->columns),
                                  .etag = copy_of(fetched->etag),
                                  .modified = copy_of(fetched->modified),
                                  .sha256 = copy_of(fetched->sha256),
                                  .sequence = newest == COUNT_NONE ? 1 : newest + 1,
                                  .received_ms = fetch->child.received_ms };
    return note_time(fetch, err);
}

static int write_control(const struct fetch *fetch, const char *name, const struct fetched *fetched,
                         struct err *err)
{
    CLEANUP(buffer_free) struct buffer text = { 0 };
    char instant[INSTANT_TEXT_SIZE], control[NAME_SIZE + 4];

    buffer_printf(&text,
                  "sequence=%" PRIu64 "\nreceived=%s\nbytes=%" PRIu64 "\nlines=%" PRIu64 "\nsha256=%s\n",
                  fetch->next.sequence, instant_text(fetch->child.received_ms, instant), fetched->bytes,
                  fetched->lines, fetched->sha256);
    snprintf(control, sizeof control, "%s.ok", name);
    return folder_write(fetch->folder->inbox, control, text.data, text.size, err);
}

static int place(struct fetch *fetch, const struct fetched *fetched, struct err *err)
{
    char name[NAME_SIZE];
    int inbox = fetch->folder->inbox;

    if (fsync(fetch->child.part) < 0)
        return folder_error(err, "write", "fetched");
    fault_point("fetch-read");
    if (note_next(fetch, fetched, err) < 0)
        return -1;
    fault_point("fetch-noted");
    fetch_file_name(fetch->next.sequence, name);
    if (renameat(inbox, part_name, inbox, name) < 0)
        return folder_error(err, "rename", "fetched");
    if (folder_sync(inbox, err) < 0)
        return -1;
    fault_point("fetch-named");
    if (write_control(fetch, name, fetched, err) < 0)
        return -1;
    fault_point("fetch-placed");
    return 0;
}

static bool is_news(const struct fetch *fetch, const struct fetched *fetched)
{
    if (!same(fetch->taken.sha256, fetched->sha256))
        return fetched->rows > 0;
    /* The same list again says that it still holds, and that once a month: lists go by when they came. */
    return fetch->feed->mode == FEED_SNAPSHOT &&
           month_of_ms(fetch->taken.received_ms) != month_of_ms(fetch->child.received_ms);
}

static int take(struct fetch *fetch, const struct fetched *fetched, enum fetch_progress *ret, struct err *err)
{
    CLEANUP(buffer_free) struct buffer why = { 0 };

    if (fetched->state == FETCH_FAILED) {
        *ret = refuse(fetch, fetched->why ? fetched->why : "", fetched->retry_after_s);
        return 0;
    }
    if (has_changed(fetch, fetched, &why)) {
        *ret = refuse(fetch, (char *)why.data, 0);
        return 0;
    }
    if (fetched->state == FETCH_READ && fetch->feed->mode == FEED_SNAPSHOT && !fetched->rows) {
        *ret = refuse(fetch, "the list has no rows: a list of nobody would end everybody", 0);
        return 0;
    }
    *ret = FETCH_NOTHING;
    if (fetched->state == FETCH_UNCHANGED || !is_news(fetch, fetched))
        return take_nothing(fetch, err);
    if (place(fetch, fetched, err) < 0)
        return -1;
    log_event(LOG_LEVEL_INFO, "fetched", "%s: %" PRIu64 " rows, %" PRIu64 " bytes, in %" PRId64 " ms",
              fetch->feed->name, fetched->rows, fetched->bytes, ticks_ms() - fetch->child.began_ms);
    *ret = FETCH_PLACED;
    return 0;
}

static int finish(struct fetch *fetch, enum fetch_progress *ret, struct err *err)
{
    CLEANUP(fetched_free) struct fetched fetched = { 0 };
    int status;

    parse_outcome(&fetch->child, &fetched);
    status = take(fetch, &fetched, ret, err);
    if (status < 0) { /* our own disk's fault: it is read again as soon as that may be */
        fetch->done = false;
        fetch->fetched_ms = 0;
    }
    end_child(fetch);
    return status;
}

/* --- turns --- */

bool fetch_is_due(const struct fetch *fetch)
{
    int64_t now = wall_ms();

    if (fetch->child.pid)
        return true;
    if (fetch->once)
        return !fetch->done;
    if (fetch->failures)
        return ticks_ms() >= fetch->retry_ms;
    /* A clock that went back does not make anybody wait for it to come again. */
    return !fetch->fetched_ms || now < fetch->fetched_ms ||
           now - fetch->fetched_ms >= (int64_t)fetch->feed->every_s * 1000;
}

int fetch_step(struct fetch *fetch, enum fetch_progress *ret, struct err *err)
{
    const char *why;

    *ret = FETCH_RESTS;
    if (!fetch_is_due(fetch))
        return 0;
    *ret = FETCH_RUNS;
    if (!fetch->child.pid)
        return start(fetch, err);
    if (hear(&fetch->child))
        return finish(fetch, ret, err);
    why = lost_patience(fetch);
    if (!why)
        return 0;
    end_child(fetch);
    *ret = refuse(fetch, why, 0);
    return 0;
}
