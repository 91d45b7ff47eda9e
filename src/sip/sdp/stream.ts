import type { SocketAddress } from "../../base/address.ts";
import { plainIp } from "../../base/ip-bytes.ts";
import { ipFamily } from "../wire/host.ts";
import { attribute, parseConnection, type Sdp, type SdpMedia } from "./sdp.ts";

/** Which ways audio may flow, seen from who writes it. @see RFC 8866 §6.7 */
export type MediaDirection = "sendrecv" | "sendonly" | "recvonly" | "inactive";

const DIRECTIONS = [
  "sendrecv",
  "sendonly",
  "recvonly",
  "inactive",
] as const satisfies readonly MediaDirection[];

const SILENCE = "silenceSupp";

/** The packet times we can send, ascending. */
const PTIMES_MS = [10, 20, 30, 40, 50, 60] as const;

/** Whether a direction lets its writer send. */
export function sends(direction: MediaDirection): boolean {
  return direction === "sendrecv" || direction === "sendonly";
}

/** Whether a direction lets its writer receive. */
export function receives(direction: MediaDirection): boolean {
  return direction === "sendrecv" || direction === "recvonly";
}

/** The direction of these two permissions. */
export function directionOf(send: boolean, receive: boolean): MediaDirection {
  return send ? (receive ? "sendrecv" : "sendonly") : receive ? "recvonly" : "inactive";
}

/**
 * Whether the writer of a stream wants silence as it sounds, whatever else is offered: gateways say
 * so of sound that modems are to pass, `silenceSupp:off - - - -`. @see RFC 3108 (silenceSupp)
 */
export function wantsSilence(sdp: Sdp, stream: SdpMedia): boolean {
  const said = attribute(stream.lines, SILENCE) ?? attribute(sdp.lines, SILENCE);
  return /^ *off(?: |$)/i.test(said ?? "");
}

/** A stream's direction: its own attribute, the session's, or `sendrecv`. */
export function streamDirection(sdp: Sdp, stream: SdpMedia): MediaDirection {
  for (const lines of [stream.lines, sdp.lines]) {
    for (const direction of DIRECTIONS) {
      if (attribute(lines, direction) !== undefined) return direction;
    }
  }
  return "sendrecv";
}

/** Where a stream's media goes. */
export interface StreamAddress {
  readonly rtp: SocketAddress;
  readonly rtcp: SocketAddress;
  /** The address is the unspecified one: the old way to say "send me nothing". */
  readonly held: boolean;
}

/**
 * Where a stream wants its RTP and RTCP; undefined where that is no address we can send to: none,
 * a host name, a multicast group, or one whose family is not that of `local`.
 * @see RFC 8866 §5.7, RFC 3605, RFC 3264 §8.4 (0.0.0.0)
 */
export function streamAddress(
  sdp: Sdp,
  stream: SdpMedia,
  local: SocketAddress,
): StreamAddress | undefined {
  const line = [...stream.lines, ...sdp.lines].find(({ type }) => type === "c");
  const connection = line === undefined ? undefined : parseConnection(line.value);
  if (connection === undefined) return undefined;
  const address = plainIp(connection.address);
  if (!isSendable(address, local) || ipFamily(address) !== (connection.family === "IP4" ? 4 : 6)) {
    return undefined;
  }
  const rtp = { host: address, port: stream.port };
  const held = address === "0.0.0.0" || /^[0:]+$/.test(address);
  return { rtp, rtcp: rtcpAddress(stream, rtp, local), held };
}

/** Whether media can be sent there from an address of ours: no multicast, one family. */
export function isSendable(address: string, local: SocketAddress): boolean {
  const family = ipFamily(address);
  if (family === undefined || family !== (ipFamily(local.host) ?? family)) return false;
  return family === 4 ? Number(address.split(".", 1)[0]) < 224 : !/^ff/i.test(address);
}

/** `a=rtcp:port [IN IP4 address]`; without it, or where it is broken, the next port. */
function rtcpAddress(stream: SdpMedia, rtp: SocketAddress, local: SocketAddress): SocketAddress {
  const value = attribute(stream.lines, "rtcp") ?? "";
  const match = /^([0-9]{1,5})(?: IN IP[46] ([0-9A-Fa-f.:]{2,45}))? *$/.exec(value);
  const port = Number(match?.[1] ?? 0);
  if (port < 1 || port > 65535) return { host: rtp.host, port: Math.min(65535, rtp.port + 1) };
  const host = match?.[2];
  return { host: host !== undefined && isSendable(host, local) ? plainIp(host) : rtp.host, port };
}

/** Where RTCP is to be sent, if not to the next port. @see RFC 3605 §2.1 */
export function rtcpLines(rtcp: SocketAddress | undefined): readonly string[] {
  if (rtcp === undefined) return [];
  return [`rtcp:${rtcp.port} IN IP${ipFamily(rtcp.host) ?? 4} ${rtcp.host}`];
}

/**
 * The packet time to send toward a stream: what it asks for where we can do that, else `oursMs`,
 * and no more than its `maxptime` where one of ours is that short. @see RFC 8866 §6.4, §6.5
 */
export function streamPtimeMs(stream: SdpMedia, oursMs: number): number {
  const asked = Number(attribute(stream.lines, "ptime") ?? Number.NaN);
  const longest = Number(attribute(stream.lines, "maxptime") ?? Number.NaN);
  const wanted = PTIMES_MS.find((ptime) => ptime === asked) ?? oursMs;
  if (!(longest >= PTIMES_MS[0]) || wanted <= longest) return wanted;
  return PTIMES_MS.findLast((ptime) => ptime <= longest) ?? wanted;
}
