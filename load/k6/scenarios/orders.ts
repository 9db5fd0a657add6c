// A user orders at one PoP and looks at the order at another, with the bookmark that came back: it must be there, however far
// behind the replica is.
import http from "k6/http";
import { expect, member, popOf, to } from "./site.js";

/** One order. */
export function orders(): void {
  const [here, there] = [popOf(__VU), popOf(__VU, 1)];
  const id = `${__VU}-${__ITER}-${Date.now()}`;
  const placed = http.post(`${here.url}/order`, JSON.stringify({ id, item: `item ${__ITER}` }), to(here, "order"));
  const bookmark = member(placed, "bookmark");
  if (!expect(placed, "an order gives a bookmark", () => bookmark !== undefined)) return;
  const seen = http.get(`${there.url}/order?id=${id}&bookmark=${encodeURIComponent(bookmark ?? "")}`, to(there, "order-status"));
  expect(seen, "an order is seen at another PoP", (response) => member(response, "item") === `item ${__ITER}`);
}
