/* suggest - "did you mean": the candidate nearest to a word that nobody knows.
 *
 * Nearness is the Levenshtein distance in bytes; one third of the word may differ, at most 3 bytes.
 * Ownership: a plain value that lends the word and the candidates. */
#ifndef OLIVE_BASE_SUGGEST_H
#define OLIVE_BASE_SUGGEST_H

struct suggestion {
    const char *word;
    const char *best; /* NULL: nothing is near */
    unsigned distance;
};

struct suggestion suggestion_for(const char *word);
void suggestion_offer(struct suggestion *suggestion, const char *candidate);
/* " (did you mean BEST?)" or "", in a buffer of SUGGESTION_SIZE bytes. */
enum { SUGGESTION_SIZE = 96 };
const char *suggestion_text(const struct suggestion *suggestion, char ret[SUGGESTION_SIZE]);

#endif
