import { encodeSocketAddress } from "./socket-address.ts";
import { loadSocketKernel, type SocketKernel } from "./socket-kernel.ts";

/** Marks sockets with a code point that routers and switches go by; the runtime cannot. */
export interface SocketMarks {
  /**
   * A bound UDP socket with a mark, as a file number. Throws an Error with the kernel's error name.
   */
  bindUdp(family: 4 | 6, host: string, port: number, dscp: number): number;
  /** Marks a socket that is open. False where the kernel refused. */
  mark(file: number, family: 4 | 6, dscp: number): boolean;
}

/** @throws PortError (rejects) `unsupported` where the package `koffi` is not installed */
export async function loadSocketMarks(
  load: () => Promise<SocketKernel> = loadSocketKernel,
): Promise<SocketMarks> {
  const kernel = await load();
  return {
    bindUdp(family, host, port, dscp) {
      const address = encodeSocketAddress({ host, port });
      if (address === undefined) throw new Error(`${host} is no IP address`);
      const file = kernel.open(family);
      try {
        kernel.setDscp(file, family, dscp);
        kernel.bind(file, address);
        return file;
      } catch (error) {
        kernel.close(file);
        throw error;
      }
    },
    mark: (file, family, dscp) => kernel.setDscp(file, family, dscp),
  };
}
