#include "lib/io/health.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/io/clock.h"
#include "lib/io/loopback.h"
#include "lib/io/metrics.h"
#include "lib/io/notify.h"

enum {
    TURN_MS_MAX = 60000,
    CONNECTIONS_MAX = 16,
    CONNECTION_S_MAX = 10,
    MEMORY_BYTES = 16384, /* a connection's: requests are short */
    BACKLOG = 16,
    SOCKET_MODE = 0660,
    REASON_SIZE = 160,
};

struct health {
    struct loopback loopback;
    int socket; /* MHD's, once its daemon runs */
    bool bound; /* a unix socket of ours lies there */
    struct MHD_Daemon *daemon;
};

static _Atomic(const char *) trouble_now = "is starting";

void health_set(const char *trouble)
{
    atomic_store_explicit(&trouble_now, trouble, memory_order_relaxed);
}

/* --- answers --- */

struct answer {
    unsigned code;
    const char *type;
    struct buffer body;
};

static void answer_metrics(struct answer *ret)
{
    ret->code = MHD_HTTP_OK;
    ret->type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_text(&ret->body);
}

/* false: all is well. */
static bool find_trouble(char ret[REASON_SIZE])
{
    const char *trouble = atomic_load_explicit(&trouble_now, memory_order_relaxed);
    int64_t turn_ms = notify_alive_ms(), age_ms = ticks_ms() - turn_ms;

    if (turn_ms && age_ms > TURN_MS_MAX) {
        snprintf(ret, REASON_SIZE, "the work loop has not turned for %lld s", (long long)(age_ms / 1000));
        return true;
    }
    if (trouble)
        snprintf(ret, REASON_SIZE, "%s", trouble);
    return trouble != NULL;
}

static void answer_health(struct answer *ret)
{
    char reason[REASON_SIZE];
    bool bad = find_trouble(reason);

    ret->code = bad ? MHD_HTTP_SERVICE_UNAVAILABLE : MHD_HTTP_OK;
    buffer_printf(&ret->body, "%s\n", bad ? reason : "ok");
}

static void answer_missing(struct answer *ret)
{
    ret->code = MHD_HTTP_NOT_FOUND;
    buffer_add_string(&ret->body, "there are /metrics and /healthz\n");
}

static void answer_method(struct answer *ret)
{
    ret->code = MHD_HTTP_METHOD_NOT_ALLOWED;
    buffer_add_string(&ret->body, "GET or HEAD only\n");
}

static const struct page {
    const char *path;
    void (*answer)(struct answer *ret);
} pages[] = {
    { "/metrics", answer_metrics },
    { "/healthz", answer_health },
    { NULL, answer_missing },
};

static void answer_request(const char *path, const char *method, struct answer *ret)
{
    const struct page *page = pages;

    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        answer_method(ret);
        return;
    }
    while (page->path && strcmp(page->path, path) != 0)
        page++;
    page->answer(ret);
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **request)
{
    struct answer answer = { .type = "text/plain; charset=utf-8" };
    struct MHD_Response *response;
    enum MHD_Result status;

    answer_request(path, method, &answer);
    response = MHD_create_response_from_buffer(answer.body.size, answer.body.data, MHD_RESPMEM_MUST_COPY);
    buffer_free(&answer.body);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer.type);
    if (answer.code == MHD_HTTP_METHOD_NOT_ALLOWED)
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    status = MHD_queue_response(connection, answer.code, response);
    MHD_destroy_response(response);
    return status;
}

/* --- listening --- */

static bool is_local(const struct health *health)
{
    return health->loopback.address.any.sa_family == AF_UNIX;
}

/* Whoever was killed has left its socket there; one that answers is somebody's. */
static void remove_stale(const struct loopback *loopback)
{
    const char *path = loopback->address.local.sun_path;
    struct stat status;
    int fd;

    if (lstat(path, &status) < 0 || !S_ISSOCK(status.st_mode))
        return;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(fd, &loopback->address.any, loopback->size) < 0 && errno == ECONNREFUSED)
        unlink(path);
    close(fd);
}

static int bind_socket(struct health *health)
{
    const int yes = 1;

    health->socket =
        socket(health->loopback.address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (health->socket < 0)
        return -1;
    if (is_local(health))
        remove_stale(&health->loopback);
    else
        setsockopt(health->socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(health->socket, &health->loopback.address.any, health->loopback.size) < 0)
        return -1;
    health->bound = is_local(health);
    if (health->bound && chmod(health->loopback.address.local.sun_path, SOCKET_MODE) < 0)
        return -1;
    return listen(health->socket, BACKLOG);
}

/* Signals are for the main thread: its waits end by them. */
static struct MHD_Daemon *start_server(int socket_fd)
{
    struct MHD_Daemon *daemon;
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    daemon =
        MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_EPOLL, 0, NULL, NULL, on_request, NULL,
                         MHD_OPTION_LISTEN_SOCKET, socket_fd, MHD_OPTION_CONNECTION_LIMIT,
                         (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)CONNECTION_S_MAX,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_BYTES, MHD_OPTION_END);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return daemon;
}

int health_open(const char *listen, const char *place, struct health **ret, struct err *err)
{
    CLEANUP(health_closep) struct health *health = mem_zalloc(sizeof *health);
    const char *why = loopback_parse(listen, &health->loopback);

    health->socket = -1;
    if (why)
        return err_stop(err, EXIT_CONFIG, "%s: %s", place, why);
    if (bind_socket(health) < 0)
        return err_stop(err, errno == EADDRINUSE ? EXIT_TRY_LATER : EXIT_CONFIG,
                        "%s: cannot listen on %s: %s", place, listen, strerror(errno));
    health->daemon = start_server(health->socket);
    if (!health->daemon)
        return err_stop(err, EXIT_FAILED, "%s: cannot serve %s: %s", place, listen, strerror(errno));
    health->socket = -1;
    *ret = health;
    health = NULL;
    return 0;
}

void health_close(struct health *health)
{
    if (!health)
        return;
    if (health->daemon)
        MHD_stop_daemon(health->daemon);
    if (health->socket >= 0)
        close(health->socket);
    if (health->bound)
        unlink(health->loopback.address.local.sun_path);
    free(health);
}

void health_closep(struct health **health)
{
    health_close(*health);
}
