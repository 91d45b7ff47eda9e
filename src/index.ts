/** Tipring as a library: wire a box of your own with the same function that the program uses. */
export { type Box, type BoxPorts, compose } from "./app/compose.ts";
export type { BoxConfig } from "./app/config/box-config.ts";
export { type ResolveContext, resolveConfig } from "./app/config/resolve-config.ts";
export type { UserConfig, UserLine } from "./app/config/user-config.ts";
export type { LineCommand, LineEvent } from "./base/line-messages.ts";
export type { CallRecord } from "./call/index.ts";
export type { BoxEvent, LineStatus } from "./gateway/control/box-events.ts";
export { createSameThreadHost } from "./gateway/realtime/same-thread-host.ts";
