import type { NaptrRecord, SrvRecord } from "../../../src/base/dns.ts";
import type { Resolver } from "../../../src/hal/ports/net.ts";
import type { World } from "./world.ts";

/** A table of names to addresses and records that answers as a name server would. */
export interface NameTable extends Resolver {
  /** What a name has from now on; an empty list is a name that has no address. */
  set(name: string, addresses: readonly string[]): void;
  /** The SRV records of a name (`_sip._udp.example.net`) from now on. */
  setSrv(name: string, records: readonly SrvRecord[]): void;
  /** The NAPTR records of a name from now on. */
  setNaptr(name: string, records: readonly NaptrRecord[]): void;
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
  const srvTable = new Map<string, readonly SrvRecord[]>();
  const naptrTable = new Map<string, readonly NaptrRecord[]>();
  let latencyMs = 0;
  let silentMs: number | undefined;
  for (const [name, addresses] of Object.entries(names)) table.set(keyOf(name), addresses);

  const ask = <Item>(
    from: ReadonlyMap<string, readonly Item[]>,
    name: string,
    answer: (items: readonly Item[]) => void,
  ): void => {
    const silent = silentMs !== undefined;
    world.clock.at(world.clock.nowMs() + (silentMs ?? latencyMs), () =>
      answer(silent ? [] : (from.get(keyOf(name)) ?? [])),
    );
  };

  return {
    addresses(host, answer) {
      if (isIpLiteral(host)) world.clock.at(world.clock.nowMs(), () => answer([host]));
      else ask(table, host, answer);
    },
    srv: (name, answer) => ask(srvTable, name, answer),
    naptr: (name, answer) => ask(naptrTable, name, answer),
    set: (name, addresses) => void table.set(keyOf(name), addresses),
    setSrv: (name, records) => void srvTable.set(keyOf(name), records),
    setNaptr: (name, records) => void naptrTable.set(keyOf(name), records),
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
