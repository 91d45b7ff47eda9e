import { describe, expect, it } from "vitest";
import type { CommandOptions } from "../cli/command-line.ts";
import { type ReadConfig, readConfig } from "../cli/read-config.ts";
import type { UserConfig } from "../config/user-config.ts";
import { type DoctorOptions, examine } from "./doctor.ts";
import { type FakeMachineOptions, fakeMachine } from "./fake-machine.fixture.ts";
import { type Finding, isHealthy, printFindings } from "./finding.ts";

const none: CommandOptions = { virtual: false, json: false };

async function configOf(board: string, written: UserConfig = {}): Promise<ReadConfig> {
  const extend = (user: UserConfig): UserConfig => ({ ...user, ...written });
  const read = await readConfig({ ...none, board }, () => "token", extend);
  if (!read.ok) throw new Error(read.error.join("\n"));
  return read.value;
}

async function examined(
  machine: FakeMachineOptions,
  board = "raspberry-pi",
  options: Partial<DoctorOptions> & { user?: UserConfig } = {},
) {
  const { user, ...rest } = options;
  const fake = fakeMachine({ mixer: "", ntp: "yes", ...machine });
  const findings = await examine(await configOf(board, user), fake, {
    ...{ fix: false, keptMixer: () => "", addressToward: async () => "192.0.2.7" },
    ...rest,
  });
  return { findings, ran: fake.ran };
}

const told = (findings: readonly Finding[]): string =>
  findings.map(({ state, text, advice }) => `${state} ${text} | ${advice ?? ""}`).join("\n");

const AGC_ON = `Simple mixer control 'Auto Gain Control',0
  Capabilities: pswitch
  Mono: Playback [on]
Simple mixer control 'Mic',0
  Mono: Capture 20 [57%] [8.00dB] [on]
`;
const KEPT = '[{"name":"Mic","index":0,"capture":{"volumes":[12],"on":true}}]';

describe("examine()", () => {
  it("finds a machine that has everything healthy", async () => {
    const pwmDevices = ["fe20c000.pwm"];
    const { findings } = await examined({ pwmDevices });
    expect(isHealthy(findings), told(findings)).toBe(true);
    for (const area of ["node", "packages", "rights", "gpio", "sound", "mixer", "network"]) {
      expect(findings.some((finding) => finding.area === area && finding.state === "good")).toBe(
        true,
      );
    }
  });

  it("asks nothing of a machine for the simulated board", async () => {
    const lacking = { missingPackages: ["koffi"], groups: [], mixer: undefined };
    const { findings } = await examined(lacking, "hw-sim");
    expect(isHealthy(findings)).toBe(true);
    expect(told(findings)).toMatch(/needs no hardware/);
  });

  const fault = { kind: "fault" } as const;
  const soundFault = (kind: "busy" | "not-found", advice: string) => ({
    kind,
    what: "card",
    advice,
  });

  it.each<[string, FakeMachineOptions, string, RegExp]>([
    ["an old Node", { nodeVersion: "20.18.3" }, "bad", /Node 20.18.3 \| install Node 20.19/],
    ["the oldest Node that will do", { nodeVersion: "20.19.0" }, "good", /Node 20.19.0/],
    ["another system", { platform: "darwin" }, "bad", /runs darwin \| use a board that runs Linux/],
    ["no koffi", { missingPackages: ["koffi"] }, "note", /sysfs.*\| run: npm install koffi/],
    ["no group gpio", { groups: ["audio"] }, "note", /group gpio.*\| run: sudo usermod -aG gpio/],
    [
      "a pin that a driver holds",
      { pins: { GPIO12: { kind: "held", place: "line 12", holder: "spi0 CS1" } } },
      "bad",
      /GPIO12 \(F\/R of line 1\) is line 12, held by "spi0 CS1" \| stop that program/,
    ],
    [
      "a Tipring that runs",
      { pins: { GPIO5: { kind: "held", place: "line 5", holder: "tipring" } } },
      "note",
      /GPIO5 \(RM of line 1\) is held by a Tipring that runs/,
    ],
    [
      "a pin that is not there",
      { pins: { GPIO6: { ...fault, fault: { kind: "not-found", what: "", advice: "name it" } } } },
      "bad",
      /GPIO6 \(SHK of line 1\): not-found \| name it/,
    ],
    ["no PWM", {}, "note", /GPIO12 \(F\/R of line 1\) is toggled by this program/],
    ["a card that is open", { soundFault: soundFault("busy", "end it") }, "bad", /busy \| end it/],
    [
      "another card than the board's",
      {
        soundFault: soundFault("not-found", "name one"),
        files: { "/proc/asound/cards": " 0 [Set            ]: USB-Audio - Set\n" },
      },
      "bad",
      /not-found \(cards of this machine: Set\) \| .*lines\[\]\.sound: "plughw:CARD=Set,DEV=0"/,
    ],
    [
      "no card at all",
      { soundFault: soundFault("not-found", "name one") },
      "bad",
      /not-found \(cards of this machine: none\) \| plug one in/,
    ],
    ["no amixer", { mixer: undefined }, "note", /amixer is not installed \| .*alsa-utils/],
    ["automatic gain", { mixer: AGC_ON }, "bad", /"Auto Gain Control" is on.*\| .*doctor --fix/],
    ["no measured levels", {}, "note", /nobody has measured.*\| run: tipring doctor --levels/],
    ["a wrong time of day", { ntp: "no" }, "note", /not set by NTP.*\| .*set-ntp true/],
    [
      "a kernel that counts by its tick",
      {
        files: { "/sys/devices/system/clocksource/clocksource0/current_clocksource": "jiffies\n" },
      },
      "bad",
      /jiffies\) \| use a kernel/,
    ],
    ["no network", { addresses: ["fe80::1"] }, "note", /IP phones cannot reach this box/],
  ])("tells of %s", async (_, machine, state, words) => {
    const { findings } = await examined(machine);
    const lines = told(findings).split("\n");
    expect(lines.filter((line) => line.startsWith(state) && words.test(line))).toHaveLength(1);
    expect(isHealthy(findings)).toBe(state !== "bad");
  });

  it.each([
    [undefined, "pass-through", []],
    [undefined, "t38", ["good T.38 is there, by libspandsp | "]],
    [
      "T.38 through libspandsp.so.2: install it",
      "t38",
      [
        "note faxes go through as sound: T.38 through libspandsp.so.2: install it | " +
          "T.38 needs libspandsp2 and koffi",
      ],
    ],
    ["T.38 through libspandsp.so.2: install it", "off", []],
  ] as const)("T.38: where it is %s and fax is %s", async (faxFault, fax, expected) => {
    const machine = faxFault === undefined ? {} : { faxFault };
    const { findings } = await examined(machine, "hw-sim", { user: { rtp: { fax } } });
    const lines = told(findings.filter(({ area }) => area === "fax")).split("\n");
    expect(lines.filter((line) => line !== "")).toEqual(expected);
    expect(isHealthy(findings)).toBe(true);
  });

  it("tells once of a machine without GPIO, with all the pins that are wanted", async () => {
    const state = {
      ...fault,
      fault: { kind: "unsupported", what: "GPIO", advice: "run on a board" },
    } as const;
    const pins = { GPIO12: state, GPIO5: state, GPIO6: state, GPIO16: state };
    const { findings } = await examined({ pins });
    expect(findings.filter(({ area }) => area === "gpio")).toMatchObject([
      { state: "bad", text: expect.stringMatching(/GPIO12, GPIO5, GPIO6, GPIO16/) },
    ]);
  });

  it("looks at the serial port of a serial line card, and names what is plugged in", async () => {
    const folders = { "/dev/serial/by-id": ["usb-Other-if00"] };
    const absent = await examined({ folders }, "serial-card");
    expect(told(absent.findings)).toMatch(/bad .*is not there \| .*now: usb-Other-if00/);
    const device = (await configOf("serial-card")).box.realtime.lines[0]?.slic;
    const path = device?.driver === "serial-card" ? device.device : "";
    const denied = await examined({ denied: [path] }, "serial-card");
    expect(told(denied.findings)).toMatch(/may not be used by this user \| .*-aG dialout/);
    const there = await examined({ files: { [path]: "" } }, "serial-card");
    expect(isHealthy(there.findings)).toBe(true);
    const bare = { files: { [path]: "" }, missingPackages: ["koffi"] };
    expect(told((await examined(bare, "serial-card")).findings)).toMatch(
      /bad a serial line card needs koffi .*\| run: npm install koffi/,
    );
  });

  it("looks at the SPI device and the pins of a ProSLIC", async () => {
    const absent = await examined({}, "raspberry-pi-proslic");
    expect(told(absent.findings)).toMatch(
      /bad \/dev\/spidev0.0 is not there \| put "dtparam=spi=on"/,
    );
    expect(told(absent.findings)).toMatch(/good GPIO24 \(RESET of line 1\) is line 1/);
    const files = { "/dev/spidev0.0": "", "/dev/ttyACM0": "" };
    const there = await examined({ files }, "raspberry-pi-proslic");
    expect(isHealthy(there.findings), told(there.findings)).toBe(true);
    const bare = await examined({ files, missingPackages: ["koffi"] }, "raspberry-pi-proslic");
    expect(told(bare.findings)).toMatch(/bad SPI needs koffi/);
  });

  const busy = { kind: "busy", what: "its pin", advice: "free it" } as const;
  const noChip = { kind: "not-found", what: "no chip answers", advice: "check SPI" } as const;
  const card = (more: object) => ({
    kind: "serial-card" as const,
    card: { name: "C", version: 1, lines: 2, hasSlic: true, hasAudio: true, ...more },
  });

  it.each<[string, string, FakeMachineOptions, string, RegExp]>([
    ["a module at rest", "raspberry-pi", {}, "good", /line 1: SHK says .*hung up/],
    [
      "a module without supply",
      "raspberry-pi",
      { looks: { "gpio-slic": { kind: "module", isOffHook: true } } },
      "note",
      /line 1: SHK says .*lifted \| .*supply, and shkOffHook/,
    ],
    ["a ProSLIC", "raspberry-pi-proslic", {}, "good", /line 1: an si3210, revision E, answers/],
    ["the card of its audio", "raspberry-pi-proslic", {}, "good", /"Line Card 4" answers/],
    [
      "a chip that does not answer",
      "raspberry-pi-proslic",
      { looks: { si321x: noChip } },
      "bad",
      /line 1: no chip answers: not-found \| check SPI/,
    ],
    [
      "a chip that is in use",
      "raspberry-pi-proslic",
      { looks: { si321x: busy } },
      "note",
      /line 1: its pin: busy \| stop what uses it/,
    ],
    ["a serial card", "serial-card", {}, "good", /"Line Card 4" answers \(protocol 1, lines: 4\)/],
    [
      "a card's line that is audio alone",
      "serial-card",
      { looks: { "serial-card": card({ hasSlic: false }) } },
      "bad",
      /works no telephone \| name another/,
    ],
    [
      "a card without audio",
      "raspberry-pi-proslic",
      { looks: { "serial-card": card({ hasAudio: false }) } },
      "bad",
      /carries no audio \| name another/,
    ],
  ])("asks the cards: %s", async (_, board, machine, state, words) => {
    const files = { "/dev/spidev0.0": "", "/dev/ttyACM0": "" };
    const { findings } = await examined({ files, ...machine }, board);
    const lines = told(findings.filter(({ area }) => area === "card")).split("\n");
    const fit = lines.filter((line) => line.startsWith(state) && words.test(line));
    // A board of serial cards has two lines unless told, each of which is asked.
    expect(fit).toHaveLength(board === "serial-card" ? 2 : 1);
    expect(isHealthy(findings), told(findings)).toBe(state !== "bad");
  });

  const held = { kind: "held", place: "line 6", holder: "tipring" } as const;

  it.each<[string, string, FakeMachineOptions]>([
    ["SHK is in other hands", "raspberry-pi", { pins: { GPIO6: held } }],
    ["the chip's reset is", "raspberry-pi-proslic", { pins: { GPIO24: held } }],
    ["its interrupt is", "raspberry-pi-proslic", { pins: { GPIO25: held } }],
    ["there is no SPI", "raspberry-pi-proslic", { files: {} }],
    ["nothing is plugged in", "serial-card", { files: {} }],
    ["it may not be used", "serial-card", { denied: ["/dev/ttyACM0"] }],
  ])("asks no card where %s", async (_, board, machine) => {
    const files = { "/dev/spidev0.0": "" };
    const { ran, findings } = await examined({ files, ...machine }, board);
    expect(ran.filter((what) => what.startsWith("ask"))).toEqual([]);
    expect(findings.filter(({ area }) => area === "card")).toEqual([]);
  });

  it("puts the mixer right where it is asked to, and changes nothing else", async () => {
    const before = await examined({ mixer: AGC_ON }, "raspberry-pi", { keptMixer: () => KEPT });
    expect(told(before.findings)).toMatch(/bad Device: Mic \(capture\) is 20 on, it was 12 on/);
    expect(before.ran.filter((command) => command.includes("sset"))).toEqual([]);
    const fixed = await examined({ mixer: AGC_ON }, "raspberry-pi", {
      ...{ fix: true, keptMixer: () => KEPT },
    });
    expect(fixed.ran.filter((command) => command.includes("sset"))).toEqual([
      "amixer -q -c Device sset Auto Gain Control,0 mute",
      "amixer -q -c Device sset Mic,0 capture 12 cap",
    ]);
    expect(isHealthy(fixed.findings), told(fixed.findings)).toBe(true);
  });

  it("says nothing of mixer and levels of a card that is not there", async () => {
    const soundFault = { kind: "not-found", what: "sound card", advice: "name one" } as const;
    const { findings, ran } = await examined({ soundFault, mixer: AGC_ON }, "raspberry-pi");
    expect(findings.filter(({ area }) => ["mixer", "levels"].includes(area))).toEqual([]);
    expect(ran.filter((command) => command.startsWith("amixer"))).toEqual([]);
  });

  it("a kept mixer that cannot be read is told, not believed", async () => {
    const { findings } = await examined({}, "raspberry-pi", { keptMixer: () => "{}" });
    expect(told(findings)).toMatch(/note the kept mixer of Device is no list of controls/);
  });

  it("sees that a line has its levels", async () => {
    const lines = [{ number: "1", levels: { captureFullScaleDbm0: 2 } }];
    const { findings } = await examined({}, "raspberry-pi", { user: { lines } });
    expect(told(findings)).toMatch(/good .* has its levels in the configuration/);
  });

  it("a registrar's name without an address may have SRV records: it is to be noted", async () => {
    const user = { registrar: "pbx.example.net", sip: { host: "127.0.0.1" } };
    const { findings } = await examined({}, "hw-sim", {
      user,
      addressToward: async () => undefined,
    });
    expect(told(findings)).toMatch(/note the registrar's name pbx.example.net has no address/);
    expect(isHealthy(findings)).toBe(true);
  });

  it("a registrar and addresses are looked at as the configuration has them", async () => {
    const user = { registrar: "192.0.2.1:5060", sip: { host: "192.0.2.99" } };
    const { findings } = await examined({}, "hw-sim", {
      user,
      addressToward: async () => undefined,
    });
    expect(told(findings)).toMatch(
      /bad sip.host is 192.0.2.99.*\| set sip.host to one of 192.0.2.7/,
    );
    expect(told(findings)).toMatch(/bad there is no way to the registrar 192.0.2.1:5060/);
  });
});

describe("printFindings()", () => {
  it("puts advice below its finding, and counts", () => {
    expect(
      printFindings([
        { area: "node", state: "good", text: "Node 22" },
        { area: "gpio", state: "bad", text: "none", advice: "buy a board" },
      ]),
    ).toEqual([
      "good  node: Node 22",
      "BAD   gpio: none",
      "      buy a board",
      "1 good, 0 to note, 1 bad",
    ]);
  });
});
