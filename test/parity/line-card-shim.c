/* SPDX-License-Identifier: MIT */
/* The C core of a line card as a library that a test calls in virtual time; what its lines are
   told goes into a text. */
#include "line_card.h"

#include <stdio.h>
#include <string.h>

static struct lc_card card;
static struct lc_line_info lines[LC_LINES_MAX];
static char text[1 << 16];
static size_t text_length;
static uint8_t ring_status = LC_DONE;

#define NOTE(...)                                                                              \
    (text_length += (size_t)snprintf(text + text_length, sizeof text - text_length, __VA_ARGS__))

static uint8_t feed(void *context, uint8_t line, uint8_t wanted)
{
    (void)context;
    NOTE("%d feed %d\n", line, wanted);
    return LC_DONE;
}

static uint8_t ring(void *context, uint8_t line, const struct lc_ring *wanted)
{
    (void)context;
    if (wanted == NULL)
        NOTE("%d quiet\n", line);
    else
        NOTE("%d ring %d shape %d volts %d\n", line, wanted->tenths_hz, wanted->shape,
             wanted->volts);
    return wanted == NULL ? LC_DONE : ring_status;
}

static uint8_t oht(void *context, uint8_t line, uint8_t on)
{
    (void)context;
    NOTE("%d oht %d\n", line, on);
    return LC_DONE;
}

static uint8_t metering(void *context, uint8_t line, uint16_t hz, uint16_t ms)
{
    (void)context;
    NOTE("%d metering %d %d\n", line, hz, ms);
    return LC_DONE;
}

static uint8_t lamp(void *context, uint8_t line, uint8_t on)
{
    (void)context;
    NOTE("%d lamp %d\n", line, on);
    return LC_DONE;
}

static uint8_t measure(void *context, uint8_t line, int16_t reading[4])
{
    (void)context;
    (void)line;
    reading[0] = 2050;
    reading[1] = -150;
    reading[2] = -4200;
    reading[3] = -7000;
    return LC_DONE;
}

static uint8_t levels(void *context, uint8_t line, int16_t to_phone, int16_t from_phone)
{
    (void)context;
    NOTE("%d levels %d %d\n", line, to_phone, from_phone);
    return LC_DONE;
}

static uint8_t impedance(void *context, uint8_t line, uint8_t preset)
{
    (void)context;
    NOTE("%d impedance %d\n", line, preset);
    return LC_DONE;
}

static uint8_t audio(void *context, uint8_t line, uint8_t on)
{
    (void)context;
    NOTE("%d audio %d\n", line, on);
    return LC_DONE;
}

static uint8_t spi(void *context, uint8_t line, uint8_t flags, uint8_t *bytes, uint8_t count)
{
    (void)context;
    NOTE("%d spi %d %d bytes\n", line, flags, count);
    for (uint8_t at = 0; at < count; at++)
        bytes[at] ^= 0xff;
    return LC_DONE;
}

static struct lc_config config = {
    .lines = lines,
    .codings = 7,
    .name = "shim",
    .hardware = {.feed = feed,
                 .ring = ring,
                 .oht = oht,
                 .metering = metering,
                 .lamp = lamp,
                 .measure = measure,
                 .levels = levels,
                 .impedance = impedance,
                 .audio = audio,
                 .spi = spi},
};

void shim_init(int count, int flags, uint32_t now_us)
{
    for (int line = 0; line < LC_LINES_MAX; line++)
        lines[line] = (struct lc_line_info){(uint16_t)flags, 33, 20, 20, 25, 65, 12};
    config.line_count = (uint8_t)count;
    text_length = 0;
    ring_status = LC_DONE;
    lc_init(&card, &config, now_us);
}

void shim_receive(const uint8_t *bytes, int count, uint32_t now_us)
{
    lc_receive(&card, bytes, (size_t)count, now_us);
}

void shim_tick(uint32_t now_us)
{
    lc_tick(&card, now_us);
}

void shim_loop(int line, int closed, uint32_t at_us)
{
    lc_loop(&card, (uint8_t)line, (uint8_t)closed, at_us);
}

void shim_fault(int line, int fault, int over, uint32_t at_us)
{
    lc_fault(&card, (uint8_t)line, (uint8_t)fault, (uint8_t)over, at_us);
}

void shim_ring_trip(int line, uint32_t at_us)
{
    lc_ring_stopped(&card, (uint8_t)line, LC_RING_TRIP, at_us);
}

void shim_ring_fails(int status)
{
    ring_status = (uint8_t)status;
}

void shim_frame(int16_t *captured, int16_t *playout, uint32_t now_us)
{
    lc_frame(&card, (int16_t(*)[LC_FRAME_SAMPLES])captured,
             (int16_t(*)[LC_FRAME_SAMPLES])playout, now_us);
}

/* As after days of frames. */
void shim_position(uint32_t position)
{
    card.position = position;
}

int shim_next(uint8_t *out, uint32_t now_us)
{
    return (int)lc_next_frame(&card, out, now_us);
}

int shim_crc(const uint8_t *bytes, int count)
{
    return lc_crc16(bytes, (size_t)count);
}

/* What the lines were told since the last call. */
int shim_text(char *out)
{
    int length = (int)text_length;
    memcpy(out, text, text_length);
    text_length = 0;
    return length;
}
