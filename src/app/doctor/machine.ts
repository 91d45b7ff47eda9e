import { spawn } from "node:child_process";
import { accessSync, constants, readdirSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { errorHead } from "../../base/thrown.ts";
import { LineHardware, type LineLook } from "../../gateway/realtime/line-hardware.ts";
import type { LineWiring } from "../../gateway/realtime/realtime-config.ts";
import {
  createCardOpener,
  createPwmFiles,
  inspectPins,
  type OpenSoundCard,
  type PinState,
  type PwmFiles,
} from "../../hal/linux/index.ts";
import { errorCode } from "../../hal/node/index.ts";
import { boardSpec } from "../cli/board-spec.ts";
import type { ReadConfig } from "../cli/read-config.ts";
import { faxFault } from "../load-fax.ts";

/** What a program said, and how it ended; undefined where it is not installed. */
export interface ProgramResult {
  readonly code: number | null;
  readonly text: string;
}

/** Everything the doctor looks at. Nothing here changes anything, `run` excepted. */
export interface Machine {
  readonly nodeVersion: string;
  readonly platform: string;
  readonly isRoot: boolean;
  /** The groups of this process, by name. */
  readonly groups: readonly string[];
  /** A file's text; undefined where it cannot be read. */
  readText(path: string): string | undefined;
  /** A folder's entries; empty where it cannot be read. */
  list(path: string): readonly string[];
  /** Whether a device file may be read and written. */
  access(path: string): "ok" | "missing" | "denied";
  /** Loads a package; the reason where it cannot be. */
  tryPackage(name: string): Promise<string | undefined>;
  /** Why T.38 cannot be spoken here, with what to do; undefined where it can. */
  faxFault(): Promise<string | undefined>;
  run(program: string, args: readonly string[]): Promise<ProgramResult | undefined>;
  /** The addresses of this machine, loopback left out. */
  addresses(): readonly string[];
  inspectPins(pins: readonly string[]): Promise<ReadonlyMap<string, PinState>>;
  readonly pwm: PwmFiles;
  readonly openCard: OpenSoundCard;
  /** Asks the cards of a configuration's lines who they are; each is given back at once. */
  openLines(config: ReadConfig): Promise<LinesToAsk>;
}

/** Lines whose cards can be asked; both reject with `PortError`. */
export interface LinesToAsk {
  look(wiring: LineWiring): Promise<LineLook>;
  lookAtSerialCard(card: NonNullable<LineWiring["pcmCard"]>): Promise<LineLook>;
}

/** How long a program may take that only tells something. */
const PROGRAM_MAX_MS = 5000;

/** This machine. */
export function thisMachine(): Machine {
  return {
    nodeVersion: process.versions.node,
    platform: process.platform,
    isRoot: process.geteuid?.() === 0,
    groups: groupNames(),
    readText: (path) => {
      try {
        return readFileSync(path, "latin1");
      } catch {
        return undefined;
      }
    },
    list: (path) => {
      try {
        return readdirSync(path);
      } catch {
        return [];
      }
    },
    access: (path) => {
      try {
        accessSync(path, constants.R_OK | constants.W_OK);
        return "ok";
      } catch (error) {
        return errorCode(error) === "ENOENT" ? "missing" : "denied";
      }
    },
    tryPackage: (name) => import(name).then(() => undefined, errorHead),
    faxFault,
    run: runProgram,
    addresses: () =>
      Object.values(networkInterfaces()).flatMap((all) =>
        (all ?? []).filter(({ internal }) => !internal).map(({ address }) => address),
      ),
    inspectPins: (pins) => inspectPins(pins),
    pwm: createPwmFiles(),
    openCard: createCardOpener(),
    openLines: async (config) => {
      const { openBoard } = await import("../open-board.ts");
      return new LineHardware((await openBoard(boardSpec(config), () => {})).ports);
    },
  };
}

/** Names of this process's groups, as `/etc/group` has them. */
function groupNames(): readonly string[] {
  const ids = new Set([...(process.getgroups?.() ?? []), process.getegid?.() ?? -1]);
  let text = "";
  try {
    text = readFileSync("/etc/group", "latin1");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    const [name, , id] = line.split(":");
    return name !== undefined && id !== undefined && ids.has(Number(id)) ? [name] : [];
  });
}

function runProgram(program: string, args: readonly string[]): Promise<ProgramResult | undefined> {
  return new Promise((resolve) => {
    // What it says is read here, so it is to say it in English.
    const env = { ...process.env, LC_ALL: "C" };
    const child = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const timer = setTimeout(() => child.kill("SIGKILL"), PROGRAM_MAX_MS);
    let text = "";
    const keep = (bytes: Uint8Array): void => {
      text = (text + String(bytes)).slice(-200_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", () => {
      clearTimeout(timer);
      resolve(undefined);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      resolve({ code, text });
    });
  });
}
