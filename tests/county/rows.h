/* rows - what each feed tells of a month, or a list of its day. */
#ifndef OLIVE_TESTS_COUNTY_ROWS_H
#define OLIVE_TESTS_COUNTY_ROWS_H

#include "tests/county/delivery.h"

enum { MONTH_STOCK = -1 }; /* before the county's first month: what stands already */

struct telling {
    const struct county *county;
    struct delivery *delivery;
    int32_t number; /* month of the county, or MONTH_STOCK */
    int32_t list;   /* of a snapshot feed: 0, 1, … */
    int32_t month;  /* absolute */
    int32_t day;    /* its last, or that of the stock */
    uint8_t bank;
};

typedef void rows_writer(struct telling *telling);
rows_writer hukou_rows, civil_rows, grid_rows, roster_rows, registry_rows, vehicle_rows, meter_rows,
    bank_rows, bank_corrections, fund_rows, power_rows, water_rows, gas_rows, telecom_rows, transport_rows,
    declaration_rows;

enum { NUMBER_SIZE = 32 };
const char *household_number(char letter, uint32_t household, char ret[NUMBER_SIZE]);
/* What is declared of the last twelve months, of a kind; 0: nothing. */
int64_t declared_year_fen(const struct county *county, uint32_t person, enum income_kind kind);
/* What is declared month by month instead. */
bool declares_monthly(const struct county *county, uint32_t person);
extern const char *const income_kind_names[KIND_COUNT];

#endif
