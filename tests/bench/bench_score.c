/* bench_score - what the assessment of one household costs, in memory and on one thread.
 *
 *     bench_score MODEL CSV ROUNDS    prints one line: households scored, seconds, those of model_prepare(),
 * a sum (so that nothing is optimised away)
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "daemon/model/sample.h"
#include "lib/io/model_file.h"

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    CLEANUP(model_freep) struct model *model = NULL;
    CLEANUP(table_freep) struct table *table = NULL;
    CLEANUP(sample_freep) struct sample *sample = NULL;
    struct err err = { 0 };
    double started, prepare_s, sum = 0;
    long rounds;

    if (argc != 4 || model_file_read(argv[1], &model, NULL, &err) < 0 ||
        table_read(argv[2], &table, &err) < 0 || sample_read(table, model, NULL, &sample, &err) < 0) {
        fprintf(stderr, "bench_score: %s\n", argc == 4 ? err.text : "needs MODEL CSV ROUNDS");
        return EXIT_FAILURE;
    }
    rounds = strtol(argv[3], NULL, 10);
    started = now_s();
    if (model_prepare(model, &err) < 0) /* again, to see what it takes */
        return EXIT_FAILURE;
    prepare_s = now_s() - started;
    started = now_s();
    for (long round = 0; round < rounds; round++)
        for (size_t i = 0; i < sample->count; i++) {
            struct model_score score;
            struct model_disagreement disagreement;

            model_score(model, &sample->inputs[i], &score);
            model_disagree(model, &score, &disagreement);
            sum += score.centre + disagreement.odd;
        }
    printf("scored %ld score_s %.6f prepare_s %.6f sum %.17g\n", rounds * (long)sample->count,
           now_s() - started, prepare_s, sum);
    return EXIT_SUCCESS;
}
