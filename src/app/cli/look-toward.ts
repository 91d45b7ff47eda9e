import { isOwnHost, type OwnHosts, ownHostsToward } from "../own-hosts.ts";
import type { Whereabouts } from "./look-for-moves.ts";
import type { ReadConfig } from "./read-config.ts";

/**
 * Where a box at an address belongs. Sockets stay where they were bound, so a box has to begin anew
 * to be elsewhere. While there is no way at all it waits where it is.
 * @param now the addresses toward its registrar; undefined where there is no way
 * @param standing whether its own address is still one of this machine's: then calls go on there,
 * and nothing is left for a guess
 */
export function whereaboutsOf(
  host: string,
  now: OwnHosts | undefined,
  standing: { readonly isOwn: boolean; readonly hasCalls: boolean },
): Whereabouts {
  if (now === undefined) return "unsure";
  if (now.host === host) return now.isSure ? "here" : "unsure";
  const stays = standing.isOwn && (standing.hasCalls || !now.isSure);
  return stays ? "unsure" : "elsewhere";
}

/** What a look asks of its box. */
interface LookPorts {
  hasCalls(): boolean;
  /** What is wrong with the configuration as it is now: no box could begin anew with it. */
  problems(): Promise<readonly string[]>;
  tell(text: string): void;
}

/**
 * Looks where the box of a configuration belongs now. Of the machine the way to the registrar is
 * asked alone; the configuration is read where that is another one.
 * @param find given only by tests, as is `isOwn`
 */
export function lookToward(
  { way, box }: Pick<ReadConfig, "way" | "box">,
  ports: LookPorts,
  find: typeof ownHostsToward = ownHostsToward,
  isOwn: typeof isOwnHost = isOwnHost,
): () => Promise<Whereabouts> {
  const host = box.control.sipHost;
  let told = "";
  return async () => {
    if (way === undefined) return "here";
    const now = await find(way.to);
    const standing = { isOwn: isOwn(host), hasCalls: ports.hasCalls() };
    const found = whereaboutsOf(host, now, standing);
    if (found !== "elsewhere") return found;
    const problems = await ports.problems();
    if (problems.length === 0) return found;
    const why = problems.join("; ");
    if (why !== told) {
      ports.tell(`this machine is at ${now?.host}, but the lines stay at ${host}: ${why}`);
    }
    told = why;
    return "unsure";
  };
}
