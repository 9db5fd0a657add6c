// Minimum common web API: events, aborting and messaging.
import type { IsolateCase } from "../../tools/case.js";
import { alike, holds, same, throws } from "../../tools/assert.js";

const macrotask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

export const cases: readonly IsolateCase[] = [
  {
    id: "workers.api.abort-controller",
    entry: "AbortController",
    subject: "AbortController",
    promise: "AbortController aborts its signal once, with the reason it was given",
    run() {
      const controller = new AbortController();
      const seen: unknown[] = [];
      controller.signal.addEventListener("abort", () => seen.push(controller.signal.reason));

      const before = controller.signal.aborted;
      controller.abort("enough");
      controller.abort("again");

      same(before, false, "aborted before abort()");
      same(controller.signal.aborted, true, "aborted after abort()");
      alike(seen, ["enough"], "abort events, by reason");
    },
  },
  {
    id: "workers.api.abort-signal",
    entry: "AbortSignal",
    subject: "AbortSignal",
    promise: "AbortSignal.abort, timeout and any give signals that abort with the right reason",
    async run() {
      const aborted = AbortSignal.abort();
      same(aborted.aborted, true, "AbortSignal.abort()");
      throws(() => { aborted.throwIfAborted(); }, ["AbortError"], "throwIfAborted()");

      const late = AbortSignal.timeout(1);
      await new Promise<void>((resolve) => { late.addEventListener("abort", () => { resolve(); }); });
      const reason: unknown = late.reason;
      same(reason instanceof DOMException && reason.name, "TimeoutError", "the reason of AbortSignal.timeout");

      const source = new AbortController();
      const either = AbortSignal.any([new AbortController().signal, source.signal]);
      same(either.aborted, false, "AbortSignal.any of live signals");
      source.abort("first");
      same(either.reason, "first", "the reason AbortSignal.any takes over");
    },
  },
  {
    id: "workers.api.event",
    entry: "Event",
    subject: "Event",
    promise: "Event carries its type and flags, and preventDefault works only on a cancelable one",
    run() {
      const firm = new Event("firm");
      firm.preventDefault();
      const soft = new Event("soft", { bubbles: true, cancelable: true });
      soft.preventDefault();

      alike([firm.type, firm.bubbles, firm.cancelable, firm.defaultPrevented], ["firm", false, false, false], "a plain event");
      alike([soft.type, soft.bubbles, soft.cancelable, soft.defaultPrevented], ["soft", true, true, true], "a cancelable event");
    },
  },
  {
    id: "workers.api.event-target",
    entry: "EventTarget",
    subject: "EventTarget",
    promise: "EventTarget calls listeners in order, honours once and removal, and reports a prevented default",
    run() {
      const target = new EventTarget();
      const seen: string[] = [];
      const removed = (): void => void seen.push("removed");
      target.addEventListener("go", () => seen.push("first"));
      target.addEventListener("go", () => seen.push("once"), { once: true });
      target.addEventListener("go", removed);
      target.removeEventListener("go", removed);
      target.addEventListener("go", { handleEvent: (event: Event) => { event.preventDefault(); } });

      const allowed = [target.dispatchEvent(new Event("go", { cancelable: true })), target.dispatchEvent(new Event("calm"))];
      target.dispatchEvent(new Event("go"));

      alike(seen, ["first", "once", "first"], "listeners called");
      alike(allowed, [false, true], "results of dispatchEvent");
    },
  },
  {
    id: "workers.api.custom-event",
    entry: "CustomEvent",
    subject: "CustomEvent",
    promise: "CustomEvent hands its detail to the listener as it is",
    run() {
      const detail = { answer: 42 };
      const target = new EventTarget();
      let received: unknown;
      target.addEventListener("custom", (event) => {
        received = Reflect.get(event, "detail");
      });

      target.dispatchEvent(new CustomEvent("custom", { detail }));

      same(received, detail, "event.detail");
      holds(new CustomEvent("custom") instanceof Event, "a CustomEvent is an Event");
    },
  },
  {
    id: "workers.api.error-event",
    entry: "ErrorEvent",
    subject: "ErrorEvent",
    needs: ["workers.event-target"],
    promise: "ErrorEvent carries message, place and the error itself",
    run() {
      const error = new Error("inner");

      const event = new ErrorEvent("error", { message: "outer", filename: "a.js", lineno: 3, colno: 7, error });

      alike([event.type, event.message, event.filename, event.lineno, event.colno], ["error", "outer", "a.js", 3, 7], "the event");
      same(event.error, error, "event.error");
    },
  },
  {
    id: "workers.api.message-channel",
    entry: "MessageChannel",
    subject: "MessageChannel",
    promise: "MessageChannel delivers messages from one port to the other, in order, as clones",
    async run() {
      const { port1, port2 } = new MessageChannel();
      const original = new Map([["a", 1]]);
      const received: unknown[] = [];
      const both = new Promise<void>((resolve) => {
        port2.onmessage = (event: MessageEvent) => {
          if (received.push(event.data) === 2) resolve();
        };
      });

      port1.postMessage(original);
      port1.postMessage("second");
      await both;
      port1.close();

      const [first, second] = received;
      holds(first instanceof Map && first !== original && first.get("a") === 1, "the first message is a clone of the Map");
      same(second, "second", "the second message");
    },
  },
  {
    id: "workers.api.message-event",
    entry: "MessageEvent",
    subject: "MessageEvent",
    promise: "MessageEvent keeps its data and is an Event",
    run() {
      const data = { some: "data" };

      const event = new MessageEvent("message", { data });

      same(event.data, data, "event.data");
      same(event.type, "message", "event.type");
      holds(event instanceof Event, "a MessageEvent is an Event");
    },
  },
  {
    id: "workers.api.message-port",
    entry: "MessagePort",
    subject: "MessagePort",
    promise: "MessagePort delivers to its listeners once started, and nothing after it was closed",
    async run() {
      const { port1, port2 } = new MessageChannel();
      holds(port1 instanceof MessagePort && port2 instanceof MessagePort, "both ends are MessagePorts");
      const received: unknown[] = [];
      const arrived = new Promise<void>((resolve) => { port2.addEventListener("message", (event) => {
          received.push(Reflect.get(event, "data"));
          resolve();
        }); },
      );

      port2.start();
      port1.postMessage("early");
      await arrived;
      port2.close();
      port1.postMessage("late");
      await macrotask();

      alike(received, ["early"], "messages in all");
    },
  },
];
