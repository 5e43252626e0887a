/* score_main - scores a file of households with lib/core's scoring as another compiler made it, and prints
 * every number in hexadecimal, bit for bit. */
#include <stdio.h>

#include "daemon/model/sample.h"
#include "lib/io/model_file.h"

int main(int argc, char **argv)
{
    CLEANUP(model_freep) struct model *model = NULL;
    CLEANUP(table_freep) struct table *table = NULL;
    CLEANUP(sample_freep) struct sample *sample = NULL;
    struct err err = { 0 };

    if (argc != 3 || model_file_read(argv[1], &model, NULL, &err) < 0 ||
        table_read(argv[2], &table, &err) < 0 || sample_read(table, model, NULL, &sample, &err) < 0) {
        fprintf(stderr, "score_main: %s\n", err.text);
        return 1;
    }
    for (size_t i = 0; i < sample->count; i++) {
        struct model_score score;
        struct model_disagreement disagreement;

        model_score(model, &sample->inputs[i], &score);
        model_disagree(model, &score, &disagreement);
        printf("%s %a %a %a %a %a", sample->ids[i], score.base, score.estimate, score.centre, score.low,
               score.high);
        for (size_t j = 0; j <= model->cut_count; j++)
            printf(" %a", score.bands[j]);
        for (size_t j = 0; j < model->source_count; j++)
            printf(" %a", score.contributions[j]);
        printf(" %a %u %x %d", disagreement.all, disagreement.compared, disagreement.odd,
               disagreement.inconsistent);
        printf(" %a %a\n", model_mean(model, &score), model_below(model, &score, 50000));
    }
    return 0;
}
