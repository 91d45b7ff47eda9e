import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseLease } from "./lease.ts";

/** As each client has told the same answer of a DHCP server, its other lines left out. */
const CLIENTS = {
  "dhclient 4.4": `PATH=/usr/bin
new_bootfile_name=box.yaml
new_ip_address=192.168.77.32
new_ntp_servers=192.168.77.1
new_pcode=CET-1CEST,M3.5.0,M10.5.0/3
new_tcode=Europe/Berlin
new_tftp_server_address=192.168.77.1 192.168.77.2
new_tftp_server_name=config.example.net
new_option_120=1:1:2:3:4
new_provisioning_url=https://config.example.net/b/
new_vendor_encapsulated_options=1:5:68:74:74:70:3a
`,
  "dhcpcd 9.4": `new_bootfile_name=box.yaml
new_ntp_servers=192.168.77.1
new_posix_timezone=CET-1CEST,M3.5.0,M10.5.0/3
new_provisioning_url=https://config.example.net/b/
new_sip_server=1.2.3.4
new_tftp_servers=192.168.77.1 192.168.77.2
new_tftp_server_name=config.example.net
new_tzdb_timezone=Europe/Berlin
new_vendor_encapsulated_options=0105687474703a
`,
  "NetworkManager and numbers": `DHCP4_BOOTFILE_NAME=box.yaml
DHCP4_NTP_SERVERS=192.168.77.1
DHCP4_TCODE=Europe/Berlin
option_100=4345542d31434553542c4d332e352e302c4d31302e352e302f33
OPTION_120=0101020304
DHCP4_TFTP_SERVER_ADDRESS=192.168.77.1 192.168.77.2
DHCP4_TFTP_SERVER_NAME='config.example.net'
OPTION_160=68747470733a2f2f636f6e6669672e6578616d706c652e6e65742f622f00
DHCP4_VENDOR_ENCAPSULATED_OPTIONS="01:05:68:74:74:70:3a"
`,
} as const;

const TOLD = {
  tftpServerName: "config.example.net",
  bootFile: "box.yaml",
  tftpServers: ["192.168.77.1", "192.168.77.2"],
  url: "https://config.example.net/b/",
  vendor: Uint8Array.of(1, 5, 0x68, 0x74, 0x74, 0x70, 0x3a),
  ntpServers: ["192.168.77.1"],
  posixZone: "CET-1CEST,M3.5.0,M10.5.0/3",
  zone: "Europe/Berlin",
  sipServers: ["1.2.3.4"],
};

describe("parseLease()", () => {
  it.each(Object.entries(CLIENTS))("reads what %s told", (_, text) => {
    expect(parseLease(text)).toEqual(TOLD);
  });

  it("reads a lease of systemd-networkd, which has some of them", () => {
    const text =
      "# This is private data. Do not parse.\nADDRESS=192.168.77.5\nNTP=192.168.77.1\n" +
      "SIP=1.2.3.4 1.2.3.5\nTIMEZONE=Europe/Berlin\nVENDOR_SPECIFIC=0105687474703a\n";
    expect(parseLease(text)).toEqual({
      ...{ ntpServers: ["192.168.77.1"], zone: "Europe/Berlin", vendor: TOLD.vendor },
      sipServers: ["1.2.3.4", "1.2.3.5"],
    });
  });

  it.each([
    [
      "what dhclient was not told to read",
      "new_unknown_120=1:a:0:0:1\nnew_v4_captive_portal=https://a/\n",
      { sipServers: ["10.0.0.1"], url: "https://a/" },
    ],
    ["nothing", "", {}],
    ["an empty value", "new_tftp_server_name=\n", {}],
    ["the first of two", "OPTION_66=61\nnew_tftp_server_name=b\n", { tftpServerName: "a" }],
    ["other options", "OPTION_12=61\nOPTION_999=61\nnew_host_name=x\n", {}],
    ["hexadecimal that is none", "OPTION_66=6\nOPTION_67=xy\n", {}],
    ["a name of the language", "new_constructor=1\nconstructor=1\n", {}],
    ["an order to a terminal", "new_tftp_server_name=a\u001b[2J\n", {}],
    ["a space in a name", "new_bootfile_name=a b\n", {}],
    ["a value that is too long", `new_bootfile_name=${"x".repeat(1025)}\n`, {}],
    [
      "the longest value",
      `new_bootfile_name=${"x".repeat(1024)}\n`,
      { bootFile: "x".repeat(1024) },
    ],
    ["lines of another system", "new_bootfile_name=a\r\n", { bootFile: "a" }],
    [
      "text in 43",
      "new_vendor_encapsulated_options=http://a/\n",
      { vendor: Uint8Array.from("http://a/", (one) => one.charCodeAt(0)) },
    ],
    ["servers that are none", "new_ntp_servers=$(reboot)\n", {}],
    ["an option 120 that is broken", "OPTION_120=02\n", {}],
    [
      "more servers than are taken",
      `new_tftp_servers=${"1.1.1.1 ".repeat(9)}\n`,
      { tftpServers: Array.from({ length: 8 }, () => "1.1.1.1") },
    ],
  ])("of %s has what is sure", (_, text, options) => {
    expect(parseLease(text)).toEqual(options);
  });

  it("takes any text", () => {
    const name = fc.constantFrom("new_tftp_server_name", "OPTION_43", "unknown_120", "NTP", "x");
    const line = fc.tuple(name, fc.string({ unit: "binary" })).map((pair) => pair.join("="));
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const { tftpServerName = "a", tftpServers = [] } = parseLease(lines.join("\n"));
        expect(tftpServerName).toMatch(/^[!-~]+$/);
        expect(tftpServers.length).toBeLessThanOrEqual(8);
      }),
    );
  });
});
