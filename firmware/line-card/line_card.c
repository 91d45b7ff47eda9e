/* SPDX-License-Identifier: MIT */
/* See line_card.h and docs/serial-line-card.md; R1 and so on are the rules of the latter. */
#include "line_card.h"

#include <string.h>

#if LC_LINES_MAX < 1 || LC_LINES_MAX > 8 || LC_LEAD_MAX < 1 || LC_LEAD_MAX > 8
#error "a card has 1 to 8 lines and a lead of 1 to 8 frames"
#endif
#if LC_PACKET_MAX > 1400 || LC_PACKET_MAX < 140 || LC_PACKET_MAX < 14 + 160 * LC_LINES_MAX
#error "LC_PACKET_MAX must hold a frame of audio of all lines, and no more than 1400 bytes"
#endif

#define VERSION 1
#define HEADER 2
#define CRC_BYTES 2
#define PACKET_MIN (HEADER + CRC_BYTES)

#define WATCHDOG_US 1500000u
#define LEAVE_EVERY_US 100000u
#define EVENTS_EVERY_US 40000u
#define EVENTS_IN_PACKET 16
#define EVENT_BYTES 8
#define SLOTS (LC_LEAD_MAX + 2)

enum {
    HELLO = 0x01,
    COMMAND = 0x02,
    ACK = 0x03,
    PING = 0x04,
    AUDIO_DOWN = 0x05,
    BYE = 0x06,
    WELCOME = 0x81,
    REPLY = 0x82,
    EVENTS = 0x83,
    STATUS = 0x84,
    AUDIO_UP = 0x85,
    OUT_OF_SESSION = 0x86
};

enum {
    OP_RESET = 0x01,
    OP_FEED = 0x02,
    OP_RING = 0x03,
    OP_OHT = 0x04,
    OP_METERING = 0x05,
    OP_LAMP = 0x06,
    OP_MEASURE = 0x07,
    OP_LEVELS = 0x08,
    OP_IMPEDANCE = 0x09,
    OP_AUDIO = 0x0a,
    OP_STATE = 0x0b,
    OP_SPI = 0x10
};

enum { EVENT_LOOP = 1, EVENT_FAULT = 2, EVENT_FAULT_OVER = 3, EVENT_RING_STOPPED = 4 };
enum { REASON_STARTED = 1, REASON_SILENT = 2, REASON_VERSION = 3 };

/* In the order of STATUS. */
enum { BAD_FRAMES, BAD_CRCS, BAD_PACKETS, LOST_PACKETS, LATE_AUDIO, DROPPED_EVENTS };

static uint16_t get16(const uint8_t *at)
{
    return (uint16_t)((at[0] << 8) | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
    return ((uint32_t)get16(at) << 16) | get16(at + 2);
}

static uint8_t *put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return at + 2;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
    return put16(put16(at, (uint16_t)(value >> 16)), (uint16_t)value);
}

static uint8_t bit(uint8_t line)
{
    return (uint8_t)(1u << line);
}

/* Whether a moment has come; times wrap. */
static int reached(uint32_t now_us, uint32_t at_us)
{
    return now_us - at_us < 0x80000000u;
}

uint16_t lc_crc16(const uint8_t *bytes, size_t count)
{
    uint16_t crc = 0xffff;
    while (count-- > 0) {
        crc ^= (uint16_t)(*bytes++ << 8);
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)((crc & 0x8000) ? (crc << 1) ^ 0x1021 : crc << 1);
    }
    return crc;
}

/* ---------------------------------------------------------------- companding, ITU-T G.711 */

static int16_t from_mu_law(uint8_t code)
{
    uint8_t inverted = (uint8_t)~code;
    int magnitude = ((((inverted & 0x0f) << 3) + 0x84) << ((inverted >> 4) & 7)) - 0x84;
    return (int16_t)((inverted & 0x80) ? -magnitude : magnitude);
}

static uint8_t to_mu_law(int16_t sample)
{
    uint8_t sign = sample < 0 ? 0x80 : 0;
    int magnitude = sample < 0 ? -(int)sample : sample;
    int segment = 7;
    if (magnitude > 32635)
        magnitude = 32635;
    magnitude += 0x84;
    while (segment > 0 && !(magnitude & (0x80 << segment)))
        segment--;
    return (uint8_t)~(sign | (segment << 4) | ((magnitude >> (segment + 3)) & 0x0f));
}

static int16_t from_a_law(uint8_t code)
{
    uint8_t straight = code ^ 0x55;
    int segment = (straight >> 4) & 7;
    int magnitude = ((straight & 0x0f) << 4) + 8;
    if (segment > 0)
        magnitude = (magnitude + 0x100) << (segment - 1);
    return (int16_t)((straight & 0x80) ? magnitude : -magnitude);
}

static uint8_t to_a_law(int16_t sample)
{
    uint8_t sign = sample < 0 ? 0 : 0x80;
    int magnitude = sample < 0 ? -(int)sample - 1 : sample;
    int segment = 7;
    while (segment > 0 && !(magnitude & (0x80 << segment)))
        segment--;
    int shift = segment == 0 ? 4 : segment + 3;
    return (uint8_t)((sign | (segment << 4) | ((magnitude >> shift) & 0x0f)) ^ 0x55);
}

static size_t sample_bytes(const struct lc_card *card)
{
    return card->coding == LC_LINEAR ? 2 : 1;
}

static void encode_samples(uint8_t coding, const int16_t *samples, uint8_t *out)
{
    for (int at = 0; at < LC_FRAME_SAMPLES; at++) {
        if (coding == LC_LINEAR)
            out = put16(out, (uint16_t)samples[at]);
        else
            *out++ = coding == LC_A_LAW ? to_a_law(samples[at]) : to_mu_law(samples[at]);
    }
}

static void decode_samples(uint8_t coding, const uint8_t *bytes, int16_t *samples)
{
    for (int at = 0; at < LC_FRAME_SAMPLES; at++) {
        if (coding == LC_LINEAR)
            samples[at] = (int16_t)get16(bytes + 2 * at);
        else
            samples[at] = coding == LC_A_LAW ? from_a_law(bytes[at]) : from_mu_law(bytes[at]);
    }
}

/* ---------------------------------------------------------------------------------- events */

static uint8_t next_event(const struct lc_card *card)
{
    return (uint8_t)(card->event_first + card->event_count);
}

static int store_event(struct lc_card *card, uint8_t line, uint8_t kind, uint16_t value,
                       uint32_t at_us)
{
    if (!card->in_session)
        return 1;
    if (card->event_count == LC_EVENTS_MAX) {
        card->counters[DROPPED_EVENTS]++;
        return 0;
    }
    struct lc_event *event = &card->events[next_event(card) % LC_EVENTS_MAX];
    event->line = line;
    event->kind = kind;
    event->value = value;
    event->time_us = at_us;
    card->event_count++;
    card->events_due = 1;
    return 1;
}

/* A loop that changed while the store was full is told as it stands now (R27). */
static void make_up_loops(struct lc_card *card, uint32_t now_us)
{
    for (uint8_t line = 0; line < card->config->line_count; line++) {
        if (((card->told_loops ^ card->loops) & bit(line)) == 0)
            continue;
        if (card->event_count == LC_EVENTS_MAX)
            return;
        store_event(card, line, EVENT_LOOP, (card->loops & bit(line)) != 0, now_us);
        card->told_loops ^= bit(line);
    }
}

void lc_loop(struct lc_card *card, uint8_t line, uint8_t closed, uint32_t at_us)
{
    if (line >= card->config->line_count || ((card->loops & bit(line)) != 0) == (closed != 0))
        return;
    card->loops ^= bit(line);
    card->lines[line].closed_us = at_us;
    if (((card->told_loops ^ card->loops) & bit(line)) == 0)
        return; /* Back to what was told last: the change between them was dropped. */
    if (store_event(card, line, EVENT_LOOP, closed != 0, at_us))
        card->told_loops ^= bit(line);
}

/* ----------------------------------------------------------------------------------- lines */

static uint8_t apply_feed(struct lc_card *card, uint8_t line)
{
    const struct lc_hardware *hardware = &card->config->hardware;
    if ((card->config->lines[line].flags & LC_HAS_SLIC) == 0)
        return LC_DONE;
    return hardware->feed(hardware->context, line, card->lines[line].feed);
}

static uint8_t end_ringing(struct lc_card *card, uint8_t line)
{
    const struct lc_hardware *hardware = &card->config->hardware;
    if (!card->lines[line].ringing)
        return LC_DONE;
    card->lines[line].ringing = 0;
    uint8_t status = hardware->ring(hardware->context, line, NULL);
    uint8_t applied = apply_feed(card, line);
    return status != LC_DONE ? status : applied;
}

static void switch_audio(struct lc_card *card, uint8_t line, uint8_t on)
{
    const struct lc_hardware *hardware = &card->config->hardware;
    uint8_t was = (card->audio_wanted & bit(line)) != 0;
    if (was == on)
        return;
    card->audio_wanted ^= bit(line);
    for (int slot = 0; slot < SLOTS; slot++)
        card->slots[slot].lines &= (uint8_t)~bit(line); /* Not played yet: never (R28). */
    if (hardware->audio != NULL)
        hardware->audio(hardware->context, line, on);
}

static uint8_t make_safe(struct lc_card *card, uint8_t line)
{
    const struct lc_hardware *hardware = &card->config->hardware;
    uint8_t ended = end_ringing(card, line);
    switch_audio(card, line, 0);
    if (hardware->rest != NULL)
        hardware->rest(hardware->context, line);
    card->lines[line].feed = LC_FORWARD;
    uint8_t applied = apply_feed(card, line);
    return ended != LC_DONE ? ended : applied;
}

void lc_fault(struct lc_card *card, uint8_t line, uint8_t fault, uint8_t over, uint32_t at_us)
{
    if (line >= card->config->line_count)
        return;
    card->lines[line].fault = over ? 0 : fault;
    if (over) {
        store_event(card, line, EVENT_FAULT_OVER, fault, at_us);
        return;
    }
    uint8_t rang = card->lines[line].ringing;
    make_safe(card, line);
    store_event(card, line, EVENT_FAULT, fault, at_us);
    if (rang)
        store_event(card, line, EVENT_RING_STOPPED, LC_RING_FAULT, at_us);
}

void lc_ring_stopped(struct lc_card *card, uint8_t line, uint8_t reason, uint32_t at_us)
{
    if (line >= card->config->line_count || !card->lines[line].ringing)
        return;
    end_ringing(card, line);
    store_event(card, line, EVENT_RING_STOPPED, reason, at_us);
}

/* --------------------------------------------------------------------------------- session */

static void leave_session(struct lc_card *card, uint8_t reason)
{
    card->in_session = 0;
    card->leave_reason = reason;
    card->welcome_due = 0;
    card->status_due = 0;
    card->stray_due = 0;
    card->events_due = 0;
    card->event_first = 0;
    card->event_count = 0;
    card->audio_due = 0;
    card->audio_lines = 0;
    for (int slot = 0; slot < SLOTS; slot++)
        card->slots[slot].asked = card->slots[slot].answered = 0;
    for (uint8_t line = 0; line < card->config->line_count; line++) {
        card->lines[line].has_tag = 0;
        card->lines[line].reply_due = 0;
        make_safe(card, line);
    }
}

static void take_hello(struct lc_card *card, const uint8_t *body, size_t length, uint32_t now_us)
{
    if (length < 10 || body[0] != 'T' || body[1] != 'R') {
        card->counters[BAD_PACKETS]++;
        return;
    }
    if (body[2] > VERSION || body[3] < VERSION) {
        leave_session(card, REASON_VERSION);
        card->leave_due = 1;
        return;
    }
    leave_session(card, REASON_SILENT);
    card->leave_due = 0;
    card->in_session = 1;
    card->session = get32(body + 4);
    card->coding = body[8];
    if (card->coding > LC_LINEAR || (card->config->codings & (1 << card->coding)) == 0)
        card->coding = LC_MU_LAW;
    card->lead = body[9] < 1 ? 1 : body[9] > LC_LEAD_MAX ? LC_LEAD_MAX : body[9];
    card->heard_us = now_us;
    card->tx_seq = 0;
    card->told_loops = card->loops;
    card->welcome_due = 1;
}

static uint8_t ring(struct lc_card *card, uint8_t line, const uint8_t *args, uint32_t now_us)
{
    const struct lc_line_info *info = &card->config->lines[line];
    const struct lc_hardware *hardware = &card->config->hardware;
    struct lc_line *state = &card->lines[line];
    if (args[0] == 0)
        return end_ringing(card, line);
    if (args[0] != 1 || args[1] > LC_TRAPEZOID)
        return LC_BAD_ARGUMENTS;
    if (state->feed == LC_OPEN || state->feed == LC_POWER_DOWN)
        return LC_NOT_NOW;
    struct lc_ring wanted = {args[1], args[4], get16(args + 2)};
    if (wanted.tenths_hz < info->ring_min_hz * 10)
        wanted.tenths_hz = (uint16_t)(info->ring_min_hz * 10);
    if (wanted.tenths_hz > info->ring_max_hz * 10)
        wanted.tenths_hz = (uint16_t)(info->ring_max_hz * 10);
    uint8_t status = hardware->ring(hardware->context, line, &wanted);
    if (status != LC_DONE) {
        state->ringing = 1; /* Whatever it did: it is ended. */
        end_ringing(card, line);
        return status;
    }
    if (!state->ringing) {
        state->burst_until_us = now_us + info->burst_100ms * 100000u;
        state->closed_us = now_us;
    }
    state->ringing = 1;
    uint16_t ms = get16(args + 5);
    state->ring_until_us = state->burst_until_us;
    if (ms != 0 && !reached(now_us + ms * 1000u, state->burst_until_us))
        state->ring_until_us = now_us + ms * 1000u;
    return LC_DONE;
}

static uint8_t feed(struct lc_card *card, uint8_t line, uint8_t wanted)
{
    static const uint16_t needs[] = {LC_CAN_OPEN, 0, LC_CAN_REVERSE, LC_CAN_POWER_DOWN};
    uint16_t flags = card->config->lines[line].flags;
    if (wanted > LC_POWER_DOWN)
        return LC_BAD_ARGUMENTS;
    if ((flags & needs[wanted]) != needs[wanted])
        return LC_CANNOT;
    card->lines[line].feed = wanted;
    return card->lines[line].ringing ? LC_DONE : apply_feed(card, line);
}

static uint8_t metering(struct lc_card *card, uint8_t line, const uint8_t *args)
{
    const struct lc_hardware *hardware = &card->config->hardware;
    uint16_t hz = get16(args), ms = get16(args + 2);
    if ((hz != 12000 && hz != 16000) || ms < 1 || ms > 5000)
        return LC_BAD_ARGUMENTS;
    uint16_t needs = hz == 12000 ? LC_METERING_12K : LC_METERING_16K;
    if ((card->config->lines[line].flags & needs) == 0)
        return LC_CANNOT;
    return hardware->metering(hardware->context, line, hz, ms);
}

static void put_state(struct lc_card *card, uint8_t line, uint8_t *data)
{
    data[0] = card->lines[line].feed;
    data[1] = card->lines[line].ringing;
    data[2] = (card->loops & bit(line)) != 0;
    data[3] = card->lines[line].fault;
}

static uint8_t measure(struct lc_card *card, uint8_t line, uint8_t *data)
{
    const struct lc_hardware *hardware = &card->config->hardware;
    int16_t reading[4] = {0, 0, 0, 0};
    uint8_t status = hardware->measure(hardware->context, line, reading);
    for (int at = 0; at < 4; at++)
        data = put16(data, (uint16_t)reading[at]);
    return status;
}

/* Carries a command out. Data of the reply goes to `data`, its length to `length`. */
static uint8_t execute(struct lc_card *card, uint8_t line, uint8_t op, const uint8_t *args,
                       size_t count, uint8_t *data, uint8_t *length, uint32_t now_us)
{
    const struct lc_hardware *hardware = &card->config->hardware;
    uint16_t flags = card->config->lines[line].flags;
    static const struct {
        uint8_t op, arguments;
        uint16_t needs;
    } ops[] = {
        {OP_RESET, 0, 0},          {OP_FEED, 1, LC_HAS_SLIC},
        {OP_RING, 7, LC_HAS_SLIC}, {OP_OHT, 1, LC_OHT_SWITCHED},
        {OP_METERING, 4, 0},       {OP_LAMP, 1, LC_HAS_LAMP},
        {OP_MEASURE, 0, LC_MEASURES}, {OP_LEVELS, 4, LC_HAS_LEVELS},
        {OP_IMPEDANCE, 1, LC_HAS_IMPEDANCE}, {OP_AUDIO, 1, LC_HAS_AUDIO},
        {OP_STATE, 0, 0},          {OP_SPI, 2, LC_HAS_SPI},
    };
    size_t at = 0;
    while (at < sizeof ops / sizeof ops[0] && ops[at].op != op)
        at++;
    if (at == sizeof ops / sizeof ops[0])
        return LC_UNKNOWN_OP;
    if ((flags & ops[at].needs) != ops[at].needs)
        return LC_CANNOT;
    uint8_t arguments = ops[at].arguments;
    if (op == OP_RING && count > 0 && args[0] == 0)
        arguments = 1;
    if (count < arguments)
        return LC_BAD_ARGUMENTS;
    if ((op == OP_OHT || op == OP_LAMP || op == OP_AUDIO) && args[0] > 1)
        return LC_BAD_ARGUMENTS;
    *length = 0;
    switch (op) {
    case OP_RESET: {
        uint8_t status = make_safe(card, line);
        put_state(card, line, data);
        *length = 4;
        return status;
    }
    case OP_FEED:
        return feed(card, line, args[0]);
    case OP_RING:
        return ring(card, line, args, now_us);
    case OP_OHT:
        return hardware->oht(hardware->context, line, args[0]);
    case OP_METERING:
        return metering(card, line, args);
    case OP_LAMP:
        return hardware->lamp(hardware->context, line, args[0]);
    case OP_MEASURE:
        *length = 8;
        return measure(card, line, data);
    case OP_LEVELS:
        return hardware->levels(hardware->context, line, (int16_t)get16(args),
                                (int16_t)get16(args + 2));
    case OP_IMPEDANCE:
        return args[0] > 7 ? LC_BAD_ARGUMENTS
                           : hardware->impedance(hardware->context, line, args[0]);
    case OP_AUDIO:
        switch_audio(card, line, args[0]);
        return LC_DONE;
    case OP_STATE:
        put_state(card, line, data);
        *length = 4;
        return LC_DONE;
    default: /* OP_SPI */
        if (count - 1 > LC_SPI_MAX)
            return LC_BAD_ARGUMENTS;
        *length = (uint8_t)(count - 1);
        memcpy(data, args + 1, *length);
        return hardware->spi(hardware->context, line, args[0], data, *length);
    }
}

static void take_command(struct lc_card *card, const uint8_t *body, size_t length,
                         uint32_t now_us)
{
    if (length < 3) {
        card->counters[BAD_PACKETS]++;
        return;
    }
    uint8_t line = body[0], tag = body[1], op = body[2];
    if (line >= card->config->line_count) {
        /* It has no memory, and needs none: nothing is done. */
        memcpy(card->stray, body, sizeof card->stray);
        card->stray_due = 1;
        return;
    }
    struct lc_line *state = &card->lines[line];
    if (!state->has_tag || state->tag != tag) {
        uint8_t count = 0;
        state->reply[0] = op;
        state->reply[1] = execute(card, line, op, body + 3, length - 3, state->reply + 2, &count,
                                  now_us);
        state->reply_length = (uint8_t)(2 + (state->reply[1] == LC_DONE ? count : 0));
        state->has_tag = 1;
        state->tag = tag;
    }
    state->reply_due = 1;
}

static void take_ack(struct lc_card *card, const uint8_t *body, size_t length, uint32_t now_us)
{
    if (length < 1) {
        card->counters[BAD_PACKETS]++;
        return;
    }
    uint8_t acknowledged = (uint8_t)(body[0] - card->event_first);
    if (acknowledged > card->event_count)
        return;
    card->event_first = body[0];
    card->event_count = (uint8_t)(card->event_count - acknowledged);
    if (card->event_count == 0)
        card->events_due = 0;
    make_up_loops(card, now_us);
}

/* Null where nothing is awaited for that position: it is too late, or was never asked for. */
static struct lc_slot *awaited_slot(struct lc_card *card, uint32_t position)
{
    for (int slot = 0; slot < SLOTS; slot++)
        if (card->slots[slot].asked && card->slots[slot].position == position)
            return &card->slots[slot];
    return NULL;
}

static void take_audio(struct lc_card *card, const uint8_t *body, size_t length)
{
    size_t line_bytes = LC_FRAME_SAMPLES * sample_bytes(card);
    size_t at = 5;
    if (length < at) {
        card->counters[BAD_PACKETS]++;
        return;
    }
    uint8_t lines = body[0];
    for (uint8_t line = 0; line < 8; line++)
        at += (lines & bit(line)) ? line_bytes : 0;
    if (lines == 0 || length < at) {
        card->counters[BAD_PACKETS]++;
        return;
    }
    uint32_t position = get32(body + 1);
    struct lc_slot *slot = awaited_slot(card, position);
    if (slot == NULL)
        return;
    slot->answered = 1;
    slot->lines = lines;
    at = 5;
    for (uint8_t line = 0; line < 8; line++) {
        if ((lines & bit(line)) == 0)
            continue;
        if (line < card->config->line_count)
            decode_samples(card->coding, body + at, slot->samples[line]);
        at += line_bytes;
    }
}

static void take_packet(struct lc_card *card, uint8_t *packet, size_t length, uint32_t now_us)
{
    uint8_t type = packet[0], seq = packet[1];
    const uint8_t *body = packet + HEADER;
    if (type < HELLO || type > BYE) {
        card->counters[BAD_PACKETS]++;
        return;
    }
    if (card->rx_has_seq && type != HELLO) {
        if (seq == card->rx_seq) {
            card->heard_us = now_us;
            return;
        }
        card->counters[LOST_PACKETS] =
            (uint16_t)(card->counters[LOST_PACKETS] + (uint8_t)(seq - card->rx_seq - 1));
    }
    card->rx_seq = seq;
    card->rx_has_seq = 1;
    length -= HEADER;
    if (type == HELLO) {
        take_hello(card, body, length, now_us);
        return;
    }
    if (!card->in_session) {
        if (!card->leave_was_sent || now_us - card->leave_sent_us >= LEAVE_EVERY_US)
            card->leave_due = 1;
        return;
    }
    card->heard_us = now_us;
    switch (type) {
    case COMMAND:
        take_command(card, body, length, now_us);
        break;
    case ACK:
        take_ack(card, body, length, now_us);
        break;
    case PING:
        if (length < 4) {
            card->counters[BAD_PACKETS]++;
            break;
        }
        card->token = get32(body);
        card->received_us = now_us;
        card->status_due = 1;
        break;
    case AUDIO_DOWN:
        take_audio(card, body, length);
        break;
    default: /* BYE */
        leave_session(card, REASON_SILENT);
        break;
    }
}

/* ------------------------------------------------------------------------------------ link */

/* In place; the length, or 0 where it is not COBS. */
static size_t decode_cobs(uint8_t *bytes, size_t count)
{
    size_t at = 0, length = 0;
    while (at < count) {
        size_t code = bytes[at++];
        if (code == 0 || at + code - 1 > count)
            return 0;
        for (size_t left = code - 1; left > 0; left--)
            bytes[length++] = bytes[at++];
        if (code < 255 && at < count)
            bytes[length++] = 0;
    }
    return length;
}

size_t lc_encode_cobs(const uint8_t *bytes, size_t count, uint8_t *out)
{
    size_t code_at = 0, length = 1;
    for (size_t at = 0; at < count; at++) {
        if (length - code_at == 255) {
            out[code_at] = 255;
            code_at = length++;
        }
        if (bytes[at] == 0) {
            out[code_at] = (uint8_t)(length - code_at);
            code_at = length++;
        } else {
            out[length++] = bytes[at];
        }
    }
    out[code_at] = (uint8_t)(length - code_at);
    out[length++] = 0;
    return length;
}

static void end_frame(struct lc_card *card, uint32_t now_us)
{
    size_t count = card->rx_length;
    uint8_t overlong = card->rx_overlong;
    card->rx_length = 0;
    card->rx_overlong = 0;
    if (count == 0)
        return;
    size_t length = overlong ? 0 : decode_cobs(card->rx, count);
    /* A frame of one code byte is COBS for nothing: too short, not malformed. */
    if (length == 0 && !(count == 1 && card->rx[0] == 1))
        card->counters[BAD_FRAMES]++;
    else if (length > LC_PACKET_MAX)
        card->counters[BAD_FRAMES]++;
    else if (length < PACKET_MIN)
        card->counters[BAD_PACKETS]++;
    else if (lc_crc16(card->rx, length) != 0)
        card->counters[BAD_CRCS]++;
    else
        take_packet(card, card->rx, length - CRC_BYTES, now_us);
}

void lc_receive(struct lc_card *card, const uint8_t *bytes, size_t count, uint32_t now_us)
{
    for (size_t at = 0; at < count; at++) {
        if (bytes[at] == 0)
            end_frame(card, now_us);
        else if (card->rx_length < LC_WIRE_MAX)
            card->rx[card->rx_length++] = bytes[at];
        else
            card->rx_overlong = 1;
    }
}

static size_t finish(struct lc_card *card, uint8_t type, size_t body, uint8_t *out)
{
    card->packet[0] = type;
    card->packet[1] = card->tx_seq++;
    size_t length = HEADER + body;
    put16(card->packet + length, lc_crc16(card->packet, length));
    return lc_encode_cobs(card->packet, length + CRC_BYTES, out);
}

static size_t send_welcome(struct lc_card *card, uint8_t *out)
{
    const struct lc_config *config = card->config;
    uint8_t *at = put32(card->packet + HEADER, card->session);
    *at++ = VERSION;
    *at++ = config->line_count;
    *at++ = config->codings;
    *at++ = card->coding;
    *at++ = card->lead;
    at = put16(at, LC_PACKET_MAX);
    for (uint8_t line = 0; line < config->line_count; line++) {
        const struct lc_line_info *info = &config->lines[line];
        at = put16(at, info->flags);
        *at++ = info->duty_percent;
        *at++ = info->burst_100ms;
        *at++ = info->ring_min_hz;
        *at++ = info->ring_max_hz;
        *at++ = info->ring_volts;
        *at++ = info->trip_ms;
    }
    size_t name = strlen(config->name);
    if (name > LC_NAME_MAX)
        name = LC_NAME_MAX;
    *at++ = (uint8_t)name;
    memcpy(at, config->name, name);
    return finish(card, WELCOME, (size_t)(at - card->packet) - HEADER + name, out);
}

static size_t send_reply(struct lc_card *card, uint8_t line, uint8_t *out)
{
    struct lc_line *state = &card->lines[line];
    uint8_t *body = card->packet + HEADER;
    state->reply_due = 0;
    body[0] = line;
    body[1] = state->tag;
    memcpy(body + 2, state->reply, state->reply_length);
    return finish(card, REPLY, 2u + state->reply_length, out);
}

/* To a command for a line that is not there. */
static size_t send_stray(struct lc_card *card, uint8_t *out)
{
    uint8_t *body = card->packet + HEADER;
    card->stray_due = 0;
    memcpy(body, card->stray, sizeof card->stray);
    body[3] = LC_NO_SUCH_LINE;
    return finish(card, REPLY, 4, out);
}

static size_t send_events(struct lc_card *card, uint8_t *out, uint32_t now_us)
{
    uint8_t count = card->event_count < EVENTS_IN_PACKET ? card->event_count : EVENTS_IN_PACKET;
    uint8_t *at = card->packet + HEADER;
    *at++ = card->event_first;
    *at++ = count;
    for (uint8_t each = 0; each < count; each++) {
        uint8_t number = (uint8_t)(card->event_first + each);
        const struct lc_event *event = &card->events[number % LC_EVENTS_MAX];
        *at++ = event->line;
        *at++ = event->kind;
        at = put32(at, event->time_us);
        at = put16(at, event->value);
    }
    card->events_due = 0;
    card->events_sent_us = now_us;
    return finish(card, EVENTS, 2u + (size_t)count * EVENT_BYTES, out);
}

static size_t send_status(struct lc_card *card, uint8_t *out, uint32_t now_us)
{
    uint8_t *at = put32(card->packet + HEADER, card->token);
    at = put32(at, card->received_us);
    at = put32(at, now_us);
    *at++ = next_event(card);
    *at++ = card->loops;
    uint8_t ringing = 0;
    for (uint8_t line = 0; line < card->config->line_count; line++)
        ringing |= card->lines[line].ringing ? bit(line) : 0;
    *at++ = ringing;
    for (int counter = 0; counter < 6; counter++)
        at = put16(at, card->counters[counter]);
    card->status_due = 0;
    return finish(card, STATUS, (size_t)(at - card->packet) - HEADER, out);
}

static size_t send_audio(struct lc_card *card, uint8_t *out, uint32_t now_us)
{
    uint8_t *at = card->packet + HEADER;
    size_t count = 0;
    *at++ = card->up_lines;
    at = put32(at, card->up_position);
    at = put32(at, now_us);
    *at++ = next_event(card);
    for (uint8_t line = 0; line < card->config->line_count; line++)
        count += (card->up_lines & bit(line)) ? LC_FRAME_SAMPLES * sample_bytes(card) : 0;
    memcpy(at, card->up, count);
    card->audio_due = 0;
    return finish(card, AUDIO_UP, 10 + count, out);
}

size_t lc_next_frame(struct lc_card *card, uint8_t *out, uint32_t now_us)
{
    if (card->leave_due) {
        uint8_t *body = card->packet + HEADER;
        card->leave_due = 0;
        card->leave_was_sent = 1;
        card->leave_sent_us = now_us;
        body[0] = card->leave_reason;
        body[1] = body[2] = VERSION;
        return finish(card, OUT_OF_SESSION, 3, out);
    }
    if (card->welcome_due) {
        card->welcome_due = 0;
        return send_welcome(card, out);
    }
    /* Events before replies: what a reply tells of the loop is not older than they are. */
    if (card->events_due && card->event_count > 0)
        return send_events(card, out, now_us);
    for (uint8_t line = 0; line < card->config->line_count; line++)
        if (card->lines[line].reply_due)
            return send_reply(card, line, out);
    if (card->stray_due)
        return send_stray(card, out);
    if (card->status_due)
        return send_status(card, out, now_us);
    if (card->audio_due)
        return send_audio(card, out, now_us);
    return 0;
}

/* ------------------------------------------------------------------------------------ time */

/* Whether a receiver was lifted while the line rings: nobody is needed to tell that (R30). */
static int is_answered(const struct lc_card *card, uint8_t line, uint32_t now_us)
{
    uint32_t trip_us = card->config->lines[line].trip_ms * 1000u;
    return trip_us != 0 && (card->loops & bit(line)) != 0 &&
           reached(now_us, card->lines[line].closed_us + trip_us);
}

void lc_tick(struct lc_card *card, uint32_t now_us)
{
    if (card->in_session && now_us - card->heard_us >= WATCHDOG_US &&
        reached(now_us, card->heard_us))
        leave_session(card, REASON_SILENT);
    for (uint8_t line = 0; line < card->config->line_count; line++) {
        struct lc_line *state = &card->lines[line];
        if (state->ringing && reached(now_us, state->ring_until_us))
            lc_ring_stopped(card, line, LC_RING_TIME_OVER, now_us);
        if (state->ringing && is_answered(card, line, now_us))
            lc_ring_stopped(card, line, LC_RING_TRIP, now_us);
    }
    if (card->event_count > 0 && now_us - card->events_sent_us >= EVENTS_EVERY_US)
        card->events_due = 1;
}

void lc_frame(struct lc_card *card, int16_t captured[][LC_FRAME_SAMPLES],
              int16_t playout[][LC_FRAME_SAMPLES], uint32_t now_us)
{
    (void)now_us;
    uint8_t count = card->config->line_count;
    uint32_t position = card->position;
    card->position += LC_FRAME_SAMPLES;
    for (uint8_t line = 0; line < count; line++)
        memset(playout[line], 0, sizeof playout[line]);
    if (card->in_session) {
        uint32_t due_position = position - LC_FRAME_SAMPLES * (uint32_t)card->lead;
        struct lc_slot *due = awaited_slot(card, due_position);
        if (due != NULL) {
            for (uint8_t line = 0; line < count; line++)
                if (due->answered && (due->lines & bit(line)) && (card->audio_lines & bit(line)))
                    memcpy(playout[line], due->samples[line], sizeof playout[line]);
            if (!due->answered)
                card->counters[LATE_AUDIO]++;
            due->asked = due->answered = 0;
        }
        if (card->audio_lines != 0) {
            size_t at = 0;
            for (uint8_t line = 0; line < count; line++) {
                if ((card->audio_lines & bit(line)) == 0)
                    continue;
                encode_samples(card->coding, captured[line], card->up + at);
                at += LC_FRAME_SAMPLES * sample_bytes(card);
            }
            struct lc_slot *slot = &card->slots[card->next_slot];
            card->next_slot = (uint8_t)((card->next_slot + 1) % SLOTS);
            slot->position = position;
            slot->asked = 1;
            slot->answered = 0;
            card->up_lines = card->audio_lines;
            card->up_position = position;
            card->audio_due = 1;
        }
    }
    card->audio_lines = card->in_session ? card->audio_wanted : 0;
}

void lc_init(struct lc_card *card, const struct lc_config *config, uint32_t now_us)
{
    memset(card, 0, sizeof *card);
    card->config = config;
    card->heard_us = now_us;
    leave_session(card, REASON_STARTED);
}
