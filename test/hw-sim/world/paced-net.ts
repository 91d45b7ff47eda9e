import type { Resolver, StreamEvents, Streams, Udp } from "../../../src/hal/ports/net.ts";
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

/** Real streams for a world bound to wall time. */
export function pacedStreams(pacer: RealTimePacer, streams: Streams): Streams {
  const paced = (events: StreamEvents): StreamEvents => ({
    onData: (bytes) => pacer.enter(() => events.onData(bytes)),
    onWritable: () => pacer.enter(() => events.onWritable()),
    onClose: (fault) => pacer.enter(() => events.onClose(fault)),
  });
  return {
    connect: (request, events) => streams.connect(request, paced(events)),
    listen: (binding) =>
      streams.listen({
        ...binding,
        onStream: (stream) => {
          let events: StreamEvents | undefined;
          pacer.enter(() => {
            events = binding.onStream(stream);
          });
          return paced(events ?? IGNORED);
        },
        onFault: (fault, from) => pacer.enter(() => binding.onFault(fault, from)),
      }),
  };
}

/** For a stream that nobody took. */
const IGNORED: StreamEvents = { onData() {}, onWritable() {}, onClose() {} };

/** A real resolver for a world bound to wall time. */
export function pacedResolver(pacer: RealTimePacer, resolver: Resolver): Resolver {
  return {
    addresses: (host, answer) =>
      resolver.addresses(host, (addresses) => pacer.enter(() => answer(addresses))),
    srv: (name, answer) => resolver.srv(name, (found) => pacer.enter(() => answer(found))),
    naptr: (name, answer) => resolver.naptr(name, (found) => pacer.enter(() => answer(found))),
  };
}
