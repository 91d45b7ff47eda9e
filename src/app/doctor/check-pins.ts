import type { PinState } from "../../hal/linux/index.ts";
import type { BoardParts, NeededPin } from "./board-parts.ts";
import { bad, type Finding, good, note } from "./finding.ts";
import type { Machine } from "./machine.ts";

/** Under which name the kernel shows pins of our own. */
const OURS = "tipring";

/** Pins, the hardware that may toggle them, and the buses' device files. */
export async function checkPins(machine: Machine, parts: BoardParts): Promise<readonly Finding[]> {
  if (!parts.hasHardware) return [];
  const findings: Finding[] = [];
  if (parts.pins.length > 0) {
    findings.push(...(await checkGpio(machine, parts)));
    findings.push(...checkPwm(machine, parts));
  }
  for (const device of parts.spi) {
    const advice =
      'put "dtparam=spi=on" into /boot/firmware/config.txt (Raspberry Pi) or enable the spidev ' +
      "overlay of your board, and restart";
    findings.push(checkDevice(machine, "spi", device, "spi", advice));
  }
  for (const device of parts.serial) {
    const there = machine.list("/dev/serial/by-id");
    const seen = there.length > 0 ? `; plugged in now: ${there.join(", ")}` : "";
    const advice = `plug the card in, or put its device into the board's file${seen}`;
    findings.push(checkDevice(machine, "serial", device, "dialout", advice));
  }
  return findings;
}

async function checkGpio(machine: Machine, { pins }: BoardParts): Promise<readonly Finding[]> {
  const states = await machine.inspectPins(pins.map(({ pin }) => pin));
  const none = noGpio(pins.map(({ pin }) => states.get(pin)));
  if (none !== undefined) {
    const names = pins.map(({ pin }) => pin).join(", ");
    return [bad("gpio", `this machine shows no GPIO; wanted are ${names}`, none)];
  }
  return pins.map((needed, at) => {
    const earlier = pins.slice(0, at).find((other) => other.pin === needed.pin);
    if (earlier === undefined) return checkPin(needed, states.get(needed.pin));
    const advice = "give each its own pin in the board's file";
    return bad("gpio", `${printPin(needed)} is also ${earlier.purpose}`, advice);
  });
}

/** What to do where no pin can be looked at at all; undefined where one can. */
function noGpio(states: readonly (PinState | undefined)[]): string | undefined {
  let advice: string | undefined;
  for (const state of states) {
    if (state?.kind !== "fault" || state.fault.kind !== "unsupported") return undefined;
    advice = state.fault.advice;
  }
  return advice;
}

function printPin({ pin, purpose }: NeededPin): string {
  return `${pin} (${purpose})`;
}

function checkPin(needed: NeededPin, state: PinState | undefined): Finding {
  const thing = printPin(needed);
  switch (state?.kind) {
    case "free":
      return good("gpio", `${thing} is ${state.place}, free`);
    case "held":
      if (state.holder === OURS) {
        const advice = "stop it where this machine is to be looked at without it";
        return note("gpio", `${thing} is held by a Tipring that runs`, advice);
      }
      return bad(
        "gpio",
        `${thing} is ${state.place}, held by "${state.holder}"`,
        "stop that program, or remove the overlay of that driver",
      );
    case "fault":
      return bad("gpio", `${thing}: ${state.fault.kind}`, state.fault.advice);
    case undefined:
      return bad("gpio", `${thing} could not be looked at`, "look at the kernel's log");
  }
}

/** Ringing by hardware keeps its frequency; without, a busy machine bends it. */
function checkPwm({ pwm }: Machine, { board, pins }: BoardParts): readonly Finding[] {
  return Object.entries(board.pwm ?? {}).flatMap(([pin, { devices, channel }]) => {
    const used = pins.find((one) => one.pin === pin);
    if (used === undefined) return [];
    const chip = pwm.chips().find((one) => devices.includes(pwm.deviceOf(one)));
    return chip === undefined
      ? [
          note(
            "pwm",
            `${pin} (${used.purpose}) is toggled by this program: no chip ${devices.join(" or ")}`,
            "ringing keeps its frequency better by PWM: its overlay is in the board's README",
          ),
        ]
      : [good("pwm", `${pin} (${used.purpose}) is toggled by ${chip}, channel ${channel}`)];
  });
}

function checkDevice(
  machine: Machine,
  area: string,
  device: string,
  group: string,
  missing: string,
): Finding {
  switch (machine.access(device)) {
    case "ok":
      return good(area, `${device} is there and may be used`);
    case "missing":
      return bad(area, `${device} is not there`, missing);
    case "denied":
      return bad(
        area,
        `${device} may not be used by this user`,
        `run: sudo usermod -aG ${group} $USER, and log in again`,
      );
  }
}
