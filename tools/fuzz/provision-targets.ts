import { parseLease } from "../../src/app/provision/lease.ts";
import { leaseSource, zoneOf } from "../../src/app/provision/lease-source.ts";
import { TftpReader } from "../../src/app/provision/tftp-reader.ts";
import { type FuzzTarget, promise, seedsOf } from "./target.ts";

/** What a DHCP client and a TFTP server say. */
export function provisionTargets(): readonly FuzzTarget[] {
  return [
    {
      name: "dhcp-lease",
      seeds: seedsOf(
        "new_tftp_server_name=https://a/\nnew_bootfile_name=b\nOPTION_120=01c0000201\n",
        "VENDOR_SPECIFIC=010a68747470733a2f2f612f\nTIMEZONE=Europe/Berlin\nNTP=192.0.2.1\n",
      ),
      vectors: [],
      run: (input) => {
        const lease = parseLease(String.fromCharCode(...input));
        const source = leaseSource(lease, false);
        promise(source?.ok !== true || source.value.scheme === "https", "plain is not followed");
        zoneOf(lease);
      },
    },
    {
      name: "tftp",
      seeds: [
        Uint8Array.from([0, 6, 0x62, 0x6c, 0x6b, 0x73, 0x69, 0x7a, 0x65, 0, 0x38, 0]),
        Uint8Array.from([0, 3, 0, 1, 0x61, 0x62]),
        Uint8Array.from([0, 5, 0, 1, 0x6e, 0x6f, 0]),
      ],
      vectors: [],
      run: (input) => {
        const reader = new TftpReader({ file: "a", port: 69, maxBytes: 1000 });
        reader.handle({ kind: "start" }, 0);
        const outputs = reader.handle({ kind: "datagram", port: 5000, bytes: input }, 0);
        const ends = outputs.filter(({ kind }) => kind !== "send").length;
        promise(ends <= 1 && outputs.length <= 2, "a datagram has one answer and one end at most");
      },
    },
  ];
}
