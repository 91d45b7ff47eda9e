/** How a caller makes the bell ring. */
export interface RingRule {
  /** A number as it comes in; `*` at its end stands for any more digits, alone for everybody. */
  readonly caller: string;
  /** A cadence's name, as the country or the user has it. */
  readonly cadence: string;
}

/** Most Alert-Info values looked at, and the longest one, characters. */
const VALUES_LIMIT = 4;
const VALUE_LIMIT = 256;

/**
 * The name of the cadence that the bell rings in; `undefined` for the usual one. The user's own
 * rules come first, in their order; then what the server asks for.
 */
export function ringCadence(
  rules: readonly RingRule[],
  caller: string,
  alertInfo: readonly string[],
): string | undefined {
  const rule = rules.find((one) => isCaller(one.caller, caller));
  if (rule !== undefined) return rule.cadence;
  for (const value of alertInfo.slice(0, VALUES_LIMIT)) {
    const name = cadenceFromAlertInfo(value.slice(0, VALUE_LIMIT));
    if (name !== undefined) return name;
  }
  return undefined;
}

function isCaller(pattern: string, caller: string): boolean {
  const bare = (text: string) => text.replace(/[-.()\s]/g, "");
  const wanted = bare(pattern);
  return wanted.endsWith("*")
    ? bare(caller).startsWith(wanted.slice(0, -1))
    : bare(caller) === wanted;
}

/**
 * The cadence that an Alert-Info value names:
 *
 *     <http://127.0.0.1/Bellcore-dr2>      bellcore-r2        also Bellcore-r2, bellcore-dr2
 *     <http://www.example.com>;info=alarm  alarm              a name of the user's
 *     alert-internal                       alert-internal
 *
 * A name that the line does not know rings as ever.
 * @see RFC 3261 §20.4; the names are those that Cisco, Grandstream and others take
 */
export function cadenceFromAlertInfo(value: string): string | undefined {
  const bellcore = /bellcore-d?r([1-8])\b/i.exec(value)?.[1];
  if (bellcore !== undefined) return `bellcore-r${bellcore}`;
  const info = /;\s*info\s*=\s*"?([\w-]{1,32})/i.exec(value)?.[1];
  if (info !== undefined) return info.toLowerCase();
  const last = /^<?(?:[^>]*\/)?([\w-]{1,32})>?\s*(?:;|$)/.exec(value.trim())?.[1];
  return last?.toLowerCase();
}
