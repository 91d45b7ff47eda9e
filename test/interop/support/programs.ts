import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The peers, and the Debian package that holds each. */
const PEER_PACKAGES = {
  kamailio: "kamailio",
  baresip: "baresip-core",
  sipp: "sip-tester",
  openssl: "openssl",
  rtpengine: "rtpengine-daemon",
  socat: "socat",
  tshark: "tshark",
  sox: "sox",
  svmap: "sipvicious",
  svwar: "sipvicious",
  svcrack: "sipvicious",
  linphonec: "linphone-cli",
  "twinkle-console": "twinkle-console",
  turnserver: "coturn",
  rsyslogd: "rsyslog",
  atftpd: "atftpd",
} as const satisfies Readonly<Record<string, string>>;

/** A program that the interop tests run. */
export type PeerName = keyof typeof PEER_PACKAGES;

/** Where servers live that are not on everybody's path. */
const SERVER_FOLDERS = ["/usr/sbin", "/usr/local/sbin"];

/** Where a program of this machine is; `undefined` where it is not installed. */
function findProgram(name: PeerName): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...SERVER_FOLDERS];
  return folders
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/**
 * Whether a suite is to be left out because a peer of it is not installed. Where
 * TIPRING_INTEROP_REQUIRED=1 says that all must be there it is not: its tests then fail with the
 * package to install.
 */
export function isPeerMissing(...names: readonly PeerName[]): boolean {
  if (process.env["TIPRING_INTEROP_REQUIRED"] === "1") return false;
  return names.some((name) => findProgram(name) === undefined);
}

/** Where a program is. Throws, with the package to install, where it is not. */
export function requireProgram(name: PeerName): string {
  const path = findProgram(name);
  if (path !== undefined) return path;
  throw new Error(`no ${name} here: install Debian's ${PEER_PACKAGES[name]}`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
