/* answers-rates.c - how often each answer came, by sockprobe --times
   SPDX-License-Identifier: GPL-3.0-or-later  */

#include <config.h>

#include <string.h>

#include "base/wrap.h"
#include "probes/behaviour/answers.h"

enum { SHARE_SIZE = 24 };

/* Write the share PPM, from 0 to 1000000 millionths, in percent to TEXT,
   without a percent sign: three decimals below 1, two between 99 and 100,
   otherwise one, as in "0.012", "12.3", "99.97".  Only a share of exactly 0 or
   100 is "0" or "100": others are at least "0.001" and at most "99.99".
   Returns TEXT.  */
static const char *share_text(char text[SHARE_SIZE], double ppm)
{
    double percent = ppm / 1e4;
    int digits = percent >= 100 || percent == 0 ? 0 : percent < 1 ? 3 : 1;
    if (percent > 99 && percent < 100)
        digits = 2;
    if (digits == 3 && percent < 0.001)
        percent = 0.001;
    if (digits == 2 && percent > 99.99)
        percent = 99.99;
    snprintf(text, SHARE_SIZE, "%.*f", digits, percent);
    return text;
}

bool answers_rate(const struct findings *findings, const char *id, int number,
                  struct answer_rate *rate)
{
    static const char *const keys[] = {"answer", "runs", "low-ppm", "high-ppm"};
    char key[4][40];
    for (int i = 0; i < 4; i++)
        snprintf(key[i], sizeof key[i], "times.%d.%s", number, keys[i]);
    rate->answer = findings_text(findings, id, key[0]);
    rate->runs = findings_number(findings, id, key[1], 0);
    rate->low_ppm = findings_number(findings, id, key[2], 0);
    rate->high_ppm = findings_number(findings, id, key[3], 0);
    return rate->answer != NULL;
}

/* Write a line for each answer to the question ID, such as "3 of 20  15.0 %
   (3.2 to 37.9)" and the answer, which is wrapped: the repeats with this
   answer, all repeats, the share and its interval in percent.  Nothing without
   --times.  */
static void put_rates(FILE *out, const struct findings *findings,
                      const char *id)
{
    enum { ANSWER = 46 };
    long times = findings_number(findings, id, "times", 0);
    struct answer_rate rate;
    for (int i = 1; times > 0 && answers_rate(findings, id, i, &rate); i++) {
        char share[SHARE_SIZE], low[SHARE_SIZE], high[SHARE_SIZE];
        double ppm = 1e6 * (double)rate.runs / (double)times;
        int column = fprintf(out, "  %6ld of %-6ld %6s %%  (%s to %s)",
                             rate.runs, times, share_text(share, ppm),
                             share_text(low, (double)rate.low_ppm),
                             share_text(high, (double)rate.high_ppm));
        wrap(out, rate.answer, pad(out, column, ANSWER), ANSWER, WIDTH);
        putc('\n', out);
    }
}

void answers_rates(FILE *out, const struct catalogue *catalogue,
                   const struct findings *findings)
{
    struct answer_walk walk = {.catalogue = catalogue, .findings = findings};
    while (answers_next(&walk)) {
        wrap_labelled(out, walk.question->id, 0, 2, walk.question->text);
        put_rates(out, findings, walk.question->id);
    }
    fputs("in brackets: the 95 % interval of the share (Clopper and Pearson)\n",
          out);
}
