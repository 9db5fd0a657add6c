// The response parser on every split of every kind of answer, and on what is no answer.
import assert from "node:assert/strict";
import { ResponseParser } from "./response-parser.js";

interface Kind {
  readonly name: string;
  readonly text: string;
  readonly body: string;
  readonly mayReuse: boolean;
}

const kinds: readonly Kind[] = [
  { name: "a length", text: "HTTP/1.1 200 OK\r\nX-Pop: a\r\nContent-Length: 5\r\n\r\nhello", body: "hello", mayReuse: true },
  { name: "length 0", text: "HTTP/1.1 200 OK\r\nX-Pop: a\r\ncontent-length: 0\r\n\r\n", body: "", mayReuse: true },
  { name: "chunks", text: "HTTP/1.1 200 OK\r\nX-Pop: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n", body: "hello", mayReuse: true },
  { name: "chunks and trailers", text: "HTTP/1.1 200 OK\r\nx-pop:a\r\ntransfer-encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\nT: 1\r\n\r\n", body: "0123456789", mayReuse: true },
  { name: "an interim answer", text: "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nx-pop: a\r\ncontent-length: 2\r\n\r\nok", body: "ok", mayReuse: true },
  { name: "connection: close", text: "HTTP/1.1 200 OK\r\nx-pop: a\r\nConnection: close\r\ncontent-length: 2\r\n\r\nok", body: "ok", mayReuse: false },
  { name: "no body", text: "HTTP/1.1 204 No Content\r\nx-pop: a\r\n\r\n", body: "", mayReuse: true },
];

function parse(text: string, splits: readonly number[]): ResponseParser {
  const bytes = Buffer.from(text, "latin1");
  const parser = new ResponseParser(true);
  let from = 0;
  for (const to of [...splits, bytes.length]) {
    parser.push(bytes.subarray(from, to));
    from = to;
  }
  return parser;
}

describe("response parser", () => {
  for (const { name, text, body, mayReuse } of kinds) {
    it(`reads ${name}, wherever it is split`, () => {
      for (let first = 0; first <= text.length; first++) {
        const parser = parse(text, [first, Math.min(text.length, first + 1)]);
        assert.ok(parser.isComplete, `split at ${first}`);
        assert.deepEqual([parser.body, parser.header("x-pop"), parser.mayReuse], [body, "a", mayReuse]);
        assert.equal(parse(text.slice(0, first), []).isComplete, first === text.length);
      }
      assert.ok(parse(text, Array.from(text, (_, index) => index)).isComplete);
    });
  }

  it("ends an answer without a length when the peer closes", () => {
    const parser = parse("HTTP/1.0 500 Oops\r\n\r\nhel", []);
    assert.equal(parser.isComplete, false);
    parser.end();
    assert.deepEqual([parser.isComplete, parser.status, parser.body, parser.mayReuse], [true, 500, "hel", false]);
    const cut = parse("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel", []);
    cut.end();
    assert.equal(cut.isComplete, false);
  });

  it("does not reuse a connection on which more came than was asked for", () => {
    const parser = parse("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK", []);
    assert.deepEqual([parser.isComplete, parser.mayReuse, parser.body], [true, false, "ok"]);
  });

  const rubbish = [
    "SSH-2.0-OpenSSH\r\n\r\n",
    "HTTP/2 200\r\n\r\n",
    `HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}`,
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabc\r\n",
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${"1".repeat(70_000)}`,
  ];
  for (const text of rubbish) {
    it(`knows that ${JSON.stringify(text.slice(0, 70))} is no answer`, () => {
      assert.deepEqual([parse(text, []).isMalformed, parse(text, [5, 20]).isMalformed], [true, true]);
    });
  }

  it("keeps no more than the beginning of a body", () => {
    const parser = parse(`HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n${"x".repeat(100_000)}`, [50, 20_000]);
    assert.ok(parser.isComplete && parser.body.length < 40_000);
  });
});
