// Transactions of list-append as a model of the check command: the checker's answer in lines and in plain JSON.
import { encodeOperation } from "../history/codec.js";
import type { Model } from "./model.js";
import { checkTransactions, isolationLevelOf, transactionLines } from "./transactions.js";

export const transactionModel: Model = {
  summary: "transactions of list-append: cycles of dependencies, by the level of isolation that they break",
  judge(operations, { isolation }) {
    const answer = checkTransactions(operations, isolation === undefined ? undefined : isolationLevelOf(isolation));
    const anomalies = answer.anomalies.map(({ operations: shown, ...rest }) => ({ ...rest, operations: shown.map((one): unknown => JSON.parse(encodeOperation(one))) }));
    return { answer, lines: transactionLines(answer), facts: { level: answer.level, counts: answer.counts, anomalies } };
  },
};
