// A user logs in and looks at pages that need the session: it is in KV, written once and read often at the same PoP.
import http from "k6/http";
import { expect, member, popOf, to } from "./site.js";

const looks = 3;

/** One visit. */
export function login(): void {
  const pop = popOf(__VU);
  const user = `user-${__VU}-${__ITER}`;
  const answer = http.post(`${pop.url}/login`, JSON.stringify({ user }), to(pop, "login"));
  const session = member(answer, "session");
  if (!expect(answer, "login gives a session", () => session !== undefined)) return;
  for (let look = 0; look < looks; look++) {
    expect(http.get(`${pop.url}/me?session=${session ?? ""}`, to(pop, "session")), "the session is known", ({ status, body }) => status === 200 && body === user);
  }
}
