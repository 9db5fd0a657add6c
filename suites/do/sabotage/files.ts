// The files that list sabotages; a new one is a line here and one in saboteur.worker.ts.
import type { Sabotage } from "./sabotage.js";

const files = ["ids", "stubs", "calls", "sockets", "storage", "writes", "sql", "gates", "alarms"] as const;

/** Every sabotage of the suite. */
export async function loadSabotages(): Promise<readonly Sabotage[]> {
  const modules = await Promise.all(files.map((file) => import(new URL(`./${file}.worker.js`, import.meta.url).href)));
  return (modules as readonly { readonly sabotages: readonly Sabotage[] }[]).flatMap(({ sabotages }) => sabotages);
}
