import { describe, expect, it } from "vitest";
import { loadConfig } from "./load-config.ts";

function problems(text: string): readonly string[] {
  const loaded = loadConfig(text, "tipring.yaml");
  return loaded.ok ? [] : loaded.error;
}

describe("loadConfig()", () => {
  it("takes an empty file as no settings", () => {
    expect(loadConfig("", "tipring.yaml")).toMatchObject({ ok: true, value: { config: {} } });
  });

  it("takes settings and describes a later problem at its place", () => {
    const loaded = loadConfig("lines:\n  - number: '101'\n    country: irr\n", "t.yaml");
    expect(loaded.ok).toBe(true);
    if (!loaded.ok) return;
    expect(
      loaded.value.describe({
        path: ["lines", 0, "country"],
        text: 'is "irr"; did you mean "ir"?',
      }),
    ).toBe('t.yaml:3:14: lines[0].country is "irr"; did you mean "ir"?');
  });

  it.each([
    "password: *geheim",
    "password: |geheim",
    "password: >geheim",
    'password: "\\qgeheim"',
    'password: "\\Ugeheim"',
    "password: !e!geheim x",
    "password: &geheim &b x",
    "password: @geheim",
    "password: %geheim",
    'password: "a" "geheim"',
    "password: a: geheim",
    'password: "geheim',
    "password: [geheim",
  ])("repeats nothing of a text that cannot be read: %s", (text) => {
    const told = problems(`lines:\n  - number: "1"\n    ${text}\n`).join("\n");
    expect(told).toMatch(/^tipring\.yaml:\d+:\d+: /);
    expect(told).not.toMatch(/geheim|Ugeh|\\q/);
  });

  it.each([
    ["contry: ir\n", 'tipring.yaml:1:1: contry is not a setting; did you mean "country"?'],
    [
      "lines:\n  - number: '101'\n    phone: rotery\n",
      'tipring.yaml:3:12: lines[0].phone is "rotery"; did you mean "rotary"?',
    ],
    [
      "- country: de\n",
      'tipring.yaml:1:1: must be settings, each with its name, like "country: de"',
    ],
    ["sip:\n  port: many\n", 'tipring.yaml:2:9: sip.port is "many": must be a number'],
    ["sip:\n  port: 50.5\n", "tipring.yaml:2:9: sip.port is 50.5: must be a whole number"],
    [
      "dialing:\n  callWaiting: 1\n",
      "tipring.yaml:2:16: dialing.callWaiting is 1: must be true or false",
    ],
    ["domain: 12\n", "tipring.yaml:1:9: domain is 12: must be text: put it in quotes"],
    ["lines:\n  - name: Ann\n", "tipring.yaml:2:5: lines[0].number is missing"],
    ["sip:\n  port: 0\n", "tipring.yaml:2:9: sip.port is 0; it must be at least 1"],
    ["rtp:\n  ptimeMs: 25\n", "tipring.yaml:2:12: rtp.ptimeMs is 25; it can be 10, 20, 30, 40, 60"],
    ["sip:\n  port: 70000\n", "tipring.yaml:2:9: sip.port is 70000; it must be at most 65535"],
    [
      "lines:\n  - { number: '1', password: 4711 }\n",
      "tipring.yaml:2:30: lines[0].password must be text in quotes",
    ],
    [
      "lines: { number: '1', password: secret }\n",
      'tipring.yaml:1:8: lines must be a list, each entry behind "- "',
    ],
    [
      `country: "${"x".repeat(1000)}"\ntrunk: [{ user: a, password: secret }]\n`,
      'tipring.yaml:2:8: trunk must be settings, each with its name, like "country: de"',
    ],
    [
      `dialing:\n  digitMap: ${"x".repeat(1025)}\n`,
      `tipring.yaml:2:13: dialing.digitMap is "${"x".repeat(79)}…: ` +
        "too big: expected string to have <=1024 characters",
    ],
    [
      "exchange:\n  extensions: [{ number: '201', password: '' }]\n",
      "tipring.yaml:2:43: exchange.extensions[0].password must not be empty",
    ],
    [
      "lines:\n  - number: 101\n",
      'tipring.yaml:2:13: lines[0].number is 101: must be text in quotes, like "101"',
    ],
    [
      "dialing:\n  musicOnHold: music.wav\n",
      'tipring.yaml:2:16: dialing.musicOnHold is "music.wav": must be written without ".wav"',
    ],
    [
      "dialing:\n  announcements: { refused: ../no }\n",
      'tipring.yaml:2:29: dialing.announcements.refused is "../no": ' +
        'must be the name of a file in recording.sounds without ".wav"',
    ],
    [
      "rtp:\n  dtmfRelay: rfc473\n",
      'tipring.yaml:2:14: rtp.dtmfRelay is "rfc473"; did you mean "rfc4733"?',
    ],
    [
      "rtp:\n  dtmfRelay: [info, rfc473]\n",
      'tipring.yaml:2:21: rtp.dtmfRelay[1] is "rfc473"; did you mean "rfc4733"?',
    ],
    [
      "rtp:\n  codecs: [PCMU, G726-42]\n",
      'tipring.yaml:2:18: rtp.codecs[1] is "G726-42"; did you mean "G726-40"?',
    ],
    [
      "rtp:\n  codecs: [iLBC]\n",
      'tipring.yaml:2:12: rtp.codecs[0] is "iLBC"; it can be PCMU, PCMA, G722, G726-40, G726-32, ' +
        "G726-24, G726-16, AAL2-G726-40, AAL2-G726-32, AAL2-G726-24, AAL2-G726-16, L16, opus, G729",
    ],
  ])("says where and what to do, given %j", (text, problem) => {
    expect(problems(text)).toEqual([problem]);
  });

  it.each([["a: [1"], ["a: *b"], ["\t- x"], ["a: 1\na: 2"]])(
    "names the place of broken YAML, given %j",
    (text) => {
      expect(problems(text)[0]).toMatch(/^tipring\.yaml:\d+:\d+: /);
    },
  );

  it("refuses an alias bomb and a file that is too large", () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefgh"
      .split("")
      .map((name, at) => {
        const before = "abcdefg"[at];
        return `${name}: &${name} [${Array(9).fill(`*${before}`).join(",")}]`;
      })
      .join("\n")}`;
    expect(problems(bomb)).toHaveLength(1);
    expect(problems("#".repeat(1_000_001))[0]).toContain("larger than");
  });
});
