// edgemark keygen: makes the key pair that signs certificates. Never overwrites: a lost private key cannot be made again.
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { EdgemarkError, exitCodes, messageOf } from "../contract/errors.js";
import { makeKeyPair } from "../reports/certificate/keys.js";
import type { CommandSpec } from "./command.js";
import type { CommandIo } from "./io.js";

/**
 * @param out path of the private key (mode 0600); the public key is written beside it, with .pub behind its name
 * @throws EdgemarkError usage.output when one of them exists or cannot be written
 */
export function runKeygen(out: string, isJson: boolean, io: Pick<CommandIo, "out">): number {
  const publicFile = `${out}.pub`;
  for (const file of [out, publicFile]) {
    if (existsSync(file)) throw new EdgemarkError("usage.output", `expected a file name that is free; ${file} exists; choose another with --out, or move it away`);
  }
  const { privatePem, publicPem, keyId } = makeKeyPair();
  write(out, privatePem, 0o600);
  try {
    write(publicFile, publicPem, 0o644);
  } catch (error) {
    rmSync(out, { force: true });
    throw error;
  }
  if (isJson) io.out(`${JSON.stringify({ privateKey: out, publicKey: publicFile, keyId })}\n`);
  else io.out(`${out}      the private key: keep it secret, nobody can make it again\n${publicFile}  the public key: give it to whoever verifies\n${keyId}\n`);
  return exitCodes.held;
}

function write(file: string, text: string, mode: number): void {
  try {
    // Exclusively: a file that appeared in the meantime is not overwritten, and a link is not followed.
    writeFileSync(file, text, { flag: "wx", mode });
  } catch (cause) {
    throw new EdgemarkError("usage.output", `expected to write ${file}; ${messageOf(cause)}; choose another with --out`, { cause });
  }
}

export const keygenCommand = {
  name: "keygen",
  summary: "Makes a key pair (Ed25519) that signs certificates.",
  options: [
    { flags: "--out <file>", words: "where the private key goes, PEM, mode 0600; the public key goes to <file>.pub (default: edgemark-key.pem)" },
    { flags: "--json", words: "print one JSON object on stdout (default: off)" },
  ],
  examples: [
    ["edgemark keygen --out key.pem", "writes key.pem and key.pem.pub"],
    ["edgemark certify --sign key.pem", "signs the certificate of a run with it"],
    ["edgemark verify certificate.json --key key.pem.pub", "what the other side does"],
  ],
  run: async (given, _args, io) => runKeygen(typeof given["out"] === "string" ? given["out"] : "edgemark-key.pem", given["json"] === true, io),
} as const satisfies CommandSpec;
