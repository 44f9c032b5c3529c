/* Runs an exported network over inputs from stdin; writes for each the logits and the answer as one float more. */
#include <stdio.h>

int main(void)
{
    static float x[INPUTS], logits[OUTPUTS + 1];
#ifdef POINTS
    static uint8_t mask[POINTS];
#endif
    while (fread(x, sizeof x, 1, stdin) == 1) {
#if defined POINTS
        if (fread(mask, sizeof mask, 1, stdin) != 1)
            return 1;
        logits[OUTPUTS] = (float)PREDICT(x, mask, logits);
#elif defined ALL_REAL
        logits[OUTPUTS] = (float)PREDICT(x, NULL, logits);
#else
        logits[OUTPUTS] = (float)PREDICT(x, logits);
#endif
        if (fwrite(logits, sizeof logits, 1, stdout) != 1)
            return 1;
    }
    return ferror(stdin);
}
