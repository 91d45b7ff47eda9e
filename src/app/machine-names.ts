import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { localAddressToward } from "./local-address.ts";
import type { MachineNames, SourceUrl } from "./provision/source-url.ts";

/** Where a board's firmware tells the board's serial number. @see Documentation/devicetree */
const SERIAL_FILE = "/proc/device-tree/serial-number";

/**
 * What this machine is called by who keeps configurations for many. The hardware address is that
 * of the named interface, else of the one that leads to the server, else of the first with one.
 */
export async function machineNames(
  { host, port }: Pick<SourceUrl, "host" | "port">,
  name: string | undefined,
  model: string,
  version: string,
): Promise<MachineNames> {
  const toward = name === undefined ? await localAddressToward(host, port) : undefined;
  const serial = await readFile(SERIAL_FILE, "latin1").then(
    (text) => text.replace(/\0.*$/s, "").trim(),
    () => "",
  );
  return {
    mac: macOf(networkInterfaces(), name, toward),
    serial: serial === "" ? undefined : serial,
    model,
    version,
  };
}

/** A machine's interfaces, as far as they matter here. */
type Interfaces = Readonly<
  Record<
    string,
    | readonly { readonly mac: string; readonly internal: boolean; readonly address: string }[]
    | undefined
  >
>;

/** The hardware address that counts, as twelve digits; undefined where there is none. */
export function macOf(
  interfaces: Interfaces,
  name: string | undefined,
  toward: string | undefined,
): string | undefined {
  const entries = Object.entries(interfaces)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([own, addresses = []]) => addresses.map((one) => ({ own, ...one })))
    .filter(({ mac, internal }) => !internal && mac !== "00:00:00:00:00:00");
  const wanted =
    name === undefined
      ? (entries.find(({ address }) => address === toward) ?? entries[0])
      : entries.find(({ own }) => own === name);
  return wanted?.mac.replaceAll(":", "").toLowerCase();
}
