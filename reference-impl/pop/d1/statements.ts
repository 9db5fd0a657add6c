// What is known of statements, remembered by their text: workers send the same few again and again.
import { analyse, type Statement } from "./statement.js";

const remembered = 500;
const longest = 4000;
const known = new Map<string, Statement>();

export function analysed(sql: string): Statement {
  const found = known.get(sql);
  if (found !== undefined) return found;
  const statement = analyse(sql);
  if (sql.length > longest) return statement;
  if (known.size >= remembered) known.clear();
  known.set(sql, statement);
  return statement;
}
