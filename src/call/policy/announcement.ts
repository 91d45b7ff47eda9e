/**
 * What a person who dialled in vain can be told in words: there is no such number; it may not be
 * called from here; it cannot be reached now; who is
 * to be called back has told no number.
 */
export type AnnouncementName = "notFound" | "refused" | "unavailable" | "withheld";

/** Names of recorded sounds; without one the tone alone is heard. */
export type Announcements = Readonly<Partial<Record<AnnouncementName, string>>>;

/** @see RFC 3261 §21.4, §21.6 */
const NOT_FOUND = [404, 410, 416, 484, 604];
const REFUSED = [401, 402, 403, 407];

/**
 * What a final refusal is told as; undefined where the tone says all: busy, declined, or nobody
 * came to the telephone.
 */
export function announcementOf(status: number, rang: boolean): AnnouncementName | undefined {
  if (NOT_FOUND.includes(status)) return "notFound";
  if (REFUSED.includes(status)) return "refused";
  const isAway = status === 408 || status === 480 || (status >= 500 && status < 600);
  return isAway && !rang ? "unavailable" : undefined;
}
