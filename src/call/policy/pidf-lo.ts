import { escapeXml } from "../../sip/index.ts";

/** Where a line is: a point, an address, or both. */
export interface Place {
  /** Degrees, WGS 84: north and east are positive. */
  readonly latitude?: number;
  readonly longitude?: number;
  /** Parts of an address, by the names of RFC 4776: `country`, `A1`, `A3`, `RD`, `HNO`, … */
  readonly civic?: Readonly<Record<string, string>>;
}

/** The parts of an address in the order that their schema has them. @see RFC 5139 §4 */
export const CIVIC_PARTS = [
  "country",
  "A1",
  "A2",
  "A3",
  "A4",
  "A5",
  "A6",
  "PRD",
  "POD",
  "STS",
  "HNO",
  "HNS",
  "LMK",
  "LOC",
  "FLR",
  "NAM",
  "PC",
  "BLD",
  "UNIT",
  "ROOM",
  "SEAT",
  "PLC",
  "PCN",
  "POBOX",
  "ADDCODE",
  "RD",
] as const;

/** The body type of a location. @see RFC 4119 §2 */
export const PIDF_TYPE = "application/pidf+xml";

const NAMESPACES = [
  'xmlns="urn:ietf:params:xml:ns:pidf"',
  'xmlns:gp="urn:ietf:params:xml:ns:pidf:geopriv10"',
  'xmlns:ca="urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr"',
  'xmlns:gml="http://www.opengis.net/gml"',
].join(" ");

/**
 * A location document: each kind of location is one of its own, the point first, and whoever routes
 * the call may pass it on. @see RFC 5491 §3, RFC 5139
 */
export function pidfLo(entity: string, { latitude, longitude, civic = {} }: Place): string {
  const point =
    latitude === undefined || longitude === undefined
      ? []
      : [
          '<gml:Point srsName="urn:ogc:def:crs:EPSG::4326">' +
            `<gml:pos>${latitude} ${longitude}</gml:pos></gml:Point>`,
        ];
  const parts = CIVIC_PARTS.flatMap((name) => {
    const value = civic[name];
    return value === undefined ? [] : [`<ca:${name}>${escapeXml(value)}</ca:${name}>`];
  });
  const address =
    parts.length === 0 ? [] : [`<ca:civicAddress>${parts.join("")}</ca:civicAddress>`];
  const tuples = [...point, ...address].map(tuple);
  return (
    '<?xml version="1.0" encoding="UTF-8"?>\r\n' +
    `<presence ${NAMESPACES} entity="${escapeXml(entity)}">\r\n${tuples.join("")}</presence>\r\n`
  );
}

function tuple(location: string, at: number): string {
  return (
    `<tuple id="line-${at + 1}"><status><gp:geopriv>` +
    `<gp:location-info>${location}</gp:location-info>` +
    "<gp:usage-rules><gp:retransmission-allowed>yes</gp:retransmission-allowed></gp:usage-rules>" +
    "</gp:geopriv></status></tuple>\r\n"
  );
}
