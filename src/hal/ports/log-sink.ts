import type { LogEvent } from "../../base/log-event.ts";

/** Where log events go. Never throws and never waits. */
export type LogSink = (event: LogEvent) => void;
