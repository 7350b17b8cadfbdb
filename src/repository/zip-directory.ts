import { type Entry, fromRandomAccessReader, RandomAccessReader, type ZipFile } from 'yauzl'
import { SlipError } from '../errors/slip-error.ts'
import { asUnavailable } from './availability.ts'
import { type OpenFile, readAt } from './open-file.ts'

/** A file in a zip, as the central directory describes it; nothing of it has been checked against the file itself. */
export interface ZipEntry {
  /** Path in the zip with `/`. */
  readonly path: string
  /** The same as the bytes that stand in the zip. */
  readonly rawPath: Buffer
  /** Offset of the local header. */
  readonly offset: number
  readonly compressedSize: number
  readonly size: number
  /** 0 stored, 8 deflate. */
  readonly method: number
  readonly encrypted: boolean
  readonly crc32: number
}

const chunk = 256 * 1024

/** yauzl asks for 46 bytes at a time; served from one chunk a directory of 1,000 entries costs one read, not 2,000. */
class ReadAhead extends RandomAccessReader {
  readonly #file: OpenFile
  #start = 0
  #cache: Buffer = Buffer.alloc(0)

  constructor(file: OpenFile) {
    super()
    this.#file = file
  }

  override read(target: Buffer, offset: number, length: number, position: number, done: (error: Error | null) => void) {
    const answer = done as (error: Error | null, bytesRead: number) => void
    if (position < this.#start || position + length > this.#start + this.#cache.length) {
      try {
        this.#cache = readAt(this.#file, position, Math.max(length, Math.min(chunk, this.#file.size - position)))
        this.#start = position
      } catch (error) {
        return answer(error as Error, 0)
      }
    }
    const from = position - this.#start
    answer(null, this.#cache.copy(target, offset, from, from + length))
  }
}

/**
 * Reads the central directory of a zip and visits every file in it, in the order of the directory. Throws
 * ZIP_UNREADABLE when it is not a zip or the directory is damaged or holds paths that leave the zip
 * (absolute, `..`), REPOSITORY_UNAVAILABLE when the storage fails.
 */
export async function visitZipDirectory(file: OpenFile, visit: (entry: ZipEntry) => void): Promise<void> {
  try {
    await drive(await openDirectory(file), (entry) => {
      if (!entry.fileName.endsWith('/')) visit(zipEntry(entry))
    })
  } catch (error) {
    const known = asUnavailable(error, file.path)
    if (known instanceof SlipError) throw known
    throw new SlipError('ZIP_UNREADABLE', `The zip cannot be read: ${(error as Error).message}`, {
      place: { zip: file.path, bytes: file.size },
      cause: error,
    })
  }
}

function openDirectory(file: OpenFile): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    // Sizes are checked where an entry is read: an image with a lying size is no reason to refuse the pages.
    const options = { lazyEntries: true, autoClose: false, validateEntrySizes: false }
    fromRandomAccessReader(new ReadAhead(file), file.size, options, (error, zip) =>
      error ? reject(error) : resolve(zip),
    )
  })
}

/** Entries come synchronously while the cache lasts: a loop and not recursion, or 10,000 of them overflow the stack. */
function drive(zip: ZipFile, visit: (entry: Entry) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let inLoop = false
    let arrived = false
    const loop = () => {
      inLoop = true
      do {
        arrived = false
        zip.readEntry()
      } while (arrived)
      inLoop = false
    }
    zip.on('entry', (entry: Entry) => {
      try {
        visit(entry)
      } catch (error) {
        reject(error)
        return
      }
      arrived = true
      if (!inLoop) loop()
    })
    zip.on('end', resolve)
    zip.on('error', reject)
    loop()
  })
}

function zipEntry(entry: Entry): ZipEntry {
  return {
    path: entry.fileName,
    rawPath: entry.fileNameRaw,
    offset: entry.relativeOffsetOfLocalHeader,
    compressedSize: entry.compressedSize,
    size: entry.uncompressedSize,
    method: entry.compressionMethod,
    encrypted: entry.isEncrypted(),
    crc32: entry.crc32,
  }
}
