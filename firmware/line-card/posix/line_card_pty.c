/* SPDX-License-Identifier: MIT */
/*
 * A line card without hardware: the core on a pseudo-terminal, with simulated lines.
 *
 *     line-card-pty [--lines N] [--ppm N]
 *
 * It prints the name of the port (`port /dev/pts/3`) and then what the lines are told, one line
 * each. On stdin it takes `loop LINE 0|1` (hook), `fault LINE CODE`, `over LINE CODE`, `mute 0|1`
 * (the card falls silent), `restart` (as a reset does) and `quit`. A line whose loop is closed
 * hears itself: what it was played comes back as captured. `--ppm` runs its clock fast or slow.
 */
#define _XOPEN_SOURCE 600

#include "../line_card.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define FRAME_US 10000u

static double rate = 1.0;
static struct lc_card card;
static struct lc_line_info lines[LC_LINES_MAX];
static int16_t playout[LC_LINES_MAX][LC_FRAME_SAMPLES];
static int16_t captured[LC_LINES_MAX][LC_FRAME_SAMPLES];
static uint8_t feeds[LC_LINES_MAX];

static uint64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)((double)now.tv_sec * 1e6 * rate + (double)now.tv_nsec / 1e3 * rate);
}

static uint8_t feed(void *context, uint8_t line, uint8_t wanted)
{
    (void)context;
    static const char *const names[] = {"open", "forward", "reverse", "power-down"};
    printf("line %d feed %s\n", line, names[wanted]);
    feeds[line] = wanted;
    return LC_DONE;
}

static uint8_t ring(void *context, uint8_t line, const struct lc_ring *wanted)
{
    (void)context;
    if (wanted == NULL)
        printf("line %d quiet\n", line);
    else
        printf("line %d rings at %d.%d Hz\n", line, wanted->tenths_hz / 10,
               wanted->tenths_hz % 10);
    return LC_DONE;
}

static uint8_t measure(void *context, uint8_t line, int16_t reading[4])
{
    (void)context;
    int fed = feeds[line] == LC_FORWARD || feeds[line] == LC_REVERSE;
    int closed = fed && ((card.loops >> line) & 1);
    int reversed = feeds[line] == LC_REVERSE;
    reading[0] = closed ? 2500 : 0;
    reading[1 + reversed] = closed ? -1800 : fed ? -100 : 0;
    reading[2 - reversed] = closed ? -2800 : fed ? -4900 : 0;
    reading[3] = -5200;
    return LC_DONE;
}

static uint8_t oht(void *context, uint8_t line, uint8_t on)
{
    (void)context;
    printf("line %d on-hook audio %d\n", line, on);
    return LC_DONE;
}

static struct lc_config config = {
    .lines = lines,
    .line_count = 2,
    .codings = 7,
    .name = "line-card-pty 1",
    .hardware = {.feed = feed, .ring = ring, .measure = measure, .oht = oht},
};

/* False where it was told to quit. */
static int obey(char *text, int *mute)
{
    int line, value;
    if (sscanf(text, "loop %d %d", &line, &value) == 2)
        lc_loop(&card, (uint8_t)line, (uint8_t)value, (uint32_t)now_us());
    else if (sscanf(text, "fault %d %d", &line, &value) == 2)
        lc_fault(&card, (uint8_t)line, (uint8_t)value, 0, (uint32_t)now_us());
    else if (sscanf(text, "over %d %d", &line, &value) == 2)
        lc_fault(&card, (uint8_t)line, (uint8_t)value, 1, (uint32_t)now_us());
    else if (sscanf(text, "mute %d", &value) == 1)
        *mute = value;
    else if (strncmp(text, "restart", 7) == 0)
        lc_init(&card, &config, (uint32_t)now_us());
    else
        return strncmp(text, "quit", 4) != 0;
    return 1;
}

static void run_frame(void)
{
    for (int line = 0; line < config.line_count; line++) {
        memset(captured[line], 0, sizeof captured[line]);
        if ((card.loops >> line) & 1)
            memcpy(captured[line], playout[line], sizeof captured[line]);
    }
    lc_frame(&card, captured, playout, (uint32_t)now_us());
}

static void transmit(int port, int mute)
{
    uint8_t out[LC_FRAME_MAX];
    size_t length;
    struct pollfd room = {.fd = port, .events = POLLOUT};
    while ((length = lc_next_frame(&card, out, (uint32_t)now_us())) > 0) {
        size_t sent = 0;
        while (!mute && sent < length && poll(&room, 1, 100) > 0) {
            ssize_t count = write(port, out + sent, length - sent);
            if (count <= 0)
                break;
            sent += (size_t)count;
        }
    }
}

static int open_port(void)
{
    int port = posix_openpt(O_RDWR | O_NOCTTY);
    if (port < 0 || grantpt(port) != 0 || unlockpt(port) != 0)
        return -1;
    /* Held open: the terminal stays when the host closes its side. */
    int other = open(ptsname(port), O_RDWR | O_NOCTTY);
    struct termios settings;
    if (other < 0 || tcgetattr(other, &settings) != 0)
        return -1;
    settings.c_iflag = settings.c_oflag = settings.c_lflag = 0;
    settings.c_cc[VMIN] = 1;
    if (tcsetattr(other, TCSANOW, &settings) != 0)
        return -1;
    printf("port %s\n", ptsname(port));
    return port;
}

static void read_arguments(int count, char **words)
{
    for (int at = 1; at + 1 < count; at += 2) {
        if (strcmp(words[at], "--lines") == 0)
            config.line_count = (uint8_t)atoi(words[at + 1]);
        else if (strcmp(words[at], "--ppm") == 0)
            rate = 1.0 + atof(words[at + 1]) / 1e6;
    }
    if (config.line_count < 1 || config.line_count > LC_LINES_MAX)
        config.line_count = 2;
    for (int line = 0; line < LC_LINES_MAX; line++) {
        uint16_t flags = LC_HAS_SLIC | LC_HAS_AUDIO | LC_CAN_OHT | LC_OHT_SWITCHED |
                         LC_CAN_REVERSE | LC_CAN_OPEN | LC_CAN_POWER_DOWN | LC_MEASURES;
        lines[line] = (struct lc_line_info){flags, 33, 20, 20, 25, 65, 12};
    }
}

int main(int count, char **words)
{
    int mute = 0, running = 1;
    char text[256];
    size_t typed = 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    read_arguments(count, words);
    int port = open_port();
    if (port < 0) {
        perror("line-card-pty");
        return 1;
    }
    lc_init(&card, &config, (uint32_t)now_us());
    uint64_t frame_us = now_us() + FRAME_US;
    struct pollfd waits[] = {{.fd = port, .events = POLLIN}, {.fd = 0, .events = POLLIN}};
    while (running) {
        poll(waits, 2, 1);
        if (waits[0].revents & POLLIN) {
            uint8_t bytes[4096];
            ssize_t got = read(port, bytes, sizeof bytes);
            if (got > 0)
                lc_receive(&card, bytes, (size_t)got, (uint32_t)now_us());
        }
        if (waits[1].revents & (POLLIN | POLLHUP)) {
            char letter;
            if (read(0, &letter, 1) != 1)
                break;
            if (letter != '\n' && typed + 1 < sizeof text) {
                text[typed++] = letter;
            } else {
                text[typed] = 0;
                typed = 0;
                running = obey(text, &mute);
            }
        }
        while (now_us() >= frame_us) {
            run_frame();
            frame_us += FRAME_US;
            transmit(port, mute);
        }
        lc_tick(&card, (uint32_t)now_us());
        transmit(port, mute);
    }
    return 0;
}
