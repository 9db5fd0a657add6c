// Read-heavy traffic by region: nineteen of twenty requests read a page, few pages are read most, and the first PoP has
// half of all users.
import http from "k6/http";
import { endpoints, expect, popOf, to } from "./site.js";

const pages = 50;
const writeShare = 0.05;

/** One request. */
export function mixed(): void {
  const pop = popOf(Math.random() < 0.5 ? 0 : Math.floor(Math.random() * endpoints.length));
  // A square falls more often on small numbers: page 0 is read seven times as often as the mean.
  const page = Math.floor(pages * Math.random() ** 2);
  if (Math.random() < writeShare) {
    expect(http.post(`${pop.url}/page?n=${page}`, `page ${page} of ${__VU}`, to(pop, "page-write")), "a page is written", ({ status }) => status === 200);
    return;
  }
  expect(http.get(`${pop.url}/page?n=${page}`, to(pop, "page")), "a page is read", ({ status }) => status === 200);
}
