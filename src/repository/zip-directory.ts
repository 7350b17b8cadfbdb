import { constants } from 'node:fs'
import { crc32 } from 'node:zlib'
import { SlipError } from '../errors/slip-error.ts'
import { asUnavailable } from './availability.ts'
import { type OpenFile, readAt } from './open-file.ts'
import { endOfDirectory } from './zip-end.ts'
import { unicodeName, zipName, zipNameProblem } from './zip-names.ts'
import { wholeNumber } from './zip-number.ts'
import { ZipWindow } from './zip-window.ts'

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
  /** A symbolic link: its data is the path it leads to. */
  readonly isLink: boolean
  readonly crc32: number
}

const entrySignature = 0x02014b50
const fixedBytes = 46
const isStronglyEncrypted = 0x40
const isInUtf8 = 0x800
/** A number that stands in the extra field instead. */
const elsewhere = 0xffffffff

/**
 * Reads the central directory of a zip and visits every file in it, in the order of the directory: APPNOTE.TXT 4.3.12, 4.5.3
 * (zip64), 4.6.9 (names in UTF-8). Throws ZIP_UNREADABLE when it is not a zip or the directory is damaged or holds paths that
 * leave the zip (absolute, `..`), REPOSITORY_UNAVAILABLE when the storage fails. Of files that are not wanted only the
 * path is looked at: most are images.
 */
export function visitZipDirectory(
  file: OpenFile,
  visit: (entry: ZipEntry) => void,
  isWanted: (path: string) => boolean = () => true,
): void {
  try {
    const window = new ZipWindow((position, length) => readAt(file, position, length), file.size)
    const { entries, start } = endOfDirectory(window)
    let at = start
    for (let entry = 0; entry < entries; entry++) at = visitEntry(window, at, visit, isWanted)
  } catch (error) {
    const known = asUnavailable(error, file.path)
    if (known instanceof SlipError) throw known
    throw new SlipError('ZIP_UNREADABLE', `The zip cannot be read: ${(error as Error).message}`, {
      place: { zip: file.path, bytes: file.size },
      cause: error,
    })
  }
}

/** Visits the entry at a position, unless it is a folder; answers where the next one begins. */
function visitEntry(
  window: ZipWindow,
  position: number,
  visit: (entry: ZipEntry) => void,
  isWanted: (path: string) => boolean,
): number {
  const fixed = window.at(position, fixedBytes)
  const { bytes } = window
  if (bytes.readUInt32LE(fixed) !== entrySignature) throw new Error(`no entry of the directory is at byte ${position}`)
  const nameLength = bytes.readUInt16LE(fixed + 28)
  const extraLength = bytes.readUInt16LE(fixed + 30)
  const length = fixedBytes + nameLength + extraLength + bytes.readUInt16LE(fixed + 32)
  const at = window.at(position, length)
  const nameEnd = at + fixedBytes + nameLength
  const extra = extraLength === 0 ? noExtra : extraFields(window.bytes, at + fixedBytes, nameEnd, extraLength)
  const path = pathAt(window.bytes, at, nameEnd, extra)
  if (!path.endsWith('/') && isWanted(path)) visit(entryAt(window.bytes, at, nameEnd, path, extra))
  return position + length
}

function pathAt(bytes: Buffer, at: number, nameEnd: number, { name }: Extra): string {
  const flags = bytes.readUInt16LE(at + 8)
  if ((flags & isStronglyEncrypted) !== 0) throw new Error('an entry is encrypted in a way that hides its description')
  const path = name === null ? zipName(bytes, at + fixedBytes, nameEnd, (flags & isInUtf8) !== 0) : unicodeName(name)
  const problem = zipNameProblem(path)
  if (problem !== null) throw new Error(`it holds ${problem}: ${path}`)
  return path
}

function entryAt(bytes: Buffer, at: number, nameEnd: number, path: string, extra: Extra): ZipEntry {
  let next = 0
  const number = (place: number, what: string): number => {
    const value = bytes.readUInt32LE(at + place)
    if (value !== elsewhere || extra.zip64 === null) return value
    if (next + 8 > extra.zip64.length) throw new Error(`the zip64 field of ${path} lacks its ${what}`)
    next += 8
    return wholeNumber(extra.zip64, next - 8)
  }
  // in the order in which they stand in the zip64 field
  const size = number(24, 'size')
  const compressedSize = number(20, 'compressed size')
  return {
    ...{ path, rawPath: bytes.subarray(at + fixedBytes, nameEnd), size, compressedSize, offset: number(42, 'place') },
    method: bytes.readUInt16LE(at + 10),
    encrypted: (bytes.readUInt16LE(at + 8) & 1) !== 0,
    // the mode of Unix stands in the upper half
    isLink: (bytes.readUInt16LE(at + 40) & constants.S_IFMT) === constants.S_IFLNK,
    crc32: bytes.readUInt32LE(at + 16),
  }
}

interface Extra {
  /** What the zip64 field holds. */
  readonly zip64: Buffer | null
  /** The name in UTF-8 that Info-ZIP adds, where it is that of this entry. */
  readonly name: Buffer | null
}

const noExtra: Extra = { zip64: null, name: null }

function extraFields(bytes: Buffer, nameAt: number, start: number, length: number): Extra {
  let { zip64, name } = noExtra
  const end = start + length
  for (let at = start; at + 4 <= end; ) {
    const id = bytes.readUInt16LE(at)
    const from = at + 4
    at = from + bytes.readUInt16LE(at + 2)
    if (at > end) throw new Error('an extra field reaches beyond its entry')
    if (id === 0x0001) zip64 ??= bytes.subarray(from, at)
    if (id === 0x7075) name ??= unicodePath(bytes.subarray(nameAt, start), bytes.subarray(from, at))
  }
  return { zip64, name }
}

/** Version 1, the CRC-32 of the name that it is for, the name; null when it is for another. */
function unicodePath(rawPath: Buffer, field: Buffer): Buffer | null {
  const fits = field.length >= 6 && field[0] === 1 && field.readUInt32LE(1) === crc32(rawPath)
  return fits ? field.subarray(5) : null
}
