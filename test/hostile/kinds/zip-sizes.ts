import { type Packed, type ZipOptions, zip64End, zip64Extra, zipBytes, zipParts } from '../zip-bytes.ts'
import { soundPages, volume } from './sound.ts'

// What a zip says of sizes, checksums and places, rightly and wrongly.

export const [first, second, third] = soundPages as [Packed, Packed, Packed]
export const withFirst = (change: Partial<Packed>, options?: ZipOptions) => {
  const { text, ...untold } = volume({ zip: zipBytes([{ ...first, ...change }, second, third], options) })
  return change.data === undefined && text !== undefined ? { ...untold, text } : untold
}

/** Checksum and sizes behind the data; a signature before them is for the writer to decide. */
export function descriptorOf(file: Packed, hasSignature: boolean, is64 = false): Buffer {
  const packed = zipParts([file])
  const header = packed[0]!.bytes
  const [crc, compressedSize, size] = [14, 18, 22].map((at) => header.readUInt32LE(at)) as [number, number, number]
  const fields = Buffer.alloc(is64 ? 24 : 16)
  fields.writeUInt32LE(0x08074b50, 0)
  fields.writeUInt32LE(crc, 4)
  if (is64) {
    fields.writeBigUInt64LE(BigInt(compressedSize), 8)
    fields.writeBigUInt64LE(BigInt(size), 16)
  } else {
    fields.writeUInt32LE(compressedSize, 8)
    fields.writeUInt32LE(size, 12)
  }
  return hasSignature ? fields : fields.subarray(4)
}

export const zeroed = { crc: 0, size: 0, compressedSize: 0 }
export const beyond = 0xffffffff
const sizeOf = (file: Packed) => Buffer.byteLength(file.data ?? '')
const packedSizeOf = (file: Packed) => zipParts([file])[0]!.bytes.readUInt32LE(18)
const actual = [sizeOf(first), packedSizeOf(first)] as const

export const right64: readonly (() => ReturnType<typeof volume>)[] = [
  () => withFirst({ size: beyond, compressedSize: beyond, extra: zip64Extra(...actual) }),
  () => withFirst({ size: beyond, extra: zip64Extra(actual[0]) }),
  () => withFirst({ offset: beyond, extra: zip64Extra(0) }),
  () => withFirst({ size: beyond, compressedSize: beyond, offset: beyond, extra: zip64Extra(...actual, 0) }),
  () => withFirst({ local: { size: beyond, compressedSize: beyond, extra: zip64Extra(...actual) } }),
  () => withFirst({}, { zip64: zip64End, count: 0xffff, directorySize: beyond, directoryOffset: beyond }),
]
export const wrong64: readonly (() => ReturnType<typeof volume>)[] = [
  () => withFirst({ size: beyond }),
  () => withFirst({ size: beyond, compressedSize: beyond, extra: zip64Extra(actual[0]) }),
  () => withFirst({ size: beyond, extra: zip64Extra(2n ** 63n) }),
  () => withFirst({ size: beyond, extra: zip64Extra(2n ** 53n) }),
  () => withFirst({ compressedSize: beyond, extra: zip64Extra(2n ** 40n) }),
  () => withFirst({ offset: beyond, extra: zip64Extra(2n ** 62n) }),
  () => withFirst({ size: beyond, extra: zip64Extra().subarray(0, 3) }),
  () => withFirst({ size: beyond, extra: Buffer.concat([zip64Extra(1), Buffer.from([1, 0])]) }),
  () => withFirst({}, { zip64: (found) => zip64End({ ...found, count: 2 ** 40 }), count: 0xffff }),
  () => withFirst({}, { zip64: (found) => zip64End({ ...found, offset: 2 ** 52 }), directoryOffset: beyond }),
  () => withFirst({}, { zip64: (found) => zip64End(found).subarray(56), count: 0xffff }),
  () => withFirst({}, { zip64: (found) => zip64End(found).subarray(0, 56), count: 0xffff }),
  () => withFirst({}, { count: 0xffff, directoryOffset: beyond }),
]

export const wrongSizes: readonly ((more: number) => Partial<Packed>)[] = [
  (more) => ({ size: actual[0] + more }),
  (more) => ({ size: Math.max(0, actual[0] - more) }),
  (more) => ({ compressedSize: actual[1] + more }),
  (more) => ({ compressedSize: Math.max(0, actual[1] - more) }),
  (more) => ({ crc: more }),
  (more) => ({ offset: more }),
  (more) => ({ offset: 0xfffffff0 - more }),
  (more) => ({ size: 0, compressedSize: more }),
  (more) => ({ size: more, compressedSize: 0 }),
  (more) => ({ method: 0, size: actual[0] + more }),
  (more) => ({ method: 0, compressedSize: actual[0] + more, size: actual[0] }),
  (more) => ({ size: 0x7fffffff - more }),
  (more) => ({ compressedSize: 0x7fffffff - more }),
  (more) => ({ local: { path: `case/${more}.jp2` } }),
  (more) => ({ packed: Buffer.alloc(actual[1], more) }),
]
