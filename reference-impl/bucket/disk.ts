// The few file-system calls the store makes, behind an interface so that tests can fill, tear or break the disk.
import { constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, unlink } from "node:fs/promises";

/** An open file, written and read by position. */
export interface DiskFile {
  readonly sizeBytes: number;
  /** Bytes from a position; fewer than asked for only at the end of the file. */
  read(position: number, sizeBytes: number): Promise<Buffer>;
  /** Writes all bytes, or throws with an unknown part of them written. */
  write(position: number, bytes: Buffer): Promise<void>;
  /** Returns when everything written is on the medium. */
  sync(): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  /** Waits for reads that are under way. */
  close(): Promise<void>;
}

export interface Disk {
  makeFolder(path: string): Promise<void>;
  /** File names in a folder. */
  names(path: string): Promise<string[]>;
  open(path: string, mode: "read" | "write" | "create"): Promise<DiskFile>;
  remove(path: string): Promise<void>;
  /** Makes created and removed names in a folder survive power loss. */
  syncFolder(path: string): Promise<void>;
}

const flags = {
  read: constants.O_RDONLY,
  write: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
} as const;

/**
 * The real file system.
 * @param fsync false leaves flushing to the operating system: survives the process, not the machine
 */
export function realDisk(fsync: boolean): Disk {
  return {
    async makeFolder(path) {
      await mkdir(path, { recursive: true });
    },
    names: (path) => readdir(path),
    async open(path, mode) {
      const handle = await open(path, flags[mode], 0o600);
      const { size } = await handle.stat();
      return new HandleFile(handle, size, fsync);
    },
    remove: (path) => unlink(path),
    async syncFolder(path) {
      if (!fsync) return;
      const folder = await open(path, constants.O_RDONLY);
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
    },
  };
}

class HandleFile implements DiskFile {
  sizeBytes: number;
  readonly #handle: FileHandle;
  readonly #fsync: boolean;

  constructor(handle: FileHandle, sizeBytes: number, fsync: boolean) {
    this.#handle = handle;
    this.sizeBytes = sizeBytes;
    this.#fsync = fsync;
  }

  async read(position: number, sizeBytes: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(sizeBytes);
    let done = 0;
    while (done < sizeBytes) {
      const { bytesRead } = await this.#handle.read(bytes, done, sizeBytes - done, position + done);
      if (bytesRead === 0) return bytes.subarray(0, done);
      done += bytesRead;
    }
    return bytes;
  }

  async write(position: number, bytes: Buffer): Promise<void> {
    // A disk that fills up writes a part and says so only on the next call, hence the loop.
    let done = 0;
    while (done < bytes.length) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
      this.sizeBytes = Math.max(this.sizeBytes, position + done);
    }
  }

  async sync(): Promise<void> {
    if (this.#fsync) await this.#handle.datasync();
  }

  async truncate(sizeBytes: number): Promise<void> {
    await this.#handle.truncate(sizeBytes);
    this.sizeBytes = sizeBytes;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
