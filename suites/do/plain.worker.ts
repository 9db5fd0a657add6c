// Objects of other classes than Probe: one that shows that classes are apart, and one that extends nothing.
import { DurableObject } from "cloudflare:workers";
import type { ProbeEnv } from "./probe.worker.js";

/** A second class, whose ids are its own. */
export class Other extends DurableObject {
  nonce(): string {
    return "other";
  }
}

/** A class of the older form: it extends nothing, so only fetch reaches it. */
export class Plain {
  readonly #state: DurableObjectState;
  readonly #env: ProbeEnv;

  constructor(state: DurableObjectState, env: ProbeEnv) {
    this.#state = state;
    this.#env = env;
  }

  method(): string {
    return "never reached";
  }

  async fetch(request: Request): Promise<Response> {
    await this.#state.storage.put("last", request.url);
    return Response.json({ id: this.#state.id.toString(), greeting: this.#env.GREETING, stored: await this.#state.storage.get("last") });
  }
}
