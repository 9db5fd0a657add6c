// The object with WebSockets.
import { DurableObject } from "cloudflare:workers";

export class Room extends DurableObject {
  ping(): string {
    return "pong";
  }
}
