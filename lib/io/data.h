/* data - where the files that come with olive are: the policy, the model, the schema, the sample
 * configuration.
 *
 * A program that runs from a build folder inside the source tree uses the tree's own files, so that a
 * checkout needs no installation; an installed one uses OLIVE_DATADIR. */
#ifndef OLIVE_IO_DATA_H
#define OLIVE_IO_DATA_H

/* The path of "policy/330305.yaml" or "schema"; the caller frees it. */
char *data_path(const char *name);

#endif
