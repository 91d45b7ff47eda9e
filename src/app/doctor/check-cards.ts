import { unreachable } from "../../base/invariant.ts";
import { PortError } from "../../base/port-fault.ts";
import type { LineLook } from "../../gateway/realtime/line-hardware.ts";
import type { LineWiring, RealtimeLineConfig } from "../../gateway/realtime/realtime-config.ts";
import type { ReadConfig } from "../cli/read-config.ts";
import type { BoardParts } from "./board-parts.ts";
import { bad, type Finding, good, note } from "./finding.ts";
import type { LinesToAsk, Machine } from "./machine.ts";

type SerialCard = NonNullable<LineWiring["pcmCard"]>;

/**
 * Asks each line's card who it is. Where its pins or its device are not there, or in other hands,
 * that has been told and nothing is asked.
 */
export async function checkCards(
  machine: Machine,
  config: ReadConfig,
  parts: BoardParts,
): Promise<readonly Finding[]> {
  if (!parts.hasHardware) return [];
  const findings: Finding[] = [];
  let lines: LinesToAsk | undefined;
  const ask = async (
    line: RealtimeLineConfig,
    look: (lines: LinesToAsk) => Promise<LineLook>,
    part: "line" | "audio",
  ): Promise<void> => {
    lines ??= await machine.openLines(config);
    findings.push(await asked(line, look(lines), part));
  };
  for (const line of config.box.realtime.lines) {
    const { slic, pcmCard } = line;
    if (await canAsk(machine, line)) await ask(line, (all) => all.look(line), "line");
    const isOther = slic.driver !== "serial-card" && pcmCard !== undefined;
    if (isOther && isThere(machine, pcmCard)) {
      await ask(line, (all) => all.lookAtSerialCard(pcmCard), "audio");
    }
  }
  return findings;
}

function isThere(machine: Machine, { device }: Pick<SerialCard, "device">): boolean {
  return machine.access(device) === "ok";
}

async function canAsk(machine: Machine, { slic }: RealtimeLineConfig): Promise<boolean> {
  if (slic.driver === "serial-card") return isThere(machine, slic);
  if (slic.driver === "si321x" && machine.access(slic.spi) !== "ok") return false;
  const pins =
    slic.driver === "gpio-slic"
      ? [slic.pins.shk]
      : [slic.pins?.reset, slic.pins?.interrupt].filter((pin) => pin !== undefined);
  const states = await machine.inspectPins(pins);
  return pins.every((pin) => states.get(pin)?.kind === "free");
}

async function asked(
  { line }: RealtimeLineConfig,
  looking: Promise<LineLook>,
  part: "line" | "audio",
): Promise<Finding> {
  try {
    return found(line, await looking, part);
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    const { kind, what, advice } = error.fault;
    const text = `line ${line}: ${what}: ${kind}`;
    if (kind !== "busy") return bad("card", text, advice);
    return note("card", text, "stop what uses it, and it is asked as well");
  }
}

function found(line: number, look: LineLook, part: "line" | "audio"): Finding {
  switch (look.kind) {
    case "module":
      return look.isOffHook
        ? note(
            "card",
            `line ${line}: SHK says that the receiver is lifted`,
            "hang it up; if it is, check SHK's wire, the module's supply, and shkOffHook",
          )
        : good("card", `line ${line}: SHK says that the receiver is hung up`);
    case "proslic":
      return good("card", `line ${line}: an ${look.chip}, revision ${look.revision}, answers`);
    case "serial-card": {
      const { name, version, lines, hasSlic, hasAudio } = look.card;
      const text = `line ${line}: card "${name}" answers (protocol ${version}, lines: ${lines})`;
      if (part === "line" ? hasSlic : hasAudio) return good("card", text);
      const lacks = part === "line" ? "works no telephone" : "carries no audio";
      const advice = "name another of its lines in the board's file";
      return bad("card", `${text}, but that line of it ${lacks}`, advice);
    }
    default:
      return unreachable(look);
  }
}
