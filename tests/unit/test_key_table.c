#include "daemon/cli/key_table.h"

#include <string.h>

#include "lib/base/digest.h"
#include "tests/unit/unit.h"

enum { MANY = 100000, KEY_SIZE = 16 };

static void put_number(uint64_t number, uint8_t ret[KEY_SIZE])
{
    uint8_t digest[DIGEST_SIZE];

    digest_of(&number, sizeof number, digest);
    memcpy(ret, digest, KEY_SIZE);
}

static void every_key_is_kept_once_under_the_number_it_came_with(void **state)
{
    struct key_table table = { .key_size = KEY_SIZE };
    uint8_t key[KEY_SIZE];
    bool new;

    for (uint64_t round = 0; round < 2; round++)
        for (uint64_t i = 0; i < MANY; i++) {
            put_number(i, key);
            assert_int_equal(key_table_put(&table, key, &new), i);
            assert_int_equal(new, round == 0);
            assert_memory_equal(key_table_key(&table, i), key, KEY_SIZE);
        }
    assert_int_equal(table.count, MANY);
    key_table_free(&table);
}

/* Their low bytes, by which a hash might be lazy, are equal. */
static void keys_that_differ_in_one_bit_are_two(void **state)
{
    struct key_table table = { .key_size = KEY_SIZE };
    uint8_t key[KEY_SIZE] = { 0 };
    bool new;

    key_table_put(&table, key, &new);
    for (int bit = 0; bit < 8 * KEY_SIZE; bit++) {
        memset(key, 0, sizeof key);
        key[bit / 8] = (uint8_t)(1 << bit % 8);
        key_table_put(&table, key, &new);
        assert_true(new);
    }
    assert_int_equal(table.count, 8 * KEY_SIZE + 1);
    key_table_free(&table);
}

static void emptied_it_can_be_filled_again(void **state)
{
    struct key_table table = { .key_size = 1 };
    bool new;

    key_table_put(&table, "a", &new);
    key_table_free(&table);
    assert_int_equal(key_table_put(&table, "b", &new), 0);
    assert_true(new);
    key_table_free(&table);
}

UNIT_MAIN(cmocka_unit_test(every_key_is_kept_once_under_the_number_it_came_with),
          cmocka_unit_test(keys_that_differ_in_one_bit_are_two),
          cmocka_unit_test(emptied_it_can_be_filled_again))
