// Minimum common web API: what hangs on the global object itself, timers, clones, the clock and cryptography.
import type { IsolateCase } from "../../tools/case.js";
import { alike, ascii, globalOf, hex, holds, rejects, same, throws } from "../../tools/assert.js";

const sha256OfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

/** A pause by the platform's own timer. */
const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs));

export const cases: readonly IsolateCase[] = [
  {
    id: "workers.api.global-this",
    entry: "globalThis",
    subject: "globalThis",
    promise: "globalThis is the global object: what is set on it is a global name",
    run() {
      Reflect.set(globalThis, "edgemarkGlobalProbe", 7);
      try {
        same(globalThis === Reflect.get(globalThis, "globalThis"), true, "globalThis.globalThis");
        same(globalOf("edgemarkGlobalProbe"), 7, "a property set on it");
        same(Object.is(globalThis.Array, Array), true, "globalThis.Array is Array");
      } finally {
        Reflect.deleteProperty(globalThis, "edgemarkGlobalProbe");
      }
    },
  },
  {
    id: "workers.api.self",
    entry: "self",
    subject: "self",
    promise: "self is the global object",
    run() {
      same(globalOf("self"), globalThis, "self");
    },
  },
  {
    id: "workers.api.atob",
    entry: "atob",
    subject: "atob",
    promise: "atob decodes base64, skips white space and refuses what is not base64",
    run() {
      same(atob("aGkg /w=="), "hi \u00ff", "decoded");
      throws(() => atob("a"), ["InvalidCharacterError"], "a length that cannot be");
      throws(() => atob("a-_b"), ["InvalidCharacterError"], "the URL alphabet");
    },
  },
  {
    id: "workers.api.btoa",
    entry: "btoa",
    subject: "btoa",
    promise: "btoa encodes Latin-1 and refuses other characters",
    run() {
      same(btoa("hi \u00ff"), "aGkg/w==", "encoded");
      throws(() => btoa("€"), ["InvalidCharacterError"], "a character beyond Latin-1");
    },
  },
  {
    id: "workers.api.set-timeout",
    entry: "setTimeout",
    subject: "setTimeout",
    promise: "setTimeout calls later, with its arguments, in the order of the delays",
    async run() {
      const order: string[] = [];

      await new Promise<void>((resolve) => {
        setTimeout((name: string) => (order.push(name), resolve()), 30, "late");
        setTimeout((name: string) => order.push(name), 1, "soon");
        order.push("now");
      });

      alike(order, ["now", "soon", "late"], "order of calls");
    },
  },
  {
    id: "workers.api.clear-timeout",
    entry: "clearTimeout",
    subject: "clearTimeout",
    promise: "clearTimeout keeps a timer from firing and accepts an id that is unknown",
    async run() {
      let fired = false;

      clearTimeout(setTimeout(() => (fired = true), 1));
      clearTimeout(null);
      await pause(10);

      same(fired, false, "the cleared timer fired");
    },
  },
  {
    id: "workers.api.set-interval",
    entry: "setInterval",
    subject: "setInterval",
    promise: "setInterval calls again and again until it is cleared",
    async run() {
      let calls = 0;

      await new Promise<void>((resolve) => {
        const timer = setInterval(() => {
          calls += 1;
          if (calls === 3) {
            clearInterval(timer);
            resolve();
          }
        }, 1);
      });
      await pause(10);

      same(calls, 3, "calls");
    },
  },
  {
    id: "workers.api.clear-interval",
    entry: "clearInterval",
    subject: "clearInterval",
    promise: "clearInterval stops an interval, also from outside of it",
    async run() {
      let calls = 0;
      const timer = setInterval(() => (calls += 1), 1);

      clearInterval(timer);
      await pause(10);

      same(calls, 0, "calls after clearInterval");
    },
  },
  {
    id: "workers.api.queue-microtask",
    entry: "queueMicrotask",
    subject: "queueMicrotask",
    promise: "queueMicrotask runs before any timer, in order with promise reactions",
    async run() {
      const order: string[] = [];

      await new Promise<void>((resolve) => {
        setTimeout(() => (order.push("timer"), resolve()), 0);
        Promise.resolve().then(() => order.push("promise"), resolve);
        queueMicrotask(() => order.push("microtask"));
        order.push("now");
      });

      alike(order, ["now", "promise", "microtask", "timer"], "order of calls");
    },
  },
  {
    id: "workers.api.structured-clone",
    entry: "structuredClone",
    subject: "structuredClone",
    promise: "structuredClone copies maps, dates, bytes, errors and cycles, transfers buffers, and refuses functions",
    run() {
      const cyclic: { self?: unknown; map: Map<string, Date> } = { map: new Map([["d", new Date(5)]]) };
      cyclic.self = cyclic;
      const buffer = new ArrayBuffer(8);

      const copy = structuredClone(cyclic);
      const moved = structuredClone(buffer, { transfer: [buffer] });
      const error: unknown = structuredClone(new RangeError("far"));

      holds(copy !== cyclic && copy.self === copy, "a cycle stays a cycle");
      same(copy.map.get("d")?.getTime(), 5, "a Date in a Map");
      alike([moved.byteLength, buffer.byteLength], [8, 0], "lengths of the moved and the old buffer");
      holds(error instanceof RangeError && error.message === "far", "an error keeps its type and message");
      throws(() => structuredClone(() => 1), ["DataCloneError"], "a function");
    },
  },
  {
    id: "workers.api.console",
    entry: "console",
    subject: "console",
    promise: "console takes any arguments, works detached, and carries the methods that programs call",
    run() {
      same(Object.prototype.toString.call(console), "[object console]", "the object's tag");
      const { log } = console;

      const results: unknown[] = [log("edgemark %s %o", "x", {}), console.error(new Error("shown, not thrown")), console.table([{ a: 1 }])];
      for (const name of ["assert", "clear", "count", "countReset", "debug", "dir", "dirxml", "error", "group", "groupCollapsed", "groupEnd", "info", "log", "table", "time", "timeEnd", "timeLog", "trace", "warn"]) {
        same(typeof Reflect.get(console, name), "function", `typeof console.${name}`);
      }

      alike(results, [undefined, undefined, undefined], "what the methods return");
    },
  },
  {
    id: "workers.api.navigator-user-agent",
    entry: "navigator.userAgent",
    subject: "navigator",
    promise: "navigator.userAgent is one product token, fit for a User-Agent header",
    run() {
      const { userAgent } = navigator;

      holds(/^[\w!#$%&'*+.^`|~-]+(\/[\w!#$%&'*+.^`|~-]+)?$/.test(userAgent), `a product token (${userAgent})`);
      same(new Headers({ "user-agent": userAgent }).get("user-agent"), userAgent, "as a header");
    },
  },
  {
    id: "workers.api.performance",
    entry: "Performance",
    // Workers documents the object, not the name of its interface, which is a global only beside Node's API; so the
    // interface is judged where it must be in either case: behind the object.
    subject: "performance",
    promise: "Performance stands behind the performance object, with now and timeOrigin, and cannot be constructed",
    run() {
      const found: unknown = globalOf("Performance") ?? performance.constructor;
      holds(typeof found === "function", "the interface is a function");
      const Interface = found as abstract new () => object;

      holds(performance instanceof Interface, "performance is an instance of Performance");
      same(Interface.name, "Performance", "the interface's name");
      same(typeof Reflect.get(Interface.prototype, "now"), "function", "typeof Performance.prototype.now");
      holds("timeOrigin" in (Interface.prototype), "timeOrigin is on the prototype");
      throws(() => Reflect.construct(Interface, []), ["TypeError"], "new Performance()");
    },
  },
  {
    id: "workers.api.performance-object",
    entry: "performance",
    subject: "performance",
    promise: "performance.now runs forward across I/O and together with timeOrigin tells the time of day",
    async run() {
      const before = performance.now();
      await pause(5);
      const after = performance.now();

      holds(after > before, `now() runs forward (${before}, then ${after})`);
      const driftMs = Math.abs(performance.timeOrigin + performance.now() - Date.now());
      // A clock that was set while the isolate lived may put the two apart; a wrong origin is off by decades.
      holds(driftMs < 60_000, `timeOrigin + now() is Date.now(), give or take a minute (${driftMs} ms apart)`);
    },
  },
  {
    id: "workers.api.crypto",
    entry: "Crypto",
    subject: "Crypto",
    promise: "Crypto stands behind the crypto object, and its random values are limited to 65,536 bytes",
    run() {
      holds(crypto instanceof Crypto, "crypto is an instance of Crypto");
      const bytes = crypto.getRandomValues(new Uint8Array(65_536));
      holds(new Set(bytes).size > 200, "65,536 random bytes take nearly every value");
      throws(() => crypto.getRandomValues(new Uint8Array(65_537)), ["QuotaExceededError"], "65,537 bytes");
      throws(() => crypto.getRandomValues(new Float64Array(1) as unknown as Uint8Array), ["TypeMismatchError"], "an array of floats");
    },
  },
  {
    id: "workers.api.crypto-object",
    entry: "crypto",
    subject: "crypto",
    promise: "crypto gives random UUIDs of version 4, random bytes and digests",
    async run() {
      const ids = Array.from({ length: 100 }, () => crypto.randomUUID());

      for (const id of ids) holds(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(id), `a UUID of version 4 (${id})`);
      same(new Set(ids).size, 100, "different UUIDs of a hundred");
      same(hex(await crypto.subtle.digest("SHA-256", ascii("abc"))), sha256OfAbc, "SHA-256 of abc");
    },
  },
  {
    id: "workers.api.crypto-key",
    entry: "CryptoKey",
    subject: "CryptoKey",
    promise: "CryptoKey tells its algorithm and usages, and one that is not extractable stays inside",
    async run() {
      const key = await crypto.subtle.importKey("raw", new Uint8Array(16), { name: "AES-GCM" }, false, ["encrypt"]);

      holds(key instanceof CryptoKey, "a CryptoKey");
      alike([key.type, key.extractable, key.algorithm.name, [...key.usages]], ["secret", false, "AES-GCM", ["encrypt"]], "its properties");
      await rejects(() => crypto.subtle.exportKey("raw", key), ["InvalidAccessError"], "exporting it");
      throws(() => Reflect.construct(CryptoKey, []), ["TypeError"], "new CryptoKey()");
    },
  },
  {
    id: "workers.api.subtle-crypto",
    entry: "SubtleCrypto",
    subject: "SubtleCrypto",
    promise: "SubtleCrypto signs and verifies, and tells a forged signature",
    async run() {
      holds(crypto.subtle instanceof SubtleCrypto, "crypto.subtle is an instance of SubtleCrypto");
      const key = await crypto.subtle.importKey("raw", ascii("key"), { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);

      const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, ascii("message")));
      const genuine = await crypto.subtle.verify("HMAC", key, signature, ascii("message"));
      const forged = await crypto.subtle.verify("HMAC", key, signature, ascii("massage"));

      same(hex(signature), "6e9ef29b75fffc5b7abae527d58fdadb2fe42e7219011976917343065f58ed4a", "HMAC-SHA-256");
      alike([genuine, forged], [true, false], "verified, of the message and of another");
    },
  },
];
