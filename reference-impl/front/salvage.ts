// Saves an answer that has come before a write failed. The engine may answer before it has read a long body, and then
// close; writing on fails, and Node drops the socket with the answer unread. The kernel still has it: read it first.
import { readSync } from "node:fs";
import type { Socket } from "node:net";

const chunkBytes = 64 * 1024;

/** Reads what has arrived on a socket whose write failed, before the socket is destroyed. @param onData gets it, in order */
export function salvageUnread(socket: Socket, onData: (chunk: Buffer) => void): void {
  const destroy = socket._destroy.bind(socket);
  socket._destroy = (error, callback) => {
    const isWriteError = error !== null && "syscall" in error && error.syscall === "write";
    if (isWriteError) for (const chunk of unread(socket)) onData(chunk);
    destroy(error, callback);
  };
}

function unread(socket: Socket): Buffer[] {
  // Node keeps the descriptor to itself; without it there is nothing to save, and the answer is lost as before.
  const fd = (socket as unknown as { readonly _handle?: { readonly fd?: number } })._handle?.fd;
  const chunks: Buffer[] = [];
  if (fd === undefined || fd < 0) return chunks;
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const bytes = readSync(fd, chunk, 0, chunkBytes, null);
      if (bytes === 0) return chunks;
      chunks.push(chunk.subarray(0, bytes));
    }
  } catch {
    // Nothing more (EAGAIN), or the reset itself: what came before it is ours.
    return chunks;
  }
}
