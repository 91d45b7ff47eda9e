import { hexFromBytes } from "../../base/bytes.ts";
import { errorText } from "../../base/thrown.ts";
import type { LogSink } from "../../hal/ports/log-sink.ts";
import type { Random } from "../../hal/ports/random.ts";
import type { Store } from "../../hal/ports/store.ts";

/** The file that the box's identity is kept in. */
export const INSTANCE_FILE = "instance-id";

/**
 * Who this box is to SIP servers, `urn:uuid:…`: made at its first start and the same ever after, so
 * that a server knows it again whatever its address is. Where it cannot be kept it is one of this
 * run. @see RFC 5626 §4.1, RFC 9562 §5.4
 */
export async function instanceOf(store: Store, random: Random, log: LogSink): Promise<string> {
  const made = `urn:uuid:${uuidOf(random.bytes(16))}`;
  try {
    const kept = (await store.read(INSTANCE_FILE))?.trim();
    if (kept !== undefined && /^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(kept)) {
      return kept;
    }
    await store.write(INSTANCE_FILE, `${made}\n`);
  } catch (error) {
    const why = errorText(error);
    log({ level: "warn", area: "sip", text: `this box cannot keep its identity: ${why}` });
  }
  return made;
}

/** A random UUID. */
function uuidOf(bytes: Uint8Array): string {
  const own = bytes.slice();
  own[6] = ((own[6] ?? 0) & 0x0f) | 0x40;
  own[8] = ((own[8] ?? 0) & 0x3f) | 0x80;
  const hex = hexFromBytes(own);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)];
  return [...parts, hex.slice(20)].join("-");
}
