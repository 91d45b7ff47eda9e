export { ciphers } from "./ciphers.ts";
export { type ClockSource, createClock } from "./clock.ts";
export { createFileStore } from "./file-store.ts";
export { hashes } from "./hashes.ts";
export { loadOpus } from "./opus.ts";
export { createRandom } from "./random.ts";
export { createResolver, type NameLookup, type ResolverOptions } from "./resolver.ts";
export { createStreams } from "./streams.ts";
export { createUdp } from "./udp.ts";
