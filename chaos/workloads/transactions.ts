// Transactions on a D1 database: batches that append to lists and read them, from all PoPs. One in some is refused at its end, and
// nothing of it may be seen.
import { checkTransactions } from "../checkers/transactions.js";
import { pick } from "../random.js";
import { databasesFixture, databasesNeeds, groupOf, primaryHome } from "./databases.js";
import { tallyTransactions } from "./tally.js";
import type { Workload } from "./workload.js";

const operationsPerGroup = 150;
const lists = ["x", "y", "z"] as const;
const mostSteps = 4;

export const transactionsWorkload: Workload = {
  id: "transactions",
  title: "batches that append to lists and read them",
  needs: databasesNeeds,
  fixture: databasesFixture,
  home: primaryHome,
  next(turn) {
    const { random, issued } = turn;
    const steps = Array.from({ length: 1 + Math.floor(random() * mostSteps) }, (_, index) => {
      const list = pick(lists, random);
      return random() < 0.5 ? ["append", list, issued * mostSteps + index + 1] : ["r", list, null];
    });
    return { action: "transaction", key: groupOf(turn, operationsPerGroup), input: steps };
  },
  finalReads: (keys) => keys.map((key) => ({ action: "transaction", key, input: lists.map((list) => ["r", list, null]) })),
  // Outside of sessions every batch goes to the one primary: its order is that of real time.
  tally: tallyTransactions,
  judge: (operations) => checkTransactions(operations, "strict-serializable"),
};
