import type { Code } from '../errors/codes.ts'
import { SlipError } from '../errors/slip-error.ts'
import { asUnavailable } from './availability.ts'
import { inflateEntries } from './inflate.ts'
import { type OpenFile, readAt } from './open-file.ts'
import { Scratch } from './scratch.ts'
import type { ZipEntry } from './zip-directory.ts'

/** The largest page, inflated, and the largest sum of an item's pages, in bytes. A real volume has 1–10 MB of text. */
export const zipLimits = { page: 64 * 2 ** 20, item: 256 * 2 ** 20 }

const localHeader = 30
// The local header may carry a longer extra field than the directory says (timestamps, zip64): read a little more.
const extraAllowance = 64
const longestGap = 64 * 1024
// Of the zip, and of what is in it: markup has fifteen times the bytes when it is unpacked.
const longestRun = 4 * 2 ** 20
const largestRun = 16 * 2 ** 20
const scratch = new Scratch()

/**
 * The inflated bytes of zip entries, in the order given. Entries that lie near one another are fetched by one
 * positioned read; the rest of the zip (100–700 MB of images) is never read. Every entry is checked against its stated
 * size and checksum. Of a page only what `keep` answers stays in memory. Throws ZIP_ENTRY_UNSUPPORTED, ZIP_ENTRY_TOO_LARGE, ZIP_ENTRY_DAMAGED, VOLUME_TOO_LARGE and
 * REPOSITORY_UNAVAILABLE.
 */
export function readZipTexts(
  file: OpenFile,
  entries: readonly ZipEntry[],
  keep?: (bytes: Buffer, entry: ZipEntry) => Buffer,
): Buffer[] {
  checkStatedSizes(file, entries)
  if (keep === undefined)
    checkVolume(
      file,
      entries.reduce((sum, { size }) => sum + size, 0),
    )
  let kept = 0
  const texts = new Map<ZipEntry, Buffer>()
  try {
    for (const run of runsOf(entries)) {
      const length = run.end - run.start
      const bytes = readAt(file, run.start, length, scratch.take(length))
      const packed = run.entries.map((entry) => ({
        entry,
        data: dataOf(file, entry, bytes, run.start) ?? readLongHeader(file, entry),
      }))
      const contents = inflateEntries(packed, (entry, reason, cause) =>
        entryError('ZIP_ENTRY_DAMAGED', file, entry, `${entry.path} ${reason}.`, cause),
      )
      for (const [index, entry] of run.entries.entries()) {
        const text = keep === undefined ? contents[index]! : keep(contents[index]!, entry)
        texts.set(entry, text)
        kept += text.length
      }
      checkVolume(file, kept)
    }
  } catch (error) {
    throw asUnavailable(error, file.path)
  }
  return entries.map((entry) => texts.get(entry)!)
}

function checkStatedSizes(file: OpenFile, entries: readonly ZipEntry[]): void {
  for (const entry of entries) {
    const unsupported = unsupportedIn(entry)
    if (unsupported !== null) throw entryError('ZIP_ENTRY_UNSUPPORTED', file, entry, `${entry.path} ${unsupported}.`)
    if (entry.size > zipLimits.page || entry.compressedSize > zipLimits.page) {
      throw entryError('ZIP_ENTRY_TOO_LARGE', file, entry, `${entry.path} has ${entry.size} bytes.`)
    }
    if (entry.offset + localHeader + entry.compressedSize > file.size) {
      throw entryError('ZIP_ENTRY_DAMAGED', file, entry, `${entry.path} reaches beyond the end of the zip.`)
    }
  }
}

function checkVolume(file: OpenFile, bytes: number): void {
  if (bytes <= zipLimits.item) return
  const place = { zip: file.path, bytes, limit: zipLimits.item }
  throw new SlipError('VOLUME_TOO_LARGE', `The pages of the item have ${bytes} bytes of text.`, { place })
}

function unsupportedIn({ encrypted, isLink, method }: ZipEntry): string | null {
  if (encrypted) return 'is encrypted'
  if (isLink) return 'is a symbolic link'
  return method === 0 || method === 8 ? null : `uses compression method ${method}`
}

interface Run {
  readonly start: number
  end: number
  /** Bytes of its entries, inflated. */
  size: number
  readonly entries: ZipEntry[]
}

/** Groups entries, by offset, into runs to be read at once. */
function runsOf(entries: readonly ZipEntry[]): Run[] {
  const runs: Run[] = []
  for (const entry of [...new Set(entries)].sort((a, b) => a.offset - b.offset)) {
    const run = runs.at(-1)
    const end = entry.offset + localHeader + entry.rawPath.length + extraAllowance + entry.compressedSize
    const isNear = run !== undefined && entry.offset - run.end <= longestGap && end - run.start <= longestRun
    if (isNear && run.size + entry.size <= largestRun) {
      run.entries.push(entry)
      run.end = end
      run.size += entry.size
    } else {
      runs.push({ start: entry.offset, end, size: entry.size, entries: [entry] })
    }
  }
  return runs
}

/** The compressed bytes of an entry out of the bytes of its run; null when they reach beyond them. */
function dataOf(file: OpenFile, entry: ZipEntry, bytes: Buffer, start: number): Buffer | null {
  const data = dataStart(file, entry, bytes, entry.offset - start)
  const end = data + entry.compressedSize
  return end <= bytes.length ? bytes.subarray(data, end) : null
}

/** For the rare entry whose local header is longer than its run allowed for. */
function readLongHeader(file: OpenFile, entry: ZipEntry): Buffer {
  const header = readAt(file, entry.offset, localHeader + entry.rawPath.length)
  const data = readAt(file, entry.offset + dataStart(file, entry, header, 0), entry.compressedSize)
  if (data.length === entry.compressedSize) return data
  throw entryError('ZIP_ENTRY_DAMAGED', file, entry, `${entry.path} reaches beyond the end of the zip.`)
}

/** Where the data of an entry begins in `bytes`, after its local header, which must be the one of the directory. */
function dataStart(file: OpenFile, entry: ZipEntry, bytes: Buffer, at: number): number {
  const path = at + localHeader
  const isHeader = path <= bytes.length && bytes.readUInt32LE(at) === 0x04034b50
  const pathLength = isHeader ? bytes.readUInt16LE(at + 26) : 0
  if (!isHeader || !bytes.subarray(path, path + pathLength).equals(entry.rawPath)) {
    throw entryError('ZIP_ENTRY_DAMAGED', file, entry, `${entry.path} is not where the directory of the zip says.`)
  }
  return path + pathLength + bytes.readUInt16LE(at + 28)
}

function entryError(code: Code, file: OpenFile, entry: ZipEntry, message: string, cause?: unknown): SlipError {
  return new SlipError(code, message, { place: { zip: file.path, entry: entry.path }, cause })
}
