import { crc32, gunzipSync, inflateRawSync } from 'node:zlib'
import { Scratch } from './scratch.ts'
import type { ZipEntry } from './zip-directory.ts'

/** An entry with its compressed bytes. */
export interface PackedEntry {
  readonly entry: ZipEntry
  readonly data: Buffer
}

/** Told which entry is wrong, and how. */
export type Damaged = (entry: ZipEntry, reason: string, cause?: unknown) => Error

/**
 * The contents of entries, each checked against its stated size and checksum. Throws what `damaged` makes.
 *
 * Deflated entries are unpacked in one call, as the members of one gzip file: the same deflate data, between a header
 * and a trailer of size and checksum, which zlib then checks. One call a page took a quarter more, for its own stream
 * and Buffer each. Where that fails, they are taken one by one, which tells the one that is damaged.
 */
export function inflateEntries(packed: readonly PackedEntry[], damaged: Damaged): Buffer[] {
  const deflated = packed.filter(({ entry }) => entry.method === 8)
  const together = deflated.length > 1 ? inflateTogether(deflated) : null
  let at = 0
  return packed.map((each) => {
    if (together === null || each.entry.method !== 8) return inflateOne(each, damaged)
    const start = at
    at += each.entry.size
    return together.subarray(start, at)
  })
}

/** All contents, one after the other; null when something is wrong with one of them. */
function inflateTogether(packed: readonly PackedEntry[]): Buffer | null {
  const size = packed.reduce((sum, { entry }) => sum + entry.size, 0)
  try {
    const contents = gunzipSync(gzipMembers(packed), sized(size))
    // An entry may hold a whole member more, well-formed, and still be the wrong content.
    return contents.length === size ? contents : null
  } catch {
    return null
  }
}

const memberHeader = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])
const memberTrailer = 8
const scratch = new Scratch()

function gzipMembers(packed: readonly PackedEntry[]): Buffer {
  const frame = memberHeader.length + memberTrailer
  const members = scratch.take(packed.reduce((sum, { data }) => sum + data.length + frame, 0))
  let at = 0
  for (const { entry, data } of packed) {
    at += memberHeader.copy(members, at)
    at += data.copy(members, at)
    at = members.writeUInt32LE(entry.crc32, at)
    at = members.writeUInt32LE(entry.size, at)
  }
  return members
}

function inflateOne({ entry, data }: PackedEntry, damaged: Damaged): Buffer {
  // A stored entry is a view of what was read around it; a copy lets that go.
  const text = entry.method === 8 ? inflateAlone(entry, data, damaged) : Buffer.from(data)
  if (text.length !== entry.size) throw damaged(entry, `has ${text.length} bytes, stated ${entry.size}`)
  if (crc32(text) !== entry.crc32) throw damaged(entry, 'does not match its checksum')
  return text
}

function inflateAlone(entry: ZipEntry, data: Buffer, damaged: Damaged): Buffer {
  try {
    return inflateRawSync(data, sized(entry.size))
  } catch (error) {
    const isLarger = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
    throw damaged(entry, isLarger ? 'is larger than stated' : 'cannot be inflated', error)
  }
}

/** One chunk of the stated size, and no more than that: what grows beyond it ends there. zlib wants 64 at least. */
const sized = (size: number) => ({ maxOutputLength: Math.max(size, 1), chunkSize: Math.max(size + 1, 64) })
