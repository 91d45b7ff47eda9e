const DAY_MS = 86_400_000;
const two = (value: number): string => String(value).padStart(2, "0");

/** Wall time in UTC: the simulated world has no time zone of its own. */
export function utcWallTime(wallMs: number): {
  readonly iso: string;
  readonly utc: string;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
} {
  const days = Math.floor(wallMs / DAY_MS);
  const inDay = Math.floor(wallMs - days * DAY_MS);
  const { year, month, day } = civilFromDays(days);
  const hour = Math.floor(inDay / 3_600_000);
  const minute = Math.floor(inDay / 60_000) % 60;
  const second = Math.floor(inDay / 1000) % 60;
  const ms = String(inDay % 1000).padStart(3, "0");
  const date = `${year}-${two(month)}-${two(day)}`;
  const iso = `${date}T${two(hour)}:${two(minute)}:${two(second)}.${ms}Z`;
  return { iso, utc: iso, month, day, hour, minute };
}

/** Year, month and day of a count of days since 1970-01-01, by the Gregorian calendar. */
function civilFromDays(days: number): { year: number; month: number; day: number } {
  // Years begin in March here, so that the leap day is the last one; eras are 400 years long.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}
