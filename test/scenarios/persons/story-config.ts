import type { UserConfig } from "../../../src/app/config/user-config.ts";
import { FAR_HOST } from "../support/far-end.ts";
import { FAR_NUMBERS } from "./far-manners.ts";
import { FAR_NAME, FAR_PASSWORD } from "./far-wire.ts";
import type { Stage, Trouble } from "./story.ts";
import { HOT, HOT_LINE, isFar, merged, OTHER_COUNTRY } from "./story-settings.ts";

/** Whether a configuration that is read anew has another country: its tones are others then. */
export const isAbroad = ({ forMs }: Pick<Trouble, "forMs">): boolean => forMs > 1500;

/** The same, changed while people telephone: other settings, and the last of many lines is gone. */
export function changedConfig(
  stage: Stage,
  { line, forMs }: Pick<Trouble, "line" | "forMs">,
): UserConfig {
  const before = configOf(stage);
  const lines = before.lines ?? [];
  const waits = before.dialing?.callWaiting ?? true;
  return merged(
    {
      ...before,
      lines: lines.length > 2 ? lines.slice(0, -1) : lines,
      ...(isAbroad({ forMs }) ? { country: OTHER_COUNTRY } : {}),
    },
    {
      dialing: { callWaiting: !waits, secondFlash: line % 2 === 0 ? "menu" : "conference" },
      rtp: { codecs: ["PCMA", "PCMU"], silenceSuppression: line % 2 === 1 },
    },
  );
}

/** The configuration of the box that a story is played with. */
export function configOf({ country, server, lines, settings }: Stage): UserConfig {
  const secure = { transport: "tls", tls: { ca: "ca.pem" } } as const;
  const sip: UserConfig["sip"] =
    server === "tls" ? secure : server === "tcp" ? { transport: "tcp" } : {};
  const hasName = server === "tls" || server === "names";
  const base: UserConfig = {
    country,
    lines: lines.map((_, at) => ({ number: String(101 + at), password: `own-secret-${at}` })),
    ...(isFar(server)
      ? {
          registrar: hasName ? FAR_NAME : `${FAR_HOST}:5060`,
          domain: FAR_HOST,
          dialing: { digitMap: "xxx|112|911" },
          sip,
        }
      : {
          exchange: {
            transport: server === "memory" ? "memory" : "udp",
            extensions: FAR_NUMBERS.map((number) => ({ number, password: FAR_PASSWORD })),
          },
        }),
  };
  const all = settings.reduce((sofar, { config }) => merged(sofar, config), base);
  return settings.some(({ name }) => name === HOT_LINE) ? withHotLine(all) : all;
}

function withHotLine(config: UserConfig): UserConfig {
  const { lines = [] } = config;
  if (lines.length < 3) return config;
  const isLast = (at: number): boolean => at === lines.length - 1;
  return {
    ...config,
    lines: lines.map((line, at) => (isLast(at) ? { ...line, hotline: HOT } : line)),
  };
}
