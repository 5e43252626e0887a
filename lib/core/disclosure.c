#include "lib/core/disclosure.h"

#include <string.h>

#include "lib/base/arena.h"

struct cell {
    struct disclosure_cell is;
    bool hidden;
    int64_t low, high; /* what can be known of it */
};

struct equation {
    size_t first, count; /* of terms */
};

static const int64_t unbounded = INT64_C(1) << 60;

struct disclosure {
    int64_t minimum;
    struct cell *cells;
    struct disclosure_term *terms;
    struct equation *equations;
    size_t cell_count, cell_room, term_count, term_room, equation_count, equation_room;
};

struct disclosure *disclosure_new(int64_t minimum)
{
    struct disclosure *disclosure = mem_zalloc(sizeof *disclosure);

    disclosure->minimum = minimum;
    return disclosure;
}

void disclosure_free(struct disclosure *disclosure)
{
    if (!disclosure)
        return;
    mem_freep(&disclosure->cells);
    mem_freep(&disclosure->terms);
    mem_freep(&disclosure->equations);
    mem_freep(&disclosure);
}

void disclosure_freep(struct disclosure **disclosure)
{
    disclosure_free(*disclosure);
    *disclosure = NULL;
}

/* Room for `more` elements behind `count`; doubles. */
static void *make_room(void *array, size_t size, size_t count, size_t more, size_t *room)
{
    if (count + more <= *room)
        return array;
    *room = 2 * (count + more);
    return mem_realloc(array, *room * size);
}

uint32_t disclosure_add(struct disclosure *disclosure, const struct disclosure_cell *cell)
{
    disclosure->cells = make_room(disclosure->cells, sizeof *disclosure->cells, disclosure->cell_count, 1,
                                  &disclosure->cell_room);
    disclosure->cells[disclosure->cell_count] =
        (struct cell){ .is = *cell, .hidden = cell->value < disclosure->minimum };
    return (uint32_t)disclosure->cell_count++;
}

void disclosure_hide(struct disclosure *disclosure, uint32_t cell)
{
    disclosure->cells[cell].hidden = true;
}

void disclosure_equation(struct disclosure *disclosure, const struct disclosure_term *terms, size_t count)
{
    disclosure->terms = make_room(disclosure->terms, sizeof *disclosure->terms, disclosure->term_count, count,
                                  &disclosure->term_room);
    disclosure->equations = make_room(disclosure->equations, sizeof *disclosure->equations,
                                      disclosure->equation_count, 1, &disclosure->equation_room);
    memcpy(disclosure->terms + disclosure->term_count, terms, count * sizeof *terms);
    disclosure->equations[disclosure->equation_count++] = (struct equation){ disclosure->term_count, count };
    disclosure->term_count += count;
}

/* --- one equation --- */

/* What is hidden of it. */
struct hidden {
    size_t count;
    int sign; /* of all of them; 0: of both signs, so that their difference alone is known */
    int64_t sum;
    bool counted; /* all of them */
};

static struct hidden hidden_of(const struct disclosure *disclosure, const struct equation *equation)
{
    struct hidden ret = { .counted = true };

    for (size_t i = 0; i < equation->count; i++) {
        const struct disclosure_term *term = &disclosure->terms[equation->first + i];
        const struct cell *cell = &disclosure->cells[term->cell];

        if (!cell->hidden)
            continue;
        ret.sign = !ret.count || ret.sign == term->sign ? term->sign : 0;
        ret.sum += cell->is.value;
        ret.counted = ret.counted && cell->is.counted;
        ret.count++;
    }
    return ret;
}

/* The difference of cells of both signs tells no sum. */
static bool is_safe(const struct disclosure *disclosure, const struct hidden *hidden)
{
    bool sum_tells = hidden->sign && hidden->counted;

    return !hidden->count || (hidden->count > 1 && (!sum_tells || hidden->sum >= disclosure->minimum));
}

static bool goes_first(const struct cell *cell, const struct cell *other)
{
    return cell->is.rank != other->is.rank ? cell->is.rank < other->is.rank
                                           : cell->is.value < other->is.value;
}

/* The lowest in rank and smallest that is shown, of one sign, or of any (0). NULL: there is none. */
static struct cell *first_to_hide(struct disclosure *disclosure, const struct equation *equation, int sign)
{
    struct cell *ret = NULL;

    for (size_t i = 0; i < equation->count; i++) {
        const struct disclosure_term *term = &disclosure->terms[equation->first + i];
        struct cell *cell = &disclosure->cells[term->cell];

        if (!cell->hidden && (!sign || term->sign == sign) && (!ret || goes_first(cell, ret)))
            ret = cell;
    }
    return ret;
}

/* One more; beside counted ones that are too few together, of their side of the equation when there is one.
 * False: it is safe as it is, or all of it is hidden. */
static bool hide_one_more(struct disclosure *disclosure, const struct equation *equation)
{
    struct hidden hidden = hidden_of(disclosure, equation);
    struct cell *cell;

    if (is_safe(disclosure, &hidden))
        return false;
    cell = first_to_hide(disclosure, equation, hidden.counted ? hidden.sign : 0);
    if (!cell)
        cell = first_to_hide(disclosure, equation, 0);
    if (cell)
        cell->hidden = true;
    return cell;
}

/* --- bounds, passed on from equation to equation --- */

static void forget_bounds(struct disclosure *disclosure)
{
    for (size_t i = 0; i < disclosure->cell_count; i++) {
        struct cell *cell = &disclosure->cells[i];

        cell->low = cell->hidden ? cell->is.least : cell->is.value;
        cell->high = cell->hidden ? unbounded : cell->is.value;
    }
}

/* What a term adds to the sum at least and at most. */
static int64_t at_least(const struct cell *cell, int sign)
{
    return sign > 0 ? cell->low : -cell->high;
}

static int64_t at_most(const struct cell *cell, int sign)
{
    return sign > 0 ? cell->high : -cell->low;
}

/* From what the other terms add up to. True: it is narrower than it was. */
static bool narrow_cell(struct cell *cell, int sign, __int128 others_least, __int128 others_most)
{
    __int128 low = sign > 0 ? -others_most : others_least, high = sign > 0 ? -others_least : others_most;
    bool narrower = low > cell->low || high < cell->high;

    if (low > cell->low)
        cell->low = (int64_t)low;
    if (high < cell->high)
        cell->high = (int64_t)high;
    return narrower;
}

/* *ret_tells: bounds of a cell met. */
static bool narrow(struct disclosure *disclosure, const struct equation *equation, bool *ret_tells)
{
    const struct disclosure_term *terms = &disclosure->terms[equation->first];
    __int128 least = 0, most = 0;
    bool narrower = false;

    for (size_t i = 0; i < equation->count; i++) {
        least += at_least(&disclosure->cells[terms[i].cell], terms[i].sign);
        most += at_most(&disclosure->cells[terms[i].cell], terms[i].sign);
    }
    for (size_t i = 0; i < equation->count; i++) {
        struct cell *cell = &disclosure->cells[terms[i].cell];
        int64_t own_least = at_least(cell, terms[i].sign), own_most = at_most(cell, terms[i].sign);

        if (!cell->hidden || !narrow_cell(cell, terms[i].sign, least - own_least, most - own_most))
            continue;
        narrower = true;
        *ret_tells = *ret_tells || cell->low == cell->high;
        least += at_least(cell, terms[i].sign) - own_least;
        most += at_most(cell, terms[i].sign) - own_most;
    }
    return narrower;
}

/* The first equation by which bounds of a hidden cell meet is where it comes from: one more is hidden there,
 * and what followed from it is open again. */
static bool hide_where_bounds_meet(struct disclosure *disclosure)
{
    bool narrower = true;

    forget_bounds(disclosure);
    while (narrower) {
        narrower = false;
        for (size_t i = 0; i < disclosure->equation_count; i++) {
            bool tells = false;
            struct cell *cell;

            narrower = narrow(disclosure, &disclosure->equations[i], &tells) || narrower;
            cell = tells ? first_to_hide(disclosure, &disclosure->equations[i], 0) : NULL;
            if (cell)
                return cell->hidden = true;
        }
    }
    return false;
}

/* --- all of them --- */

static bool hide_within(struct disclosure *disclosure)
{
    bool changed = false;

    for (size_t i = 0; i < disclosure->cell_count; i++) {
        struct cell *cell = &disclosure->cells[i];

        if (cell->hidden || cell->is.within == DISCLOSURE_ALONE || !disclosure->cells[cell->is.within].hidden)
            continue;
        cell->hidden = changed = true;
    }
    return changed;
}

static void settle_equations(struct disclosure *disclosure)
{
    bool changed;

    do {
        changed = hide_within(disclosure);
        for (size_t i = 0; i < disclosure->equation_count; i++)
            while (hide_one_more(disclosure, &disclosure->equations[i]))
                changed = true;
    } while (changed);
}

void disclosure_settle(struct disclosure *disclosure)
{
    do
        settle_equations(disclosure);
    while (hide_where_bounds_meet(disclosure));
}

bool disclosure_hidden(const struct disclosure *disclosure, uint32_t cell)
{
    return disclosure->cells[cell].hidden;
}
