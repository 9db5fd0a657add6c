// Opens an address in the browser of whoever sits at this machine. Where nobody does, the address is printed and that is all.
import { spawn } from "node:child_process";

/** @returns whether a browser was asked to; false where there is no screen, or no program that opens addresses */
export async function openBrowser(address: string, env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): Promise<boolean> {
  const isSet = (name: string): boolean => env[name] !== undefined && env[name] !== "";
  if (isSet("CI") || isSet("SSH_CONNECTION")) return false;
  if (platform === "linux" && !isSet("DISPLAY") && !isSet("WAYLAND_DISPLAY")) return false;
  const [program, ...args] = platform === "darwin" ? ["open"] : platform === "win32" ? ["cmd", "/c", "start", ""] : ["xdg-open"];
  return new Promise((resolve) => {
    const child = spawn(program ?? "xdg-open", [...args, address], { stdio: "ignore", detached: true });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}
