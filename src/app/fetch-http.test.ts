import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { FETCHED_MAX_BYTES, type FetchRequest, fetchHttp } from "./fetch-http.ts";

let servers: Server[] = [];

afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  servers = [];
});

/** A server of loopback; its address, and what it was asked. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const at = server.address();
  const port = typeof at === "object" && at !== null ? at.port : 0;
  return { url: `http://127.0.0.1:${port}`, asked };
}

function fetchFrom(url: string, more: Partial<FetchRequest> = {}) {
  return fetchHttp({ url, settings: { tls: { verify: true } }, agent: "Tipring/1", ...more });
}

describe("fetchHttp()", () => {
  it("fetches a text with what the next time goes by", async () => {
    const head = { etag: '"1"', "last-modified": "Fri, 27 Nov 2026 10:00:00 GMT" };
    const { url, asked } = await serve((_, response) => {
      response.writeHead(200, head).end("country: de # é\n");
    });
    expect(await fetchFrom(`${url}/a?b`)).toEqual({
      ...{ kind: "new", text: "country: de # é\n", etag: '"1"' },
      lastModified: "Fri, 27 Nov 2026 10:00:00 GMT",
    });
    expect(asked[0]?.url).toBe("/a?b");
    expect(asked[0]?.headers["user-agent"]).toBe("Tipring/1");
    expect(asked[0]?.headers["if-none-match"]).toBeUndefined();
  });

  it("asks for what is newer, and is told that nothing is", async () => {
    const { url, asked } = await serve((_, response) => response.writeHead(304).end());
    const known = { etag: '"1"', lastModified: "yesterday" };
    expect(await fetchFrom(url, known)).toEqual({ kind: "same" });
    const headers = asked[0]?.headers;
    expect(headers?.["if-none-match"]).toBe('"1"');
    expect(headers?.["if-modified-since"]).toBe("yesterday");
  });

  it.each([
    [401, {}, "is refused (401): check provisioning.user", undefined],
    [404, {}, "is not there (404): put this machine's file there", undefined],
    [503, { "retry-after": "90" }, "was answered with 503", 90_000],
    [503, { "retry-after": "soon" }, "was answered with 503", undefined],
    [429, { "retry-after": "-1" }, "was answered with 429", undefined],
    [206, {}, "was answered with 206", undefined],
    [302, {}, "was answered with 302", undefined],
    [304, {}, "was answered with 304", undefined],
  ])("answered with %i %j fails: it %s", async (status, headers, why, waitMs) => {
    const { url } = await serve((_, response) => response.writeHead(status, headers).end("x"));
    const fetched = await fetchFrom(url);
    expect(fetched).toMatchObject({ kind: "failed", why: expect.stringContaining(why) });
    expect(fetched.kind === "failed" ? fetched.waitMs : 0).toBe(waitMs);
  });

  it.each([
    [FETCHED_MAX_BYTES, "new"],
    [FETCHED_MAX_BYTES + 1, "failed"],
  ])("of %i bytes it is %s", async (size, kind) => {
    const { url } = await serve((_, response) => response.end("x".repeat(size)));
    const fetched = await fetchFrom(url);
    expect(fetched.kind).toBe(kind);
    if (fetched.kind === "failed") expect(fetched.why).toBe("is larger than 1000000 bytes");
  });

  it("fails where the address has the shape of one and is none", async () => {
    const why = "is no address: look at its host and its port";
    expect(await fetchFrom("http://192.0.2.400/a")).toEqual({ kind: "failed", why });
  });

  it("takes nothing that is no text", async () => {
    const { url } = await serve((_, response) => response.end(Buffer.from([0x61, 0xff])));
    expect(await fetchFrom(url)).toEqual({ kind: "failed", why: "is no text in UTF-8" });
  });

  it("takes nothing that breaks off", async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("country: de\n", () => response.destroy());
    });
    expect((await fetchFrom(url)).kind).toBe("failed");
  });

  it.each([
    [5, "new"],
    [6, "failed"],
  ])("sent on %i times it is %s", async (times, kind) => {
    const { url, asked } = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end("x");
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    const fetched = await fetchFrom(`${url}/${times}`);
    expect(fetched.kind).toBe(kind);
    expect(asked).toHaveLength(6);
    if (fetched.kind === "failed") expect(fetched.why).toBe("sends on more than 5 times");
  });

  it.each(["ftp://a/x", "file:///etc/passwd", "http://", "https://u:p@a/x"])(
    "does not follow to %s",
    async (location) => {
      const { url } = await serve((_, response) => response.writeHead(301, { location }).end());
      const fetched = await fetchFrom(url);
      expect(fetched.kind === "failed" ? fetched.why : "").toMatch(/^sends on to what is no/);
    },
  );

  it("shows no password over http, neither there nor where it is sent on to", async () => {
    const other = await serve((_, response) => response.end("x"));
    const { url, asked } = await serve((_, response) => {
      response.writeHead(302, { location: `${other.url}/y` }).end();
    });
    const credentials = { user: "u", password: "p" };
    const settings = { credentials, tls: { verify: true } };
    expect((await fetchFrom(url, { settings })).kind).toBe("new");
    expect(asked[0]?.headers.authorization).toBeUndefined();
    expect(other.asked[0]?.headers.authorization).toBeUndefined();
  });

  it("tells of a server that is not there", async () => {
    const { url } = await serve(() => {});
    for (const server of servers.splice(0)) await new Promise((done) => server.close(done));
    const fetched = await fetchFrom(url);
    expect(fetched).toEqual({
      ...{
        kind: "failed",
        why: expect.stringContaining("cannot be fetched: connect ECONNREFUSED"),
      },
    });
  });

  it("ends where nobody waits for it any more", async () => {
    const stop = new AbortController();
    const { url } = await serve(() => stop.abort());
    expect((await fetchFrom(url, { signal: stop.signal })).kind).toBe("failed");
  });
});
