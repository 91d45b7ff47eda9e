import { printAddress, type SocketAddress } from "../../base/address.ts";
import { PortError } from "../../base/port-fault.ts";
import { faultFromError } from "../node/system-fault.ts";
import type { Udp, UdpBinding, UdpSocket } from "../ports/net.ts";
import { kernelError } from "./kernel-error.ts";
import {
  decodeSocketAddress,
  encodeSocketAddress,
  SOCKET_ADDRESS_BYTES,
} from "./socket-address.ts";
import { POLLIN, READY_WORDS, type SocketKernel } from "./socket-kernel.ts";

/** Datagrams taken from one socket at a time: a flood must not hold up the others. */
export const DATAGRAMS_PER_POLL = 64;

/** Longer datagrams are cut there; RTP and RTCP look at no more. */
const DATAGRAM_BYTES = 4096;

const BIND_ADVICE = {
  "in-use": "another program listens there: stop it or choose another port",
  permission: "ports below 1024 need the capability CAP_NET_BIND_SERVICE: choose a higher port",
  "not-found": "this machine does not have that address: choose one of its own",
  unsupported: "this machine has no such network protocol: use an IPv4 address",
};
const SEND_ADVICE = { unreachable: "check the cable, the address and the default route" };

/**
 * UDP whose sockets are looked at when `poll` is called, and only then: whoever clocks media calls
 * it right before each frame. A datagram so waits in the kernel for the frame that plays it.
 */
export class PolledUdp implements Udp {
  readonly #kernel: SocketKernel;
  #sockets: readonly PolledSocket[] = [];
  /** What the kernel is asked of them, in their order. */
  #table = new Int16Array(0);
  readonly #onFirst: () => void;
  readonly #inbox = new Inbox();

  /** @param onFirst there are sockets to be polled from now on */
  constructor(kernel: SocketKernel, onFirst: () => void) {
    this.#kernel = kernel;
    this.#onFirst = onFirst;
  }

  /** Whether there is anything to poll. */
  get isOpen(): boolean {
    return this.#sockets.length > 0;
  }

  bind(binding: UdpBinding): Promise<UdpSocket> {
    const what = `UDP address ${printAddress(binding)}`;
    const address = encodeSocketAddress(binding);
    if (address === undefined) {
      const advice = "give an IP address, not a name, and a port from 0 to 65535";
      return Promise.reject(new PortError({ kind: "not-found", what, advice }));
    }
    const family = binding.host.includes(":") ? 6 : 4;
    let file: number | undefined;
    try {
      file = this.#kernel.open(family);
      this.#kernel.bind(file, address);
      if (binding.dscp !== undefined) this.#kernel.setDscp(file, family, binding.dscp);
      const socket = new PolledSocket(this.#kernel, file, binding, () => {
        this.#watch(this.#sockets.filter((other) => other !== socket));
      });
      this.#watch([...this.#sockets, socket]);
      this.#onFirst();
      return Promise.resolve(socket);
    } catch (error) {
      if (file !== undefined) this.#kernel.close(file);
      const kinds = { EINVAL: "not-found" } as const;
      return Promise.reject(new PortError(faultFromError(error, what, BIND_ADVICE, kinds)));
    }
  }

  /** Hands over every datagram that has come: one of each socket in turn, while there are any. */
  poll(): void {
    for (let round = 0; round < DATAGRAMS_PER_POLL; round++) {
      // The handlers may open and close sockets: what was found is of those that were asked.
      const sockets = this.#sockets;
      const table = this.#table;
      if (sockets.length === 0 || this.#kernel.findReady(table, sockets.length) <= 0) return;
      for (let at = 0; at < sockets.length; at++) {
        if (table[at * READY_WORDS.entry + READY_WORDS.found] === 0) continue;
        sockets[at]?.receive(this.#inbox);
      }
    }
  }

  #watch(sockets: readonly PolledSocket[]): void {
    const table = new Int16Array(sockets.length * READY_WORDS.entry);
    const files = new Int32Array(table.buffer);
    for (const [at, { file }] of sockets.entries()) {
      files[(at * READY_WORDS.entry) / 2] = file;
      table[at * READY_WORDS.entry + READY_WORDS.asked] = POLLIN;
    }
    this.#sockets = sockets;
    this.#table = table;
  }
}

/** Where datagrams come, one at a time. Most are as long as the one before. */
class Inbox {
  readonly bytes = new Uint8Array(DATAGRAM_BYTES);
  #first = this.bytes;

  first(length: number): Uint8Array {
    if (this.#first.length !== length) this.#first = this.bytes.subarray(0, length);
    return this.#first;
  }
}

class PolledSocket implements UdpSocket {
  readonly local: SocketAddress;
  readonly file: number;
  readonly #kernel: SocketKernel;
  readonly #binding: UdpBinding;
  readonly #onClose: () => void;
  /** Far ends seldom change: the last of each direction is kept in both forms. */
  readonly #fromBytes = new Uint8Array(SOCKET_ADDRESS_BYTES);
  readonly #lastFrom = new Uint8Array(SOCKET_ADDRESS_BYTES);
  #from: SocketAddress | undefined;
  #to: { readonly address: SocketAddress; readonly bytes: Uint8Array } | undefined;
  #closed = false;

  constructor(kernel: SocketKernel, file: number, binding: UdpBinding, onClose: () => void) {
    this.#kernel = kernel;
    this.file = file;
    this.#binding = binding;
    this.#onClose = onClose;
    kernel.localAddress(file, this.#fromBytes);
    const { host, port } = binding;
    this.local = decodeSocketAddress(this.#fromBytes) ?? { host, port };
  }

  /** Hands over one datagram, if there is one. */
  receive(inbox: Inbox): void {
    if (this.#closed) return;
    const length = this.#kernel.receive(this.file, inbox.bytes, this.#fromBytes);
    if (length < 0) return;
    const from = this.#sender();
    if (from !== undefined) this.#binding.onDatagram(inbox.first(length), from);
  }

  send(payload: Uint8Array, to: SocketAddress): void {
    if (this.#closed) return;
    const bytes = this.#encoded(to);
    const error = bytes === undefined ? 0 : this.#kernel.send(this.file, payload, bytes);
    if (bytes !== undefined && error === 0) return;
    const what = `datagram to ${printAddress(to)}`;
    const fault =
      bytes === undefined
        ? ({
            kind: "unreachable",
            what,
            advice: "resolve the name to an IP address first",
          } as const)
        : faultFromError(kernelError(error, "sendto"), what, SEND_ADVICE);
    setImmediate(() => {
      if (!this.#closed) this.#binding.onFault(fault, to);
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
    this.#kernel.close(this.file);
  }

  #sender(): SocketAddress | undefined {
    const bytes = this.#fromBytes;
    const last = this.#lastFrom;
    let isSame = this.#from !== undefined;
    for (let at = 0; isSame && at < bytes.length; at++) isSame = bytes[at] === last[at];
    if (!isSame) {
      last.set(bytes);
      this.#from = decodeSocketAddress(bytes);
    }
    return this.#from;
  }

  #encoded(to: SocketAddress): Uint8Array | undefined {
    const known = this.#to;
    if (known?.address.port === to.port && known.address.host === to.host) return known.bytes;
    const bytes = encodeSocketAddress(to);
    if (bytes !== undefined) this.#to = { address: { host: to.host, port: to.port }, bytes };
    return bytes;
  }
}
