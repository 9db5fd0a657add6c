// What goes through a passage arrives whole and in order, however late; what is held waits; who sends too much is asked to wait.
import assert from "node:assert/strict";
import { Passage } from "./passage.js";
import { Path } from "./path.js";

interface Rig {
  readonly passage: Passage;
  readonly arrived: string[];
  /** Times that the sender was told to go on. */
  readonly rooms: () => number;
  /** Resolves when all that was pushed before has arrived. */
  drained(): Promise<void>;
}

function rigOn(path: Path): Rig {
  const arrived: string[] = [];
  let rooms = 0;
  const passage = new Passage(path, (bytes) => arrived.push(bytes.length > 100 ? `${bytes.length} bytes` : bytes.toString()) > 0, () => rooms++);
  return { passage, arrived, rooms: () => rooms, drained: () => new Promise((resolve) => passage.after(resolve)) };
}

const piece = (text: string): Buffer => Buffer.from(text);

describe("a passage", () => {
  it("hands pieces straight on while its path is clear", () => {
    const { passage, arrived } = rigOn(new Path(() => 0));

    assert.equal(passage.push(piece("a")), true);

    assert.deepEqual(arrived, ["a"]);
  });

  it("asks the sender to wait when the other end does", () => {
    const passage = new Passage(new Path(() => 0), () => false, () => undefined);

    assert.equal(passage.push(piece("a")), false);
  });

  it("keeps the order although each piece is late by another time", async () => {
    const path = new Path(((values) => () => values.shift() ?? 0)([0.9, 0.1, 0.5, 0]));
    path.add({ jitterMs: 20 });
    const { passage, arrived, drained } = rigOn(path);

    for (const text of ["a", "b", "c"]) passage.push(piece(text));
    await drained();

    assert.deepEqual(arrived, ["a", "b", "c"]);
  });

  it("lets nothing overtake what is still under way when the path becomes clear", async () => {
    const path = new Path(() => 0);
    const end = path.add({ delayMs: 10 });
    const { passage, arrived, drained } = rigOn(path);

    passage.push(piece("slow"));
    end();
    passage.push(piece("next"));
    await drained();

    assert.deepEqual(arrived, ["slow", "next"]);
  });

  it("holds pieces and the end behind them until the path is open", async () => {
    const path = new Path(() => 0);
    const end = path.add({ holds: true });
    const { passage, arrived } = rigOn(path);

    passage.push(piece("a"));
    const over = new Promise<void>((resolve) => passage.after(() => resolve(void arrived.push("end"))));
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(arrived, []);
    end();
    await over;

    assert.deepEqual(arrived, ["a", "end"]);
  });

  it("asks a sender to wait that is a megabyte ahead, and tells it to go on", async () => {
    const path = new Path(() => 0);
    const end = path.add({ holds: true });
    const { passage, arrived, rooms, drained } = rigOn(path);

    const answers = [passage.push(Buffer.alloc(1024 * 1024 - 1)), passage.push(Buffer.alloc(1))];
    assert.deepEqual([answers, rooms()], [[true, false], 0]);
    const over = drained();
    end();
    await over;

    assert.equal(rooms(), 1);
    assert.equal(arrived.length, 2);
  });

  it("forgets what is under way when it is closed", async () => {
    const path = new Path(() => 0);
    const end = path.add({ holds: true });
    const { passage, arrived } = rigOn(path);

    passage.push(piece("a"));
    passage.close();
    end();
    passage.push(piece("b"));
    passage.after(() => arrived.push("after"));
    await new Promise((resolve) => setImmediate(resolve));

    assert.deepEqual(arrived, ["b", "after"], "on a clear path only what comes now");
  });
});
