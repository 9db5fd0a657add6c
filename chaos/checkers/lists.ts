// What every checker of lists that are only appended to rests on: each element is appended once, so the longest read shows the order
// of the appends, and every other read is its beginning.

export interface ListRead {
  readonly elements: readonly unknown[];
}

/** @returns the first of the longest reads; undefined when there is none */
export function longestOf<Read extends ListRead>(reads: readonly Read[]): Read | undefined {
  let longest: Read | undefined;
  for (const read of reads) if (longest === undefined || read.elements.length > longest.elements.length) longest = read;
  return longest;
}

/** @returns the first place in which a read is not the beginning of the longest, -1 when it is */
export function differsAt(read: ListRead, longest: ListRead): number {
  const { elements } = read;
  for (let index = 0; index < elements.length; index++) if (elements[index] !== longest.elements[index]) return index;
  return -1;
}
