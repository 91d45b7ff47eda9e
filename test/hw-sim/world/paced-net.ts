import type { Resolver, Udp } from "../../../src/hal/ports/net.ts";
import type { RealTimePacer } from "./pacer.ts";

/** Real sockets for a world bound to wall time: what they receive enters at the current time. */
export function pacedUdp(pacer: RealTimePacer, udp: Udp): Udp {
  return {
    bind: (binding) =>
      udp.bind({
        ...binding,
        onDatagram: (payload, from) => pacer.enter(() => binding.onDatagram(payload, from)),
        onFault: (fault, to) => pacer.enter(() => binding.onFault(fault, to)),
      }),
  };
}

/** A real resolver for a world bound to wall time. */
export function pacedResolver(pacer: RealTimePacer, resolver: Resolver): Resolver {
  return {
    addresses: (host, answer) =>
      resolver.addresses(host, (addresses) => pacer.enter(() => answer(addresses))),
    srv: (name, answer) => resolver.srv(name, (found) => pacer.enter(() => answer(found))),
    naptr: (name, answer) => resolver.naptr(name, (found) => pacer.enter(() => answer(found))),
  };
}
