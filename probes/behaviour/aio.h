/* aio.h - whether a socket can be read asynchronously
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_BEHAVIOUR_AIO_H
#define PROBES_BEHAVIOUR_AIO_H 1

#include "probes/behaviour/question.h"

/* Tell, under the key "aio", what becomes of aio_read on a connection; to be
   called once.  Returns the words that it told, which last.  */
const char *tell_aio(struct probe *probe);

#endif /* PROBES_BEHAVIOUR_AIO_H */
