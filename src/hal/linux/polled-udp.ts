import { printAddress, type SocketAddress } from "../../base/address.ts";
import { PortError } from "../../base/port-fault.ts";
import { faultFromError } from "../node/system-fault.ts";
import type { Udp, UdpBinding, UdpSocket } from "../ports/net.ts";
import { kernelError } from "./kernel-error.ts";
import {
  type AddressWords,
  addressWords,
  decodeSocketAddress,
  encodeSocketAddress,
  SOCKET_ADDRESS_BYTES,
} from "./socket-address.ts";
import type { SocketKernel } from "./socket-kernel.ts";

/** Datagrams taken from one socket at a time: a flood must not hold up the others. */
export const DATAGRAMS_PER_POLL = 64;

const BIND_ADVICE = {
  "in-use": "another program listens there: stop it or choose another port",
  permission: "ports below 1024 need the capability CAP_NET_BIND_SERVICE: choose a higher port",
  "not-found": "this machine does not have that address: choose one of its own",
  unsupported: "this machine has no such network protocol: use an IPv4 address",
};
const SEND_ADVICE = { unreachable: "check the cable, the address and the default route" };

/**
 * UDP whose sockets are looked at when `poll` is called, and only then: whoever clocks media calls
 * it within each frame. A datagram so waits in the kernel for the frame that plays it.
 */
export class PolledUdp implements Udp {
  readonly #kernel: SocketKernel;
  /** Each at the index that it is found as. */
  readonly #sockets: (PolledSocket | undefined)[] = [];
  #openCount = 0;
  /** What the kernel watches for us, while there are any. */
  #list: number | undefined;
  readonly #onFirst: () => void;
  readonly #inbox: Inbox;

  /** @param onFirst there are sockets to be polled from now on */
  constructor(kernel: SocketKernel, onFirst: () => void) {
    this.#kernel = kernel;
    this.#onFirst = onFirst;
    this.#inbox = new Inbox(kernel);
  }

  /** Whether there is anything to poll. */
  get isOpen(): boolean {
    return this.#openCount > 0;
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
      const socket = this.#watch(file, binding);
      this.#onFirst();
      return Promise.resolve(socket);
    } catch (error) {
      if (file !== undefined) this.#kernel.close(file);
      const kinds = { EINVAL: "not-found" } as const;
      return Promise.reject(new PortError(faultFromError(error, what, BIND_ADVICE, kinds)));
    }
  }

  /**
   * Hands over every datagram that has come: one of each socket in turn, while there are any.
   * @param nowMs the time, from which theirs are counted back
   */
  poll(nowMs: number): void {
    this.#inbox.look(nowMs);
    for (let round = 0; round < DATAGRAMS_PER_POLL; round++) {
      // The handlers may open and close sockets: where one was found another may be by now.
      if (this.#list === undefined) return;
      const found = this.#kernel.findReady(this.#list);
      if (found <= 0) return;
      if (round === 0) this.#kernel.noteWall();
      for (let at = 0; at < found; at++) {
        this.#sockets[this.#kernel.readyAt(at)]?.receive(this.#inbox);
      }
    }
  }

  #watch(file: number, binding: UdpBinding): PolledSocket {
    const free = this.#sockets.indexOf(undefined);
    const index = free < 0 ? this.#sockets.length : free;
    const socket = new PolledSocket(this.#kernel, file, binding, () => this.#leave(index));
    this.#list ??= this.#kernel.openList();
    try {
      this.#kernel.watch(this.#list, file, index);
      this.#sockets[index] = socket;
      this.#openCount++;
      return socket;
    } finally {
      this.#closeIfEmpty();
    }
  }

  /** A socket that is closed leaves the kernel's list by itself. */
  #leave(index: number): void {
    this.#sockets[index] = undefined;
    this.#openCount--;
    this.#closeIfEmpty();
  }

  #closeIfEmpty(): void {
    if (this.#openCount > 0 || this.#list === undefined) return;
    this.#kernel.close(this.#list);
    this.#list = undefined;
  }
}

/**
 * Where datagrams come, one at a time. Most are as long as the one before. What the kernel says of
 * when they came is believed as far as it can be: the wall's time, which it goes by, is set at any
 * moment, but nothing that is found came before the last look or after this one.
 */
class Inbox {
  readonly #kernel: SocketKernel;
  /** This look, and the one before; at first there was none. */
  #nowMs = Number.POSITIVE_INFINITY;
  #beforeMs = Number.POSITIVE_INFINITY;
  readonly sender: Int32Array;
  readonly senderBytes: Uint8Array;
  readonly #bytes: Uint8Array;
  #first: Uint8Array;

  constructor(kernel: SocketKernel) {
    const { received, sender } = kernel;
    this.#kernel = kernel;
    this.sender = sender;
    this.senderBytes = new Uint8Array(sender.buffer, sender.byteOffset, sender.byteLength);
    this.#bytes = received;
    this.#first = received;
  }

  /** Looks again. */
  look(nowMs: number): void {
    this.#beforeMs = this.#nowMs;
    this.#nowMs = nowMs;
  }

  /** When the datagram came that was received last. */
  get cameMs(): number {
    const claimedMs = this.#nowMs - this.#kernel.waitedUs() / 1000;
    if (claimedMs >= this.#beforeMs) return claimedMs;
    return this.#beforeMs < this.#nowMs ? this.#beforeMs : this.#nowMs;
  }

  first(length: number): Uint8Array {
    if (this.#first.length !== length) this.#first = this.#bytes.subarray(0, length);
    return this.#first;
  }
}

/** A far end in both forms. */
interface KnownAddress {
  readonly host: string;
  readonly port: number;
  readonly words: AddressWords;
}

class PolledSocket implements UdpSocket {
  readonly #kernel: SocketKernel;
  readonly #file: number;
  #closed = false;
  /** Far ends seldom change: the last of each direction is kept in both forms. */
  #from: SocketAddress | undefined;
  #fromWords: AddressWords = [];
  readonly #onDatagram: UdpBinding["onDatagram"];
  #to: KnownAddress | undefined;
  readonly local: SocketAddress;
  readonly #binding: UdpBinding;
  readonly #onClose: () => void;

  constructor(kernel: SocketKernel, file: number, binding: UdpBinding, onClose: () => void) {
    this.#kernel = kernel;
    this.#file = file;
    this.#binding = binding;
    this.#onDatagram = binding.onDatagram;
    this.#onClose = onClose;
    const own = new Uint8Array(SOCKET_ADDRESS_BYTES);
    kernel.localAddress(file, own);
    const { host, port } = binding;
    this.local = decodeSocketAddress(own) ?? { host, port };
  }

  /** Hands over one datagram, if there is one. */
  receive(inbox: Inbox): void {
    if (this.#closed) return;
    const length = this.#kernel.receive(this.#file);
    if (length < 0) return;
    const from = this.#sender(inbox);
    if (from !== undefined) this.#onDatagram(inbox.first(length), from, inbox.cameMs);
  }

  send(payload: Uint8Array, to: SocketAddress): void {
    if (this.#closed) return;
    const words = this.#encoded(to);
    const error = words === undefined ? 0 : this.#kernel.send(this.#file, payload, words);
    if (words !== undefined && error === 0) return;
    const what = `datagram to ${printAddress(to)}`;
    const fault =
      words === undefined
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
    this.#kernel.close(this.#file);
  }

  /** Of an address the first word tells the family, and so how many words there are. */
  #sender({ sender, senderBytes }: Inbox): SocketAddress | undefined {
    const known = this.#fromWords;
    let isSame = this.#from !== undefined;
    for (let at = 0; isSame && at < known.length; at++) isSame = sender[at] === known[at];
    if (isSame) return this.#from;
    this.#from = decodeSocketAddress(senderBytes);
    const encoded = this.#from === undefined ? undefined : encodeSocketAddress(this.#from);
    this.#fromWords = encoded === undefined ? [] : [...sender.subarray(0, encoded.length / 4)];
    return this.#from;
  }

  #encoded(to: SocketAddress): AddressWords | undefined {
    // What is sent back goes where it came from, which is known as it stands in memory.
    if (to === this.#from) return this.#fromWords;
    const known = this.#to;
    if (known?.port === to.port && known.host === to.host) return known.words;
    const { host, port } = to;
    const bytes = encodeSocketAddress(to);
    if (bytes === undefined) return undefined;
    const words = addressWords(bytes);
    this.#to = { host, port, words };
    return words;
  }
}
