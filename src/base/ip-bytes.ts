/** An IP address in text form as its 4 or 16 bytes; undefined for anything else. */
export function bytesFromIp(text: string): Uint8Array | undefined {
  if (!text.includes(":")) return ipv4Bytes(text);
  const halves = text.split("::", 3);
  if (halves.length > 2 || text.length > 45) return undefined;
  const [head = "", tail] = halves;
  const before = groupBytes(head);
  const behind = groupBytes(tail ?? "");
  if (before === undefined || behind === undefined) return undefined;
  const missing = 16 - before.length - behind.length;
  if (tail === undefined ? missing !== 0 : missing < 2) return undefined;
  const bytes = new Uint8Array(16);
  bytes.set(before);
  bytes.set(behind, 16 - behind.length);
  return bytes;
}

/** The text of 4 or 16 bytes, IPv6 as RFC 5952 has it; undefined for any other count. */
export function ipFromBytes(bytes: Uint8Array): string | undefined {
  if (bytes.length === 4) return [...bytes].join(".");
  if (bytes.length !== 16) return undefined;
  const groups = Array.from({ length: 8 }, (_, at) => {
    return ((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0);
  });
  const { start, length } = longestZeros(groups);
  const print = (some: readonly number[]) => some.map((group) => group.toString(16)).join(":");
  // One group of zeros alone is written out. @see RFC 5952 §4.2.2
  if (length < 2) return print(groups);
  return `${print(groups.slice(0, start))}::${print(groups.slice(start + length))}`;
}

/**
 * An IPv6 address as the system writes those it hears from, however it was written; anything
 * else as it is: names, IPv4, and what has a zone or IPv4 inside.
 */
export function plainIp(text: string): string {
  const bytes = text.includes(":") && !text.includes(".") ? bytesFromIp(text) : undefined;
  return (bytes && ipFromBytes(bytes)) ?? text;
}

function ipv4Bytes(text: string): Uint8Array | undefined {
  const parts = text.split(".", 5);
  if (parts.length !== 4) return undefined;
  if (!parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return undefined;
  return Uint8Array.from(parts, Number);
}

/** Groups between colons, the last of which may be an IPv4 address. */
function groupBytes(text: string): readonly number[] | undefined {
  if (text === "") return [];
  const bytes: number[] = [];
  const parts = text.split(":", 9);
  for (const [at, part] of parts.entries()) {
    if (part.includes(".") && at === parts.length - 1) {
      const ipv4 = ipv4Bytes(part);
      if (ipv4 === undefined) return undefined;
      bytes.push(...ipv4);
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) {
      const group = Number.parseInt(part, 16);
      bytes.push(group >> 8, group & 0xff);
    } else return undefined;
  }
  return bytes.length > 16 ? undefined : bytes;
}

/** The first of the longest runs of zero groups. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}
