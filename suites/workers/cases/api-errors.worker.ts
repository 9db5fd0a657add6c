// Minimum common web API: errors, and what becomes of those that nobody handles.
import type { IsolateCase } from "../../tools/case.js";
import { alike, globalOf, holds, same, throws } from "../../tools/assert.js";

const macrotask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

export const cases: readonly IsolateCase[] = [
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
