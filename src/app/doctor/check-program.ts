import type { BoardParts } from "./board-parts.ts";
import { bad, type Finding, good, note } from "./finding.ts";
import type { Machine } from "./machine.ts";

/** The oldest Node that this package runs on, as in its package.json. */
const NODE_MIN = [20, 19] as const;

/** Groups that own the device files of each kind, on Debian and its kin. */
const GROUPS = { gpio: "gpio", sound: "audio", spi: "spi", serial: "dialout" } as const;

/** Node, and the optional packages that these lines need. */
export async function checkProgram(
  machine: Machine,
  parts: BoardParts,
): Promise<readonly Finding[]> {
  const findings = [checkNode(machine)];
  if (!parts.hasHardware) return findings;
  if (machine.platform !== "linux") {
    const advice = 'use a board that runs Linux, or board "hw-sim"';
    findings.push(bad("system", `this machine runs ${machine.platform}`, advice));
  }
  const needs = { pins: parts.pins.length > 0, sound: parts.sound.length > 0 };
  const lacks = async (name: string): Promise<string | undefined> => machine.tryPackage(name);
  const koffi = await lacks("koffi");
  if (koffi === undefined) findings.push(good("packages", "koffi is installed"));
  else if (parts.spi.length > 0 || parts.serial.length > 0) {
    const what = parts.spi.length > 0 ? "SPI" : "a serial line card";
    findings.push(bad("packages", `${what} needs koffi (${koffi})`, "run: npm install koffi"));
  } else if (needs.pins || needs.sound) {
    const text = `koffi is not there (${koffi}): pins go by sysfs, sound by arecord and aplay`;
    findings.push(note("packages", text, "run: npm install koffi"));
  }
  return findings;
}

function checkNode({ nodeVersion }: Machine): Finding {
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number);
  const isOld = major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1]);
  if (!isOld) return good("node", `Node ${nodeVersion}`);
  const wanted = NODE_MIN.join(".");
  return bad("node", `Node ${nodeVersion}`, `install Node ${wanted} or newer`);
}

/** The groups whose device files these lines use. */
export function checkRights(machine: Machine, parts: BoardParts): readonly Finding[] {
  if (!parts.hasHardware) return [];
  if (machine.isRoot) return [good("rights", "runs as root: no group is needed")];
  const needed = [
    ...(parts.pins.length > 0 ? [GROUPS.gpio] : []),
    ...(parts.sound.length > 0 ? [GROUPS.sound] : []),
    ...(parts.spi.length > 0 ? [GROUPS.spi] : []),
    ...(parts.serial.length > 0 ? [GROUPS.serial] : []),
  ];
  return needed.map((group) =>
    machine.groups.includes(group)
      ? good("rights", `in the group ${group}`)
      : note(
          "rights",
          `not in the group ${group}, which has these devices on Debian and its kin`,
          `run: sudo usermod -aG ${group} $USER, and log in again`,
        ),
  );
}
