import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { SlipError } from '../errors/slip-error.ts'
import { unreachable } from './reach.ts'

const chunkBytes = 64 * 1024

/**
 * The bytes of a file in order, unpacked when its name ends in `.gz` or `.tgz`, in bounded memory. Of a damaged gzip file all
 * bytes before the damage come first (but for the last 16 KiB, which zlib holds back), then the error.
 *
 * @throws SlipError SOURCE_FILE_MISSING, SOURCE_UNAVAILABLE; SOURCE_FILE_UNREADABLE when it is the file's fault
 */
export async function* readBytes(path: string): AsyncGenerator<Buffer> {
  try {
    const file = createReadStream(path, { highWaterMark: chunkBytes })
    yield* /\.(gz|tgz)$/.test(path) ? gunzip(file) : file
  } catch (error) {
    throw unreadable(path, error)
  }
}

/**
 * Unpacks. A piped gunzip drops what it has unpacked when it meets damage; here each chunk is drained before the next goes
 * in. Throws what zlib throws.
 */
export async function* gunzip(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const unzip = createGunzip()
  let unpacked: Buffer[] = []
  let failure: Error | null = null
  let wake = (): void => undefined
  unzip.on('data', (chunk: Buffer) => unpacked.push(chunk))
  unzip.on('error', (error) => {
    failure = error
  })
  // The callback of a write that meets damage is never called, but the stream closes.
  unzip.on('close', () => wake())
  const drained = function* (): Generator<Buffer> {
    const ready = unpacked
    unpacked = []
    yield* ready
    if (failure !== null) throw failure
  }
  try {
    for await (const chunk of file) {
      await new Promise<void>((resolve) => {
        wake = resolve
        unzip.write(chunk, () => resolve())
      })
      yield* drained()
    }
    await new Promise<void>((resolve) => {
      wake = resolve
      unzip.end()
    })
    yield* drained()
  } finally {
    unzip.destroy()
  }
}

function unreadable(path: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error
  const place = { file: path }
  if (error.code === 'ENOENT') {
    return new SlipError('SOURCE_FILE_MISSING', `There is no file ${path}.`, { place, cause: error })
  }
  const away = unreachable(error, path)
  if (away !== null) return away
  return new SlipError('SOURCE_FILE_UNREADABLE', `The file ${path} cannot be read: ${error.message}.`, {
    place,
    cause: error,
  })
}
