/*
 * Conceals lost frames with spandsp's plc.
 *
 *     plc-judge FRAME  < for each frame a word (0: it is lost) and its samples, s16le 8 kHz  > frames
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <spandsp.h>

#define FRAME_MAX 480

int main(int argc, char *argv[])
{
    int16_t came;
    int16_t frame[FRAME_MAX];
    int samples = argc == 2 ? atoi(argv[1]) : 0;
    plc_state_t *concealment = plc_init(NULL);

    if (samples <= 0 || samples > FRAME_MAX || concealment == NULL)
        return 2;
    while (fread(&came, sizeof(came), 1, stdin) == 1
           && fread(frame, sizeof(frame[0]), (size_t) samples, stdin) == (size_t) samples)
    {
        if (came)
            plc_rx(concealment, frame, samples);
        else
            plc_fillin(concealment, frame, samples);
        fwrite(frame, sizeof(frame[0]), (size_t) samples, stdout);
    }
    plc_free(concealment);
    return 0;
}
