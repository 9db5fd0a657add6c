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
    // A key takes one write a second (KV-07): whoever comes second is told so, and that is no failure of the site.
    const callback = http.expectedStatuses(200, 429);
    expect(http.post(`${pop.url}/page?n=${page}`, `page ${page} of ${__VU}`, { ...to(pop, "page-write"), responseCallback: callback }), "a page is written, or was a moment ago", ({ status }) => status === 200 || status === 429);
    return;
  }
  expect(http.get(`${pop.url}/page?n=${page}`, to(pop, "page")), "a page is read", ({ status }) => status === 200);
}
