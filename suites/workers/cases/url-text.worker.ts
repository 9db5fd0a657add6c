// URLs, query strings and text encodings beyond the first look.
import type { IsolateCase } from "../../tools/case.js";
import { alike, holds, same, throws } from "../../tools/assert.js";

export const cases: readonly IsolateCase[] = [
  {
    id: "workers.url.normalization",
    subject: "URL",
    promise: "URLs are normalized as the URL standard says: dots, case, default ports, IPv4 and IPv6 forms",
    run() {
      const forms: Readonly<Record<string, string>> = {
        "http://EXAMPLE.com:80/%7Ea/./b/../c": "http://example.com/%7Ea/c",
        "http://0x7f.1/": "http://127.0.0.1/",
        "http://[2001:DB8::0:1]/": "http://[2001:db8::1]/",
        "http://münchen.de/ä?ä": "http://xn--mnchen-3ya.de/%C3%A4?%C3%A4",
        "http://a.test\\b": "http://a.test/b",
        "  http://a.test/x\ty ": "http://a.test/xy",
      };
      alike(Object.keys(forms).map((form) => new URL(form).href), Object.values(forms), "normalized URLs");
    },
  },
  {
    id: "workers.url.refusal",
    subject: "URL",
    promise: "What cannot be a URL is refused with a TypeError",
    run() {
      same(new URL("http://1.2.3.25/").hostname, "1.2.3.25", "the host of a URL that is allowed");
      for (const text of ["http://a b/", "http://[::1", "http://a:99999/", "http:///", "http://1.2.3.256/"]) {
        throws(() => new URL(text), ["TypeError"], text);
      }
    },
  },
  {
    id: "workers.url.setters",
    subject: "URL",
    promise: "Setting a part of a URL changes that part, and what is not allowed there changes nothing",
    run() {
      const url = new URL("https://a.test/x?y#z");
      url.hostname = "b.test";
      url.pathname = "p q";
      url.search = "s=1";
      url.hash = "";
      url.protocol = "mailto";

      same(url.href, "https://b.test/p%20q?s=1", "href");
    },
  },
  {
    id: "workers.url.search-params-link",
    subject: "URL.prototype.searchParams",
    promise: "A URL and its searchParams stay in step, both ways",
    run() {
      const url = new URL("https://a.test/?x=1");

      url.searchParams.append("y", "a b");
      const afterAppend = url.search;
      url.search = "?z=2";

      same(afterAppend, "?x=1&y=a+b", "search after append()");
      alike([...url.searchParams], [["z", "2"]], "searchParams after setting search");
    },
  },
  {
    id: "workers.url.search-params-sources",
    subject: "URLSearchParams",
    promise: "URLSearchParams is made from text, pairs or an object, and deletes by name and value",
    run() {
      const query = new URLSearchParams([["a", "1"], ["a", "2"], ["b", "3"]]);

      query.delete("a", "1");

      same(query.toString(), "a=2&b=3", "pairs, with one deleted");
      same(new URLSearchParams({ x: "1", y: "é" }).toString(), "x=1&y=%C3%A9", "an object");
      alike([...new URLSearchParams("?q=%20&r&&=s")], [["q", " "], ["r", ""], ["", "s"]], "text with gaps");
    },
  },
  {
    id: "workers.url-pattern.components",
    subject: "URLPattern",
    promise: "URLPattern matches hosts and searches too, and takes a base URL",
    run() {
      const byHost = new URLPattern({ hostname: ":tenant.edge.test", search: "page=:page" });
      const byString = new URLPattern("/a/:rest+", "https://edge.test");

      const match = byHost.exec("https://acme.edge.test/x?page=7");

      alike([match?.hostname.groups["tenant"], match?.search.groups["page"]], ["acme", "7"], "groups");
      alike([byString.test("https://edge.test/a/b/c"), byString.test("https://other.test/a/b"), byString.test("https://edge.test/a")], [true, false, false], "matches");
    },
  },
  {
    id: "workers.text.legacy-encodings",
    subject: "TextDecoder",
    promise: "TextDecoder reads UTF-16 and the old encodings by their labels",
    run() {
      same(new TextDecoder("utf-16le").decode(Uint8Array.from([0x41, 0, 0xac, 0x20])), "A€", "UTF-16, little endian");
      same(new TextDecoder("latin1").encoding, "windows-1252", "what latin1 stands for");
      same(new TextDecoder("windows-1252").decode(Uint8Array.from([0x80, 0xe9])), "€é", "Windows-1252");
      same(new TextDecoder("shift_jis").decode(Uint8Array.from([0x93, 0xfa])), "日", "Shift JIS");
      throws(() => new TextDecoder("no-such-encoding"), ["RangeError"], "an unknown label");
    },
  },
  {
    id: "workers.text.surrogates",
    subject: "TextEncoder.prototype.encode",
    promise: "Every code point survives encoding and decoding",
    run() {
      const points = [0x7f, 0x80, 0x7ff, 0x800, 0xffff, 0x1_0000, 0x10_ffff];
      const text = points.map((point) => String.fromCodePoint(point)).join("");

      const bytes = new TextEncoder().encode(text);

      same(bytes.length, 1 + 2 + 2 + 3 + 3 + 4 + 4, "bytes of UTF-8");
      same(new TextDecoder().decode(bytes), text, "decoded again");
    },
  },
  {
    id: "workers.text.stream-fatal",
    subject: "TextDecoderStream",
    promise: "A fatal TextDecoderStream fails on a bad byte",
    async run() {
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(Uint8Array.from([0x61, 0xff]));
          controller.close();
        },
      }).pipeThrough(new TextDecoderStream("utf-8", { fatal: true }));

      let failure: unknown;
      try {
        const reader = stream.getReader();
        for (;;) {
          const { done } = await reader.read();
          if (done) break;
        }
      } catch (thrown) {
        failure = thrown;
      }

      holds(failure instanceof TypeError, `reading failed with a TypeError (${String(failure)})`);
    },
  },
];
