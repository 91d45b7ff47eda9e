import type { Resolver } from "../../../src/hal/ports/net.ts";
import type { World } from "./world.ts";

/** A table of names to addresses that answers as a name server would. */
export interface NameTable extends Resolver {
  /** What a name has from now on; an empty list is a name that has no address. */
  set(name: string, addresses: readonly string[]): void;
  /** How long an answer takes. */
  setLatencyMs(latencyMs: number): void;
  /** While nobody answers, each question gets an empty list after `timeoutMs`. */
  setSilent(silent: boolean, timeoutMs?: number): void;
}

const SILENT_TIMEOUT_MS = 5000;

/** Names are compared without regard to case or a final dot. */
export function createNameTable(
  world: World,
  names: Readonly<Record<string, readonly string[]>> = {},
): NameTable {
  const table = new Map<string, readonly string[]>();
  let latencyMs = 0;
  let silentMs: number | undefined;
  for (const [name, addresses] of Object.entries(names)) table.set(keyOf(name), addresses);

  return {
    addresses(host, answer) {
      const nowMs = world.clock.nowMs();
      if (isIpLiteral(host)) {
        world.clock.at(nowMs, () => answer([host]));
        return;
      }
      const silent = silentMs !== undefined;
      world.clock.at(nowMs + (silentMs ?? latencyMs), () =>
        answer(silent ? [] : (table.get(keyOf(host)) ?? [])),
      );
    },
    set: (name, addresses) => void table.set(keyOf(name), addresses),
    setLatencyMs: (ms) => {
      latencyMs = ms;
    },
    setSilent: (silent, timeoutMs = SILENT_TIMEOUT_MS) => {
      silentMs = silent ? timeoutMs : undefined;
    },
  };
}

function keyOf(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

function isIpLiteral(host: string): boolean {
  return host.includes(":") || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}
