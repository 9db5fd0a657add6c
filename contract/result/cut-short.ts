// Tells a JSON text that was cut off from one that is wrong in another way: who copied half a file needs other words
// than who wrote a file by hand.

/** @returns whether the text ends before what it opened is closed; an empty text does. Says nothing of texts that are valid otherwise */
export function isCutShort(text: string): boolean {
  if (text.trim() === "") return true;
  let depth = 0;
  let isString = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (isString) {
      if (character === "\\") index++;
      else if (character === '"') isString = false;
    } else if (character === '"') isString = true;
    else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
    if (depth < 0) return false;
  }
  return isString || depth > 0;
}
