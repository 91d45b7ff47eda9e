import type { WallTime } from "../call/index.ts";

const two = (value: number): string => String(value).padStart(2, "0");

/** Wall time in the time zone of this process, as records and telephone displays show it. */
export function localWallTime(wallMs: number): WallTime {
  const date = new Date(wallMs);
  const offsetMinutes = -date.getTimezoneOffset();
  const sign = offsetMinutes < 0 ? "-" : "+";
  const absolute = Math.abs(offsetMinutes);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const ms = String(date.getMilliseconds()).padStart(3, "0");
  const zone = `${sign}${two(Math.floor(absolute / 60))}:${two(absolute % 60)}`;
  return {
    iso: `${day}T${time}.${ms}${zone}`,
    utc: date.toISOString(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
  };
}
