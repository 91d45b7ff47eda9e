/*
 * A modem that talks while it listens, by spandsp: the one that answers begins with its tone, then both say the bits of
 * a shift register (x^9 + x^5 + 1, ITU-T O.150) for as long as they are asked, and count those of the other one's that
 * do not follow from the nine before. A library: the test carries the sound.
 */
#include <spandsp.h>
#include <stdlib.h>

enum { V22, V22BIS, V21, BELL103, V23 };

#define TONE_MS 3300
#define PAUSE_MS 75
/* What comes while a modem trains is no data yet. */
#define SETTLE_BITS 200

struct data_modem {
    modem_connect_tones_tx_state_t *tone;
    v22bis_state_t *v22bis;
    fsk_tx_state_t *fsk_tx;
    fsk_rx_state_t *fsk_rx;
    int tone_left;
    int pause_left;
    unsigned said;
    unsigned heard;
    int settling;
    int bits;
    int errors;
    int trained;
    int fell;
};

static int next_bit(unsigned *shift)
{
    int bit = ((*shift >> 8) ^ (*shift >> 4)) & 1;

    *shift = ((*shift << 1) | (unsigned) bit) & 0x1FF;
    return bit;
}

static int get_bit(void *user)
{
    struct data_modem *s = user;

    return next_bit(&s->said);
}

static void put_bit(void *user, int bit)
{
    struct data_modem *s = user;

    if (bit < 0) {
        s->trained += bit == SIG_STATUS_TRAINING_SUCCEEDED || bit == SIG_STATUS_CARRIER_UP;
        s->fell += s->bits > 0
            && (bit == SIG_STATUS_CARRIER_DOWN || bit == SIG_STATUS_TRAINING_FAILED || bit == SIG_STATUS_MODEM_RETRAIN_OCCURRED);
        return;
    }
    unsigned expected = s->heard;
    int is_right = next_bit(&expected) == bit;

    s->heard = ((s->heard << 1) | (unsigned) bit) & 0x1FF;
    if (s->settling > 0) {
        s->settling--;
        return;
    }
    s->bits++;
    s->errors += !is_right || s->heard == 0;
}

struct data_modem *data_open(int calling, int modem, int tone)
{
    static const int channels[][2] = {
        {FSK_V21CH1, FSK_V21CH2}, {FSK_BELL103CH1, FSK_BELL103CH2}, {FSK_V23CH2, FSK_V23CH1}};
    struct data_modem *s = calloc(1, sizeof(*s));

    s->said = 0x1FF;
    s->settling = SETTLE_BITS;
    if (!calling) {
        s->tone = modem_connect_tones_tx_init(NULL, tone);
        s->tone_left = TONE_MS * 8;
        s->pause_left = PAUSE_MS * 8;
    }
    if (modem == V22 || modem == V22BIS) {
        s->v22bis = v22bis_init(NULL, modem == V22 ? 1200 : 2400, V22BIS_GUARD_TONE_NONE, calling, get_bit, s, put_bit, s);
        return s;
    }
    const int *pair = channels[modem - V21];

    s->fsk_tx = fsk_tx_init(NULL, &preset_fsk_specs[pair[!calling]], get_bit, s);
    s->fsk_rx = fsk_rx_init(NULL, &preset_fsk_specs[pair[calling]], FSK_FRAME_MODE_SYNC, put_bit, s);
    return s;
}

/* Silence from where nothing is said on. */
void data_say(struct data_modem *s, int16_t *amp, int count)
{
    int said = 0;

    if (s->tone_left > 0) {
        said = modem_connect_tones_tx(s->tone, amp, count);
        s->tone_left -= count;
    } else if (s->pause_left > 0)
        s->pause_left -= count;
    else
        said = s->v22bis ? v22bis_tx(s->v22bis, amp, count) : fsk_tx(s->fsk_tx, amp, count);
    for (int n = said; n < count; n++)
        amp[n] = 0;
}

void data_hear(struct data_modem *s, const int16_t *amp, int count)
{
    if (s->tone_left > 0 || s->pause_left > 0)
        return;
    if (s->v22bis)
        v22bis_rx(s->v22bis, amp, count);
    else
        fsk_rx(s->fsk_rx, amp, count);
}

/* Bits that were heard, those of them that were wrong, how often it trained, and how often it lost the other one. */
void data_figures(struct data_modem *s, int *out)
{
    out[0] = s->bits;
    out[1] = s->errors;
    out[2] = s->trained;
    out[3] = s->fell;
}

void data_close(struct data_modem *s)
{
    if (s->tone)
        modem_connect_tones_tx_free(s->tone);
    if (s->v22bis)
        v22bis_free(s->v22bis);
    if (s->fsk_tx)
        fsk_tx_free(s->fsk_tx);
    if (s->fsk_rx)
        fsk_rx_free(s->fsk_rx);
    free(s);
}
