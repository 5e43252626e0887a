/* show - a model for people: sources, curves, weights and reliability, as text and as one SVG picture. */
#ifndef OLIVE_DAEMON_MODEL_SHOW_H
#define OLIVE_DAEMON_MODEL_SHOW_H

#include "lib/base/buffer.h"
#include "lib/core/model.h"

/* digest: of the model's file. */
void show_text(const struct model *model, const char *digest, struct buffer *out);
void show_svg(const struct model *model, const char *digest, struct buffer *out);

#endif
