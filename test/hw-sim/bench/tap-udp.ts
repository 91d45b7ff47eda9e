import { printAddress } from "../../../src/base/address.ts";
import type { Udp } from "../../../src/hal/ports/net.ts";
import type { CapturedDatagram } from "../trace/pcap.ts";

/**
 * Sees every datagram that a port's sockets send, and those that come from elsewhere, once each:
 * what crosses between two of its own sockets is seen where it is sent.
 */
export function tapUdp(
  udp: Udp,
  wallMs: () => number,
  onDatagram: (datagram: CapturedDatagram) => void,
): Udp {
  const own = new Set<string>();
  return {
    async bind(binding) {
      const socket = await udp.bind({
        ...binding,
        onDatagram(payload, from) {
          if (!own.has(printAddress(from))) {
            onDatagram({ wallMs: wallMs(), from, to: socket.local, payload: payload.slice() });
          }
          binding.onDatagram(payload, from);
        },
      });
      own.add(printAddress(socket.local));
      return {
        local: socket.local,
        send(payload, to) {
          onDatagram({ wallMs: wallMs(), from: socket.local, to, payload: payload.slice() });
          socket.send(payload, to);
        },
        close() {
          socket.close();
        },
      };
    },
  };
}
