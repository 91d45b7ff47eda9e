import { createSocket } from "node:dgram";
import type { NaptrRecord, SrvRecord } from "../../../src/base/dns.ts";
import type { Stage } from "./stage.ts";

/** What a name has. Names are lower case, without a final dot. */
export interface Zone {
  readonly addresses?: Readonly<Record<string, readonly string[]>>;
  readonly srv?: Readonly<Record<string, readonly SrvRecord[]>>;
  readonly naptr?: Readonly<Record<string, readonly NaptrRecord[]>>;
}

/** @see RFC 1035 §3.2.2, RFC 2782, RFC 3403 §4 */
const TYPE = { a: 1, srv: 33, naptr: 35 } as const;
const CLASS_IN = 1;
const TTL_S = 60;

/** A name server on loopback that knows one zone; what is not there has no such name. */
export async function startDnsServer(stage: Stage, zone: Zone): Promise<string> {
  const socket = createSocket("udp4");
  socket.on("message", (query, from) => {
    const answer = answerTo(query, zone);
    if (answer !== undefined) socket.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, "127.0.0.1", resolve);
  });
  stage.atEnd(() => socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

/** The response to a query with one question; undefined where it cannot be read. */
function answerTo(query: Buffer, zone: Zone): Buffer | undefined {
  const question = readQuestion(query);
  if (question === undefined) return undefined;
  const { name, type, end } = question;
  const records = recordsOf(name, type, zone);
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  // A response, authoritative; "no such name" where there is nothing.
  head.writeUInt16BE(records.length === 0 ? 0x8583 : 0x8580, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  return Buffer.concat([
    head,
    query.subarray(12, end),
    ...records.map((data) => record(type, data)),
  ]);
}

function readQuestion(
  query: Buffer,
): { readonly name: string; readonly type: number; readonly end: number } | undefined {
  const labels: string[] = [];
  let at = 12;
  while (at < query.length && query[at] !== 0) {
    const length = query[at] ?? 0;
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  if (at + 5 > query.length) return undefined;
  return { name: labels.join(".").toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

function recordsOf(name: string, type: number, zone: Zone): readonly Buffer[] {
  switch (type) {
    case TYPE.a:
      return (zone.addresses?.[name] ?? []).map((address) =>
        Buffer.from(address.split(".").map(Number)),
      );
    case TYPE.srv:
      return (zone.srv?.[name] ?? []).map(({ priority, weight, port, target }) =>
        Buffer.concat([numbers(priority, weight, port), nameBytes(target)]),
      );
    case TYPE.naptr:
      return (zone.naptr?.[name] ?? []).map(
        ({ order, preference, flags, service, replacement }) => {
          const texts = [flags, service, ""].map(textBytes);
          return Buffer.concat([numbers(order, preference), ...texts, nameBytes(replacement)]);
        },
      );
    default:
      return [];
  }
}

/** A record whose name is the question's, by a pointer to it. */
function record(type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(CLASS_IN, 4);
  head.writeUInt32BE(TTL_S, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [at, value] of values.entries()) bytes.writeUInt16BE(value, at * 2);
  return bytes;
}

function textBytes(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length), Buffer.from(text, "latin1")]);
}

function nameBytes(name: string): Buffer {
  return Buffer.concat([...name.split(".").map(textBytes), Buffer.of(0)]);
}
