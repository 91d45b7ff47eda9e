import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { printConfigPath } from "../config/config-problem.ts";
import { loadConfig } from "../config/load-config.ts";
import { userConfigSchema } from "../config/schema.ts";
import { FETCHABLE, notFetchable } from "./fetchable.ts";

describe("notFetchable()", () => {
  it.each([
    [{ country: "de", lines: [{ number: "101", password: "x", realms: [{ realm: "r" }] }] }, []],
    [{ sip: { nat: { stunServer: "a" }, checkSync: "reload" }, rtp: { opus: { fec: true } } }, []],
    [{ dialing: { digitMap: "x.T", emergencyPlace: { civic: { country: "DE" } } } }, []],
    [{ log: { level: "debug", syslog: { server: "a" } } }, []],
    [{}, []],
    ["a text", []],
    [{ board: "hw-sim" }, ["board"]],
    [{ data: "/etc", recording: { calls: "all" } }, ["data", "recording"]],
    [{ callRecords: {}, provisioning: {} }, ["callRecords", "provisioning"]],
    [
      { sip: { tls: { verify: false }, host: "a", nameServers: [] } },
      ["sip.tls", "sip.host", "sip.nameServers"],
    ],
    [{ sip: { dhcpOption120: "01" } }, ["sip.dhcpOption120"]],
    [{ rtp: { host: "a", realtimePriority: 99 } }, ["rtp.host", "rtp.realtimePriority"]],
    [{ log: { syslog: { server: "a", tls: {} } } }, ["log.syslog.tls"]],
    [
      { lines: [{ number: "1" }, { number: "2", sound: "hw:0", card: {} }] },
      ["lines[1].sound", "lines[1].card"],
    ],
    [
      { lines: [{ levels: {}, module: {}, phone: "rotary" }] },
      ["lines[0].levels", "lines[0].module", "lines[0].phone"],
    ],
    [{ constructor: 1, sip: { toString: 1 } }, ["constructor", "sip.toString"]],
    [JSON.parse('{ "__proto__": { "data": 1 } }'), ["__proto__"]],
  ] as const)("of %j refuses %j", (config, refused) => {
    const problems = notFetchable(config);
    expect(problems.map(({ path }) => printConfigPath(path))).toEqual(refused);
  });

  it("knows no setting that is none", () => {
    const names = (settings: object, path: string): string[] =>
      Object.entries(settings).flatMap(([key, inner]) => {
        const own = path === "" ? key : `${path}.${key}`;
        return inner === true ? [own] : names(inner, own);
      });
    const unknown = names(FETCHABLE, "").filter((name) => {
      const steps = name.split(".");
      const isLine = steps[0] === "lines";
      const inner = steps
        .slice(isLine ? 1 : 0)
        .reduceRight<unknown>((value, step) => ({ [step]: value }), { nobodyKnows: 1 });
      const loaded = loadConfig(JSON.stringify(isLine ? { lines: [inner] } : inner), "f");
      return !loaded.ok && loaded.error.some((text) => text.includes(`${steps.at(-1)} is not a`));
    });
    expect(unknown).toEqual([]);
  });

  it("refuses those settings alone that the document names, a new one not without a word", () => {
    const refused = [
      ...["board", "data", "recording", "callRecords", "provisioning"],
      ...["sip.host", "sip.host6", "sip.dhcpOption120", "sip.nameServers", "sip.tls"],
      ...["rtp.host", "rtp.realtimePriority"],
      ...["log.syslog.hostname", "log.syslog.maxBytes", "log.syslog.tls"],
      ...["lines.phone", "lines.sound", "lines.levels", "lines.module", "lines.card"],
    ];
    expect(notIn(FETCHABLE, schemaOf(userConfigSchema), "").sort()).toEqual(refused.sort());
    const document = readFileSync(
      new URL("../../../docs/provisioning.md", import.meta.url),
      "utf8",
    );
    const [, paragraph = ""] =
      /\n(\*\*What cannot be fetched\*\*[\s\S]*?)\n\n/.exec(document) ?? [];
    const unnamed = refused.filter((name) => !paragraph.includes(`\`${name.split(".").at(-1)}\``));
    expect(unnamed).toEqual([]);
  });
});

interface Shape {
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly items?: Shape;
}

/** What settings there are, as JSON Schema has it. */
function schemaOf(schema: z.ZodType): Shape {
  // Of JSON Schema only these two are looked at.
  return z.toJSONSchema(schema, { unrepresentable: "any", io: "input" }) as Shape;
}

function notIn(allowed: object, shape: Shape, path: string): string[] {
  return Object.entries(shape.properties ?? shape.items?.properties ?? {}).flatMap(
    ([key, inner]) => {
      const rule: unknown = Object.hasOwn(allowed, key) ? Reflect.get(allowed, key) : undefined;
      if (typeof rule === "object" && rule !== null) return notIn(rule, inner, `${path}${key}.`);
      return rule === undefined ? [path + key] : [];
    },
  );
}
