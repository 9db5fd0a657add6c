// Servers whose latency is arithmetic: when each answers a request that arrives at a time. The real server and the
// simulated one take it from here, so that both have the same truth.

export type ServerModel =
  /** Stands still for the first `stallMs` of every period: P(latency > x) = (stallMs - x) / periodMs. */
  | { readonly kind: "stall"; readonly stallMs: number; readonly periodMs: number }
  | { readonly kind: "constant"; readonly latencyMs: number }
  /** One of `every` requests is slow, at another place in every block of that many. */
  | { readonly kind: "bimodal"; readonly fastMs: number; readonly slowMs: number; readonly every: number }
  /** Changes its latency at a time after its first request. */
  | { readonly kind: "step"; readonly beforeMs: number; readonly afterMs: number; readonly stepAtMs: number }
  /** One worker that takes `serviceMs` for each request, in the order of arrival. */
  | { readonly kind: "queue"; readonly serviceMs: number }
  /** One of `every` requests is never answered. */
  | { readonly kind: "silent"; readonly latencyMs: number; readonly every: number };

/** @returns a function from arrival times, in order, to ms until the answer: Infinity for never */
export function answersOf(model: ServerModel): (arrivedMs: number) => number {
  switch (model.kind) {
    case "stall":
      return (arrivedMs) => Math.max(0, model.stallMs - (arrivedMs % model.periodMs));
    case "constant":
      return () => model.latencyMs;
    case "bimodal": {
      const isChosen = oneOf(model.every);
      return () => (isChosen() ? model.slowMs : model.fastMs);
    }
    case "step": {
      let firstMs: number | undefined;
      return (arrivedMs) => {
        firstMs ??= arrivedMs;
        return arrivedMs - firstMs < model.stepAtMs ? model.beforeMs : model.afterMs;
      };
    }
    case "queue": {
      let freeMs = 0;
      return (arrivedMs) => {
        freeMs = Math.max(freeMs, arrivedMs) + model.serviceMs;
        return freeMs - arrivedMs;
      };
    }
    case "silent": {
      const isChosen = oneOf(model.every);
      return () => (isChosen() ? Infinity : model.latencyMs);
    }
  }
}

/** True once in every block of `every` calls, at a place that wanders: exact shares, and no beat with a paced driver. */
function oneOf(every: number): () => boolean {
  let calls = 0;
  return () => {
    const block = Math.floor(calls / every);
    return calls++ % every === (block * 7) % every;
  };
}
