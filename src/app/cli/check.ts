import { randomBytes } from "node:crypto";
import { printAddress } from "../../base/address.ts";
import type { SipHop } from "../../sip/index.ts";
import { shownSourceUrl } from "../provision/source-url.ts";
import type { CommandOptions } from "./command-line.ts";
import { readConfig, tellProblems } from "./read-config.ts";

/** `tipring check`: reads the configuration and says what is wrong, or what it comes to. */
export async function check(options: CommandOptions): Promise<number> {
  const read = await readConfig(options, () => randomBytes(10).toString("hex"));
  if (!read.ok) {
    const count = read.error.length === 1 ? "1 problem" : `${read.error.length} problems`;
    return tellProblems([...read.error, count]);
  }
  const { box, board, file, provisioning, syslog, warnings } = read.value;
  const told = [`${file ?? "no configuration file: the defaults"}: good`];
  if (provisioning !== undefined) {
    const { kept, settings } = provisioning;
    const what = kept === undefined ? "nothing was fetched yet" : `with what ${kept.from} had`;
    const { source } = settings;
    const where = source.kind === "url" ? shownSourceUrl(source.url) : `${source.file} (DHCP)`;
    told.push(`${what}, which is looked for by ${where}`);
  }
  told.push(`board ${board.name}: ${board.title}`);
  for (const line of box.control.lines) {
    const { server } = line;
    const where =
      server.kind === "network"
        ? [server.hop, ...server.backups].map(printHop).join(", else at ")
        : "the built-in exchange";
    const country = box.realtime.lines[line.line - 1]?.country.code ?? "?";
    told.push(`line ${line.line}: ${line.account.user} at ${where}, country ${country}`);
  }
  if (syslog !== undefined) {
    const { transport } = syslog;
    told.push(`log: also at ${printHop({ ...syslog, transport })}`);
  }
  told.push(...warnings.map((text) => `warning: ${text}`));
  process.stdout.write(`${told.join("\n")}\n`);
  return 0;
}

function printHop({ host, port, transport }: SipHop): string {
  const at = port === undefined ? host : printAddress({ host, port });
  return transport === undefined ? at : `${at} over ${transport.toUpperCase()}`;
}
