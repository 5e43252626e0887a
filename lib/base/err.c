#include "lib/base/err.h"

#include <stdio.h>
#include <string.h>

/* What a file says may be quoted in the text (an unknown key): it stays one line, and moves no cursor. */
static void one_line(char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7F)
            *text = ' ';
}

__attribute__((format(printf, 4, 0))) static void err_write(struct err *err, enum err_kind kind, int code,
                                                            const char *format, va_list args)
{
    err->kind = kind;
    err->code = code;
    vsnprintf(err->text, sizeof err->text, format, args);
    one_line(err->text);
}

int err_set(struct err *err, enum err_kind kind, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    err_write(err, kind, kind == ERR_RETRY ? EXIT_UNAVAILABLE : EXIT_FAILED, format, args);
    va_end(args);
    return -1;
}

int err_stop(struct err *err, enum exit_code code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    err_write(err, ERR_STOP, (int)code, format, args);
    va_end(args);
    return -1;
}

int err_add(struct err *err, const char *format, ...)
{
    char tail[sizeof err->text];
    va_list args;
    int length;

    memcpy(tail, err->text, sizeof tail);
    va_start(args, format);
    length = vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    if (length >= 0 && (size_t)length < sizeof err->text)
        snprintf(err->text + length, sizeof err->text - (size_t)length, "%s", tail);
    one_line(err->text);
    return -1;
}

void err_clear(struct err *err)
{
    *err = (struct err){ 0 };
}
