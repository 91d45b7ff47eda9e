/* SPDX-License-Identifier: MIT */
/*
 * The card's side of Tipring's link to a serial line card (docs/serial-line-card.md, version 1).
 *
 * Portable C99: no operating system, no heap, no interrupts of its own. The firmware around it
 * hands in bytes, time and what the lines do, and takes out bytes; everything is called from one
 * context (the main loop), interrupts put what they see into queues of their own before.
 *
 *     for (;;) {
 *         lc_receive(&card, bytes, count, now_us());    what the UART got
 *         uint32_t seen_us = now_us();
 *         while (a_detector_changed())
 *             lc_loop(&card, line, closed, at_us);      all of them, at the time of each
 *         if (codec_has_80_samples())
 *             lc_frame(&card, captured, playout, now_us());
 *         lc_tick(&card, now_us());                     at least every millisecond
 *         if (uart_has_sent_everything())
 *             send(out, lc_next_frame(&card, out, seen_us));
 *     }
 *
 * `lc_next_frame` must be called only once the frame before has left: so control waits for one
 * frame of audio at the most. The time that it is handed goes into the packet as the one up to
 * which the host has heard of every change (R15): so it is taken before the changes are, and after
 * the bytes; a change that an interrupt sees in between is then stamped later than that.
 */
#ifndef LINE_CARD_H
#define LINE_CARD_H

#include <stddef.h>
#include <stdint.h>

/* How much a card is built for; memory goes with both. */
#ifndef LC_LINES_MAX
#define LC_LINES_MAX 8
#endif
#ifndef LC_LEAD_MAX
#define LC_LEAD_MAX 8
#endif
#ifndef LC_PACKET_MAX
#define LC_PACKET_MAX 1400
#endif

#define LC_EVENTS_MAX 32
#define LC_SPI_MAX 64
#define LC_FRAME_SAMPLES 80
#define LC_NAME_MAX 32
/* Before its 0x00: one code byte for each 254 begun. */
#define LC_WIRE_MAX (LC_PACKET_MAX + LC_PACKET_MAX / 254 + 1)
/* What lc_next_frame may write. */
#define LC_FRAME_MAX (LC_WIRE_MAX + 1)

/* Flags of a line, as WELCOME carries them. */
enum {
    LC_HAS_SLIC = 1 << 0,
    LC_HAS_AUDIO = 1 << 1,
    LC_CAN_OHT = 1 << 2,
    LC_OHT_SWITCHED = 1 << 3,
    LC_CAN_REVERSE = 1 << 4,
    LC_CAN_OPEN = 1 << 5,
    LC_CAN_POWER_DOWN = 1 << 6,
    LC_CLEAN_RING_TRIP = 1 << 7,
    LC_METERING_12K = 1 << 8,
    LC_METERING_16K = 1 << 9,
    LC_HAS_LAMP = 1 << 10,
    LC_MEASURES = 1 << 11,
    LC_HAS_SPI = 1 << 12,
    LC_HAS_LEVELS = 1 << 13,
    LC_HAS_IMPEDANCE = 1 << 14
};

enum lc_feed { LC_OPEN = 0, LC_FORWARD = 1, LC_REVERSE = 2, LC_POWER_DOWN = 3 };
enum lc_shape { LC_OWN_SHAPE = 0, LC_SINE = 1, LC_TRAPEZOID = 2 };
enum lc_coding { LC_MU_LAW = 0, LC_A_LAW = 1, LC_LINEAR = 2 };

/* What a command comes to; also what the hardware's functions return. */
enum lc_status {
    LC_DONE = 0,
    LC_UNKNOWN_OP = 1,
    LC_BAD_ARGUMENTS = 2,
    LC_NO_SUCH_LINE = 3,
    LC_CANNOT = 4,
    LC_NOT_NOW = 5,
    LC_HARDWARE_FAILED = 6
};

enum lc_fault {
    LC_OVER_CURRENT = 1,
    LC_TOO_HOT = 2,
    LC_POWER_ALARM = 3,
    LC_CHIP_GONE = 4,
    LC_SUPPLY = 5,
    LC_GROUND_FAULT = 6
};

enum lc_ring_end { LC_RING_TRIP = 1, LC_RING_TIME_OVER = 2, LC_RING_FAULT = 3 };

/* One line, as WELCOME describes it. */
struct lc_line_info {
    uint16_t flags;
    uint8_t duty_percent;
    uint8_t burst_100ms;
    uint8_t ring_min_hz;
    uint8_t ring_max_hz;
    uint8_t ring_volts;
    /* Ringing ends here and now once current flowed so long without a break, ms; 0: never. */
    uint8_t trip_ms;
};

/* The ringing asked for. The frequency is within the line's range; volts 0 is the card's own. */
struct lc_ring {
    uint8_t shape;
    uint8_t volts;
    uint16_t tenths_hz;
};

/*
 * What the card's hardware does. Each function acts at once and returns an lc_status; one that no
 * line's flags ask for may be null. `context` is handed back to them.
 */
struct lc_hardware {
    void *context;
    /*
     * Called while the line does not ring, and right after `ring` was handed null: what the chip
     * still does to end the burst goes first.
     */
    uint8_t (*feed)(void *context, uint8_t line, uint8_t feed);
    /* Null ends the burst, in the chip's own order. */
    uint8_t (*ring)(void *context, uint8_t line, const struct lc_ring *ring);
    uint8_t (*oht)(void *context, uint8_t line, uint8_t on);
    uint8_t (*metering)(void *context, uint8_t line, uint16_t hz, uint16_t ms);
    uint8_t (*lamp)(void *context, uint8_t line, uint8_t on);
    /* Loop current in 10 uA; tip, ring and battery in 10 mV: of this moment, not a mean. */
    uint8_t (*measure)(void *context, uint8_t line, int16_t reading[4]);
    uint8_t (*levels)(void *context, uint8_t line, int16_t to_phone, int16_t from_phone);
    uint8_t (*impedance)(void *context, uint8_t line, uint8_t preset);
    /* Whether the codec of the line runs; the sample clock may go on all the same. */
    uint8_t (*audio)(void *context, uint8_t line, uint8_t on);
    uint8_t (*spi)(void *context, uint8_t line, uint8_t flags, uint8_t *bytes, uint8_t count);
    /* Lamp off, no metering, gains and impedance as at power-up, audio on-hook off. May be null. */
    void (*rest)(void *context, uint8_t line);
};

/* What a card is. */
struct lc_config {
    const struct lc_line_info *lines;
    uint8_t line_count;
    /* Bit 0 u-law (always), bit 1 A-law, bit 2 linear. */
    uint8_t codings;
    const char *name;
    struct lc_hardware hardware;
};

struct lc_event {
    uint8_t line;
    uint8_t kind;
    uint16_t value;
    uint32_t time_us;
};

struct lc_line {
    uint8_t feed;
    uint8_t ringing;
    uint8_t fault;
    uint8_t has_tag;
    uint8_t tag;
    uint8_t reply_due;
    /* op, status, data: the reply that a repeated tag gets again. */
    uint8_t reply[2 + LC_SPI_MAX];
    uint8_t reply_length;
    uint32_t ring_until_us;
    uint32_t burst_until_us;
    /* Since when current flows without a break, or the line rings, whichever is later. */
    uint32_t closed_us;
};

/* Frames of audio on their way to the telephones. */
struct lc_slot {
    uint32_t position;
    uint8_t asked;
    uint8_t answered;
    uint8_t lines;
    int16_t samples[LC_LINES_MAX][LC_FRAME_SAMPLES];
};

/* All that a card remembers. Its fields are the core's own. */
struct lc_card {
    const struct lc_config *config;
    struct lc_line lines[LC_LINES_MAX];
    uint16_t counters[6];
    /* the link */
    uint8_t rx[LC_WIRE_MAX];
    uint16_t rx_length;
    uint8_t rx_overlong;
    uint8_t rx_has_seq;
    uint8_t rx_seq;
    uint8_t tx_seq;
    /* the session */
    uint8_t in_session;
    uint8_t leave_reason;
    uint8_t welcome_due;
    uint8_t leave_due;
    uint32_t session;
    uint8_t coding;
    uint8_t lead;
    uint32_t heard_us;
    uint32_t leave_sent_us;
    uint8_t leave_was_sent;
    /* PING */
    uint8_t status_due;
    uint32_t token;
    uint32_t received_us;
    /* a command for a line that is not there: line, tag, op */
    uint8_t stray_due;
    uint8_t stray[3];
    /* events */
    struct lc_event events[LC_EVENTS_MAX];
    uint8_t event_first;
    uint8_t event_count;
    uint8_t events_due;
    uint32_t events_sent_us;
    uint8_t loops;
    uint8_t told_loops;
    /* audio */
    uint8_t audio_wanted;
    uint8_t audio_lines;
    uint32_t position;
    uint8_t audio_due;
    uint8_t up_lines;
    uint32_t up_position;
    uint8_t up[LC_LINES_MAX * LC_FRAME_SAMPLES * 2];
    struct lc_slot slots[LC_LEAD_MAX + 2];
    uint8_t next_slot;
    uint8_t packet[LC_PACKET_MAX];
};

/* Starts the card, out of session, with all lines made safe. `config` must stay. */
void lc_init(struct lc_card *card, const struct lc_config *config, uint32_t now_us);

/* Takes what came over the link; `now_us` is when its last byte came. */
void lc_receive(struct lc_card *card, const uint8_t *bytes, size_t count, uint32_t now_us);

/* Lets time pass: watchdog, bursts, ring trip, repeats. At least every millisecond. */
void lc_tick(struct lc_card *card, uint32_t now_us);

/* Current began or ceased to flow, at `at_us`. A state that is no change is passed over. */
void lc_loop(struct lc_card *card, uint8_t line, uint8_t closed, uint32_t at_us);

/* A fault of a line: it is made safe. `over` tells that it no longer holds. */
void lc_fault(struct lc_card *card, uint8_t line, uint8_t fault, uint8_t over, uint32_t at_us);

/* The chip ended its ringing by itself. */
void lc_ring_stopped(struct lc_card *card, uint8_t line, uint8_t reason, uint32_t at_us);

/*
 * 80 samples of every line were captured, and the next 80 are to be played: once for each frame of
 * the sample clock, whether or not there is a session. Rows of both are lines.
 */
void lc_frame(struct lc_card *card, int16_t captured[][LC_FRAME_SAMPLES],
              int16_t playout[][LC_FRAME_SAMPLES], uint32_t now_us);

/*
 * The next frame for the wire into `out` (LC_FRAME_MAX bytes); 0 where there is none. All that
 * happened before `now_us` must have been handed in.
 */
size_t lc_next_frame(struct lc_card *card, uint8_t *out, uint32_t now_us);

/* CRC-16/IBM-3740. */
uint16_t lc_crc16(const uint8_t *bytes, size_t count);

/* COBS, the ending 0x00 included; `out` takes a byte for each begun 254, and one more. */
size_t lc_encode_cobs(const uint8_t *bytes, size_t count, uint8_t *out);

#endif
