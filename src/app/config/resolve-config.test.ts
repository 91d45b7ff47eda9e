import { describe, expect, it } from "vitest";
import { CODECS } from "../../media/index.ts";
import type { BoardFile } from "./board-file.ts";
import { printConfigProblem } from "./config-problem.ts";
import { resolveConfig } from "./resolve-config.ts";
import type { UserConfig } from "./user-config.ts";

const slic = {
  driver: "gpio-slic",
  profile: "ag1171",
  pins: { fr: "f{n}", rm: "r{n}", shk: "s{n}" },
  ohtBias: true,
} as const;
const board: BoardFile = {
  name: "test",
  title: "a board of three lines",
  module: "none",
  lines: { linesMax: 3, each: { slic, pcmChannel: "c{n}" } },
};
let tokens = 0;
const context = { board, version: "9", createToken: () => `token${tokens++}` };

function problems(user: UserConfig): readonly string[] {
  const resolved = resolveConfig(user, context);
  return resolved.ok ? [] : resolved.error.map((problem) => printConfigProblem("here", problem));
}

describe("resolveConfig()", () => {
  it("makes two lines at the built-in exchange of nothing", () => {
    const resolved = resolveConfig({}, context);
    expect(resolved.ok).toBe(true);
    if (!resolved.ok) return;
    const { control, realtime } = resolved.value;
    expect(control.lines.map((line) => line.account.user)).toEqual(["101", "102"]);
    expect(control.exchange?.users.map((user) => user.user)).toEqual(["101", "102"]);
    expect(control.exchange?.listen).toEqual({ host: "127.0.0.1", port: 5060 });
    const passwords = control.lines.map((line) => line.account.password);
    expect(new Set(passwords).size).toBe(2);
    expect(control.exchange?.users.map((user) => user.password)).toEqual(passwords);
    expect(control.lines[0]?.call.digitMap).toBe("101|102|600|601");
    expect(realtime.lines[1]).toMatchObject({
      line: 2,
      pcmChannel: "c2",
      slic: { pins: { shk: "s2" } },
    });
  });

  it("has no more default lines than the board has", () => {
    const lines = [{ slic, pcmChannel: "c" }];
    const resolved = resolveConfig({}, { ...context, board: { ...board, lines } });
    expect(resolved.ok && resolved.value.realtime.lines.length).toBe(1);
  });

  it("cancels echo over 32 ms, over what a line says, or not at all", () => {
    const lines = [
      { number: "1" },
      { number: "2", echoCanceller: { tailMs: 128 } },
      { number: "3", echoCanceller: { tailMs: 64, off: true } },
    ];
    const resolved = resolveConfig({ lines }, context);
    const tails = resolved.ok && resolved.value.realtime.lines.map((line) => line.echoTailMs);
    expect(tails).toEqual([32, 128, undefined]);
  });

  it.each([
    [undefined, undefined],
    [{}, undefined],
    [{ fax: true }, undefined],
    [{ fax: false }, false],
  ])("cancels a machine's echo unless told otherwise: %j", (echoCanceller, cancels) => {
    const line = { number: "1", ...(echoCanceller && { echoCanceller }) };
    const resolved = resolveConfig({ lines: [line] }, context);
    const [only] = resolved.ok ? resolved.value.realtime.lines : [];
    expect(only?.cancelsModemEcho).toBe(cancels);
  });

  it("amplifies what a line says and hears by what is written", () => {
    const lines = [
      { number: "1" },
      { number: "2", gain: { txDb: -3.5 } },
      { number: "3", gain: { rxDb: 6, auto: true } },
    ];
    const resolved = resolveConfig({ lines }, context);
    const gains = resolved.ok && resolved.value.realtime.lines.map((line) => line.gain);
    expect(gains).toEqual([undefined, { txDb: -3.5, rxDb: 0 }, { txDb: 0, rxDb: 6 }]);
    const automatic =
      resolved.ok && resolved.value.realtime.lines.map((line) => line.automaticGain);
    expect(automatic).toEqual([undefined, undefined, true]);
  });

  it.each([
    [undefined, { mode: "adaptive", minMs: 0, maxMs: 200 }],
    [{ minMs: 300 }, { mode: "adaptive", minMs: 300, maxMs: 300 }],
    [{ mode: "fixed" }, { mode: "fixed", minMs: 40, maxMs: 200 }],
    [
      { mode: "fixed", minMs: 60, maxMs: 60 },
      { mode: "fixed", minMs: 60, maxMs: 60 },
    ],
  ] as const)("a jitter buffer of %o is %o", (jitter, expected) => {
    const resolved = resolveConfig({ rtp: jitter === undefined ? {} : { jitter } }, context);
    expect(resolved.ok && resolved.value.realtime.rtp.jitter).toEqual(expected);
  });

  it.each([
    { module: "linux", asked: undefined, told: { priority: 10, isAsked: false } },
    { module: "linux", asked: 99, told: { priority: 99, isAsked: true } },
    { module: "linux", asked: "off", told: undefined },
    { module: "tipring/hw-sim", asked: undefined, told: undefined },
    { module: "tipring/hw-sim", asked: 1, told: { priority: 1, isAsked: true } },
  ] as const)("a voice priority of $asked on $module is $told", ({ module, asked, told }) => {
    const rtp = asked === undefined ? {} : { realtimePriority: asked };
    const resolved = resolveConfig({ rtp }, { ...context, board: { ...board, module } });
    expect(resolved.ok && resolved.value.realtime.rtp.realtimePriority).toEqual(told);
  });

  it("says where the most that playout waits is below the least", () => {
    expect(problems({ rtp: { jitter: { minMs: 50, maxMs: 40 } } })).toEqual([
      "here: rtp.jitter.maxMs is 40; it must not be below rtp.jitter.minMs, 50",
    ]);
  });

  it("takes a line's own sound channel in place of the board's", () => {
    const lines = [{ number: "1", sound: "hw:2,0#left" }, { number: "2" }];
    const resolved = resolveConfig({ lines }, context);
    const channels = resolved.ok && resolved.value.realtime.lines.map((line) => line.pcmChannel);
    expect(channels).toEqual(["hw:2,0#left", "c2"]);
  });

  it("puts what is known better of a module into the board's wiring", () => {
    const overrides = { frIdle: "low", ringDutyMax: 0.2 } as const;
    const lines = [{ slic: { ...slic, overrides }, pcmChannel: "c" }];
    const written = { number: "101", module: { ringDutyMax: 0.5, powerDown: "none" } } as const;
    const resolved = resolveConfig(
      { lines: [written] },
      { ...context, board: { ...board, lines } },
    );
    expect(resolved.ok && resolved.value.realtime.lines[0]?.slic).toMatchObject({
      overrides: { frIdle: "low", ringDutyMax: 0.5, powerDown: "none" },
    });
  });

  it("refuses a module's settings where there is no module", () => {
    const lines = [{ slic: { driver: "serial-card", device: "/dev/ttyACM0", line: 1 } }] as const;
    const user = { lines: [{ number: "101", module: { frIdle: "low" } }] } as const;
    const resolved = resolveConfig(user, { ...context, board: { ...board, lines } });
    expect(resolved.ok ? [] : resolved.error.map(({ path }) => path.join("."))).toEqual([
      "lines.0.module",
    ]);
  });

  it("leaves the exchange out, and passwords alone, where a registrar is named", () => {
    const resolved = resolveConfig({ registrar: "pbx.example.net" }, context);
    expect(resolved.ok).toBe(true);
    if (!resolved.ok) return;
    const [line] = resolved.value.control.lines;
    expect(resolved.value.control.exchange).toBeUndefined();
    expect(line?.server).toEqual({
      kind: "network",
      hop: { host: "pbx.example.net" },
      backups: [],
    });
    expect(line?.account).toMatchObject({ domain: "pbx.example.net" });
    expect(line?.account.password).toBeUndefined();
  });

  it("overrides a country's values, for a line of its own country too", () => {
    const resolved = resolveConfig(
      {
        country: "de",
        lines: [{ number: "1" }, { number: "2", country: "ir" }],
        countryOverrides: { ringing: { frequencyHz: 23 } },
      },
      context,
    );
    expect(resolved.ok).toBe(true);
    if (!resolved.ok) return;
    const countries = resolved.value.realtime.lines.map(({ country }) => [
      country.code,
      country.ringing.frequencyHz,
    ]);
    expect(countries).toEqual([
      ["de", 23],
      ["ir", 23],
    ]);
  });

  it.each([
    ["nothing is said", {}, {}, "101|102|600|601"],
    ["there is a code", { pickupCode: "**" }, { code: "**" }, "101|102|600|601|**101|**102|**T"],
    ["nobody may", { pickup: false, pickupCode: "**" }, undefined, "101|102|600|601"],
  ] as const)("has calls picked up where %s", (_what, exchange, pickup, digitMap) => {
    const lines = [{ number: "101" }, { number: "102" }];
    const resolved = resolveConfig({ lines, exchange }, context);
    expect(resolved.ok && resolved.value.control.exchange?.pickup).toEqual(pickup);
    expect(resolved.ok && resolved.value.control.lines[0]?.call.digitMap).toBe(digitMap);
  });

  it("lets lines ring from what the board names, or the user says", () => {
    const each = { slic, pcmChannel: "c{n}", ringSupply: "brick" };
    const wired: BoardFile = {
      ...board,
      ringSupplies: { brick: { renMax: 3 } },
      lines: { linesMax: 3, each },
    };
    const suppliesOf = (user: UserConfig, on = board) => {
      const resolved = resolveConfig(user, { ...context, board: on });
      return resolved.ok ? resolved.value.realtime.lines.map(({ ringSupply }) => ringSupply) : [];
    };
    const lines = [{ number: "1", ren: 2 }, { number: "2" }];
    expect(suppliesOf({ lines })).toEqual([undefined, undefined]);
    expect(suppliesOf({ lines, ringing: { renMax: 2 } })).toEqual([
      { supply: "box", renMax: 2, ren: 2 },
      { supply: "box", renMax: 2, ren: 1 },
    ]);
    expect(suppliesOf({ lines: [{ number: "1" }] }, wired)).toEqual([
      { supply: "brick", renMax: 3, ren: 1 },
    ]);
  });

  it.each<[UserConfig, string]>([
    [
      { lines: [{ number: "1", callerId: "bellcor" }] },
      'here: lines[0].callerId is "bellcor"; did you mean "bellcore"?',
    ],
    [
      { countryOverrides: { callerId: { scheme: "dtmf-denmrk" } } },
      'here: countryOverrides.callerId.scheme is "dtmf-denmrk"; did you mean "dtmf-denmark"?',
    ],
    [
      { countryOverrides: { callerId: { signal: { modem: "v21" } } } },
      "here: countryOverrides.callerId.signal.modem must be one of bell202, v23",
    ],
    [
      { lines: [{ number: "1", ren: 3 }], ringing: { renMax: 2 } },
      "here: lines[0].ren is 3, but the ringing supply carries 2; unplug a bell",
    ],
    [
      { lines: [{ number: "1", rings: [{ caller: "9*", cadence: "bellcore-2" }] }] },
      'here: lines[0].rings[0].cadence is "bellcore-2"; did you mean "bellcore-r2"?',
    ],
    [{ country: "irr" }, 'here: country is "irr"; did you mean "ir"?'],
    [{ country: "germany" }, 'here: country is "germany"; did you mean "de"?'],
    [
      { lines: [{ number: "1", country: "dee" }] },
      'here: lines[0].country is "dee"; did you mean "de"?',
    ],
    [
      { lines: ["1", "2", "3", "4"].map((number) => ({ number })) },
      "here: lines[3] is line 4, but the board test has 3",
    ],
    [{ lines: [{ number: "7" }, { number: "7" }] }, 'here: lines[1].number is "7" a second time'],
    [
      { exchange: { extensions: [{ number: "101", password: "x" }] } },
      'here: exchange.extensions[0].number is "101", which is taken',
    ],
    [
      { exchange: { extensions: [{ number: "pbx", password: "many", numbers: ["101"] }] } },
      'here: exchange.extensions[0].numbers[0] is "101", which is taken',
    ],
    [
      { lines: [{ number: "600" }] },
      'here: lines[0].number is "600", which the built-in exchange answers itself',
    ],
    [
      { exchange: { extensions: [{ number: "601", password: "x" }] } },
      'here: exchange.extensions[0].number is "601", which the built-in exchange answers itself',
    ],
    [
      { exchange: { pickupCode: "10" } },
      'here: exchange.pickupCode is "10", with which 101 begins: take another',
    ],
    [
      { exchange: { voicemail: "250" } },
      'here: exchange.voicemail is "250", which is no extension; add it to exchange.extensions',
    ],
    [
      { sip: { host: "0.0.0.0" } },
      'here: sip.host is "0.0.0.0"; it must be one address of this machine, like 192.168.1.20',
    ],
    [
      { sip: { host: "300.1.1.1" } },
      'here: sip.host is "300.1.1.1"; it must be one address of this machine, like 192.168.1.20',
    ],
    [
      { sip: { host: "0:0::0" } },
      'here: sip.host is "0:0::0"; it must be one address of this machine, like 192.168.1.20',
    ],
    [
      { sip: { host6: "192.168.1.20" } },
      'here: sip.host6 is "192.168.1.20"; it must be one IPv6 address of this machine, ' +
        "like 2001:db8::20",
    ],
    [
      { rtp: { host: "256.0.0.1" } },
      'here: rtp.host is "256.0.0.1"; it must be one address of this machine, like 192.168.1.20',
    ],
    [
      { registrar: "300.1.1.1" },
      'here: registrar is "300.1.1.1"; it must be host or host:port, like pbx.example.net:5060 ' +
        "(all digits, it is no host name, and it is no address either)",
    ],
    [
      { rtp: { host: "localhost" } },
      'here: rtp.host is "localhost"; it must be one address of this machine, like 192.168.1.20',
    ],
    [
      { registrar: "a b" },
      'here: registrar is "a b"; it must be host or host:port, like pbx.example.net:5060',
    ],
    [
      { rtp: { portMin: 2000, portMax: 2000 } },
      "here: rtp.portMax is 2000; it must be above rtp.portMin, 2000",
    ],
  ])("says what is wrong with %j", (user, problem) => {
    expect(problems(user)).toEqual([problem]);
  });

  it("lists the countries where none is near", () => {
    const [problem = ""] = problems({ country: "xx" });
    expect(problem).toMatch(/^here: country is "xx"; it can be ae, .*\bde\b.*\bus\b.*, za$/);
  });

  it("lists the countries where none is near what was written", () => {
    const [problem] = problems({ country: "xyzzy" });
    expect(problem).toMatch(/^here: country is "xyzzy"; it can be .*\bde\b.*\bir\b.*\bus\b/);
  });

  it("says where a digit map and an override are wrong, and all problems at once", () => {
    const found = problems({
      country: "zz",
      dialing: { digitMap: "[1-" },
      rtp: { portMin: 9, portMax: 8 },
    });
    expect(found).toHaveLength(3);
    expect(found.join()).toContain("dialing.digitMap is wrong at character");
    expect(problems({ countryOverrides: { flash: { minMs: "x" } } })[0]).toContain(
      "countryOverrides.flash.minMs",
    );
  });
});

describe("resolveConfig() encryption", () => {
  const srtp = (rtp: UserConfig["rtp"]) => {
    const resolved = resolveConfig(rtp === undefined ? {} : { rtp }, context);
    return resolved.ok ? resolved.value.realtime.rtp.srtp : "refused";
  };

  it.each([
    { rtp: undefined, told: undefined },
    { rtp: { srtp: "off", srtpSuites: ["AEAD_AES_128_GCM"] }, told: undefined },
    {
      rtp: { srtp: "required", srtpSuites: ["AEAD_AES_128_GCM"] },
      told: { policy: "required", suites: ["AEAD_AES_128_GCM"] },
    },
  ] as const)("$rtp is $told", ({ rtp, told }) => expect(srtp(rtp)).toEqual(told));

  it("begins with the suite that everybody has", () => {
    expect(srtp({ srtp: "optional" })).toMatchObject({
      policy: "optional",
      suites: expect.arrayContaining(["AEAD_AES_256_GCM"]),
      offered: 3,
    });
    expect(srtp({ srtp: "optional" })).toHaveProperty("suites.0", "AES_CM_128_HMAC_SHA1_80");
  });
});

describe("resolveConfig() codecs", () => {
  const offered = (codecs?: readonly string[]) => {
    const resolved = resolveConfig(codecs === undefined ? {} : { rtp: { codecs } }, context);
    const line = resolved.ok ? resolved.value.control.lines[0] : undefined;
    return line?.call.codecs.map(({ name, payloadType }) => `${payloadType} ${name}`);
  };

  it.each([
    { codecs: undefined, types: ["0 PCMU", "8 PCMA"] },
    { codecs: ["G722", "PCMU"], types: ["9 G722", "0 PCMU"] },
    { codecs: ["PCMA", "PCMA"], types: ["8 PCMA"] },
    {
      codecs: ["G726-32", "PCMU", "AAL2-G726-32"],
      types: ["96 G726-32", "0 PCMU", "97 AAL2-G726-32"],
    },
    {
      // 101 means telephone-event.
      codecs: ["G726-16", "G726-24", "G726-32", "G726-40", "AAL2-G726-16", "AAL2-G726-24", "G722"],
      types: [
        "96 G726-16",
        "97 G726-24",
        "98 G726-32",
        "99 G726-40",
        "100 AAL2-G726-16",
        "102 AAL2-G726-24",
        "9 G722",
      ],
    },
  ])("$codecs are offered as $types", ({ codecs, types }) => {
    expect(offered(codecs)).toEqual(types);
  });

  it("opus has the number that is configured, and nothing else gets it", () => {
    const rtp = { codecs: ["G726-32", "opus", "L16"], opus: { payloadType: 97, dtx: true } };
    const resolved = resolveConfig({ rtp }, context);
    const codecs = resolved.ok ? resolved.value.control.lines[0]?.call.codecs : [];
    expect(codecs?.map(({ name, payloadType }) => `${payloadType} ${name}`)).toEqual([
      "96 G726-32",
      "97 opus",
      "98 L16",
    ]);
    expect(codecs?.[1]).toMatchObject({ channels: 2, clockRateHz: 48_000 });
    expect(codecs?.[1]?.fmtp).toContain("useinbandfec=1;usedtx=1");
    expect(resolved.ok && resolved.value.realtime.rtp).toMatchObject({
      engines: ["opus"],
      opus: { bitrate: 20_000, dtx: true },
    });
  });

  it("says what is wrong with a codec that the machine lacks, and with a number used twice", () => {
    const codecFaults = { g729: "G.729: install it." };
    const rtp = { codecs: ["PCMU", "G729"], opus: { payloadType: 101 } };
    const resolved = resolveConfig({ rtp }, { ...context, codecFaults });
    expect(resolved.ok ? [] : resolved.error.map((one) => printConfigProblem("here", one))).toEqual(
      [
        "here: rtp.opus.payloadType is 101, which means telephone events (rtp.eventPayloadType)",
        'here: rtp.codecs[1] is "G729", which this machine does not have. G.729: install it.',
      ],
    );
  });

  it("all codecs there are get payload types of their own", () => {
    const types = offered(CODECS.map(({ name }) => name))?.map((text) => text.split(" ")[0]);
    expect(types).toHaveLength(CODECS.length);
    expect(new Set(types).size).toBe(CODECS.length);
    expect(types).not.toContain("101");
  });
});
