import type { ControlConfig } from "../../gateway/control/control-config.ts";
import type { RealtimeConfig } from "../../gateway/realtime/realtime-config.ts";

/** A configuration with nothing left open: what `compose` takes. Plain data. */
export interface BoxConfig {
  readonly control: ControlConfig;
  readonly realtime: RealtimeConfig;
}
