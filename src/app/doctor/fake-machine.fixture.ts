import { PortError, type PortFault } from "../../base/port-fault.ts";
import type { LineLook } from "../../gateway/realtime/line-hardware.ts";
import type { PinState, SoundCard } from "../../hal/linux/index.ts";
import type { Machine, ProgramResult } from "./machine.ts";

/** What a machine of the tests is like; what is left out is as it should be. */
export interface FakeMachineOptions {
  readonly nodeVersion?: string;
  readonly platform?: string;
  readonly isRoot?: boolean;
  readonly groups?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
  readonly folders?: Readonly<Record<string, readonly string[]>>;
  readonly denied?: readonly string[];
  readonly missingPackages?: readonly string[];
  readonly pins?: Readonly<Record<string, PinState>>;
  readonly pwmDevices?: readonly string[];
  readonly soundFault?: PortFault;
  readonly addresses?: readonly string[];
  /** What `amixer scontents` prints; undefined where it is not installed. */
  readonly mixer?: string | undefined;
  readonly ntp?: string;
  readonly faxFault?: string;
  /** What cards say by their driver, or why they do not; as they should unless told. */
  readonly looks?: Readonly<Partial<Record<CardKind, LineLook | PortFault>>>;
}

type CardKind = "gpio-slic" | "si321x" | "serial-card";

const LOOKS: Readonly<Record<CardKind, LineLook>> = {
  "gpio-slic": { kind: "module", isOffHook: false },
  si321x: { kind: "proslic", chip: "si3210", revision: "E" },
  "serial-card": {
    kind: "serial-card",
    card: { name: "Line Card 4", version: 1, lines: 4, hasSlic: true, hasAudio: true },
  },
};

/** A machine that notes which programs were run. */
export function fakeMachine(options: FakeMachineOptions = {}): Machine & {
  readonly ran: readonly string[];
} {
  const ran: string[] = [];
  const files = options.files ?? {};
  const run = async (
    program: string,
    args: readonly string[],
  ): Promise<ProgramResult | undefined> => {
    ran.push([program, ...args].join(" "));
    if (program === "timedatectl") {
      return options.ntp === undefined ? undefined : { code: 0, text: `${options.ntp}\n` };
    }
    return options.mixer === undefined ? undefined : { code: 0, text: options.mixer };
  };
  return {
    ran,
    nodeVersion: options.nodeVersion ?? "22.1.0",
    platform: options.platform ?? "linux",
    isRoot: options.isRoot ?? false,
    groups: options.groups ?? ["gpio", "audio", "spi", "dialout"],
    readText: (path) => files[path],
    list: (path) => options.folders?.[path] ?? [],
    access: (path) => {
      if (options.denied?.includes(path) === true) return "denied";
      return files[path] === undefined ? "missing" : "ok";
    },
    tryPackage: async (name) =>
      options.missingPackages?.includes(name) === true ? "Cannot find package" : undefined,
    faxFault: async () => options.faxFault,
    run,
    addresses: () => options.addresses ?? ["192.0.2.7"],
    inspectPins: async (pins) =>
      new Map(
        pins.map((pin) => [
          pin,
          options.pins?.[pin] ?? { kind: "free", place: "line 1 of /dev/gpiochip0" },
        ]),
      ),
    pwm: {
      chips: () => (options.pwmDevices ?? []).map((_, n) => `pwmchip${n}`),
      deviceOf: (chip) => options.pwmDevices?.[Number(chip.slice(7))] ?? "",
      exists: () => false,
      read: () => "",
      write: () => {},
    },
    openCard: async (name) => {
      if (options.soundFault !== undefined) throw new PortError(options.soundFault);
      return silentCard(name);
    },
    openLines: async () => {
      const say = async (kind: CardKind): Promise<LineLook> => {
        ran.push(`ask ${kind}`);
        const look = options.looks?.[kind] ?? LOOKS[kind];
        if ("advice" in look) throw new PortError(look);
        return look;
      };
      return {
        look: ({ slic }) => say(slic.driver),
        lookAtSerialCard: () => say("serial-card"),
      };
    },
  };
}

function silentCard(name: string): SoundCard {
  const done = { ok: true, value: undefined } as const;
  const nothing = { ok: true, value: 0 } as const;
  return {
    what: name,
    rateHz: 48_000,
    capture: {
      ...{ channels: 1, bufferSamples: 3840 },
      start: () => done,
      stop: () => {},
      waiting: () => nothing,
      read: () => done,
    },
    playout: {
      ...{ channels: 2, bufferSamples: 1920 },
      start: () => done,
      stop: () => {},
      queued: () => nothing,
      write: () => done,
    },
    close: () => {},
  };
}
