import { bytesFromIp } from "./ip-bytes.ts";

/**
 * What a host is counted as where somebody could come as many: an IPv6 address by its network of 64
 * bits, of which whoever has one address mostly has all; any other by itself.
 */
export function networkOf(host: string): string {
  if (!host.includes(":")) return host;
  const bytes = bytesFromIp(host);
  if (bytes === undefined) return host;
  // ::, ::1 and IPv4 in the form of IPv6 have no network of their own.
  const net = bytes.subarray(0, 8);
  if (net.every((byte) => byte === 0)) return host;
  const groups = Array.from({ length: 4 }, (_, at) =>
    (((net[2 * at] ?? 0) << 8) | (net[2 * at + 1] ?? 0)).toString(16),
  );
  return `${groups.join(":")}::/64`;
}
