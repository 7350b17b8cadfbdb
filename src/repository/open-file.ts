import { closeSync, constants, fstatSync, open, readSync } from 'node:fs'
import { promisify } from 'node:util'

/** A regular file, open for positioned reads. The owner closes it. */
export interface OpenFile {
  readonly path: string
  readonly fd: number
  /** Bytes at the time of opening. */
  readonly size: number
  /** Modification time, ISO 8601 UTC. */
  readonly modified: string
}

const openDescriptor = promisify(open)

/** Opens a regular file; null when the path is something else (a folder, a pipe). Rejects with the system's error. */
export async function openFile(path: string, flags = 0): Promise<OpenFile | null> {
  // Finding a file is what a network mount is slow at, so two can be opened at a time.
  // O_NONBLOCK: opening a pipe somebody left in the repository would otherwise wait for a writer for ever.
  const fd = await openDescriptor(path, constants.O_RDONLY | constants.O_NONBLOCK | flags)
  try {
    const stat = fstatSync(fd)
    if (stat.isFile()) return { path, fd, size: stat.size, modified: stat.mtime.toISOString() }
  } catch (error) {
    closeSync(fd)
    throw error
  }
  closeSync(fd)
  return null
}

/**
 * Fills a Buffer, a new one unless told, from a position; shorter than asked only at the end of the file. Waits for the
 * read: of the few reads a volume needs each takes less than handing it to another thread.
 */
export function readAt(
  file: OpenFile,
  position: number,
  length: number,
  buffer: Buffer = Buffer.allocUnsafe(length),
): Buffer {
  let filled = 0
  while (filled < length) {
    const bytesRead = readSync(file.fd, buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

export function closeFile(file: OpenFile): void {
  closeSync(file.fd)
}
