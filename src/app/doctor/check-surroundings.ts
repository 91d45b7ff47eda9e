import { wantsT38 } from "../config/resolve-fax.ts";
import type { UserConfig, UserLine } from "../config/user-config.ts";
import { bad, type Finding, good, note } from "./finding.ts";
import type { Machine } from "./machine.ts";

const CLOCK_SOURCE = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
/** systemd-timesyncd touches this file once the clock was set. */
const TIME_SYNC_FILES = ["/run/systemd/timesync/synchronized"];
const LOOPBACK = "127.0.0.1";

/** The clock: what the kernel counts by, and whether the time of day is right. */
export async function checkClock(machine: Machine): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const source = machine.readText(CLOCK_SOURCE)?.trim();
  if (source === "jiffies") {
    const advice = "use a kernel with a better clock for this board: see its log for clocksource";
    findings.push(bad("clock", "the kernel counts time by its tick alone (jiffies)", advice));
  } else if (source !== undefined) {
    findings.push(good("clock", `the kernel counts time by ${source}`));
  }
  const told = await machine.run("timedatectl", ["show", "-p", "NTPSynchronized", "--value"]);
  const said = told?.code === 0 ? told.text.trim() : undefined;
  const isSet = TIME_SYNC_FILES.some((file) => machine.readText(file) !== undefined);
  if (said === "yes" || isSet) findings.push(good("clock", "the time of day is set by NTP"));
  else if (said === "no") {
    findings.push(
      note(
        "clock",
        "the time of day is not set by NTP: caller displays and call records may show a wrong one",
        "run: sudo timedatectl set-ntp true",
      ),
    );
  } else {
    const advice = "look at the output of date; without NTP, set the clock by: sudo date -s";
    findings.push(note("clock", "whether NTP sets the time of day cannot be told here", advice));
  }
  return findings;
}

/** T.38, where a line wants it. Without it a fax still goes through, as sound. */
export async function checkFax(
  machine: Machine,
  user: UserConfig,
  lines: readonly UserLine[],
): Promise<readonly Finding[]> {
  if (!wantsT38(user, lines)) return [];
  const fault = await machine.faxFault();
  if (fault === undefined) return [good("fax", "T.38 is there, by libspandsp")];
  return [note("fax", `faxes go through as sound: ${fault}`, "T.38 needs libspandsp2 and koffi")];
}

/** The network, as far as this configuration uses it. */
export async function checkNetwork(
  machine: Machine,
  user: Pick<UserConfig, "registrar" | "sip" | "rtp">,
  addressToward: (registrar: string) => Promise<string | undefined>,
): Promise<readonly Finding[]> {
  // A link-local address is nothing that a telephone could be told.
  const addresses = machine.addresses().filter((address) => !address.startsWith("fe80:"));
  const findings: Finding[] = [];
  if (addresses.length > 0) findings.push(good("network", `addresses: ${addresses.join(", ")}`));
  else {
    const text = "no address but loopback";
    findings.push(
      user.registrar === undefined
        ? note(
            "network",
            `${text}: IP phones cannot reach this box`,
            "connect the network cable where there are to be any",
          )
        : bad("network", text, "connect the network cable, or set up wireless"),
    );
  }
  for (const [setting, host] of [
    ["sip.host", user.sip?.host],
    ["rtp.host", user.rtp?.host],
  ] as const) {
    if (host === undefined || host === LOOPBACK || addresses.includes(host)) continue;
    const advice = `set ${setting} to one of ${addresses.join(", ") || "none, now"}`;
    findings.push(bad("network", `${setting} is ${host}, which is not this machine's`, advice));
  }
  if (user.registrar === undefined) return findings;
  findings.push(checkRegistrar(user.registrar, await addressToward(user.registrar)));
  return findings;
}

function checkRegistrar(registrar: string, from: string | undefined): Finding {
  if (from !== undefined)
    return good("network", `the registrar ${registrar} is reached from ${from}`);
  const isAddress = /^(?:[\d.]+|\[.*\])(?::\d+)?$/.test(registrar);
  return isAddress
    ? bad(
        "network",
        `there is no way to the registrar ${registrar}`,
        "check this machine's network cable, address and route",
      )
    : note(
        "network",
        `the registrar's name ${registrar} has no address here`,
        "where it has SRV records that may be meant so; else check the name and this machine's DNS",
      );
}
