// A CPU hog for the calibration: spins for the time it is given, or until its stdin closes. A process of its own, bounded.
const untilMs = Date.now() + Math.min(60_000, Number(process.argv[2] ?? 0));
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));

function spin(): void {
  const sliceMs = Date.now() + 50;
  while (Date.now() < sliceMs);
  if (Date.now() < untilMs) setImmediate(spin);
  else process.exit(0);
}
process.stdout.write("spinning\n", spin);
