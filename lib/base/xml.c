#include "lib/base/xml.h"

#include <string.h>

void xml_add(struct buffer *out, const char *text)
{
    static const char special[] = "&<>\"'";
    static const char *const names[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#39;" };

    for (; *text; text++) {
        const char *at = strchr(special, *text);

        if (at)
            buffer_add_string(out, names[at - special]);
        else if ((uint8_t)*text >= ' ' && *text != 0x7F)
            buffer_add_byte(out, (uint8_t)*text);
    }
}
