import { crc32 } from 'node:zlib'
import { deflate } from './deflate.ts'

export interface ZipEntry {
  readonly name: string
  readonly bytes: Buffer
}

// 2026-01-01 00:00:00 in MS-DOS form: the bytes must not depend on when they were made.
const dosDate = ((2026 - 1980) << 9) | (1 << 5) | 1

/** A zip of these entries in this order; empty ones and folders (`name/`) are stored, the rest deflated. */
export function zipArchive(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, bytes } of entries) {
    const packed = bytes.length === 0 ? bytes : deflate(bytes)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(bytes.length === 0 ? 0 : 8, 4)
    fields.writeUInt16LE(dosDate, 8)
    fields.writeUInt32LE(crc32(bytes), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(bytes.length, 18)
    fields.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name, 'latin1'), packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.from('PK\x01\x02\x14\0'), fields, tail, Buffer.from(name, 'latin1'))
    parts.push(local)
    offset += local.length
  }
  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(listing.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, listing, Buffer.from('PK\x05\x06'), end])
}
