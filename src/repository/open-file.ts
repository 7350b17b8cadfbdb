import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** A regular file, open for positioned reads. The owner closes the handle. */
export interface OpenFile {
  readonly path: string
  readonly handle: FileHandle
  /** Bytes at the time of opening. */
  readonly size: number
  /** Modification time, ISO 8601 UTC. */
  readonly modified: string
}

/** Opens a regular file; null when the path is something else (a folder, a pipe). Rejects with the system's error. */
export async function openFile(path: string): Promise<OpenFile | null> {
  // O_NONBLOCK: opening a pipe somebody left in the repository would otherwise wait for a writer for ever.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stat = await handle.stat()
    if (stat.isFile()) return { path, handle, size: stat.size, modified: stat.mtime.toISOString() }
  } catch (error) {
    await handle.close()
    throw error
  }
  await handle.close()
  return null
}

/** Fills a new Buffer from a position; shorter than asked only at the end of the file. */
export async function readAt(file: OpenFile, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.handle.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}
