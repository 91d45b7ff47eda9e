import { randomBytes } from "node:crypto";
import { printConfigPath } from "../config/config-problem.ts";
import type { UserConfig } from "../config/user-config.ts";
import { writeKept } from "../kept-provisioning.ts";
import { type Change, changesOf } from "../provision/merge.ts";
import { lookOnce } from "../provision-once.ts";
import type { CommandOptions } from "./command-line.ts";
import { printable } from "./log.ts";
import { dataFolder, lookPorts } from "./provisioning-ports.ts";
import { readConfig, tellProblems } from "./read-config.ts";
import { leaseWords } from "./read-lease.ts";

/** `tipring provision`: fetches the configuration now, and shows what would change. */
export async function provision(options: CommandOptions): Promise<number> {
  const createToken = (): string => randomBytes(10).toString("hex");
  const read = await readConfig(options, createToken);
  if (!read.ok) return tellProblems(read.error);
  const { provisioning, file, written } = read.value;
  if (provisioning === undefined) {
    const where = file ?? "there is no configuration file, which";
    return tellProblems([
      `${where} names no server to fetch from: see provisioning in docs/configuration.md`,
    ]);
  }
  const { lease } = read.value;
  const told = lease === undefined ? [] : leaseWords(lease);
  for (const text of told) process.stdout.write(`${printable(text)}\n`);
  let after: UserConfig = written;
  const ports = await lookPorts(read.value, provisioning, async (candidate) => {
    const good = await readConfig({ ...options, candidate }, createToken);
    if (good.ok) after = good.value.written;
    return good;
  });
  const look = await lookOnce(ports);
  if (look.kind === "failed") return tellProblems([...look.problems, "nothing was changed"]);
  if (look.kind === "same") {
    process.stdout.write(`${look.from}: as it is kept already; nothing changes\n`);
    return 0;
  }
  const { candidate } = look;
  const changes = changesOf(written, after).map(printChange);
  const isSame = changes.length === 0;
  const results = [
    `${candidate.from}: good`,
    ...(isSame ? ["no setting changes"] : ["what changes:", ...changes]),
  ];
  if (options.apply === true) {
    await writeKept(dataFolder(read.value), candidate);
    results.push("kept; a box that runs takes it over when it looks next, or is started anew");
  } else results.push('nothing was kept: "tipring provision --apply" keeps it');
  process.stdout.write(`${results.map(printable).join("\n")}\n`);
  return 0;
}

function printChange({ path, before, after }: Change): string {
  const name = `  ${printConfigPath(path)}`;
  if (before === undefined) return `${name}: ${after}`;
  if (after === undefined) return `${name}: not set any more (was ${before})`;
  return before === after ? `${name}: another one` : `${name}: ${after} (was ${before})`;
}
