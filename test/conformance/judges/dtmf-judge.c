/*
 * Counts the digits that spandsp's dtmf_rx hears, with its defaults.
 *
 *     dtmf-judge  < s16le-8kHz
 *
 * Standard output has one line: the digits, in order.
 */
#include <stdint.h>
#include <stdio.h>

#include <spandsp.h>

#define BLOCK 160

static void digits(void *user_data, const char *text, int length)
{
    (void) user_data;
    fwrite(text, 1, (size_t) length, stdout);
}

int main(void)
{
    int16_t block[BLOCK];
    size_t count;
    dtmf_rx_state_t *receiver = dtmf_rx_init(NULL, digits, NULL);

    while ((count = fread(block, sizeof(block[0]), BLOCK, stdin)) > 0)
        dtmf_rx(receiver, block, (int) count);
    putchar('\n');
    return 0;
}
