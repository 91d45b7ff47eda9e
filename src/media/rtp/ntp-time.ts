/** Seconds from 1900-01-01 to 1970-01-01. @see RFC 5905 §6, figure 4 */
const NTP_FROM_UNIX_S = 2_208_988_800;

/** A 64-bit NTP timestamp in two halves, each an unsigned 32-bit number. */
export interface NtpTime {
  readonly seconds: number;
  /** In units of 2^-32 s. */
  readonly fraction: number;
}

/** The NTP timestamp of a wall time in milliseconds since 1970. @see RFC 3550 §4 */
export function ntpFromWallMs(wallMs: number): NtpTime {
  const seconds = Math.floor(wallMs / 1000);
  const fraction = Math.floor(((wallMs - seconds * 1000) / 1000) * 2 ** 32);
  return { seconds: (seconds + NTP_FROM_UNIX_S) % 2 ** 32, fraction: fraction % 2 ** 32 };
}

/** The middle 32 bits: units of 1/65536 s, as report blocks carry it. @see RFC 3550 §6.4.1 */
export function middleNtp(time: NtpTime): number {
  return (time.seconds % 0x10000) * 0x10000 + Math.floor(time.fraction / 0x10000);
}
