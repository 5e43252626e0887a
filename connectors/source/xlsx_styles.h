/* xlsx_styles - what the numbers of a workbook's cells mean, by the style that a cell names.
 *
 * Ownership: a zeroed struct is an empty one, of a workbook without styles; xlsx_styles_free(), also for
 *            CLEANUP(). Errors: as xml.h. */
#ifndef OLIVE_CONNECTORS_SOURCE_XLSX_STYLES_H
#define OLIVE_CONNECTORS_SOURCE_XLSX_STYLES_H

#include "connectors/source/xlsx_number.h"
#include "connectors/source/xml.h"

struct xlsx_styles {
    uint8_t *kinds; /* enum number_kind, by style */
    size_t count;
};

int xlsx_styles_read(struct bundle *bundle, const char *member, const struct unpacking *way,
                     uint64_t *bytes_left, struct xlsx_styles *ret, struct err *err);
void xlsx_styles_free(struct xlsx_styles *styles);

static inline enum number_kind xlsx_style(const struct xlsx_styles *styles, uint64_t style)
{
    return style < styles->count ? (enum number_kind)styles->kinds[style] : NUMBER_PLAIN;
}

#endif
