// Minimum common web API: fetch, its classes, files, URLs and text encoding.
import type { IsolateCase } from "../../tools/case.js";
import { alike, ascii, holds, rejects, same, textOf, throws } from "../../tools/assert.js";

export const cases: readonly IsolateCase[] = [
  {
    id: "workers.api.headers",
    entry: "Headers",
    subject: "Headers",
    promise: "Headers ignores the case of names, joins repeated ones and lists them in order",
    run() {
      const headers = new Headers({ "X-B": "2", "x-a": "1" });
      headers.append("X-a", "3");

      same(headers.get("X-A"), "1, 3", "a repeated header");
      same(headers.get("missing"), null, "a missing header");
      alike([...headers], [["x-a", "1, 3"], ["x-b", "2"]], "entries");
      throws(() => { headers.set("bad name", "x"); }, ["TypeError"], "a name with a space");
    },
  },
  {
    id: "workers.api.request",
    entry: "Request",
    subject: "Request",
    promise: "Request carries method, URL, headers and body, and refuses a body on GET",
    async run() {
      const request = new Request("https://edge.test/a?b=c", { method: "post", headers: { "x-a": "1" }, body: "hello" });

      alike([request.method, request.url, request.headers.get("x-a")], ["POST", "https://edge.test/a?b=c", "1"], "the request");
      same(await request.text(), "hello", "its body");
      same(request.bodyUsed, true, "bodyUsed after reading");
      throws(() => new Request("https://edge.test/", { body: "no" }), ["TypeError"], "a GET with a body");
    },
  },
  {
    id: "workers.api.response",
    entry: "Response",
    subject: "Response",
    promise: "Response carries status, headers and a body that is read once",
    async run() {
      const response = new Response("made", { status: 201, statusText: "Fresh", headers: { "x-a": "1" } });

      alike([response.status, response.statusText, response.ok, response.headers.get("x-a")], [201, "Fresh", true, "1"], "the response");
      same(await response.text(), "made", "its body");
      await rejects(() => response.text(), ["TypeError"], "reading it twice");
    },
  },
  {
    id: "workers.api.form-data",
    entry: "FormData",
    subject: "FormData",
    promise: "FormData keeps repeated fields in order, and wraps a Blob into a File",
    async run() {
      const form = new FormData();
      form.append("a", "1");
      form.append("b", new Blob(["bytes"]), "b.txt");
      form.append("a", "2");

      const file: unknown = form.get("b");

      alike(form.getAll("a"), ["1", "2"], "a repeated field");
      alike([...form.keys()], ["a", "b", "a"], "fields in order");
      holds(file instanceof File && file.name === "b.txt", "a Blob comes back as a File with the given name");
      same(await (file).text(), "bytes", "the file's text");
      form.delete("a");
      same(form.has("a"), false, "a field that was deleted");
    },
  },
  {
    id: "workers.api.blob",
    entry: "Blob",
    subject: "Blob",
    promise: "Blob joins its parts, knows size and type, and cuts slices",
    async run() {
      const blob = new Blob(["ab", ascii("cd"), new Blob(["ef"])], { type: "text/Plain" });

      alike([blob.size, blob.type], [6, "text/plain"], "size and type");
      same(await blob.text(), "abcdef", "text");
      same(await blob.slice(1, -1).text(), "bcde", "a slice from 1 to one before the end");
      same(textOf(await blob.slice(4, 99).arrayBuffer()), "ef", "a slice beyond the end");
    },
  },
  {
    id: "workers.api.file",
    entry: "File",
    subject: "File",
    promise: "File is a Blob with a name and a time of change",
    async run() {
      const file = new File(["text"], "a/b.txt", { type: "text/x", lastModified: 1234 });

      alike([file.name, file.lastModified, file.type, file.size], ["a/b.txt", 1234, "text/x", 4], "the file");
      holds(file instanceof Blob, "a File is a Blob");
      same(await file.text(), "text", "its text");
    },
  },
  {
    id: "workers.api.text-decoder",
    entry: "TextDecoder",
    subject: "TextDecoder",
    promise: "TextDecoder reads UTF-8 with and without BOM, streams, and refuses bad bytes when fatal",
    run() {
      const decoder = new TextDecoder();

      same(decoder.encoding, "utf-8", "encoding");
      same(decoder.decode(Uint8Array.from([0xef, 0xbb, 0xbf, 0xc3, 0xa9])), "é", "UTF-8 with a BOM");
      same(new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(Uint8Array.from([0xef, 0xbb, 0xbf])), "\ufeff", "a BOM that is kept");
      same(decoder.decode(Uint8Array.from([0x61, 0xff])), "a\ufffd", "a bad byte");
      throws(() => new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(Uint8Array.from([0xff])), ["TypeError"], "a bad byte when fatal");
      const parts = new TextDecoder();
      same(parts.decode(Uint8Array.from([0xc3]), { stream: true }) + parts.decode(Uint8Array.from([0xa9])), "é", "a character in two parts");
    },
  },
  {
    id: "workers.api.text-encoder",
    entry: "TextEncoder",
    subject: "TextEncoder",
    promise: "TextEncoder writes UTF-8, replaces lone surrogates, and fills a given buffer with whole characters",
    run() {
      const encoder = new TextEncoder();
      const room = new Uint8Array(4);

      alike(Array.from(encoder.encode("é😀")), [0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80], "UTF-8");
      alike(Array.from(encoder.encode("\ud800")), [0xef, 0xbf, 0xbd], "a lone surrogate");
      alike(encoder.encodeInto("aé€", room), { read: 2, written: 3 }, "encodeInto a short buffer");
      alike(Array.from(room), [0x61, 0xc3, 0xa9, 0], "the buffer");
    },
  },
  {
    id: "workers.api.url",
    entry: "URL",
    subject: "URL",
    promise: "URL parses, normalizes and resolves, and refuses what is not a URL",
    run() {
      const url = new URL("../b?q=ü#h", "HTTPS://User:Pw@Edge.test:443/x/y/");

      same(url.href, "https://User:Pw@edge.test/x/b?q=%C3%BC#h", "href");
      alike([url.origin, url.port, url.pathname, url.search, url.hash], ["https://edge.test", "", "/x/b", "?q=%C3%BC", "#h"], "parts");
      url.port = "8443";
      same(url.host, "edge.test:8443", "host after setting the port");
      throws(() => new URL("no base"), ["TypeError"], "a relative URL without a base");
      alike([URL.canParse("/a", "https://e.test"), URL.canParse("/a")], [true, false], "URL.canParse");
    },
  },
  {
    id: "workers.api.url-search-params",
    entry: "URLSearchParams",
    subject: "URLSearchParams",
    promise: "URLSearchParams reads and writes form encoding, keeps repeats and sorts",
    run() {
      const query = new URLSearchParams("b=2&a=1%2B1&a=x+y");
      query.append("c", "ä&=");

      alike(query.getAll("a"), ["1+1", "x y"], "a repeated parameter");
      query.sort();
      same(query.toString(), "a=1%2B1&a=x+y&b=2&c=%C3%A4%26%3D", "sorted and written again");
      alike([query.size, query.has("a", "x y"), query.has("a", "no")], [4, true, false], "size and has");
    },
  },
  {
    id: "workers.api.url-pattern",
    entry: "URLPattern",
    subject: "URLPattern",
    promise: "URLPattern matches paths, gives the groups, and does not match others",
    run() {
      const pattern = new URLPattern({ pathname: "/books/:id(\\d+)/*" });

      same(pattern.test("https://edge.test/books/42/cover"), true, "a URL that matches");
      same(pattern.test("https://edge.test/books/x/cover"), false, "a URL that does not");
      const groups = pattern.exec("https://edge.test/books/42/cover/large")?.pathname.groups;
      alike([groups?.["id"], groups?.["0"]], ["42", "cover/large"], "groups");
    },
  },
  {
    id: "workers.api.fetch",
    entry: "fetch",
    subject: "fetch",
    promise: "fetch rejects what is not a URL, and rejects at once with the reason of an aborted signal",
    async run() {
      await rejects(() => fetch("http://"), ["TypeError"], "fetch of no URL");
      const controller = new AbortController();
      controller.abort(new RangeError("not today"));

      await rejects(() => fetch("http://edge.test/", { signal: controller.signal }), ["RangeError"], "fetch with an aborted signal");
    },
  },
];
