/* olive-connect - departments' files, and what their systems answer, in; records in Kafka out. */
#include <malloc.h>

#include "connectors/run.h"
#include "lib/io/program.h"

int main(int argc, char **argv)
{
    bool once = false;
    const struct program_flag flags[] = {
        { "--once", &once,
          "take what is whole in the inboxes, ask once whom feeds ask, then end: 65 when a "
          "delivery was rejected, 69 when one was not answered" },
        { NULL, NULL, NULL },
    };
    const struct program program = { "olive-connect", "takes departments' files into Kafka", flags };
    CLEANUP(conf_freep) struct conf *conf = NULL;
    int status;

    if (!program_start(&program, argc, argv, &conf, &status))
        return status;
    mallopt(M_MMAP_THRESHOLD, 64 << 20); /* message batches come from the heap and are used again */
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    stop_on_signals();
    if (!once)
        reload_on_signal();
    return run_feeds(conf, once);
}
