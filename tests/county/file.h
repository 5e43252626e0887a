/* file - files of the county's folder; what cannot be made or written ends the program with a message. */
#ifndef OLIVE_TESTS_COUNTY_FILE_H
#define OLIVE_TESTS_COUNTY_FILE_H

#include <stdio.h>

#include "tests/county/county.h"

FILE *file_create(const struct county *county, const char *path); /* below the county's folder */
void file_close(FILE *file);
void folder_create(const struct county *county, const char *path);
void file_copy(const struct county *county, const char *from, const char *to);

#endif
