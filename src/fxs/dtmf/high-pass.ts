/**
 * Fourth-order elliptic high-pass at 8 kHz as two second-order sections, [b0, b1, b2, a1, a2] of
 * the first and [b1, b2, a1, a2] of the second, whose b0 is 1: flat within 0.4 dB above 680 Hz,
 * 32 dB down from 300 to 450 Hz and 24 dB at 480. It takes dial tone away, whatever country's, and
 * leaves the DTMF groups their level. Its ringing is down 40 dB after 9 ms.
 */
export const DIAL_TONE_SECTIONS = [
  [
    0.5254036389551534, -1.0389873067672981, 0.5254036389551533, -1.0372091425521996,
    0.3770098942882,
  ],
  [-1.8940191400736612, 1, -1.648495424148567, 0.8811006780511363],
] as const;
