import type { SocketAddress } from "../../base/address.ts";
import { plainIp } from "../../base/ip-bytes.ts";
import type { IceCredentials, IceSession } from "../../base/media-messages.ts";
import { ipFamily } from "../wire/host.ts";
import { attribute, attributes, type Sdp, type SdpMedia } from "./sdp.ts";
import { isSendable, type StreamAddress } from "./stream.ts";

/** The priority of a host's own address, component 1 and 2. @see RFC 8445 §5.1.2.1 */
const HOST_PRIORITY = 126 * 2 ** 24 + 65_535 * 2 ** 8;

/**
 * What we agree on where a stream uses ICE and we may: the far end's name, from the stream or the
 * session. @see RFC 8839 §5.4
 */
export function matchIce(
  sdp: Sdp,
  stream: SdpMedia,
  local: IceCredentials | undefined,
): IceSession | undefined {
  const value = (name: string): string | undefined =>
    attribute(stream.lines, name) ?? attribute(sdp.lines, name);
  const remoteUfrag = value("ice-ufrag");
  if (local === undefined || remoteUfrag === undefined) return undefined;
  if (!/^[A-Za-z0-9+/]{4,256}$/.test(remoteUfrag)) return undefined;
  return /^[A-Za-z0-9+/]{22,256}$/.test(value("ice-pwd") ?? "")
    ? { local, remoteUfrag }
    : undefined;
}

/** Candidates of one stream that are looked at. */
const CANDIDATES_MAX = 64;

/**
 * Where a stream's media may go though its default address is of another family: the best of its
 * candidates that is of ours, until the far end has chosen. A host with both families names one of
 * them as the default. @see RFC 8839 §5.1
 */
export function candidateAddress(
  stream: SdpMedia,
  local: SocketAddress,
): StreamAddress | undefined {
  const best: (Candidate | undefined)[] = [];
  for (const value of attributes(stream.lines, "candidate").slice(0, CANDIDATES_MAX)) {
    const candidate = parseCandidate(value);
    if (candidate === undefined || !isSendable(candidate.address.host, local)) continue;
    const { component, priority } = candidate;
    if (priority > (best[component]?.priority ?? -1)) best[component] = candidate;
  }
  const [, first, second] = best;
  if (first === undefined) return undefined;
  const rtp = first.address;
  const next = { host: rtp.host, port: Math.min(65_535, rtp.port + 1) };
  return { rtp, rtcp: second?.address ?? next, held: false };
}

/** A candidate over UDP: of voice (1) or RTCP (2). */
interface Candidate {
  readonly component: 1 | 2;
  readonly priority: number;
  readonly address: SocketAddress;
}

/** `foundation component UDP priority address port typ …`. */
function parseCandidate(value: string): Candidate | undefined {
  const match = /^\S{1,32} ([12]) UDP (\d{1,10}) (\S{2,45}) (\d{1,5}) typ /i.exec(value);
  if (match === null) return undefined;
  const [, component, priority, host = "", port] = match;
  const address = { host: plainIp(host), port: Number(port) };
  if (ipFamily(host) === undefined || address.port < 1 || address.port > 65_535) return undefined;
  return { component: component === "1" ? 1 : 2, priority: Number(priority), address };
}

/** The answer's lines: our one address, for RTP and, where it has a port of its own, RTCP. */
export function iceLines(
  ice: IceSession | undefined,
  { local, localRtcp }: { readonly local: SocketAddress; readonly localRtcp?: SocketAddress },
  rtcpMux: boolean,
): readonly string[] {
  if (ice === undefined) return [];
  const candidate = (component: number, { host, port }: SocketAddress): string =>
    `candidate:1 ${component} UDP ${HOST_PRIORITY + 256 - component} ${host} ${port} typ host`;
  const rtcp = localRtcp ?? { host: local.host, port: local.port + 1 };
  return [
    `ice-ufrag:${ice.local.ufrag}`,
    `ice-pwd:${ice.local.password}`,
    candidate(1, local),
    ...(rtcpMux ? [] : [candidate(2, rtcp)]),
  ];
}
