// What Workers documents beyond the standards: scheduler.wait, its navigator, refused code generation, WebSocketPair;
// and language features that its documents promise ("the latest JavaScript").
import type { IsolateCase } from "../../tools/case.js";
import { alike, holds, rejects, same, throws } from "../../tools/assert.js";

/** Two ends of a WebSocketPair, both accepted. */
function pairOfSockets(): readonly [WebSocket, WebSocket] {
  const pair = new WebSocketPair();
  pair[0].accept();
  pair[1].accept();
  return [pair[0], pair[1]];
}

const nextEvent = (socket: WebSocket, type: "message" | "close"): Promise<Event> =>
  new Promise((resolve) => { socket.addEventListener(type, (event: Event) => { resolve(event); }, { once: true }); });

export const cases: readonly IsolateCase[] = [
  {
    id: "workers.scheduler.wait",
    subject: "scheduler.wait",
    promise: "scheduler.wait waits, and is cut short by its signal",
    async run() {
      const order: string[] = [];
      const controller = new AbortController();

      const waiting = scheduler.wait(1).then(() => order.push("waited"));
      order.push("called");
      await waiting;
      const cut = rejects(() => scheduler.wait(60_000, { signal: controller.signal }), ["AbortError"], "a wait that is aborted");
      controller.abort();
      await cut;

      alike(order, ["called", "waited"], "order");
    },
  },
  {
    id: "workers.navigator.name",
    subject: "navigator",
    promise: "navigator.userAgent is Cloudflare-Workers, by which libraries tell where they run",
    run() {
      same(navigator.userAgent, "Cloudflare-Workers", "navigator.userAgent");
    },
  },
  {
    id: "workers.code-generation.strings",
    subject: "Function",
    promise: "Code cannot be made of strings: neither eval nor new Function",
    run() {
      throws(() => Reflect.apply(Reflect.get(globalThis, "eval") as () => unknown, undefined, ["1+1"]), ["EvalError"], "eval");
      const Constructor: unknown = Reflect.get(globalThis, "Function");
      throws(() => Reflect.construct(Constructor as () => void, ["return 1"]), ["EvalError"], "new Function");
    },
  },
  {
    id: "workers.timers.order",
    subject: "setTimeout",
    promise: "Timers of the same delay fire in the order they were set, and one can clear the next",
    async run() {
      const order: number[] = [];

      await new Promise<void>((resolve) => {
        setTimeout(() => {
          order.push(1);
          clearTimeout(third);
        }, 2);
        setTimeout(() => order.push(2), 2);
        const third = setTimeout(() => order.push(3), 2);
        setTimeout(resolve, 20);
      });

      alike(order, [1, 2], "timers that fired");
    },
  },
  {
    id: "workers.timers.early",
    subject: "setTimeout",
    promise: "A timer does not fire before its delay is over",
    async run() {
      const before = Date.now();

      await new Promise((resolve) => setTimeout(resolve, 50));
      const elapsedMs = Date.now() - before;

      // One millisecond for a clock that is read in whole milliseconds at both ends.
      holds(elapsedMs >= 49, `at least 49 ms have passed (${elapsedMs})`);
    },
  },
  {
    id: "workers.clock.date",
    subject: "Date.now",
    promise: "The clock inside a handler tells the time of day, and goes on across I/O",
    async run() {
      const before = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 10));
      const after = Date.now();

      holds(before > Date.UTC(2024, 0, 1), `a date after 2024 (${before})`);
      holds(after > before, `it went on (${before}, then ${after})`);
    },
  },
  {
    id: "workers.clone.types",
    subject: "structuredClone",
    promise: "structuredClone keeps sets, regular expressions, big integers, typed arrays that share a buffer, and causes of errors",
    run() {
      const buffer = new ArrayBuffer(4);
      const source = { set: new Set([1]), pattern: /a+/gi, big: 2n ** 70n, views: [new Uint8Array(buffer), new Uint16Array(buffer)], hole: [1, , 3], error: new TypeError("t", { cause: "c" }) };

      const copy = structuredClone(source);

      alike([[...copy.set], copy.pattern.source, copy.pattern.flags, copy.big], [[1], "a+", "gi", 2n ** 70n], "set, pattern and big integer");
      const [bytes, words] = copy.views;
      holds(bytes?.buffer === words?.buffer && bytes?.buffer !== buffer, "both views share one new buffer");
      same(1 in copy.hole, false, "a hole stays a hole");
      holds(copy.error instanceof TypeError, "the error's type");
      throws(() => structuredClone({ symbol: Symbol("s") }), ["DataCloneError"], "a symbol");
    },
  },
  {
    id: "workers.events.listener-identity",
    subject: "EventTarget",
    promise: "The same listener added twice is called once, and is called with the event and its target",
    run() {
      const target = new EventTarget();
      const seen: unknown[] = [];
      const listener = (event: Event): void => void seen.push(event.type, event.target === target, event.currentTarget === target);
      target.addEventListener("go", listener);
      target.addEventListener("go", listener);

      target.dispatchEvent(new Event("go"));

      alike(seen, ["go", true, true], "calls");
    },
  },
  {
    id: "workers.events.signal",
    subject: "EventTarget",
    promise: "A listener added with a signal is gone when it aborts, and stopImmediatePropagation stops the rest",
    run() {
      const target = new EventTarget();
      const controller = new AbortController();
      const seen: string[] = [];
      target.addEventListener("go", () => seen.push("signalled"), { signal: controller.signal });
      target.addEventListener("go", (event) => {
        seen.push("stopper");
        event.stopImmediatePropagation();
      });
      target.addEventListener("go", () => seen.push("after"));

      target.dispatchEvent(new Event("go"));
      controller.abort();
      target.dispatchEvent(new Event("go"));

      alike(seen, ["signalled", "stopper", "stopper"], "listeners that ran");
    },
  },
  {
    id: "workers.language.recent",
    subject: "Promise.withResolvers",
    promise: "Recent language features work: array grouping and copies, Promise.withResolvers, iterator and set methods",
    async run() {
      const grouped: unknown = Reflect.apply(Reflect.get(Object, "groupBy") as () => unknown, Object, [[1, 2, 3], (value: number) => (value % 2 === 1 ? "odd" : "even")]);
      const withResolvers = Reflect.get(Promise, "withResolvers") as (this: PromiseConstructor) => { promise: Promise<number>; resolve: (value: number) => void };
      const deferred = withResolvers.call(Promise);
      deferred.resolve(5);
      const union = Reflect.get(Set.prototype, "union") as (this: Set<number>, other: Set<number>) => Set<number>;

      alike(grouped, { odd: [1, 3], even: [2] }, "Object.groupBy");
      same(await deferred.promise, 5, "Promise.withResolvers");
      alike([3, 1, 2].toSorted(), [1, 2, 3], "toSorted");
      alike([...union.call(new Set([1]), new Set([2]))], [1, 2], "Set.prototype.union");
    },
  },
  {
    id: "workers.language.intl",
    subject: "Intl",
    promise: "Intl formats numbers, dates and plurals of other languages",
    run() {
      same(new Intl.NumberFormat("de-DE", { style: "currency", currency: "EUR" }).format(1234.5).replace(/\s/g, " "), "1.234,50 €", "euros in German");
      same(new Intl.DateTimeFormat("en-US", { timeZone: "Asia/Tokyo", dateStyle: "short", timeStyle: "short", hour12: false }).format(new Date(0)).includes("09:00"), true, "the epoch in Tokyo");
      same(new Intl.PluralRules("pl").select(5), "many", "the plural of five in Polish");
      same(["z", "ä", "a"].sort(new Intl.Collator("sv").compare).join(""), "azä", "Swedish order");
    },
  },
  {
    id: "workers.websocket.pair",
    subject: "WebSocketPair",
    needs: ["workers.websocket"],
    promise: "The two ends of a WebSocketPair exchange text and bytes in order",
    async run() {
      const [left, right] = pairOfSockets();
      const received: unknown[] = [];
      const both = new Promise<void>((resolve) => { right.addEventListener("message", (event) => {
          if (received.push(event.data) === 2) resolve();
        }); },
      );

      left.send("text");
      left.send(Uint8Array.from([1, 0, 255]));
      await both;
      left.close(1000);

      const [text, bytes] = received;
      same(text, "text", "the first message");
      const data = bytes instanceof Blob ? await bytes.arrayBuffer() : bytes;
      holds(data instanceof ArrayBuffer, "the second message is binary");
      alike(Array.from(new Uint8Array(data)), [1, 0, 255], "its bytes");
    },
  },
  {
    id: "workers.websocket.pair-close",
    subject: "WebSocketPair",
    needs: ["workers.websocket"],
    promise: "Closing one end of a WebSocketPair tells the other end code and reason",
    async run() {
      const [left, right] = pairOfSockets();

      const closed = nextEvent(right, "close");
      left.close(4001, "done here");
      const event = await closed;

      alike([Reflect.get(event, "code"), Reflect.get(event, "reason"), Reflect.get(event, "wasClean")], [4001, "done here", true], "the close event");
      throws(() => { pairOfSockets()[0].close(999); }, ["InvalidAccessError", "TypeError", "RangeError", "SyntaxError"], "closing with a code that is reserved");
    },
  },
];
