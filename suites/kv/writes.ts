// Writing a key again: the platform takes one write per key and second (KV-07), so the next one is tried until it is taken.
import type { CheckContext } from "../check.js";
import { kvClient } from "./client.js";

/** Slack over the documented second for a machine that is busy; generous, because only the order matters here. */
const marginMs = 5000;

/** Writes a key that was written before. @throws AssertionError when the write is still refused well after a second */
export async function nextWriteOf(context: CheckContext, key: string, text: string, options: { readonly pop?: string; readonly put?: Readonly<Record<string, unknown>> } = {}): Promise<void> {
  const kv = kvClient(context.fixture, options.pop);
  const operation = { op: "put", key, text, ...(options.put === undefined ? {} : { options: options.put }) } as const;
  await context.until(
    async () => (await kv.attempt([operation]))[0],
    (answer) => answer?.ok === true,
    { deadlineMs: context.scaled(1000) + marginMs, intervalMs: Math.max(5, context.scaled(250)), what: "a write of the key is accepted a second after the one before" },
  );
}
