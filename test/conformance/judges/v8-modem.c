/*
 * A modem, or a fax machine, that agrees with another one by V.8, by spandsp's v8. A library: the
 * test carries the sound from one to the other.
 */
#include <spandsp.h>
#include <stdlib.h>

struct modem {
    v8_state_t *v8;
    v8_parms_t heard;
    int times;
};

static void on_result(void *user, v8_parms_t *result)
{
    struct modem *s = user;

    s->heard = *result;
    s->times++;
}

struct modem *modem_open(int calling, int function, int modulations)
{
    struct modem *s = calloc(1, sizeof(*s));
    v8_parms_t mine = {0};

    mine.modem_connect_tone = MODEM_CONNECT_TONES_ANSAM_PR;
    mine.call_function = function;
    mine.modulations = (unsigned int) modulations;
    mine.protocol = V8_PROTOCOL_LAPM_V42;
    mine.nsf = -1;
    mine.t66 = -1;
    s->v8 = v8_init(NULL, calling, &mine, on_result, s);
    return s;
}

int modem_say(struct modem *s, int16_t *amp, int count)
{
    int said = v8_tx(s->v8, amp, count);

    for (int n = said; n < count; n++)
        amp[n] = 0;
    return said;
}

void modem_hear(struct modem *s, const int16_t *amp, int count)
{
    v8_rx(s->v8, amp, count);
}

/* How often a result was told, its status, its call function, its modulations. */
void modem_result(struct modem *s, int *out)
{
    out[0] = s->times;
    out[1] = s->heard.status;
    out[2] = s->heard.call_function;
    out[3] = (int) s->heard.modulations;
}

/* An answer tone alone, as spandsp makes and hears it. */
struct answer
{
    modem_connect_tones_tx_state_t *tx;
    modem_connect_tones_rx_state_t *rx;
};

struct answer *answer_open(int kind)
{
    struct answer *s = calloc(1, sizeof(*s));

    s->tx = modem_connect_tones_tx_init(NULL, kind);
    s->rx = modem_connect_tones_rx_init(NULL, kind, NULL, NULL);
    return s;
}

int answer_say(struct answer *s, int16_t *amp, int count)
{
    int said = modem_connect_tones_tx(s->tx, amp, count);

    for (int n = said; n < count; n++)
        amp[n] = 0;
    return said;
}

void answer_hear(struct answer *s, const int16_t *amp, int count)
{
    modem_connect_tones_rx(s->rx, amp, count);
}

/* What was heard since this was last asked; 0 for nothing. */
int answer_heard(struct answer *s)
{
    return modem_connect_tones_rx_get(s->rx);
}

void answer_close(struct answer *s)
{
    modem_connect_tones_tx_free(s->tx);
    modem_connect_tones_rx_free(s->rx);
    free(s);
}

void modem_close(struct modem *s)
{
    v8_free(s->v8);
    free(s);
}
