import { crc32 } from 'node:zlib'
import { deflate } from '../../samples/volume/deflate.ts'
import type { Span } from './places.ts'

/** A file to pack. What is given besides path and data is written as it is, lies included. */
export interface Packed {
  readonly path: string | Buffer
  readonly data?: string | Buffer
  readonly method?: number
  readonly flags?: number
  /** The compressed bytes, where they are not made of `data`. */
  readonly packed?: Buffer
  readonly size?: number
  readonly crc?: number
  readonly compressedSize?: number
  readonly offset?: number
  /** What the local header has otherwise than the directory. */
  readonly local?: { path?: string | Buffer; size?: number; compressedSize?: number; crc?: number; extra?: Buffer }
  readonly extra?: Buffer
  /** Bytes between the data and the next entry. */
  readonly descriptor?: Buffer
  /** Unix mode, as an archiver writes it for a link or a folder. */
  readonly mode?: number
}

export interface ZipOptions {
  readonly before?: Buffer
  readonly after?: Buffer
  readonly comment?: Buffer
  readonly count?: number
  readonly directorySize?: number
  readonly directoryOffset?: number
  readonly disk?: number
  /** Stands between the directory and its end: a zip64 end record and its locator. */
  readonly zip64?: (directory: { offset: number; size: number; count: number }) => Buffer
}

/** The parts of a zip, each with the kind of place it is. */
export function zipParts(files: readonly Packed[], options: ZipOptions = {}): Span[] {
  const parts: Span[] = []
  const directory: Buffer[] = []
  let position = 0
  const add = (place: string, bytes: Buffer) => {
    if (bytes.length > 0) parts.push({ place, bytes })
    position += bytes.length
  }
  add('what stands before', options.before ?? Buffer.alloc(0))
  for (const file of files) {
    const data = Buffer.from(file.data ?? '')
    const packed = file.packed ?? (file.method === 0 ? data : deflate(data))
    directory.push(directoryEntry(file, data, packed, position))
    const { header, path } = localHeader(file, data, packed)
    add('a local header', header)
    add('a local name', path)
    add('an extra field', file.local?.extra ?? Buffer.alloc(0))
    add('data', packed)
    add('a data descriptor', file.descriptor ?? Buffer.alloc(0))
  }
  const start = position
  for (const entry of directory) {
    add('a directory entry', entry.subarray(0, 46))
    add('a directory name', entry.subarray(46))
  }
  const found = { offset: start, size: position - start, count: files.length }
  add('the zip64 end', options.zip64?.(found) ?? Buffer.alloc(0))
  add('the end record', endRecord(found, options))
  add('the comment', options.comment ?? Buffer.alloc(0))
  add('what stands behind', options.after ?? Buffer.alloc(0))
  return parts
}

export const zipBytes = (files: readonly Packed[], options: ZipOptions = {}): Buffer =>
  Buffer.concat(zipParts(files, options).map(({ bytes }) => bytes))

/** From the flags to the size of what is unpacked: the same 20 bytes in both headers. */
function commonFields(file: Packed, stated: { crc: number; compressedSize: number; size: number }): Buffer {
  const fields = Buffer.alloc(20)
  fields.writeUInt16LE(file.flags ?? 0, 0)
  fields.writeUInt16LE(file.method ?? 8, 2)
  fields.writeUInt32LE(stated.crc, 8)
  fields.writeUInt32LE(stated.compressedSize, 12)
  fields.writeUInt32LE(stated.size, 16)
  return fields
}

const statedOf = (file: Packed, data: Buffer, packed: Buffer) => ({
  crc: file.crc ?? crc32(data),
  compressedSize: file.compressedSize ?? packed.length,
  size: file.size ?? data.length,
})

function localHeader(file: Packed, data: Buffer, packed: Buffer) {
  const { local = {} } = file
  const path = Buffer.from(local.path ?? file.path)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(20, 4)
  commonFields(file, { ...statedOf(file, data, packed), ...local }).copy(header, 6)
  header.writeUInt16LE(path.length, 26)
  header.writeUInt16LE(local.extra?.length ?? 0, 28)
  return { header, path }
}

function directoryEntry(file: Packed, data: Buffer, packed: Buffer, position: number): Buffer {
  const path = Buffer.from(file.path)
  const extra = file.extra ?? Buffer.alloc(0)
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x02014b50, 0)
  // made on Unix, where it has a mode
  header.writeUInt16LE(file.mode === undefined ? 20 : (3 << 8) | 20, 4)
  header.writeUInt16LE(20, 6)
  commonFields(file, statedOf(file, data, packed)).copy(header, 8)
  header.writeUInt16LE(path.length, 28)
  header.writeUInt16LE(extra.length, 30)
  header.writeUInt32LE(((file.mode ?? 0) << 16) >>> 0, 38)
  header.writeUInt32LE(file.offset ?? position, 42)
  return Buffer.concat([header, path, extra])
}

function endRecord(found: { offset: number; size: number; count: number }, options: ZipOptions): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(options.disk ?? 0, 4)
  end.writeUInt16LE(options.disk ?? 0, 6)
  end.writeUInt16LE((options.count ?? found.count) & 0xffff, 8)
  end.writeUInt16LE((options.count ?? found.count) & 0xffff, 10)
  end.writeUInt32LE(options.directorySize ?? found.size, 12)
  end.writeUInt32LE(options.directoryOffset ?? found.offset, 16)
  end.writeUInt16LE(options.comment?.length ?? 0, 20)
  return end
}

/** The extra field of zip64: sizes and offset of 64 bits, those that are given. */
export function zip64Extra(...values: readonly (number | bigint)[]): Buffer {
  const extra = Buffer.alloc(4 + values.length * 8)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(values.length * 8, 2)
  for (const [index, value] of values.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + index * 8)
  return extra
}

/** A zip64 end record and its locator. */
export function zip64End(found: { offset: number; size: number; count: number }): Buffer {
  const end = Buffer.alloc(56)
  end.writeUInt32LE(0x06064b50, 0)
  end.writeBigUInt64LE(44n, 4)
  end.writeUInt16LE(45, 12)
  end.writeUInt16LE(45, 14)
  end.writeBigUInt64LE(BigInt(found.count), 24)
  end.writeBigUInt64LE(BigInt(found.count), 32)
  end.writeBigUInt64LE(BigInt(found.size), 40)
  end.writeBigUInt64LE(BigInt(found.offset), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeBigUInt64LE(BigInt(found.offset + found.size), 8)
  locator.writeUInt32LE(1, 16)
  return Buffer.concat([end, locator])
}

/** A file of gzip; the same bytes with every zlib. */
export function gzipBytes(bytes: Buffer): Buffer {
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(crc32(bytes), 0)
  trailer.writeUInt32LE(bytes.length, 4)
  return Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]), deflate(bytes), trailer])
}
