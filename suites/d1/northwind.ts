// A trading company's database, made from a seed: the shape that tutorials import (customers, products, orders and their
// lines, with keys, indexes, a view and a trigger), and what questions about it must give.
import type { D1Statement } from "./client.js";

export interface Northwind {
  readonly schema: readonly string[];
  readonly batches: readonly (readonly D1Statement[])[];
  readonly questions: { readonly counts: string; readonly turnover: string; readonly byCustomer: string };
  readonly answers: { readonly counts: Readonly<Record<string, number>>; readonly turnover: Readonly<Record<string, number>> };
}

const cities = ["Berlin", "México D.F.", "Luleå", "São Paulo", "Kraków", "Genève", "Århus", "Bräcke"] as const;
const products = ["Chai", "Pavlova", "Ikura", "Tofu", "Konbu", "Gumbär Gummibärchen", "Schoggi Schokolade", "Röd Kaviar"] as const;
const statementsPerBatch = 60;

/**
 * @param prefix of all its tables
 * @param orders how many there are; each has two lines and a remark, together about 400 bytes
 */
export function northwind(prefix: string, seed: number, orders: number): Northwind {
  let state = seed >>> 0;
  const below = (most: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
  const p = prefix;
  const schema = [
    `CREATE TABLE ${p}customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, city TEXT, since TEXT DEFAULT CURRENT_TIMESTAMP)`,
    `CREATE TABLE ${p}product (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, cents INTEGER NOT NULL CHECK (cents > 0), picture BLOB)`,
    `CREATE TABLE ${p}sale (id INTEGER PRIMARY KEY, customer INTEGER NOT NULL REFERENCES ${p}customer (id), day TEXT NOT NULL, remark TEXT)`,
    `CREATE TABLE ${p}line (sale INTEGER NOT NULL REFERENCES ${p}sale (id) ON DELETE CASCADE, number INTEGER NOT NULL, product INTEGER NOT NULL REFERENCES ${p}product (id), amount INTEGER NOT NULL, PRIMARY KEY (sale, number)) WITHOUT ROWID`,
    `CREATE INDEX ${p}sale_customer ON ${p}sale (customer, day)`,
    `CREATE INDEX ${p}line_product ON ${p}line (product)`,
    `CREATE VIEW ${p}turnover AS SELECT sum(line.amount * product.cents) AS cents, sum(line.amount) AS pieces FROM ${p}line AS line JOIN ${p}product AS product ON product.id = line.product`,
    `CREATE TRIGGER ${p}no_past BEFORE INSERT ON ${p}sale WHEN new.day < '1990' BEGIN SELECT raise(ABORT, 'a sale before the company was founded'); END`,
  ];
  const customers = Math.max(10, Math.round(orders / 20));
  const goods = 80;
  const statements: D1Statement[] = [];
  // A statement holds as many rows as its hundred parameters allow.
  const insert = (table: string, columns: string, rows: readonly (readonly unknown[])[]): void => {
    const width = rows[0]?.length ?? 1;
    const most = Math.floor(100 / width);
    for (let at = 0; at < rows.length; at += most) {
      const part = rows.slice(at, at + most);
      statements.push({ sql: `INSERT INTO ${p}${table} (${columns}) VALUES ${part.map((row) => `(${row.map(() => "?").join(",")})`).join(",")}`, params: part.flat() });
    }
  };
  insert("customer", "id, name, city", Array.from({ length: customers }, (_, index) => [index + 1, `Customer's name ${index}`, cities[below(cities.length)] ?? null]));
  const cents = Array.from({ length: goods }, () => 1 + below(20_000));
  insert("product", "name, cents, picture", cents.map((price, index) => [`${products[index % products.length] ?? ""} ${index}`, price, { base64: Buffer.from([index, price & 255, 0, 255]).toString("base64") }]));
  const sales: unknown[][] = [];
  const lines: unknown[][] = [];
  let total = 0;
  let pieces = 0;
  for (let sale = 1; sale <= orders; sale++) {
    sales.push([sale, 1 + below(customers), `${1996 + below(20)}-0${1 + below(9)}-1${below(10)}`, `a remark about sale ${sale}: ${"ordered, packed and sent. ".repeat(1 + below(9))}`]);
    for (const number of [1, 2]) {
      const product = 1 + below(goods);
      const amount = 1 + below(9);
      lines.push([sale, number, product, amount]);
      total += amount * (cents[product - 1] ?? 0);
      pieces += amount;
    }
  }
  insert("sale", "id, customer, day, remark", sales);
  insert("line", "sale, number, product, amount", lines);
  const batches: (readonly D1Statement[])[] = [];
  for (let at = 0; at < statements.length; at += statementsPerBatch) batches.push(statements.slice(at, at + statementsPerBatch));
  return {
    schema,
    batches,
    questions: {
      counts: `SELECT (SELECT count(*) FROM ${p}customer) AS customers, (SELECT count(*) FROM ${p}product) AS products, (SELECT count(*) FROM ${p}sale) AS sales, (SELECT count(*) FROM ${p}line) AS lines`,
      turnover: `SELECT * FROM ${p}turnover`,
      byCustomer: `SELECT id FROM ${p}sale WHERE customer = 3 ORDER BY day`,
    },
    answers: { counts: { customers, products: goods, sales: orders, lines: 2 * orders }, turnover: { cents: total, pieces } },
  };
}
