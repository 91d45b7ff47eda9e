import { PortError } from "../../base/port-fault.ts";
import { GPIO_SLIC_PROFILES, openGpioSlic } from "../../hal/drivers/index.ts";
import type { RealtimePorts } from "../../hal/ports/board.ts";
import type { Slic, SlicEvents } from "../../hal/ports/slic.ts";
import type { SlicSpec } from "./realtime-config.ts";

/** Opens a line's chip with the driver that its specification names. Rejects with `PortError`. */
export async function openSlic(
  spec: SlicSpec,
  ports: Pick<RealtimePorts, "gpio" | "clock">,
  events: SlicEvents,
): Promise<Slic> {
  const chip = Object.entries(GPIO_SLIC_PROFILES).find(([name]) => name === spec.profile);
  if (chip === undefined) {
    throw new PortError({
      kind: "unsupported",
      what: `chip "${spec.profile}"`,
      advice: `the driver ${spec.driver} knows ${Object.keys(GPIO_SLIC_PROFILES).join(", ")}`,
    });
  }
  return openGpioSlic({ profile: chip[1], pins: spec.pins, ohtBias: spec.ohtBias }, ports, events);
}
