// Minimum common web API: events, aborting, messaging and errors.
import type { IsolateCase } from "../../tools/case.js";
import { alike, globalOf, holds, same, throws } from "../../tools/assert.js";

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
  {
    id: "workers.api.dom-exception",
    entry: "DOMException",
    subject: "DOMException",
    promise: "DOMException is an Error with a name, a message and the legacy code of its name",
    run() {
      const exception = new DOMException("too late", "AbortError");

      holds(exception instanceof Error, "a DOMException is an Error");
      alike([exception.name, exception.message, exception.code], ["AbortError", "too late", 20], "name, message and code");
      alike([new DOMException("x").name, new DOMException("x").code], ["Error", 0], "name and code by default");
      same(DOMException.DATA_CLONE_ERR, 25, "DOMException.DATA_CLONE_ERR");
    },
  },
  {
    id: "workers.api.onerror",
    entry: "onerror",
    subject: "reportError",
    needs: ["workers.event-target"],
    promise: "A function assigned to onerror hears a reported error",
    run() {
      const error = new Error("reported to onerror");
      let heard = 0;
      // A runtime without onerror may end its process over an error that nobody handled; this listener handles it.
      const handle = (event: Event): void => { event.preventDefault(); };
      const listen = (verb: "addEventListener" | "removeEventListener"): void => {
        Reflect.apply(globalOf(verb) as () => void, globalThis, ["error", handle]);
      };

      listen("addEventListener");
      Reflect.set(globalThis, "onerror", () => {
        heard += 1;
        return true;
      });
      try {
        reportError(error);
      } finally {
        Reflect.set(globalThis, "onerror", null);
        listen("removeEventListener");
      }

      same(heard, 1, "calls of onerror");
    },
  },
  {
    id: "workers.api.onunhandledrejection",
    entry: "onunhandledrejection",
    subject: "PromiseRejectionEvent",
    needs: ["workers.event-target"],
    promise: "A function assigned to onunhandledrejection hears a rejection that nobody handled",
    async run() {
      const reason = new Error("for onunhandledrejection");
      // Workers documents the event for listeners, and looks for one before it tells anybody of a rejection.
      const listener = (event: Event): void => void event.type;
      addEventListener("unhandledrejection", listener);
      const heard = new Promise<unknown>((resolve) => {
        Reflect.set(globalThis, "onunhandledrejection", (event: Event) => {
          if (Reflect.get(event, "reason") !== reason) return;
          event.preventDefault();
          resolve(event);
        });
      });

      const lost = Promise.reject(reason);
      const event = await heard;
      Reflect.set(globalThis, "onunhandledrejection", null);
      removeEventListener("unhandledrejection", listener);
      lost.catch(() => undefined);

      holds(event instanceof PromiseRejectionEvent, "the event is a PromiseRejectionEvent");
    },
  },
  {
    id: "workers.api.onrejectionhandled",
    entry: "onrejectionhandled",
    subject: "PromiseRejectionEvent",
    needs: ["workers.event-target"],
    promise: "A function assigned to onrejectionhandled hears a rejection that is handled late",
    async run() {
      let announce: () => void = () => undefined;
      const unhandled = new Promise<void>((resolve) => (announce = resolve));
      const reason = new Error("for onrejectionhandled");
      const listener = (event: Event): void => {
        if (Reflect.get(event, "reason") !== reason) return;
        event.preventDefault();
        announce();
      };
      addEventListener("unhandledrejection", listener);
      const handled = new Promise<unknown>((resolve) => Reflect.set(globalThis, "onrejectionhandled", resolve));

      const late = Promise.reject(reason);
      await unhandled;
      await macrotask();
      late.catch(() => undefined);
      const event = await handled;
      Reflect.set(globalThis, "onrejectionhandled", null);
      removeEventListener("unhandledrejection", listener);

      holds(event instanceof PromiseRejectionEvent, "the event is a PromiseRejectionEvent");
      same(Reflect.get(event, "promise"), late, "event.promise");
    },
  },
  {
    id: "workers.api.promise-rejection-event",
    entry: "PromiseRejectionEvent",
    subject: "PromiseRejectionEvent",
    needs: ["workers.event-target"],
    promise: "PromiseRejectionEvent carries the promise and the reason of an unhandled rejection",
    async run() {
      const reason = new Error("nobody catches this");
      let listener: (event: Event) => void = () => undefined;
      const seen = new Promise<Event>((resolve) => {
        listener = (event) => {
          if (Reflect.get(event, "reason") !== reason) return;
          event.preventDefault();
          resolve(event);
        };
      });
      addEventListener("unhandledrejection", listener);

      const lost = Promise.reject(reason);
      const event = await seen;
      removeEventListener("unhandledrejection", listener);
      lost.catch(() => undefined);

      holds(event instanceof PromiseRejectionEvent, "the event is a PromiseRejectionEvent");
      same(Reflect.get(event, "promise"), lost, "event.promise");
    },
  },
  {
    id: "workers.api.report-error",
    entry: "reportError",
    subject: "reportError",
    promise: "reportError accepts any value, does not throw, and tells error listeners where the global is an EventTarget",
    run() {
      const error = new Error("reported");
      const heard: unknown[] = [];
      const isEventTarget = typeof globalOf("addEventListener") === "function" && typeof globalOf("ErrorEvent") === "function";
      const listener = (event: Event): void => {
        heard.push(Reflect.get(event, "error"));
        event.preventDefault();
      };
      // By name: the type library of the isolate leaves the error event out.
      const listen = (verb: "addEventListener" | "removeEventListener"): void => {
        if (isEventTarget) Reflect.apply(globalOf(verb) as () => void, globalThis, ["error", listener]);
      };

      listen("addEventListener");
      const returned: unknown = reportError(error);
      listen("removeEventListener");

      same(returned, undefined, "what reportError returns");
      same(heard.length, isEventTarget ? 1 : 0, "error events");
      if (isEventTarget) same(heard[0], error, "event.error");
      throws(() => Reflect.apply(reportError, undefined, []), ["TypeError"], "reportError without an argument");
    },
  },
];
