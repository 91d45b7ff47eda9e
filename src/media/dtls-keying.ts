import { type SocketAddress, sameAddress } from "../base/address.ts";
import { type Core, earliestMs } from "../base/core.ts";
import type { DtlsEngine } from "../base/dtls-engine.ts";
import type { MediaFlow } from "../base/media-messages.ts";
import type { DtlsFlow, SrtpKeys, SrtpSuite } from "../base/srtp-suites.ts";
import { DtlsPath, type PathOutput } from "./dtls-path.ts";

/** What a session's keys come from. */
export interface DtlsKeyingConfig {
  readonly engine: DtlsEngine;
  /** Offered and taken, best first. */
  readonly suites: readonly SrtpSuite[];
  /** The fingerprint of a certificate (DER) by SHA-256, as SDP writes it. */
  readonly fingerprintOf: (certificate: Uint8Array) => string;
}

/** Which of a session's two ports. */
export type Channel = "rtp" | "rtcp";

/** What comes in. */
export type DtlsInput =
  /** What offer and answer agreed on. */
  | { readonly kind: "flow"; readonly flow: MediaFlow }
  | {
      readonly kind: "datagram";
      readonly channel: Channel;
      readonly bytes: Uint8Array;
      readonly from: SocketAddress;
    }
  | { readonly kind: "timeout" }
  | { readonly kind: "close" };

/** What goes out. */
export type DtlsOutput =
  | {
      readonly kind: "send";
      readonly channel: Channel;
      readonly datagrams: readonly Uint8Array[];
      /** Absent: to where the channel's packets go. */
      readonly to?: SocketAddress;
    }
  /** The flow with the keys that there are. */
  | { readonly kind: "flow"; readonly flow: MediaFlow }
  /** The keys that there are now. */
  | {
      readonly kind: "keys";
      readonly keys: FlowKeys;
      /** What is worth telling of them. */
      readonly how: {
        readonly channel: Channel;
        readonly role: DtlsFlow["role"];
        readonly suite: SrtpSuite;
      };
    }
  | { readonly kind: "insecure"; readonly reason: string };

type FlowKeys = Pick<MediaFlow, "srtp" | "srtcp">;

/** Datagrams that are kept until offer and answer are done. @see RFC 5763 §5 */
const EARLY_MAX = 8;
/** How long voice waits for keys before it is called hopeless, and until that is said again. */
export const DTLS_LIMIT_MS = 15_000;

/**
 * Where the keys of one media session come from, where that is DTLS: one association for each of
 * its ports, made and replaced as offers and answers say.
 *
 *    ──flow──▶ waiting ──the far end's certificate is the signalled one──▶ keyed
 *                │ ▲                                                        │
 *                │ └──flow: another fingerprint or role (no keys until then)┤
 *                │    flow: another address (the old keys until then)───────┘
 *                └──DTLS_LIMIT_MS, or no handshake is possible──▶ insecure, again while it lasts
 *
 * @see RFC 5763 §5, §6.6, RFC 5764, RFC 8842 §3.1
 */
export class DtlsKeying implements Core<DtlsInput, DtlsOutput> {
  readonly #config: DtlsKeyingConfig;
  readonly #early: Extract<DtlsInput, { kind: "datagram" }>[] = [];
  readonly #paths = new Map<Channel, DtlsPath>();
  #flow: (MediaFlow & { readonly dtls: DtlsFlow }) | undefined;
  #keys: Partial<Record<Channel, SrtpKeys>> = {};
  /** Until when voice may wait; undefined: it does not. */
  #untilMs: number | undefined;
  /** Why the last handshake came to nothing. */
  #why: string | undefined;

  constructor(config: DtlsKeyingConfig) {
    this.#config = config;
  }

  handle(input: DtlsInput, nowMs: number): readonly DtlsOutput[] {
    switch (input.kind) {
      case "flow":
        return this.#onFlow(input.flow, nowMs);
      case "datagram":
        return this.#onDatagram(input, nowMs);
      case "timeout":
        return this.#onTimeout(nowMs);
      case "close":
        return this.#forget();
    }
  }

  deadlineMs(): number | undefined {
    const paths = [...this.#paths.values()].map((path) => path.deadlineMs());
    return earliestMs(this.#untilMs, ...paths);
  }

  #onFlow(flow: MediaFlow, nowMs: number): readonly DtlsOutput[] {
    const { dtls } = flow;
    const before = this.#flow;
    if (dtls === undefined) {
      const last = this.#forget();
      return [...last, { kind: "flow", flow }];
    }
    this.#flow = { ...flow, dtls };
    const isOther = before === undefined || !sameParty(before.dtls, dtls);
    if (isOther) this.#keys = {};
    const channels: readonly Channel[] = flow.rtcpMux === true ? ["rtp"] : ["rtp", "rtcp"];
    if (!channels.includes("rtcp")) this.#end("rtcp");
    const outputs: DtlsOutput[] = [{ kind: "flow", flow: { ...flow, ...this.#flowKeys() } }];
    for (const channel of channels) {
      const to = remoteOf(flow, channel);
      const path = this.#paths.get(channel);
      if (path !== undefined && !isOther && !path.isOver) {
        // On hold by the unspecified address it has not moved.
        if (isHeld(to) || sameAddress(path.remote, to)) continue;
      }
      outputs.push(
        ...(path?.waits === true && dtls.role === "passive"
          ? this.#carry(channel, path.follow({ remote: to, isGenuine: this.#judge(dtls) }))
          : this.#begin(channel, dtls, to, nowMs)),
      );
    }
    // At no address a handshake has to wait until there is one.
    const waits = this.#keys.rtp === undefined && !isHeld(flow.remote);
    this.#untilMs = waits ? nowMs + DTLS_LIMIT_MS : undefined;
    for (const datagram of this.#early.splice(0)) {
      outputs.push(...this.#onDatagram(datagram, nowMs));
    }
    return outputs;
  }

  #begin(
    channel: Channel,
    dtls: DtlsFlow,
    remote: SocketAddress,
    nowMs: number,
  ): readonly DtlsOutput[] {
    const { engine, suites } = this.#config;
    this.#paths.get(channel)?.close();
    const path = new DtlsPath({
      role: dtls.role,
      remote,
      associate: () => engine.associate(dtls.role === "active" ? "client" : "server", suites),
      isGenuine: this.#judge(dtls),
    });
    this.#paths.set(channel, path);
    return this.#carry(channel, path.start(nowMs));
  }

  #judge({ fingerprints }: DtlsFlow): (certificate: Uint8Array) => boolean {
    return (certificate) => fingerprints.includes(this.#config.fingerprintOf(certificate));
  }

  #onDatagram(
    input: Extract<DtlsInput, { kind: "datagram" }>,
    nowMs: number,
  ): readonly DtlsOutput[] {
    if (this.#flow === undefined) {
      if (this.#early.length < EARLY_MAX) this.#early.push(input);
      return [];
    }
    const { channel, bytes, from } = input;
    const path = this.#paths.get(channel);
    return path === undefined ? [] : this.#carry(channel, path.take(bytes, from, nowMs));
  }

  #onTimeout(nowMs: number): readonly DtlsOutput[] {
    const outputs: DtlsOutput[] = [];
    for (const [channel, path] of this.#paths) {
      outputs.push(...this.#carry(channel, path.timeout(nowMs)));
    }
    if (this.#untilMs === undefined || nowMs < this.#untilMs) return outputs;
    // Who was told may have been at something else: two calls joined, say.
    this.#untilMs = nowMs + DTLS_LIMIT_MS;
    const seconds = DTLS_LIMIT_MS / 1000;
    const why = this.#why ?? `no keys by DTLS within ${seconds} s`;
    return [...outputs, { kind: "insecure", reason: why }];
  }

  #carry(channel: Channel, said: readonly PathOutput[]): readonly DtlsOutput[] {
    return said.flatMap((output): readonly DtlsOutput[] => {
      if (output.kind === "keys") return this.#keyed(channel, output.keys);
      if (output.kind === "failed") return this.#failed(channel, output.reason, output.isFinal);
      const { datagrams, to } = output;
      // To nobody's address nothing is sent. @see RFC 3264 §8.4
      const remote = this.#flow && remoteOf(this.#flow, channel);
      if (to === undefined && (remote === undefined || isHeld(remote))) return [];
      return [{ kind: "send", channel, datagrams, ...(to === undefined ? {} : { to }) }];
    });
  }

  #keyed(channel: Channel, keys: SrtpKeys): readonly DtlsOutput[] {
    this.#keys = { ...this.#keys, [channel]: keys };
    if (channel === "rtp") {
      this.#untilMs = undefined;
      this.#why = undefined;
    }
    const role = this.#flow?.dtls.role ?? "active";
    const how = { channel, role, suite: keys.suite };
    return [{ kind: "keys", keys: this.#flowKeys(), how }];
  }

  /** Where voice has keys already, those of before, it goes on with them. */
  #failed(channel: Channel, reason: string, isFinal: boolean): readonly DtlsOutput[] {
    if (channel !== "rtp" || this.#keys.rtp !== undefined) return [];
    this.#why = reason;
    return isFinal ? [{ kind: "insecure", reason }] : [];
  }

  #flowKeys(): FlowKeys {
    const { rtp, rtcp } = this.#keys;
    return {
      ...(rtp === undefined ? {} : { srtp: rtp }),
      ...(rtcp === undefined ? {} : { srtcp: rtcp }),
    };
  }

  #end(channel: Channel): readonly DtlsOutput[] {
    const path = this.#paths.get(channel);
    this.#paths.delete(channel);
    const { [channel]: _, ...rest } = this.#keys;
    this.#keys = rest;
    return path === undefined ? [] : this.#carry(channel, path.close());
  }

  /** Ends all, with a goodbye. */
  #forget(): readonly DtlsOutput[] {
    const last = [...this.#end("rtp"), ...this.#end("rtcp")];
    this.#flow = undefined;
    this.#untilMs = undefined;
    this.#why = undefined;
    this.#early.length = 0;
    return last;
  }
}

/** Whether keys of the one are keys of the other: the same far end, and the same of us begins. */
function sameParty(a: DtlsFlow, b: DtlsFlow): boolean {
  return (
    a.role === b.role &&
    a.fingerprints.length === b.fingerprints.length &&
    a.fingerprints.every((one) => b.fingerprints.includes(one))
  );
}

function remoteOf(flow: MediaFlow, channel: Channel): SocketAddress {
  return channel === "rtp" ? flow.remote : flow.remoteRtcp;
}

/** The unspecified address: the old way to put on hold. */
function isHeld({ host }: SocketAddress): boolean {
  return host === "0.0.0.0" || /^[0:]+$/.test(host);
}
