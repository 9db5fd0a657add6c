// Documents of earlier versions, made into today's: what was measured once must be judged for years. A new version of the
// document is a line here, with the step from the version before, and a golden document of that one in golden/.
import { resultSchema } from "./document.js";

export type AnyDocument = Readonly<Record<string, unknown>>;

/** From the version of its place in the list (the first: from 1) to the next. Pure; what it cannot know it leaves out. */
export type Migration = (document: AnyDocument) => AnyDocument;

/** Version 1 is the first and today's: there is nothing to migrate from yet. */
export const migrations: readonly Migration[] = [];

const prefix = "edgemark.result/";

/** The number of today's version. */
export const currentVersion = versionOf(resultSchema) ?? 0;

/** @returns the number of a document's version; undefined for what is no result document */
export function versionOf(schema: unknown): number | undefined {
  const [, digits] = typeof schema === "string" && schema.startsWith(prefix) ? (/^(\d{1,6})$/.exec(schema.slice(prefix.length)) ?? []) : [];
  return digits === undefined || Number(digits) < 1 ? undefined : Number(digits);
}

/**
 * @param document says its version in `schema`, of 1 to `current`
 * @param steps for tests
 * @returns the same in today's version; the very same when it is of today's
 */
export function migrated(document: AnyDocument, steps: readonly Migration[] = migrations, current = currentVersion): AnyDocument {
  let found = document;
  for (let version = versionOf(document["schema"]) ?? current; version < current; version++) {
    const step = steps[version - 1];
    if (step === undefined) throw new RangeError(`a migration from version ${version} expected; there is none; add one`);
    found = { ...step(found), schema: `${prefix}${version + 1}` };
  }
  return found;
}
