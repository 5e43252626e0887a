#include "connectors/hints.h"

#include <stdlib.h>
#include <uv.h>

#include "lib/base/arena.h"
#include "lib/io/log.h"
#include "lib/io/program.h"

enum { GATHER_MS = 10 }; /* a file that is being written makes an event with every write */

struct hints {
    uv_loop_t loop;
    bool happened; /* something, since it was last asked */
};

struct hint {
    uv_fs_event_t event;
    struct hints *hints;
    bool happened;
};

struct hints *hints_new(void)
{
    struct hints *hints = mem_zalloc(sizeof *hints);

    if (uv_loop_init(&hints->loop) < 0)
        abort(); /* without memory */
    return hints;
}

void hints_free(struct hints *hints)
{
    if (!hints)
        return;
    uv_run(&hints->loop, UV_RUN_NOWAIT); /* what was closed is let go of */
    uv_loop_close(&hints->loop);
    free(hints);
}

void hints_wait(struct hints *hints, uint32_t ms)
{
    hints->happened = false;
    uv_run(&hints->loop, UV_RUN_NOWAIT); /* what is newly watched reaches the kernel only here */
    if (hints->happened)
        return;
    idle_on(uv_backend_fd(&hints->loop), ms);
    wait_ms(GATHER_MS);
    uv_run(&hints->loop, UV_RUN_NOWAIT);
}

static void on_event(uv_fs_event_t *event, const char *name, int events, int status)
{
    struct hint *hint = event->data;

    hint->happened = hint->hints->happened = true;
}

struct hint *hint_new(struct hints *hints, const char *folder)
{
    struct hint *hint = mem_zalloc(sizeof *hint);
    int status;

    uv_fs_event_init(&hints->loop, &hint->event);
    hint->event.data = hint;
    hint->hints = hints;
    hint->happened = true;
    status = uv_fs_event_start(&hint->event, on_event, folder, 0);
    if (status < 0)
        log_event(LOG_LEVEL_WARNING, "no-hints", "%s: is looked at only every connect.scan_ms: %s", folder,
                  uv_strerror(status));
    return hint;
}

static void on_closed(uv_handle_t *handle)
{
    free(handle->data);
}

void hint_free(struct hint *hint)
{
    if (hint)
        uv_close((uv_handle_t *)&hint->event, on_closed);
}

bool hint_take(struct hint *hint)
{
    bool happened = hint->happened;

    hint->happened = false;
    return happened;
}
