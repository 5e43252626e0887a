/* layout - how the lines of a sample read: their charset, and what cuts them into columns.
 *
 * A charset is believed when the fewest lines break its rules, and of two that none breaks, by the characters
 * that are common in it. A delimiter is believed when it cuts nearly all lines into equally many columns; one
 * that is made of another (|@|, ||) when it explains all of that. Without any, lines of one length are
 * columns of fixed width, cut where identifiers and dates stand and where blanks end. */
#ifndef OLIVE_CONNECTORS_INSPECT_LAYOUT_H
#define OLIVE_CONNECTORS_INSPECT_LAYOUT_H

#include "connectors/inspect/guess.h"

struct page {           /* physical lines of a sample, blank ones left out */
    struct text *sent;  /* as they came, without their ends */
    struct text *lines; /* in UTF-8; of one that is not of the charset: empty */
    size_t count;
};

/* Sets charset, delimiter, quote, or format and widths. */
void layout_guess(struct guess *guess, const void *data, size_t size, int32_t today);

/* The steps, for those who look at one of them. */
void layout_charset(struct guess *guess, struct page *page);
bool layout_delimiter(struct guess *guess, const struct page *page);
bool layout_widths(struct guess *guess, const struct page *page, int32_t today);

#endif
