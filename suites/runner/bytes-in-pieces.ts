// Collects a body that comes in pieces. A hostile server sends millions of pieces of one byte, and a list of them would
// take a hundred times the memory of what they hold.

export interface BytesInPieces {
  add(piece: Uint8Array): void;
  /** Everything so far; valid until the next piece is added. */
  all(): Buffer;
}

/** @returns an empty collection, which takes at most twice the bytes that it holds */
export function bytesInPieces(): BytesInPieces {
  let room = Buffer.alloc(0);
  let lengthBytes = 0;
  return {
    add(piece) {
      const neededBytes = lengthBytes + piece.byteLength;
      if (neededBytes > room.byteLength) {
        const larger = Buffer.allocUnsafe(Math.max(neededBytes, 2 * room.byteLength, 4_096));
        room.copy(larger, 0, 0, lengthBytes);
        room = larger;
      }
      room.set(piece, lengthBytes);
      lengthBytes = neededBytes;
    },
    all: () => room.subarray(0, lengthBytes),
  };
}
