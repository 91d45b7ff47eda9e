/*
 * What spandsp spends on a line: its DTMF receiver, its receivers of the fax tones (CNG; CED and
 * the preamble), and its generator of dial tone, over the same audio again and again.
 *
 *     line-cpu-peer SECONDS  < s16le-8kHz
 *
 * Standard output has two lines: processor time for a second of the line, µs; digits heard.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <spandsp.h>

#define BLOCK 80
#define SAMPLES_MAX (60 * 8000)

static long digits_heard;

static void digits(void *user_data, const char *text, int length)
{
    (void) user_data;
    (void) text;
    digits_heard += length;
}

static double cpu_us(void)
{
    struct rusage used;

    getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e6 + used.ru_utime.tv_usec
           + used.ru_stime.tv_usec;
}

int main(int argc, char *argv[])
{
    static int16_t audio[SAMPLES_MAX];
    int16_t tone[BLOCK];
    size_t samples = fread(audio, sizeof(audio[0]), SAMPLES_MAX, stdin) / BLOCK * BLOCK;
    long seconds = argc > 1 ? atol(argv[1]) : 0;
    long blocks = seconds * 8000 / BLOCK;
    size_t at = 0;
    double before;
    long block;
    dtmf_rx_state_t *receiver = dtmf_rx_init(NULL, digits, NULL);
    modem_connect_tones_rx_state_t *calling =
        modem_connect_tones_rx_init(NULL, MODEM_CONNECT_TONES_FAX_CNG, NULL, NULL);
    modem_connect_tones_rx_state_t *answering =
        modem_connect_tones_rx_init(NULL, MODEM_CONNECT_TONES_FAX_CED_OR_PREAMBLE, NULL, NULL);
    tone_gen_descriptor_t *dial =
        tone_gen_descriptor_init(NULL, 350, -13, 440, -13, 1000, 0, 0, 0, 1);
    tone_gen_state_t *generator = tone_gen_init(NULL, dial);

    if (samples == 0 || blocks <= 0)
        return 2;
    before = cpu_us();
    for (block = 0; block < blocks; block++)
    {
        dtmf_rx(receiver, audio + at, BLOCK);
        modem_connect_tones_rx(calling, audio + at, BLOCK);
        modem_connect_tones_rx(answering, audio + at, BLOCK);
        tone_gen(generator, tone, BLOCK);
        at = (at + BLOCK) % samples;
    }
    printf("%f\n%ld\n", (cpu_us() - before) / (double) seconds, digits_heard);
    return 0;
}
