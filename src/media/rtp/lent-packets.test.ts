import { describe, expect, it } from "vitest";
import { LINE_ENDPOINTS_MAX } from "../line-audio.ts";
import { LentPackets, PACKETS_LENT } from "./lent-packets.ts";
import { RTP_HEADER_BYTES } from "./rtp-packet.ts";

describe("LentPackets", () => {
  it("of() has the same rooms for all who make packets of a length", () => {
    const packets = new LentPackets();
    expect(packets.of(160)).toBe(packets.of(160));
    expect(packets.of(160)).not.toBe(packets.of(80));
  });

  it("next() gives a room again once so many others were given, and not before", () => {
    const ring = new LentPackets().of(4);
    const rooms = Array.from({ length: PACKETS_LENT }, () => ring.next());
    expect(new Set(rooms).size).toBe(PACKETS_LENT);
    expect(new Set(rooms.map(({ bytes }) => bytes.buffer)).size).toBe(PACKETS_LENT);
    expect(ring.next()).toBe(rooms[0]);
  });

  it("lends enough for two packets to each far end of a conference", () => {
    expect(PACKETS_LENT).toBeGreaterThanOrEqual(2 * LINE_ENDPOINTS_MAX);
  });
});

describe("PacketRoom", () => {
  it("holds header and payload, and lends their beginning", () => {
    const room = new LentPackets().of(3).next();
    expect(room.bytes).toHaveLength(RTP_HEADER_BYTES + 3);
    room.payload.set([7, 8, 9]);
    expect([...room.beginning(RTP_HEADER_BYTES + 2)].slice(-2)).toEqual([7, 8]);
    expect(room.beginning(RTP_HEADER_BYTES + 2)).toBe(room.beginning(RTP_HEADER_BYTES + 2));
    expect(room.beginning(RTP_HEADER_BYTES + 3)).toHaveLength(RTP_HEADER_BYTES + 3);
    expect([...room.beginning(RTP_HEADER_BYTES + 3)].slice(-3)).toEqual([7, 8, 9]);
  });
});
