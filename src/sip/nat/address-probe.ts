import { printAddress, type SocketAddress } from "../../base/address.ts";
import { BindingProbe } from "../../base/stun/binding-probe.ts";
import { hashOf } from "../auth/digest.ts";
import { samePlace } from "../location/blacklist.ts";
import type { Stack } from "../stack.ts";
import type { SipAddress, SipHop } from "../user-agent-types.ts";

/** How often the server is asked again, ms: a translator may have given us another address. */
export const ADDRESS_PROBE_EVERY_MS = 60_000;

/**
 * Asks a STUN server which address our UDP socket has outside: at the start, after a change of the
 * network, and once a minute. Peers that have not told us themselves are named that address.
 * Nothing waits for it: where it is silent everything goes on as without it.
 *
 *     idle ── look the name up ── asking ── answer, or 2.5 s ── idle, for a minute
 *
 * @see RFC 8489 §6
 */
export class AddressProbe {
  readonly #stack: Stack;
  readonly #server: Pick<SipHop, "host" | "port">;
  /** What peers are to be told has changed. */
  readonly #changed: (nowMs: number) => void;
  #asking: { readonly probe: BindingProbe; readonly to: SipAddress } | undefined;
  #nextAtMs: number | undefined;
  /** Counts up with each beginning: what an older one has found is of no interest. */
  #round = 0;
  #last: string | undefined;

  constructor(
    stack: Stack,
    server: Pick<SipHop, "host" | "port">,
    changed: (nowMs: number) => void,
  ) {
    this.#stack = stack;
    this.#server = server;
    this.#changed = changed;
  }

  /** Asks now; nobody knows any more what was told before. */
  start(nowMs: number): void {
    this.#last = undefined;
    this.#begin(nowMs);
  }

  #begin(nowMs: number): void {
    const round = ++this.#round;
    this.#asking = undefined;
    this.#nextAtMs = undefined;
    const hop = { ...this.#server, transport: "udp", service: "stun" } as const;
    this.#stack.locator.locate(hop, nowMs, (found, atMs) => {
      if (round !== this.#round) return;
      const [to] = found;
      if (to === undefined) this.#over(undefined, undefined, atMs);
      else this.#ask(to, atMs);
    });
  }

  #ask(to: SipAddress, nowMs: number): void {
    const { hashes, createToken } = this.#stack.config;
    // 96 bits that nobody can guess, made of a token that nobody can.
    const hex = hashOf(hashes, "SHA-256", createToken()).slice(0, 24);
    const pairs = hex.match(/../g) ?? [];
    const transaction = Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
    const probe = new BindingProbe(transaction, nowMs);
    this.#asking = { probe, to };
    this.#stack.send(probe.request, to);
  }

  /** A STUN message came; one that answers nothing of ours is dropped. `bytes` is borrowed. */
  stun(bytes: Uint8Array, from: SipAddress, nowMs: number): void {
    if (this.#asking === undefined || !samePlace(from, this.#asking.to)) return;
    const { probe, to } = this.#asking;
    const seen = probe.answer(bytes);
    if (seen !== undefined) this.#over(seen, to, nowMs);
  }

  deadlineMs(): number | undefined {
    return this.#asking?.probe.deadlineMs() ?? this.#nextAtMs;
  }

  /** Runs what is due; false where nothing is. */
  timeout(nowMs: number): boolean {
    const deadlineMs = this.deadlineMs();
    if (deadlineMs === undefined || deadlineMs > nowMs) return false;
    if (this.#asking === undefined) {
      this.#begin(nowMs);
      return true;
    }
    const { probe, to } = this.#asking;
    const step = probe.timeout(nowMs);
    if (step === "send") this.#stack.send(probe.request, to);
    if (step === "give-up") this.#over(undefined, to, nowMs);
    return true;
  }

  #over(seen: SocketAddress | undefined, server: SipAddress | undefined, nowMs: number): void {
    this.#asking = undefined;
    this.#nextAtMs = nowMs + ADDRESS_PROBE_EVERY_MS;
    const key = seen === undefined ? "nobody" : `${seen.host} ${seen.port}`;
    if (key === this.#last) return;
    this.#last = key;
    const { host } = this.#server;
    const local = server === undefined ? undefined : this.#stack.localOf(server);
    // Where no translator is in between there is nothing to be told of.
    const isOwn = seen !== undefined && seen.host === local?.host;
    const outside = isOwn ? undefined : seen;
    if (seen === undefined) this.#stack.log("warn", `the STUN server ${host} does not answer`);
    else {
      const where = isOwn ? "where we are" : `at ${printAddress(seen)}`;
      this.#stack.log("info", `the STUN server ${host} sees us ${where}`);
    }
    this.#stack.publicAddresses.setOutside(outside);
    this.#stack.emit({
      kind: "reflected",
      ...(outside === undefined || server === undefined
        ? {}
        : { server: { host: server.host, port: server.port }, address: outside }),
    });
    this.#changed(nowMs);
  }
}
