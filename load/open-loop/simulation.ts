// Servers whose true percentiles follow from arithmetic, on a clock that takes no time: what the driver is proven on
// without a machine's noise.
import type { DriverClock, Transport } from "./drive.js";

interface Event {
  readonly atMs: number;
  readonly order: number;
  readonly happen: () => void;
}

/** A clock that jumps from event to event. */
export class VirtualClock implements DriverClock {
  #nowMs = 0;
  #order = 0;
  #alarm = 0;
  readonly #events: Event[] = [];
  readonly #wakeDelayMs: (atMs: number) => number;

  /** @param wakeDelayMs how much too late the driver is woken at a time; a healthy driver's is 0 */
  constructor(wakeDelayMs: (atMs: number) => number = () => 0) {
    this.#wakeDelayMs = wakeDelayMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  wakeAt(atMs: number, callback: () => void): void {
    const alarm = ++this.#alarm;
    if (atMs === Infinity) return;
    this.at(Math.max(atMs, this.#nowMs) + this.#wakeDelayMs(atMs), () => {
      if (alarm === this.#alarm) callback();
    });
  }

  at(atMs: number, happen: () => void): void {
    const event = { atMs, order: this.#order++, happen };
    let index = this.#events.push(event) - 1;
    // A binary heap: a run of 10,000 requests has as many events pending.
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = this.#events[parent];
      if (above === undefined || !isBefore(event, above)) break;
      this.#events[index] = above;
      this.#events[parent] = event;
      index = parent;
    }
  }

  /** Runs until nothing is left to happen. */
  run(): void {
    for (let event = this.#take(); event !== undefined; event = this.#take()) {
      this.#nowMs = Math.max(this.#nowMs, event.atMs);
      event.happen();
    }
  }

  #take(): Event | undefined {
    const [first] = this.#events;
    const last = this.#events.pop();
    if (first === undefined || last === undefined || this.#events.length === 0) return first;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const [a, b] = [this.#events[left], this.#events[left + 1]];
      const child = b !== undefined && a !== undefined && isBefore(b, a) ? left + 1 : left;
      const smaller = this.#events[child];
      if (smaller === undefined || !isBefore(smaller, last)) break;
      this.#events[index] = smaller;
      index = child;
    }
    this.#events[index] = last;
    return first;
  }
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** When an answer to a request sent at a time comes, ms later; Infinity for never. */
export type SimulatedServer = (sentMs: number) => number;

/** Every request on a connection of its own, answered as the server says. */
export function simulatedTransport(clock: VirtualClock, server: SimulatedServer, tag?: string): Transport {
  return {
    send(ended) {
      const answerMs = clock.nowMs() + server(clock.nowMs());
      if (answerMs !== Infinity) clock.at(answerMs, () => ended("ok", tag));
      return () => undefined;
    },
  };
}

/** Answers at once, but stands still for the first `stallMs` of every period: P(latency > x) = (stall - x) / period. */
export function stallingServer(stallMs: number, periodMs: number): SimulatedServer {
  return (sentMs) => Math.max(0, stallMs - (sentMs % periodMs));
}

/** One worker that takes `serviceMs` for each request, in the order of arrival. */
export function queueingServer(serviceMs: number): SimulatedServer {
  let freeMs = 0;
  return (sentMs) => {
    freeMs = Math.max(freeMs, sentMs) + serviceMs;
    return freeMs - sentMs;
  };
}
