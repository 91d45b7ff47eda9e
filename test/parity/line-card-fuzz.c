/* SPDX-License-Identifier: MIT */
/* Anything that a host, or noise, may send to the C core of a line card: run under the address and
   undefined-behaviour sanitizers. Arguments: how many packets, and a seed. It prints what it did. */
#include "line_card.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t state;

static uint32_t chance(uint32_t below)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
}

static uint8_t yes(void)
{
    return chance(20) == 0 ? (uint8_t)chance(8) : LC_DONE;
}

static uint8_t feed(void *context, uint8_t line, uint8_t wanted)
{
    (void)context;
    if (line >= LC_LINES_MAX || wanted > LC_POWER_DOWN)
        abort();
    return yes();
}

static uint8_t ring(void *context, uint8_t line, const struct lc_ring *wanted)
{
    (void)context;
    if (line >= LC_LINES_MAX)
        abort();
    if (wanted != NULL && (wanted->tenths_hz < 200 || wanted->tenths_hz > 250 || wanted->shape > 2))
        abort();
    return yes();
}

static uint8_t one(void *context, uint8_t line, uint8_t value)
{
    (void)context;
    if (line >= LC_LINES_MAX || value > 7)
        abort();
    return yes();
}

static uint8_t metering(void *context, uint8_t line, uint16_t hz, uint16_t ms)
{
    (void)context;
    (void)line;
    if ((hz != 12000 && hz != 16000) || ms == 0 || ms > 5000)
        abort();
    return yes();
}

static uint8_t measure(void *context, uint8_t line, int16_t reading[4])
{
    (void)context;
    (void)line;
    memset(reading, 0xa5, 4 * sizeof reading[0]);
    return yes();
}

static uint8_t levels(void *context, uint8_t line, int16_t to_phone, int16_t from_phone)
{
    (void)context;
    (void)line;
    (void)to_phone;
    (void)from_phone;
    return yes();
}

static uint8_t spi(void *context, uint8_t line, uint8_t flags, uint8_t *bytes, uint8_t count)
{
    (void)context;
    (void)line;
    (void)flags;
    if (count == 0 || count > LC_SPI_MAX)
        abort();
    memset(bytes, 0x5a, count);
    return yes();
}

static const uint8_t hello[] = {'T', 'R', 1, 1, 9, 9, 9, 9, 2, 3};

/* A packet that is right but for what is in it, or right altogether, or noise. */
static size_t packet(uint8_t *wire, uint8_t seq)
{
    static uint8_t bytes[1500];
    uint32_t kind = chance(20);
    if (kind == 0) {
        size_t noise = chance(1500);
        for (size_t at = 0; at < noise; at++)
            wire[at] = (uint8_t)chance(256);
        return noise;
    }
    size_t length = 2 + (chance(10) == 0 ? chance(1396) : chance(30));
    for (size_t at = 0; at < length; at++)
        bytes[at] = (uint8_t)(chance(3) == 0 ? chance(4) : chance(256));
    bytes[0] = (uint8_t)(1 + chance(chance(10) == 0 ? 255 : 6));
    bytes[1] = seq;
    if (bytes[0] == 6 && chance(20) != 0)
        bytes[0] = 2;
    if (bytes[0] == 1 && chance(4) != 0) {
        memcpy(bytes + 2, hello, sizeof hello);
        length = 2 + sizeof hello;
        bytes[10] = (uint8_t)chance(5);
        bytes[11] = (uint8_t)chance(12);
    }
    if (bytes[0] == 2 && length > 6) {
        bytes[2] = (uint8_t)chance(10);
        bytes[4] = (uint8_t)(1 + chance(17));
    }
    uint16_t crc = lc_crc16(bytes, length);
    bytes[length++] = (uint8_t)(crc >> 8);
    bytes[length++] = (uint8_t)crc;
    return lc_encode_cobs(bytes, length, wire);
}

int main(int count, char **words)
{
    static struct lc_line_info lines[LC_LINES_MAX];
    static struct lc_card card;
    static int16_t captured[LC_LINES_MAX][LC_FRAME_SAMPLES], playout[LC_LINES_MAX][LC_FRAME_SAMPLES];
    static uint8_t wire[2000], out[LC_FRAME_MAX];
    struct lc_config config = {
        .lines = lines,
        .codings = 7,
        .name = "a name that is longer than thirty-two characters",
        .hardware = {.feed = feed, .ring = ring, .oht = one, .metering = metering, .lamp = one,
                     .measure = measure, .levels = levels, .impedance = one, .audio = one,
                     .spi = spi},
    };
    long packets = count > 1 ? atol(words[1]) : 1000;
    state = count > 2 ? (uint32_t)atol(words[2]) : 1;
    config.line_count = (uint8_t)(1 + chance(LC_LINES_MAX));
    for (int line = 0; line < LC_LINES_MAX; line++)
        lines[line] = (struct lc_line_info){(uint16_t)(chance(3) == 0 ? chance(0x8000) | 3 : 0x7fff),
                                            33, 20, 20, 25, 65, (uint8_t)chance(40)};
    uint32_t now_us = state;
    long sent = 0, welcomes = 0;
    lc_init(&card, &config, now_us);
    for (long each = 0; each < packets; each++) {
        size_t length = packet(wire, (uint8_t)each);
        lc_receive(&card, wire, length, now_us);
        now_us += chance(chance(500) == 0 ? 2000000 : 3000);
        if (chance(4) == 0)
            lc_loop(&card, (uint8_t)chance(10), (uint8_t)chance(2), now_us);
        if (chance(200) == 0)
            lc_fault(&card, (uint8_t)chance(10), (uint8_t)(1 + chance(6)), (uint8_t)chance(2), now_us);
        if (chance(50) == 0)
            lc_ring_stopped(&card, (uint8_t)chance(10), LC_RING_TRIP, now_us);
        if (chance(3) == 0)
            lc_frame(&card, captured, playout, now_us);
        lc_tick(&card, now_us);
        while (chance(8) != 0 && (length = lc_next_frame(&card, out, now_us)) > 0) {
            if (length > LC_FRAME_MAX || out[length - 1] != 0 || memchr(out, 0, length - 1) != NULL)
                abort();
            sent++;
            welcomes += length > 2 && out[1] == 0x81;
        }
    }
    printf("%ld packets, %ld answers, %ld sessions\n", packets, sent, welcomes);
    return 0;
}
