// A room from the driver's side: connections to it and calls of its methods.
import { AssertionError } from "node:assert/strict";
import type { Check, CheckContext, DeployedFixture } from "../check.js";
import { memberOf } from "../tools/member.js";
import { open, type Client } from "../tools/websocket-client.js";
import { doCheck } from "./check.js";
import { objectsFixture } from "./objects.js";

export interface RoomOptions {
  readonly pop?: string;
  readonly tags?: readonly string[];
  /** Accepted with accept(), so that it cannot be put to rest. */
  readonly isStandard?: true;
  readonly attachment?: string;
  readonly greet?: true;
}

/** What a room is asked may last, and a busy machine adds to it; a check whose own time is over ends it before. */
const answerMs = 40_000;

export interface Room {
  /** Connects to the check's own room. */
  enter(options?: RoomOptions): Promise<Client>;
  /** Calls a method of the room. @throws AssertionError unless the answer is 200 */
  call(method: string, ...given: readonly unknown[]): Promise<unknown>;
  callAt(pop: string | undefined, method: string, ...given: readonly unknown[]): Promise<unknown>;
}

/** The room named by the check's unique word. @param fixture default the check's own */
export function roomOf(context: CheckContext, fixture: DeployedFixture = context.fixture): Room {
  const callAt = async (pop: string | undefined, method: string, ...given: readonly unknown[]): Promise<unknown> => {
    const path = `/room/${method}?unique=${context.unique}&given=${encodeURIComponent(JSON.stringify(given))}`;
    const response = await fixture.request({ ...(pop === undefined ? {} : { pop }), path, deadlineMs: answerMs });
    if (response.status !== 200) throw new AssertionError({ message: `${method} of the room expected; ${response.status} came: ${response.text.slice(0, 200)}` });
    return memberOf(response.json(), "value");
  };
  return {
    enter({ pop, tags = [], isStandard, attachment, greet } = {}) {
      const query = [`unique=${context.unique}`, ...tags.map((tag) => `tag=${encodeURIComponent(tag)}`)];
      if (isStandard === true) query.push("standard=1");
      if (attachment !== undefined) query.push(`attachment=${encodeURIComponent(attachment)}`);
      if (greet === true) query.push("greet=1");
      return open(context, `/room?${query.join("&")}`, pop === undefined ? { fixture } : { pop, fixture });
    },
    call: (method, ...given) => callAt(undefined, method, ...given),
    callAt,
  };
}

type RoomCheck = Omit<Check, "level" | "needs" | "fixture" | "run"> & Partial<Pick<Check, "level" | "needs">> & { readonly run: (context: CheckContext, room: Room) => Promise<void> };

/** A check of WebSockets at an object. */
export function roomCheck({ run, needs = [], ...check }: RoomCheck): Check {
  return doCheck({ ...check, fixture: objectsFixture, needs: ["workers.websocket", ...needs], run: (context) => run(context, roomOf(context)) });
}

/**
 * A check of WebSockets at an object, and a second one (`<id>.remote`) in which the object lives at the first PoP and its
 * clients connect to the second.
 */
export function roomChecks(check: Omit<RoomCheck, "run"> & { readonly run: (context: CheckContext, room: Room, pop: string | undefined) => Promise<void> }): readonly Check[] {
  const here = roomCheck({ ...check, run: (context, room) => check.run(context, room, undefined) });
  const there = roomCheck({
    ...check,
    id: `${check.id}.remote`,
    promise: `${check.promise}, when its client is at another PoP`,
    level: "distributed",
    pops: 2,
    async run(context, room) {
      const [home, away] = context.target.pops;
      await room.callAt(home?.id, "nonce");
      await check.run(context, room, away?.id);
    },
  });
  return [here, there];
}

/** Sends and gives the next message, which must be text. */
export async function ask(client: Client, command: string): Promise<string> {
  client.send(command);
  const answer = await client.next();
  if (typeof answer !== "string") throw new AssertionError({ message: "a text expected; bytes came", actual: answer });
  return answer;
}
