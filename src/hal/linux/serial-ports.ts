import { isMainThread } from "node:worker_threads";
import { loadSerialport, type MakeSerialPort } from "./serialport-binding.ts";
import { loadTerminalPorts } from "./terminal-port.ts";

/** The ways to serial ports, and where we are; all is given by tests only. */
export interface SerialPortWays {
  readonly terminal?: () => Promise<MakeSerialPort>;
  readonly serialport?: () => Promise<MakeSerialPort>;
  /** Whether this is the program's first thread. */
  readonly isFirstThread?: boolean;
}

/**
 * Serial ports as terminals, where `koffi` is installed. Else by the package `serialport`, which
 * works on the program's first thread alone: in any other its events would end the program.
 * @throws PortError (rejects) `unsupported`, saying what to install
 */
export async function loadSerialPorts({
  terminal = loadTerminalPorts,
  serialport = loadSerialport,
  isFirstThread = isMainThread,
}: SerialPortWays = {}): Promise<MakeSerialPort> {
  try {
    return await terminal();
  } catch (error) {
    if (!isFirstThread) throw error;
    // What is said last is of the way that does not need a package of its own.
    return serialport().catch(() => Promise.reject(error));
  }
}
