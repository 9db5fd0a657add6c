// Looking into what a target answered, which may be anything.

/** @returns the member of that name; undefined of what has no members */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
