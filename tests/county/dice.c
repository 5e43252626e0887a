#include "tests/county/dice.h"

static uint64_t mix(uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

struct dice dice_of(uint64_t seed, unsigned stream, uint64_t object)
{
    return (struct dice){ mix(mix(mix(seed) + stream) + object) };
}

uint64_t dice_next(struct dice *dice)
{
    dice->state += 0x9E3779B97F4A7C15U;
    return mix(dice->state);
}

uint32_t dice_below(struct dice *dice, uint32_t limit)
{
    return (uint32_t)(((dice_next(dice) >> 32) * limit) >> 32);
}

int32_t dice_between(struct dice *dice, int32_t low, int32_t high)
{
    return low + (int32_t)dice_below(dice, (uint32_t)(high - low) + 1);
}

bool dice_chance(struct dice *dice, uint32_t per_million)
{
    return dice_below(dice, 1000000) < per_million;
}

double dice_uniform(struct dice *dice)
{
    return (double)(dice_next(dice) >> 11) / 9007199254740992.0; /* 2^53 */
}

double dice_normal(struct dice *dice)
{
    uint32_t sum = 0;

    for (int i = 0; i < 3; i++)
        for (uint64_t bits = dice_next(dice), j = 0; j < 4; j++, bits >>= 16)
            sum += (uint32_t)(bits & 0xFFFF);
    return ((double)sum + 6.0) / 65536.0 - 6.0;
}

static const double ln_2 = 0.693147180559945309417232121458;

double natural_exp(double x)
{
    double scaled = x / ln_2, sum = 1.0, rest, scale = 1.0;
    int power = (int)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);

    rest = x - power * ln_2;
    for (int i = 14; i > 0; i--) /* Taylor by Horner; |rest| <= ln 2 / 2 */
        sum = 1.0 + rest * sum / i;
    for (int i = 0; i < (power < 0 ? -power : power); i++)
        scale = power < 0 ? scale / 2 : scale * 2;
    return sum * scale;
}

double natural_ln(double x)
{
    int power = 0;
    double t, square, sum = 0.0;

    for (; x > 1.5; power++)
        x /= 2;
    for (; x < 0.75; power--)
        x *= 2;
    t = (x - 1) / (x + 1); /* ln x = 2 artanh t; |t| <= 1/5 */
    square = t * t;
    for (int i = 25; i > 0; i -= 2)
        sum = sum * square + 1.0 / i;
    return power * ln_2 + 2 * t * sum;
}
