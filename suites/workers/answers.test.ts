// The reader of answers: what is complete is found, what is not is waited for, and a body out of place is told.
import assert from "node:assert/strict";
import { answersIn } from "./answers.js";

describe("answersIn", () => {
  it("reads answers with a length, in chunks and without a body, one after the other", () => {
    const text =
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\noneHTTP/1.1 204 No Content\r\nX-A: 1\r\nx-a: 2\r\n\r\n" +
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n1\r\n!\r\n0\r\n\r\n";

    const answers = answersIn(text);

    assert.deepEqual(answers.map(({ status, body }) => [status, body]), [[200, "one"], [204, ""], [200, "two!"]]);
    assert.equal(answers[1]?.headers["x-a"], "1, 2");
  });

  it("leaves out what is not complete yet, and interim answers", () => {
    assert.deepEqual(answersIn("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"), []);
    assert.deepEqual(answersIn("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\ntwo\r\n"), []);
    assert.deepEqual(answersIn("HT"), []);
    assert.deepEqual(answersIn("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").map(({ status }) => status), [200]);
  });

  it("tells a body where there must be none, for 204 and for HEAD", () => {
    assert.throws(() => answersIn("HTTP/1.1 204 No Content\r\n\r\nbody"), /beginning of an answer expected; "body" came/);
    assert.throws(() => answersIn("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody", ["HEAD"]), /beginning of an answer expected/);
    assert.deepEqual(answersIn("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", ["HEAD"]).map(({ status }) => status), [200]);
  });
});
