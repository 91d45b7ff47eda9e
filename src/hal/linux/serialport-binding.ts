import { PortError } from "../../base/port-fault.ts";
import { errorHead } from "../../base/thrown.ts";

/** One serial port of the npm package `serialport`: the part that is used here. */
export interface SerialPortHandle {
  /** The native port, while it is open. On Linux it has the number of its file as `fd`. */
  readonly port?: object | undefined;
  open(opened: (error: Error | null | undefined) => void): void;
  /** Calls back when the kernel has taken the bytes. */
  write(bytes: Uint8Array, written: (error: Error | null | undefined) => void): boolean;
  /** Drops what the kernel has not sent. */
  flush(flushed: (error: Error | null | undefined) => void): void;
  close(closed: (error: Error | null | undefined) => void): void;
  on(event: "data", listener: (bytes: Uint8Array) => void): unknown;
  on(event: "close", listener: (error?: unknown) => void): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
}

/** How a port is set up; the package's defaults are eight data bits, no parity, one stop bit. */
export interface SerialPortSettings {
  readonly path: string;
  readonly baudRate: number;
  readonly autoOpen: false;
  /** Nobody else may open it meanwhile. */
  readonly lock: true;
}

/** Makes a port, not open yet. Throws on settings that cannot be. */
export type MakeSerialPort = (settings: SerialPortSettings) => SerialPortHandle;

type SerialPortConstructor = new (settings: SerialPortSettings) => SerialPortHandle;

/** Not a literal in `import()`, so that a machine that could not install it still compiles. */
const serialportPackage: string = "serialport";

/**
 * Loads `serialport`. It brings a built native part for each common machine, and is an optional
 * dependency: only a serial line card needs it.
 * @throws PortError (rejects) `unsupported`, saying what to install
 */
export async function loadSerialport(
  load: () => Promise<unknown> = () => import(serialportPackage),
): Promise<MakeSerialPort> {
  let said = "it exports no class SerialPort";
  try {
    const loaded = await load();
    if (hasSerialPortClass(loaded)) {
      const { SerialPort } = loaded;
      return (settings) => new SerialPort(settings);
    }
  } catch (error) {
    said = errorHead(error);
  }
  throw new PortError({
    kind: "unsupported",
    what: 'serial ports through the npm package "serialport"',
    advice: `run "npm install serialport" (loading it: ${said})`,
  });
}

function hasSerialPortClass(
  loaded: unknown,
): loaded is { readonly SerialPort: SerialPortConstructor } {
  return (
    typeof loaded === "object" &&
    loaded !== null &&
    "SerialPort" in loaded &&
    typeof loaded.SerialPort === "function"
  );
}
