/*
 * Codes or decodes 16-bit words of stdin by spandsp, and prints the outcome, a word a line:
 *
 *   codec-judge g722 encode|decode              16 kHz samples, octets
 *   codec-judge g726-left|g726-right encode|decode RATE   8 kHz samples, octets
 */
#include <spandsp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIMIT (1 << 20)

static int16_t words[LIMIT];
static uint8_t octets[LIMIT];
static int16_t samples[4 * LIMIT];

static void print_octets(int count)
{
    for (int at = 0; at < count; at++)
        printf("%d\n", octets[at]);
}

static void print_samples(int count)
{
    for (int at = 0; at < count; at++)
        printf("%d\n", samples[at]);
}

int main(int argc, char *argv[])
{
    if (argc < 3)
        return 2;
    int count = (int) fread(words, sizeof words[0], LIMIT, stdin);
    int encode = strcmp(argv[2], "encode") == 0;
    for (int at = 0; at < count; at++)
        octets[at] = (uint8_t) words[at];

    if (strcmp(argv[1], "g722") == 0) {
        if (encode)
            print_octets(g722_encode(g722_encode_init(NULL, 64000, 0), octets, words, count));
        else
            print_samples(g722_decode(g722_decode_init(NULL, 64000, 0), samples, octets, count));
        return 0;
    }
    int packing = strcmp(argv[1], "g726-left") == 0 ? G726_PACKING_LEFT : G726_PACKING_RIGHT;
    int rate = argc > 3 ? atoi(argv[3]) : 32000;
    g726_state_t *state = g726_init(NULL, rate, G726_ENCODING_LINEAR, packing);
    if (encode)
        print_octets(g726_encode(state, octets, words, count));
    else
        print_samples(g726_decode(state, samples, octets, count));
    return 0;
}
