/*
 * Cancels echo with speexdsp's echo canceller, without its preprocessor.
 *
 *     speex-echo-judge FRAME TAIL  < far and near, s16le 8 kHz, a frame of each in turn  > what is left
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <speex/speex_echo.h>

#define FRAME_MAX 480

int main(int argc, char *argv[])
{
    int16_t far[FRAME_MAX];
    int16_t near[FRAME_MAX];
    int16_t left[FRAME_MAX];
    int rate = 8000;
    int frame = argc == 3 ? atoi(argv[1]) : 0;
    int tail = argc == 3 ? atoi(argv[2]) : 0;
    SpeexEchoState *canceller;

    if (frame <= 0 || frame > FRAME_MAX || tail <= 0)
        return 2;
    canceller = speex_echo_state_init(frame, tail);
    speex_echo_ctl(canceller, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
    while (fread(far, sizeof(far[0]), (size_t) frame, stdin) == (size_t) frame
           && fread(near, sizeof(near[0]), (size_t) frame, stdin) == (size_t) frame)
    {
        speex_echo_cancellation(canceller, near, far, left);
        fwrite(left, sizeof(left[0]), (size_t) frame, stdout);
    }
    speex_echo_state_destroy(canceller);
    return 0;
}
