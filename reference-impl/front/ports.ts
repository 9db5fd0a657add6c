// Ports for addresses that close and open again. A PoP that is down has no listener, and until it is back its port must
// not go to somebody else: so it comes from below the range out of which the kernel gives ports to whoever asks for any.
import { readFileSync } from "node:fs";

const lowest = 20_000;
/** The kernel's range begins here unless it was moved. */
const usualEphemeralStart = 32_768;

function ephemeralStart(): number {
  try {
    const first = Number(readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s+/)[0]);
    return Number.isInteger(first) ? first : usualEphemeralStart;
  } catch {
    return usualEphemeralStart;
  }
}

/**
 * Ports to try, one after the other. Each process begins somewhere else, so that two edges seldom try the same.
 * @param processId of this process
 */
export function* quietPorts(processId: number): Generator<number, void> {
  const span = ephemeralStart() - lowest;
  if (span <= 0) return;
  for (let tried = 0; tried < span; tried++) yield lowest + ((processId * 17 + tried) % span);
}
