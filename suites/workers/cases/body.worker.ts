// Headers, Request, Response and bodies: the rules of the Fetch standard that programs rely on.
import type { IsolateCase } from "../../tools/case.js";
import { alike, ascii, holds, rejects, same, textOf, throws } from "../../tools/assert.js";

const chunked = (...parts: readonly string[]): ReadableStream<Uint8Array> =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(ascii(part));
      controller.close();
    },
  });

export const cases: readonly IsolateCase[] = [
  {
    id: "workers.headers.set-cookie",
    subject: "Headers.prototype.getSetCookie",
    promise: "Set-Cookie headers are kept apart, in getSetCookie and in the list of entries",
    run() {
      const headers = new Headers();
      headers.append("Set-Cookie", "a=1, still a; Path=/");
      headers.append("Set-Cookie", "b=2");

      alike(headers.getSetCookie(), ["a=1, still a; Path=/", "b=2"], "getSetCookie()");
      alike([...headers], [["set-cookie", "a=1, still a; Path=/"], ["set-cookie", "b=2"]], "entries");
      headers.set("set-cookie", "c=3");
      alike(headers.getSetCookie(), ["c=3"], "after set()");
    },
  },
  {
    id: "workers.headers.values",
    subject: "Headers.prototype.set",
    promise: "Header values are trimmed, and a line break or a character beyond Latin-1 is refused",
    run() {
      const headers = new Headers();
      headers.set("x-a", "  in the middle\t");

      same(headers.get("x-a"), "in the middle", "a value with blanks around it");
      throws(() => { headers.set("x-b", "a\r\nx-evil: 1"); }, ["TypeError"], "a value with a line break");
      same(headers.has("x-evil"), false, "a header that was smuggled in");
    },
  },
  {
    id: "workers.headers.iteration",
    subject: "Headers.prototype.entries",
    promise: "Headers are listed sorted by lower-case name, also by forEach, keys and values",
    run() {
      const headers = new Headers([["C", "3"], ["a", "1"], ["B", "2"]]);
      const seen: string[] = [];
      headers.forEach((value, name) => seen.push(name + value));

      alike([...headers.entries()], [["a", "1"], ["b", "2"], ["c", "3"]], "entries()");
      alike([[...headers.keys()], [...headers.values()], seen], [["a", "b", "c"], ["1", "2", "3"], ["a1", "b2", "c3"]], "keys(), values(), forEach()");
    },
  },
  {
    id: "workers.headers.deletion",
    subject: "Headers.prototype.delete",
    promise: "delete removes every value of a header, whatever the case of its name",
    run() {
      const headers = new Headers([["X-A", "1"], ["x-a", "2"], ["x-b", "3"]]);

      headers.delete("x-A");

      alike([...headers], [["x-b", "3"]], "what is left");
    },
  },
  {
    id: "workers.headers.copy",
    subject: "Headers",
    promise: "Headers made from Headers are a copy of their own",
    run() {
      const original = new Headers({ a: "1" });

      const copy = new Headers(original);
      copy.set("a", "2");

      alike([original.get("a"), copy.get("a")], ["1", "2"], "the original and the copy");
    },
  },
  {
    id: "workers.request.clone",
    subject: "Request.prototype.clone",
    promise: "A cloned request has a body of its own, and a used one cannot be cloned",
    async run() {
      const request = new Request("https://edge.test/", { method: "PUT", body: chunked("a", "b"), duplex: "half" } as RequestInit);

      const copy = request.clone();
      const texts = [await request.text(), await copy.text()];

      alike(texts, ["ab", "ab"], "both bodies");
      throws(() => request.clone(), ["TypeError"], "cloning a used request");
    },
  },
  {
    id: "workers.request.override",
    subject: "Request",
    promise: "A Request made from another takes it over, with what is given changed",
    async run() {
      const original = new Request("https://edge.test/a", { method: "POST", headers: { a: "1", b: "2" }, body: "x" });

      const changed = new Request(original, { headers: { a: "3" } });
      const moved = new Request("https://edge.test/b", changed);

      alike([changed.method, changed.url, changed.headers.get("a"), changed.headers.get("b")], ["POST", "https://edge.test/a", "3", null], "the changed request");
      alike([moved.url, await moved.text()], ["https://edge.test/b", "x"], "the request at another URL");
    },
  },
  {
    id: "workers.request.method-case",
    subject: "Request",
    promise: "Request normalizes the case of the standard methods and refuses a method that is no token",
    run() {
      alike(["get", "Delete", "pUt"].map((method) => new Request("https://edge.test/", { method }).method), ["GET", "DELETE", "PUT"], "methods");
      throws(() => new Request("https://edge.test/", { method: "not a token" }), ["TypeError"], "a method with blanks");
    },
  },
  {
    id: "workers.response.clone",
    subject: "Response.prototype.clone",
    promise: "A cloned response has a body of its own, and a used one cannot be cloned",
    async run() {
      const response = new Response(chunked("a", "b"), { status: 202, headers: { a: "1" } });

      const copy = response.clone();
      const texts = [await response.text(), await copy.text()];

      alike([texts, copy.status, copy.headers.get("a")], [["ab", "ab"], 202, "1"], "both bodies, status and header of the copy");
      throws(() => response.clone(), ["TypeError"], "cloning a used response");
    },
  },
  {
    id: "workers.response.json",
    subject: "Response.json",
    promise: "Response.json sets the body and the content type, and takes a status",
    async run() {
      const response = Response.json({ a: [1, "ä"] }, { status: 418 });

      alike([response.status, response.headers.get("content-type")], [418, "application/json"], "status and type");
      alike(await response.json(), { a: [1, "ä"] }, "its body");
    },
  },
  {
    id: "workers.response.redirect",
    subject: "Response.redirect",
    promise: "Response.redirect gives the five redirect statuses, and no other",
    run() {
      const results = [301, 302, 303, 307, 308].map((status) => Response.redirect("https://edge.test/to", status));

      alike(results.map((response) => response.status), [301, 302, 303, 307, 308], "statuses");
      alike(results.map((response) => response.headers.get("location")), Array(5).fill("https://edge.test/to"), "locations");
      throws(() => Response.redirect("https://edge.test/", 200), ["RangeError"], "status 200");
    },
  },
  {
    id: "workers.response.null-body",
    subject: "Response",
    promise: "A response with status 204, 205 or 304 has no body, and giving it one is refused",
    run() {
      for (const status of [204, 205, 304]) {
        same(new Response(null, { status }).body, null, `the body of ${status}`);
        throws(() => new Response("body", { status }), ["TypeError"], `${status} with a body`);
      }
    },
  },
  {
    id: "workers.response.status-range",
    subject: "Response",
    promise: "Statuses out of 200 to 599 are refused, and an error response has status 0",
    run() {
      for (const status of [0, 199, 600]) throws(() => new Response(null, { status }), ["RangeError"], `status ${status}`);
      alike([Response.error().type, Response.error().status], ["error", 0], "Response.error()");
    },
  },
  {
    id: "workers.body.content-type",
    subject: "Response",
    promise: "The content type of a body follows from what it is made of",
    run() {
      const type = (body: BodyInit): string | null => new Response(body).headers.get("content-type")?.toLowerCase() ?? null;

      same(type("text"), "text/plain;charset=utf-8", "a string");
      same(type(new URLSearchParams("a=b")), "application/x-www-form-urlencoded;charset=utf-8", "URLSearchParams");
      same(type(new Blob(["x"], { type: "image/png" })), "image/png", "a Blob");
      same(type(ascii("x")), null, "bytes");
      holds(/^multipart\/form-data; ?boundary=/.test(type(new FormData()) ?? ""), "FormData is multipart with a boundary");
    },
  },
  {
    id: "workers.body.used-once",
    subject: "Response.prototype.arrayBuffer",
    promise: "A body is read once: bodyUsed tells so, and another read is refused, in every form",
    async run() {
      const readers = ["text", "json", "arrayBuffer", "blob", "formData"] as const;
      for (const reader of readers) {
        const response = new Response("1");
        const bytes = await response.arrayBuffer();
        same(textOf(bytes), "1", "the first read");
        same(response.bodyUsed, true, "bodyUsed");
        await rejects(() => response[reader](), ["TypeError"], `${reader}() after arrayBuffer()`);
      }
    },
  },
  {
    id: "workers.body.locked",
    subject: "Response.prototype.text",
    promise: "A body whose stream has a reader cannot be read as a whole",
    async run() {
      const response = new Response("text");
      response.body?.getReader();

      await rejects(() => response.text(), ["TypeError"], "text() of a locked body");
      same(await new Response("text").text(), "text", "text() of a free one");
    },
  },
  {
    id: "workers.body.stream",
    subject: "Response.prototype.body",
    promise: "The body of a response is a stream of the very bytes",
    async run() {
      const reader = new Response("streamed").body?.getReader();

      const first = await reader?.read();
      const end = await reader?.read();

      const chunk: unknown = first?.value;
      holds(chunk instanceof Uint8Array, "a chunk of bytes");
      alike([textOf(chunk), first?.done, end?.done], ["streamed", false, true], "the chunks");
    },
  },
  {
    id: "workers.body.json-error",
    subject: "Response.prototype.json",
    promise: "json() rejects what is not JSON with a SyntaxError, and reads what is",
    async run() {
      await rejects(() => new Response("{no").json(), ["SyntaxError"], "json() of no JSON");
      alike(await new Response(' {"a":1} ').json(), { a: 1 }, "json() of JSON");
    },
  },
  {
    id: "workers.body.multipart",
    subject: "Response.prototype.formData",
    promise: "A form with text and a file comes back the same from its multipart encoding",
    async run() {
      const form = new FormData();
      form.append("text", 'line\r\n"quoted" ä');
      form.append("file", new File([Uint8Array.from([0, 1, 255, 13, 10])], "b.bin", { type: "application/x-b" }));

      const back = await new Response(form).formData();

      same(back.get("text"), 'line\r\n"quoted" ä', "the text");
      const file = back.get("file");
      holds(file instanceof File, "the file is a File");
      alike([file.name, file.type, Array.from(new Uint8Array(await file.arrayBuffer()))], ["b.bin", "application/x-b", [0, 1, 255, 13, 10]], "the file");
    },
  },
  {
    id: "workers.body.multipart-foreign",
    subject: "Response.prototype.formData",
    promise: "formData reads a multipart body that another program wrote",
    async run() {
      const body = ['--xYx', 'Content-Disposition: form-data; name="a"', "", "1", "--xYx", 'Content-Disposition: form-data; name="f"; filename="n.txt"', "Content-Type: text/plain", "", "hi", "--xYx--", ""].join("\r\n");

      const form = await new Response(body, { headers: { "content-type": "multipart/form-data; boundary=xYx" } }).formData();

      const file: unknown = form.get("f");
      same(form.get("a"), "1", "the field");
      holds(file instanceof File && file.name === "n.txt", "the file");
      same(await (file).text(), "hi", "its text");
    },
  },
  {
    id: "workers.body.form-urlencoded",
    subject: "Response.prototype.formData",
    promise: "formData reads a URL-encoded form, and refuses a body of another type",
    async run() {
      const form = await new Response("a=1+1&a=%C3%A4", { headers: { "content-type": "application/x-www-form-urlencoded" } }).formData();

      alike(form.getAll("a"), ["1 1", "ä"], "the fields");
      await rejects(() => new Response("a=1").formData(), ["TypeError"], "a body of plain text");
    },
  },
  {
    id: "workers.body.blob",
    subject: "Response.prototype.blob",
    promise: "blob() keeps the content type of the response",
    async run() {
      const blob = await new Response("x", { headers: { "content-type": "image/x" } }).blob();

      alike([blob.type, await blob.text()], ["image/x", "x"], "type and text");
    },
  },
  {
    id: "workers.body.blob-stream",
    subject: "Blob.prototype.stream",
    promise: "A Blob's stream gives its bytes, also of a slice",
    async run() {
      const stream = new Blob(["abcdef"]).slice(2, 5, "text/x").stream();

      same(await new Response(stream).text(), "cde", "the slice's bytes");
    },
  },
];
