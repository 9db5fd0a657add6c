// The ingress must refuse what two HTTP readers could read differently, and rewrite what a client may not say.
import assert from "node:assert/strict";
import { placesOf } from "../topology.js";
import { trackBody } from "./framing.js";
import { BadRequest, parseResponseHead, RequestHeads, ResponseHeads, type RequestHead } from "./head.js";
import { HeadWriter, identify } from "./identity.js";

const get = "GET /path?x=%20 HTTP/1.1\r\nHost: a.edge.localhost";

function parseRequestHead(text: string): RequestHead {
  return new RequestHeads().read(text);
}

function refusal(head: string): number {
  try {
    parseRequestHead(head);
  } catch (error) {
    if (error instanceof BadRequest) return error.status;
    throw error;
  }
  return 200;
}

describe("a request head", () => {
  it("keeps method, target and headers as they were sent", () => {
    const head = parseRequestHead(`${get}\r\nX-A: 1\r\nx-a:  2 `);

    assert.equal(head.method, "GET");
    assert.equal(head.target, "/path?x=%20");
    assert.equal(head.fields.host, "a.edge.localhost");
    assert.deepEqual(head.fields.headers.slice(1), [["X-A", "1"], ["x-a", "2"]]);
    assert.deepEqual(head.fields.framing, { kind: "none" });
  });

  const refused: readonly (readonly [string, string, number])[] = [
    ["both lengths", `${get}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked`, 400],
    ["two content lengths", `${get}\r\nContent-Length: 3\r\nContent-Length: 4`, 400],
    ["a signed content length", `${get}\r\nContent-Length: +3`, 400],
    ["an unknown transfer coding", `${get}\r\nTransfer-Encoding: gzip, chunked`, 501],
    ["chunked twice", `${get}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked`, 501],
    ["a folded header", `${get}\r\nX-A: 1\r\n 2`, 400],
    ["a space before the colon", `${get}\r\nX-A : 1`, 400],
    ["a bare line feed in a value", `${get}\r\nX-A: 1\nX-B: 2`, 400],
    ["no host", "GET / HTTP/1.1\r\nX-A: 1", 400],
    ["two hosts", `${get}\r\nHost: b`, 400],
    ["HTTP/1.0", "GET / HTTP/1.0\r\nHost: a", 505],
    ["CONNECT", "CONNECT a:1 HTTP/1.1\r\nHost: a", 501],
    ["a target of 17 KB", `GET /${"a".repeat(17_000)} HTTP/1.1\r\nHost: a`, 414],
  ];
  for (const [what, head, status] of refused) {
    it(`with ${what} is refused with ${status}`, () => {
      assert.equal(refusal(head), status);
    });
  }
});

describe("the heads of one connection", () => {
  const lines = "Host: a.edge.localhost\r\nX-A: 1";

  it("are read once where their lines are the same, and each request line for itself", () => {
    const heads = new RequestHeads();
    const first = heads.read(`GET /1 HTTP/1.1\r\n${lines}`);
    const second = heads.read(`HEAD /2 HTTP/1.1\r\n${lines}`);

    assert.equal(second.fields, first.fields);
    assert.deepEqual([second.method, second.target], ["HEAD", "/2"]);
    assert.throws(() => heads.read(`GET /1 HTTP/1.0\r\n${lines}`), BadRequest);
  });

  it("are read anew where anything differs, however alike", () => {
    const heads = new RequestHeads();
    heads.read(`GET / HTTP/1.1\r\n${lines}`);

    assert.deepEqual(heads.read(`GET / HTTP/1.1\r\n${lines}2`).fields.headers.at(-1), ["X-A", "12"]);
    assert.deepEqual(heads.read(`GET / HTTP/1.1\r\n${lines}\r\nContent-Length: 5`).fields.framing, { kind: "length", bytes: 5 });
    assert.throws(() => heads.read(`GET / HTTP/1.1\r\n${lines}\r\nHost: b`), BadRequest);
    assert.deepEqual(heads.read(`GET / HTTP/1.1\r\n${lines}`).fields.headers.at(-1), ["X-A", "1"]);
  });

  it("are written with the lines of the request itself", () => {
    const [frankfurt] = placesOf(1);
    assert.ok(frankfurt);
    const [heads, writer] = [new RequestHeads(), new HeadWriter(identify("127.0.0.1", frankfurt))];
    const written = ["X-A: 1", "X-A: 1", "X-A: 2", "X-A: 1"].map((line, index) => writer.write(heads.read(`GET /${index} HTTP/1.1\r\nHost: a\r\n${line}`), index === 1 ? "X-More: y\r\n" : ""));

    assert.deepEqual(written.map((text) => text.split("\r\n").filter((line) => /^(GET|x-)(?!.*127)/i.test(line) && !line.startsWith("X-Forwarded-Proto"))), [
      ["GET /0 HTTP/1.1", "X-A: 1"],
      ["GET /1 HTTP/1.1", "X-A: 1", "X-More: y"],
      ["GET /2 HTTP/1.1", "X-A: 2"],
      ["GET /3 HTTP/1.1", "X-A: 1"],
    ]);
  });

  it("of answers are told apart by their method too", () => {
    const heads = new ResponseHeads();
    const text = "HTTP/1.1 200 OK\r\nContent-Length: 5";

    assert.equal(heads.read(text, "GET").framing.kind, "length");
    assert.equal(heads.read(text, "HEAD").framing.kind, "none");
    assert.equal(heads.read(text, "GET").framing.kind, "length");
    assert.deepEqual(heads.read("HTTP/1.1 200 OK\r\nContent-Length: 6", "GET").framing, { kind: "length", bytes: 6 });
  });
});

describe("an identity", () => {
  const [frankfurt] = placesOf(1);

  it("replaces whatever a client says under the edge's names", () => {
    assert.ok(frankfurt);
    const head = parseRequestHead(`${get}\r\nCF-Connecting-IP: 6.6.6.6\r\ncf-ray: forged\r\nEdgemark-CF: {}\r\nX-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6`);

    const text = new HeadWriter(identify("127.11.0.9", frankfurt)).write(head);

    assert.equal(text.match(/cf-connecting-ip/gi)?.length, 1);
    assert.match(text, /CF-Connecting-IP: 127\.11\.0\.9\r\n/);
    assert.match(text, /X-Forwarded-For: 6\.6\.6\.6, 127\.11\.0\.9\r\n/);
    assert.match(text, /CF-IPCountry: US\r\n/);
    assert.doesNotMatch(text, /forged|X-Real-IP: 6|edgemark-cf: \{\}/i);
    assert.ok(text.endsWith("\r\n\r\n"));
  });

  it("gives every request a ray of its own", () => {
    assert.ok(frankfurt);
    const writer = new HeadWriter(identify("127.0.0.1", frankfurt));
    const rays = new Set(Array.from({ length: 1000 }, () => /CF-Ray: ([0-9a-f]{16}-FRA)/.exec(writer.write(parseRequestHead(get)))?.[1]));

    assert.equal(rays.size, 1000);
    assert.ok(!rays.has(undefined));
  });
});

describe("body framing", () => {
  it("finds the end of a chunked body however it is cut", () => {
    const body = Buffer.from("4;ext=1\r\nwiki\r\n10\r\n0123456789abcdef\r\n0\r\nTrailer: x\r\n\r\nNEXT");
    for (let size = 1; size <= body.length; size++) {
      const tracker = trackBody({ kind: "chunked" });
      let consumed = 0;
      for (let at = 0; at < body.length && !tracker.isDone; at += size) consumed += tracker.consume(body.subarray(at, at + size), 0);

      assert.equal(body.subarray(consumed).toString(), "NEXT", `cut every ${size} bytes`);
      assert.ok(tracker.isDone);
    }
  });

  for (const bad of ["zz\r\n", "-1\r\n", "4\nwiki", "1\r\nab\r\n"]) {
    it(`refuses ${JSON.stringify(bad)}`, () => {
      assert.throws(() => trackBody({ kind: "chunked" }).consume(Buffer.from(bad), 0), BadRequest);
    });
  }

  it("knows which responses have no body", () => {
    assert.deepEqual(parseResponseHead("HTTP/1.1 200 OK\r\nContent-Length: 5", "HEAD").framing, { kind: "none" });
    assert.deepEqual(parseResponseHead("HTTP/1.1 304 Not Modified\r\nContent-Length: 5", "GET").framing, { kind: "none" });
    assert.deepEqual(parseResponseHead("HTTP/1.1 200 OK\r\nContent-Length: 5", "GET").framing, { kind: "length", bytes: 5 });
    assert.deepEqual(parseResponseHead("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", "GET").framing, { kind: "chunked" });
    assert.deepEqual(parseResponseHead("HTTP/1.1 200 OK\r\nX: y", "GET").framing, { kind: "until-close" });
  });
});
