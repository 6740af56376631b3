/* aio.h - whether a socket can be read asynchronously
   SPDX-License-Identifier: GPL-3.0-or-later  */

#ifndef PROBES_BEHAVIOUR_AIO_H
#define PROBES_BEHAVIOUR_AIO_H 1

#include "probes/behaviour/question.h"

/* Report, under the key "aio", what aio_read does on a connection; to be called
   once. Returns the reported value, a static text.  */
const char *aio_report(struct probe *probe);

#endif /* PROBES_BEHAVIOUR_AIO_H */
