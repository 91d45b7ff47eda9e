import type { SocketAddress } from "../../base/address.ts";
import type { IceCredentials, IceSession } from "../../base/media-messages.ts";
import { attribute, type Sdp, type SdpMedia } from "./sdp.ts";

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
