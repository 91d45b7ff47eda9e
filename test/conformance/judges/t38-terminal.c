/*
 * A fax machine that speaks T.38 itself, by spandsp's t38_terminal, with a UDPTL of its own; and
 * spandsp's writer of single packets. A library: the test calls it in virtual time.
 */
#include <spandsp.h>
#include <stdlib.h>
#include <string.h>

enum { DATAGRAM_MAX = 2048, IFP_MAX = 1024, QUEUE = 256, HISTORY = 256 };

struct kept {
    int sequence;
    int length;
    uint8_t bytes[IFP_MAX];
};

struct terminal {
    t38_terminal_state_t *t38;
    t38_core_state_t *core;
    t30_state_t *t30;
    int is_fec;
    int depth;
    int sequence;
    int expected;
    int recovered;
    int lost;
    struct kept sent[HISTORY];
    struct kept came[HISTORY];
    int head;
    int tail;
    int lengths[QUEUE];
    uint8_t queue[QUEUE][DATAGRAM_MAX];
};

static int put_open(uint8_t *out, const uint8_t *bytes, int length)
{
    int at = 0;

    if (length > 127)
        out[at++] = (uint8_t) (0x80 | (length >> 8));
    out[at++] = (uint8_t) length;
    memcpy(out + at, bytes, (size_t) length);
    return at + length;
}

/* The exclusive or of `span` packets, `apart` from each other, ending before `from`. */
static int parity(struct terminal *s, int from, int apart, int span, uint8_t *out)
{
    int longest = 0;

    memset(out, 0, IFP_MAX);
    for (int n = 1; n <= span; n++) {
        const struct kept *one = &s->sent[(from - n*apart) & (HISTORY - 1)];
        for (int at = 0; at < one->length; at++)
            out[at] ^= one->bytes[at];
        if (one->length > longest)
            longest = one->length;
    }
    return longest;
}

static int on_packet(t38_core_state_t *core, void *user, const uint8_t *buf, int len, int count)
{
    struct terminal *s = user;
    uint8_t *out = s->queue[s->head % QUEUE];
    struct kept *mine = &s->sent[s->sequence & (HISTORY - 1)];
    uint8_t xored[IFP_MAX];
    int at = 0;

    (void) core;
    if (len > IFP_MAX || s->head - s->tail >= QUEUE - 4)
        return -1;
    mine->sequence = s->sequence;
    mine->length = len;
    memcpy(mine->bytes, buf, (size_t) len);
    out[at++] = (uint8_t) (s->sequence >> 8);
    out[at++] = (uint8_t) s->sequence;
    at += put_open(out + at, buf, len);
    if (s->is_fec) {
        int ready = s->sequence >= 3*s->depth;
        out[at++] = 0x80;
        out[at++] = 1;
        out[at++] = 3;
        out[at++] = (uint8_t) (ready ? s->depth : 0);
        for (int m = 0; ready && m < s->depth; m++) {
            int length = parity(s, s->sequence + m, s->depth, 3, xored);
            at += put_open(out + at, xored, length);
        }
    } else {
        int copies = s->sequence < s->depth ? s->sequence : s->depth;
        out[at++] = 0;
        out[at++] = (uint8_t) copies;
        for (int n = 1; n <= copies; n++) {
            const struct kept *one = &s->sent[(s->sequence - n) & (HISTORY - 1)];
            at += put_open(out + at, one->bytes, one->length);
        }
    }
    s->sequence++;
    s->lengths[s->head % QUEUE] = at;
    s->head++;
    for (int n = 1; n < count; n++) {
        memcpy(s->queue[s->head % QUEUE], out, (size_t) at);
        s->lengths[s->head % QUEUE] = at;
        s->head++;
    }
    return 0;
}

/* A caller sends `file`, an answering terminal writes what it receives there. */
struct terminal *terminal_open(int calling, const char *file, int ecm, int version, int is_fec, int depth)
{
    struct terminal *s = calloc(1, sizeof(*s));

    s->is_fec = is_fec;
    s->depth = depth;
    for (int n = 0; n < HISTORY; n++)
        s->came[n].sequence = -1;
    s->t38 = t38_terminal_init(NULL, calling, on_packet, s);
    s->core = t38_terminal_get_t38_core_state(s->t38);
    s->t30 = t38_terminal_get_t30_state(s->t38);
    t38_set_t38_version(s->core, version);
    t30_set_ecm_capability(s->t30, ecm);
    t30_set_tx_ident(s->t30, calling ? "300" : "301");
    if (calling)
        t30_set_tx_file(s->t30, file, -1, -1);
    else
        t30_set_rx_file(s->t30, file, -1);
    return s;
}

void terminal_tick(struct terminal *s, int samples)
{
    t38_terminal_send_timeout(s->t38, samples);
}

/* The next datagram to send; 0 where there is none. */
int terminal_take(struct terminal *s, uint8_t *out)
{
    int length;

    if (s->tail == s->head)
        return 0;
    length = s->lengths[s->tail % QUEUE];
    memcpy(out, s->queue[s->tail % QUEUE], (size_t) length);
    s->tail++;
    return length;
}

static void deliver(struct terminal *s, int sequence, const uint8_t *bytes, int length)
{
    struct kept *one = &s->came[sequence & (HISTORY - 1)];

    one->sequence = sequence;
    one->length = length;
    memcpy(one->bytes, bytes, (size_t) length);
    t38_core_rx_ifp_packet(s->core, bytes, length, (uint16_t) sequence);
}

static const uint8_t *take_open(const uint8_t **at, const uint8_t *end, int *length)
{
    const uint8_t *from;

    if (*at >= end)
        return NULL;
    *length = *(*at)++;
    if (*length > 127) {
        if (*at >= end)
            return NULL;
        *length = ((*length & 0x3f) << 8) | *(*at)++;
    }
    if (end - *at < *length || *length > IFP_MAX)
        return NULL;
    from = *at;
    *at += *length;
    return from;
}

/* What a parity brings back of the packet `sequence - behind`; -1 where it does not. */
static int from_parity(struct terminal *s, int sequence, int behind, int span, int apart, int place,
                       const uint8_t *bytes, int length, uint8_t *out)
{
    int covers = 0;

    memset(out, 0, IFP_MAX);
    memcpy(out, bytes, (size_t) length);
    for (int n = 1; n <= span; n++) {
        int other = sequence + place - n*apart;
        const struct kept *one = &s->came[other & (HISTORY - 1)];
        if (other == sequence - behind) {
            covers = 1;
            continue;
        }
        if (one->sequence != other)
            return -1;
        for (int at = 0; at < one->length; at++)
            out[at] ^= one->bytes[at];
    }
    return covers ? length : -1;
}

/* One datagram. 0 where it is one. */
int terminal_receive(struct terminal *s, const uint8_t *bytes, int total)
{
    const uint8_t *at = bytes + 2;
    const uint8_t *end = bytes + total;
    const uint8_t *primary;
    const uint8_t *more[16];
    int lengths[16];
    int primary_length, sequence, is_fec, count, span = 0;

    if (total < 6)
        return -1;
    sequence = (bytes[0] << 8) | bytes[1];
    if ((primary = take_open(&at, end, &primary_length)) == NULL || at >= end)
        return -1;
    is_fec = (*at++ & 0x80) != 0;
    if (is_fec) {
        if (end - at < 2 || *at++ != 1)
            return -1;
        span = *at++;
    }
    if (at >= end || (count = *at++) > 16)
        return -1;
    for (int n = 0; n < count; n++) {
        if ((more[n] = take_open(&at, end, &lengths[n])) == NULL)
            return -1;
    }
    if (at != end)
        return -2;
    if (sequence < s->expected)
        return 0;
    for (int behind = sequence - s->expected; behind > 0; behind--) {
        if (!is_fec && behind <= count) {
            deliver(s, sequence - behind, more[behind - 1], lengths[behind - 1]);
            s->recovered++;
            continue;
        }
        int done = 0;
        for (int m = 0; is_fec && m < count && !done; m++) {
            uint8_t out[IFP_MAX];
            int length = from_parity(s, sequence, behind, span, count, m, more[m], lengths[m], out);
            if (length > 0) {
                deliver(s, sequence - behind, out, length);
                s->recovered++;
                done = 1;
            }
        }
        s->lost += !done;
    }
    deliver(s, sequence, primary, primary_length);
    s->expected = sequence + 1;
    return 0;
}

int terminal_active(struct terminal *s)
{
    return t30_call_active(s->t30);
}

/* bit rate, pages sent, pages received, bad rows, status, recovered, lost, error correction */
void terminal_figures(struct terminal *s, int *out)
{
    t30_stats_t t;

    t30_get_transfer_statistics(s->t30, &t);
    out[0] = t.bit_rate;
    out[1] = t.pages_tx;
    out[2] = t.pages_rx;
    out[3] = t.bad_rows;
    out[4] = t.current_status;
    out[5] = s->recovered;
    out[6] = s->lost;
    out[7] = t.error_correcting_mode;
}

void terminal_close(struct terminal *s)
{
    t38_terminal_free(s->t38);
    free(s);
}

struct written {
    int length;
    uint8_t *out;
};

static int keep(t38_core_state_t *core, void *user, const uint8_t *buf, int len, int count)
{
    struct written *to = user;

    (void) core;
    (void) count;
    memcpy(to->out, buf, (size_t) len);
    to->length = len;
    return 0;
}

static t38_core_state_t *writer(struct written *to, int version)
{
    t38_core_state_t *core = t38_core_init(NULL, NULL, NULL, NULL, NULL, keep, to);

    t38_set_t38_version(core, version);
    t38_set_data_transport_protocol(core, T38_TRANSPORT_UDPTL);
    t38_set_redundancy_control(core, T38_PACKET_CATEGORY_INDICATOR, 1);
    return core;
}

/* The bytes of an indicator as spandsp writes it; 0 where it does not. */
int ifp_indicator(int version, int indicator, uint8_t *out)
{
    struct written to = {0, out};
    t38_core_state_t *core = writer(&to, version);

    /* What is there already is not sent again. */
    t38_core_send_indicator(core, indicator == 0 ? 1 : 0);
    to.length = 0;
    t38_core_send_indicator(core, indicator);
    t38_core_free(core);
    return to.length;
}

/* The bytes of data in two pieces, the second without a byte. */
int ifp_data(int version, int type, int field, int last, const uint8_t *bytes, int length, uint8_t *out)
{
    struct written to = {0, out};
    t38_core_state_t *core = writer(&to, version);
    t38_data_field_t fields[2] = {{field, bytes, length}, {last, NULL, 0}};

    t38_core_send_data_multi_field(core, type, fields, 2, T38_PACKET_CATEGORY_CONTROL_DATA);
    t38_core_free(core);
    return to.length;
}
