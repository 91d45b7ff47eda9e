import type { Ciphers } from "../../../src/base/ciphers.ts";
import type { CodecEngines } from "../../../src/base/codec-engines.ts";
import type { Hashes } from "../../../src/base/hashes.ts";
import {
  createRandom,
  createResolver,
  createStreams,
  createUdp,
  loadOpus,
  ciphers as nodeCiphers,
  hashes as nodeHashes,
} from "../../../src/hal/node/index.ts";
import type { Resolver, Streams, Udp } from "../../../src/hal/ports/net.ts";
import type { Random } from "../../../src/hal/ports/random.ts";

/** The hash functions of this machine: the same values everywhere, so they may serve any world. */
export const hashes: Hashes = nodeHashes;

/** The codecs from outside that a configuration may name: the same WebAssembly everywhere. */
export function loadCodecs(names: readonly string[]): CodecEngines {
  return names.includes("opus") ? { opus: loadOpus() } : {};
}

/** AES, likewise. */
export const ciphers: Ciphers = nodeCiphers;

/** The network and the chance of the machine, for a world bound to wall time. */
export function createRealPorts(nameServers?: readonly string[]): {
  readonly udp: Udp;
  readonly streams: Streams;
  readonly resolver: Resolver;
  readonly random: Random;
} {
  return {
    udp: createUdp(),
    streams: createStreams(),
    resolver: createResolver(nameServers === undefined ? {} : { servers: nameServers }),
    random: createRandom(),
  };
}
