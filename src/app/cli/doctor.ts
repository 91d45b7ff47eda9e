import { randomBytes } from "node:crypto";
import { parseRegistrar, SIP_PORT } from "../config/resolve-sip.ts";
import { examine } from "../doctor/doctor.ts";
import { isHealthy, printFindings } from "../doctor/finding.ts";
import { type Machine, thisMachine } from "../doctor/machine.ts";
import { localAddressToward } from "../local-address.ts";
import type { CommandOptions } from "./command-line.ts";
import { keptMixerText } from "./kept-mixer.ts";
import { readConfig, tellProblems } from "./read-config.ts";

/**
 * `tipring doctor`: says what this machine lacks for the lines of a configuration, and what to do
 * about each. Exit code 1 where a line cannot work.
 */
export async function doctor(
  options: CommandOptions,
  machine: Machine = thisMachine(),
): Promise<number> {
  const read = await readConfig(options, () => randomBytes(10).toString("hex"));
  if (!read.ok) return tellProblems(read.error);
  if (options.levels === true) {
    return (await import("./doctor-levels.ts")).doctorLevels(read.value, options, machine);
  }
  const { user, board } = read.value;
  const findings = await examine(read.value, machine, {
    fix: options.fix === true,
    keptMixer: (card) => keptMixerText(user.data, card),
    addressToward: async (registrar) => {
      const address = parseRegistrar(registrar);
      return address && (await localAddressToward(address.host, address.port ?? SIP_PORT));
    },
  });
  const healthy = isHealthy(findings);
  if (options.json) {
    const told = { board: board.name, ok: healthy, findings };
    process.stdout.write(`${JSON.stringify(told)}\n`);
  } else {
    process.stdout.write(`board ${board.name}: ${board.title}\n`);
    process.stdout.write(`${printFindings(findings).join("\n")}\n`);
  }
  return healthy ? 0 : 1;
}
