import type { UserConfig } from "../../../src/app/config/user-config.ts";
import { FAR_HOST } from "../support/far-end.ts";
import { FAR_NUMBERS } from "./far-manners.ts";
import { FAR_NAME, FAR_PASSWORD } from "./far-wire.ts";
import type { Stage } from "./story.ts";
import { isFar, merged } from "./story-settings.ts";

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
  return settings.reduce((all, { config }) => merged(all, config), base);
}
