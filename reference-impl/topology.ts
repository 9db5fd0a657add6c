// Where the reference edge's PoPs are, who their clients are and how far everything is apart. Twelve real places, in an
// order that makes the first N a sensible edge; round trips follow from the distance, as light in fibre does.

export interface Place {
  /** IATA code, as an edge names its locations. */
  readonly colo: string;
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly continent: string;
  /** Location hint of the region, as Durable Objects name it. */
  readonly region: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly timezone: string;
}

const places: readonly Place[] = [
  { colo: "FRA", city: "Frankfurt", country: "DE", continent: "EU", region: "weur", latitude: 50.0379, longitude: 8.5622, timezone: "Europe/Berlin" },
  { colo: "IAD", city: "Ashburn", country: "US", continent: "NA", region: "enam", latitude: 38.9445, longitude: -77.4558, timezone: "America/New_York" },
  { colo: "SIN", city: "Singapore", country: "SG", continent: "AS", region: "apac", latitude: 1.3502, longitude: 103.994, timezone: "Asia/Singapore" },
  { colo: "SJC", city: "San Jose", country: "US", continent: "NA", region: "wnam", latitude: 37.3626, longitude: -121.929, timezone: "America/Los_Angeles" },
  { colo: "GRU", city: "Sao Paulo", country: "BR", continent: "SA", region: "sam", latitude: -23.4356, longitude: -46.4731, timezone: "America/Sao_Paulo" },
  { colo: "SYD", city: "Sydney", country: "AU", continent: "OC", region: "oc", latitude: -33.9461, longitude: 151.177, timezone: "Australia/Sydney" },
  { colo: "JNB", city: "Johannesburg", country: "ZA", continent: "AF", region: "afr", latitude: -26.1392, longitude: 28.246, timezone: "Africa/Johannesburg" },
  { colo: "DXB", city: "Dubai", country: "AE", continent: "AS", region: "me", latitude: 25.2528, longitude: 55.3644, timezone: "Asia/Dubai" },
  { colo: "WAW", city: "Warsaw", country: "PL", continent: "EU", region: "eeur", latitude: 52.1657, longitude: 20.9671, timezone: "Europe/Warsaw" },
  { colo: "NRT", city: "Tokyo", country: "JP", continent: "AS", region: "apac", latitude: 35.7647, longitude: 140.386, timezone: "Asia/Tokyo" },
  { colo: "LHR", city: "London", country: "GB", continent: "EU", region: "weur", latitude: 51.4706, longitude: -0.461941, timezone: "Europe/London" },
  { colo: "BOM", city: "Mumbai", country: "IN", continent: "AS", region: "apac", latitude: 19.0887, longitude: 72.8679, timezone: "Asia/Kolkata" },
];

/** The most PoPs one edge can have. */
export const maximumPops = places.length;

/** The places of an edge of `count` PoPs, 1 to {@link maximumPops}. The PoP's id is its colo in lower case. */
export function placesOf(count: number): readonly Place[] {
  return places.slice(0, count);
}

/**
 * The place a client calls from, told by its loopback address: 127.<10 + n>.x.y is a client near place n, every other
 * address a client near the first PoP. Loopback has sixteen million addresses, so geography needs no privileges.
 */
export function placeOfClient(address: string): Place {
  const octets = address.replace(/^::ffff:/, "").split(".");
  const index = octets[0] === "127" ? Number(octets[1]) - 10 : -1;
  return places[index] ?? (places[0] as Place);
}

/** Kilometres between two places on the great circle. */
export function distanceKm(a: Place, b: Place): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const haversine =
    Math.sin(radians(b.latitude - a.latitude) / 2) ** 2 +
    Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(haversine));
}

/**
 * Round-trip time between two places in ms: light in fibre covers about 200 km a millisecond one way, routes are about
 * half as long again as the great circle, and one millisecond is spent at the ends.
 */
export function roundTripMs(a: Place, b: Place): number {
  return a === b ? 1 : Math.round(1 + (2 * distanceKm(a, b) * 1.5) / 200);
}
