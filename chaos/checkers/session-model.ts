// Sessions as a model of the check command: the checker's answer in lines and in plain JSON.
import { encodeOperation } from "../history/codec.js";
import type { Model } from "./model.js";
import { checkSessions, sessionLines } from "./sessions.js";

export const sessionModel: Model = {
  summary: "sessions on a database with replicas: read your writes, monotonic reads, monotonic writes, writes follow reads, given the primary's order of writes",
  judge(operations) {
    const answer = checkSessions(operations);
    const anomalies = answer.anomalies.map(({ operations: shown, ...rest }) => ({ ...rest, operations: shown.map((one): unknown => JSON.parse(encodeOperation(one))) }));
    return { answer, lines: sessionLines(answer), facts: { counts: answer.counts, anomalies } };
  },
};
