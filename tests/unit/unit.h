/* unit - what every unit test includes: cmocka, and a main made of a list of claims. */
#ifndef OLIVE_TESTS_UNIT_H
#define OLIVE_TESTS_UNIT_H

/* cmocka.h needs the four before it, in whatever order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define UNIT_MAIN(...)                                                                                       \
    int main(void)                                                                                           \
    {                                                                                                        \
        const struct CMUnitTest tests[] = { __VA_ARGS__ };                                                   \
        return cmocka_run_group_tests(tests, NULL, NULL);                                                    \
    }

#endif
