// Text in Cap'n Proto's notation, in which the engine reads its configuration.

/** A Cap'n Proto text literal. Control characters go as hex escapes; workerd reads the file as UTF-8. */
export function quote(text: string): string {
  return `"${text.replace(/["\\\u0000-\u001f\u007f]/g, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`)}"`;
}
