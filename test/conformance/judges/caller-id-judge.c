/*
 * Reads caller ID by spandsp's adsi_rx.
 *
 *     caller-id-judge class|clip|jclip|dtmf  < s16le-8kHz
 *
 * Standard output has, for each message whose checksum holds, a line `message TYPE` and a line
 * `field TYPE TEXT` for each of its fields (type 0 is the whole of a single data message). Types
 * are hexadecimal, as is a text that is not printable ASCII.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <spandsp.h>

#define BLOCK 160

static adsi_rx_state_t *receiver;

static void print_field(int type, const uint8_t *body, int length)
{
    int index;

    printf("field %02x ", type);
    for (index = 0; index < length; index++)
    {
        if (body[index] >= 0x20 && body[index] < 0x7f)
            putchar(body[index]);
        else
            printf("\\%02x", body[index]);
    }
    putchar('\n');
}

static void message(void *user_data, const uint8_t *msg, int length)
{
    uint8_t type = 0;
    const uint8_t *body = NULL;
    int body_length = 0;
    int position = -1;

    (void) user_data;
    do
    {
        position = adsi_next_field(receiver, msg, length, position, &type, &body, &body_length);
        if (position <= 0)
            break;
        if (body == NULL)
            printf("message %02x\n", type);
        else
            print_field(type, body, body_length);
    }
    while (position < length);
}

int main(int argc, char *argv[])
{
    int16_t block[BLOCK];
    size_t count;
    int standard;

    if (argc != 2)
        return 2;
    standard = ADSI_STANDARD_CLASS;
    if (strcmp(argv[1], "clip") == 0)
        standard = ADSI_STANDARD_CLIP;
    if (strcmp(argv[1], "jclip") == 0)
        standard = ADSI_STANDARD_JCLIP;
    if (strcmp(argv[1], "dtmf") == 0)
        standard = ADSI_STANDARD_CLIP_DTMF;
    receiver = adsi_rx_init(NULL, standard, message, NULL);
    while ((count = fread(block, sizeof(block[0]), BLOCK, stdin)) > 0)
        adsi_rx(receiver, block, (int) count);
    return 0;
}
