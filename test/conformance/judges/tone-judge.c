/*
 * Names call-progress tones by spandsp's super_tone_rx.
 *
 *     tone-judge NAME=F1+F2:MIN-MAX,0:MIN-MAX,... ...  < s16le-8kHz
 *
 * Each argument is a tone: its elements with one or two frequencies in Hz (0 is silence) and how
 * long, in ms (a MAX of 0 is without end). Standard output has one line for each time a tone is
 * recognized: its name.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <spandsp.h>

#define TONES_MAX 16
#define BLOCK 160

static const char *names[TONES_MAX];

static void heard(void *user_data, int code, int level, int delay)
{
    (void) user_data;
    (void) level;
    (void) delay;
    if (code >= 0 && code < TONES_MAX && names[code] != NULL)
        printf("%s\n", names[code]);
}

static int add_tone(super_tone_rx_descriptor_t *tones, char *spec)
{
    char *element;
    char *rest;
    char *values = strchr(spec, '=');
    int code = super_tone_rx_add_tone(tones);

    if (values == NULL || code < 0 || code >= TONES_MAX)
        return -1;
    *values++ = '\0';
    names[code] = spec;
    for (element = strtok_r(values, ",", &rest); element != NULL; element = strtok_r(NULL, ",", &rest))
    {
        int f1 = 0;
        int f2 = 0;
        int min_ms = 0;
        int max_ms = 0;

        if (sscanf(element, "%d+%d:%d-%d", &f1, &f2, &min_ms, &max_ms) != 4)
        {
            f2 = 0;
            if (sscanf(element, "%d:%d-%d", &f1, &min_ms, &max_ms) != 3)
                return -1;
        }
        /* Its header says -1 for no frequency; the library itself takes 0. */
        super_tone_rx_add_element(tones, code, f1, f2, min_ms, max_ms);
    }
    return 0;
}

int main(int argc, char *argv[])
{
    int16_t block[BLOCK];
    size_t count;
    int index;
    super_tone_rx_state_t *receiver;
    super_tone_rx_descriptor_t *tones = super_tone_rx_make_descriptor(NULL);

    if (argc - 1 > TONES_MAX)
        return 2;
    for (index = 1; index < argc; index++)
    {
        if (add_tone(tones, argv[index]) != 0)
        {
            fprintf(stderr, "tone-judge: no tone: %s\n", argv[index]);
            return 2;
        }
    }
    receiver = super_tone_rx_init(NULL, tones, heard, NULL);
    while ((count = fread(block, sizeof(block[0]), BLOCK, stdin)) > 0)
    {
        int done = 0;

        while (done < (int) count)
        {
            int used = super_tone_rx(receiver, block + done, (int) count - done);

            if (used <= 0)
                break;
            done += used;
        }
    }
    return 0;
}
