import { spawnSync } from "node:child_process";
import type { SuiteResult } from "./report.ts";

const BEGIN = "<!-- results: written by npm run interop -- --table -->";
const END = "<!-- end of results -->";

/** Programs of Debian that the runs call. */
const PEERS = [
  "atftpd",
  "baresip-core",
  "coturn",
  "kamailio",
  "linphone-cli",
  "rsyslog",
  "rtpengine-daemon",
  "sip-tester",
  "sipvicious",
  "socat",
  "tshark",
  "twinkle-console",
];

/** Which of the peers are installed, with their versions: `kamailio 5.6.3`. */
export function installedPeers(): readonly string[] {
  const query = spawnSync("dpkg-query", ["-W", ...PEERS], { encoding: "utf8" });
  return (query.stdout ?? "")
    .split("\n")
    .flatMap((line) => /^([\w-]+)\S*\t(?:\d+:)?([\d.]*\d)/.exec(line)?.slice(1, 3).join(" ") ?? []);
}

/**
 * A document with what the run came to between its two marks; undefined where it has no marks. The
 * rest stays as it is.
 */
export function withResults(
  document: string,
  suites: readonly SuiteResult[],
  peers: readonly string[],
): string | undefined {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin === -1 || end < begin) return undefined;
  const rows = suites
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(
      ({ name, passed, failed, skipped }) => `| \`${name}\` | ${passed} | ${failed} | ${skipped} |`,
    );
  const lines = [
    BEGIN,
    "",
    `Peers: ${peers.join(", ")}.`,
    "",
    "| suite | passed | failed | skipped |",
    "|---|---|---|---|",
    ...rows,
    "",
    END,
  ];
  return document.slice(0, begin) + lines.join("\n") + document.slice(end + END.length);
}
