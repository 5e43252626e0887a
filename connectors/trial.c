#include "connectors/trial.h"

#include <string.h>

static void count_finding(struct trial *trial, enum reason reason, const char *column, uint64_t line)
{
    size_t i = 0;

    while (i < trial->finding_count &&
           (trial->findings[i].reason != reason || strcmp(trial->findings[i].column, column) != 0))
        i++;
    if (i == TRIAL_REASONS_MAX)
        return;
    if (i == trial->finding_count)
        trial->findings[trial->finding_count++] =
            (struct finding){ .reason = reason, .column = column, .first_line = line };
    trial->findings[i].count++;
}

void trial_row(struct trial *trial, const struct row *row)
{
    const struct line_origin origin = { &trial->delivery, 1 };
    const char *column = "";
    struct record record;
    struct err why = { 0 };

    trial->lines++;
    if (line_read(trial->line, row, &origin, &record, &column, &why) == 0)
        trial->good++;
    else
        count_finding(trial, (enum reason)why.code, column, row->line);
}
