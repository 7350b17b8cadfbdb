import { crc32, deflateRawSync } from 'node:zlib'

/** A file to pack; what is given besides path and data is written as it is, lies included. */
export interface Packed {
  readonly path: string
  readonly data?: string | Buffer
  readonly method?: 0 | 8 | 12
  readonly flags?: number
  readonly size?: number
  readonly crc?: number
  readonly compressedSize?: number
  readonly offset?: number
  readonly localPath?: string
  /** Bytes of extra field in the local header that the directory does not mention. */
  readonly localExtra?: number
  /** Of Unix: a link has 0o120777. */
  readonly mode?: number
  /** Bytes of other matter in front of the local header. */
  readonly gap?: number
}

/** A zip of these files, in this order. */
export function zipOf(files: readonly Packed[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let position = 0
  for (const file of files) {
    const data = Buffer.from(file.data ?? '')
    const packed = file.method === 0 ? data : deflateRawSync(data)
    const gap = Buffer.alloc(file.gap ?? 0, 0xaa)
    const common = commonHeader(file, data, packed)
    const local = [gap, localHeader(file, common), packed]
    directory.push(directoryHeader(file, common, position + gap.length))
    locals.push(...local)
    position += local.reduce((sum, part) => sum + part.length, 0)
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(position, 16)
  return Buffer.concat([...locals, central, end])
}

/** From the flags to the uncompressed size: the same 20 bytes in both headers. */
function commonHeader(file: Packed, data: Buffer, packed: Buffer): Buffer {
  const header = Buffer.alloc(20)
  header.writeUInt16LE(file.flags ?? 0, 0)
  header.writeUInt16LE(file.method ?? 8, 2)
  header.writeUInt32LE(file.crc ?? crc32(data), 8)
  header.writeUInt32LE(file.compressedSize ?? packed.length, 12)
  header.writeUInt32LE(file.size ?? data.length, 16)
  return header
}

function localHeader(file: Packed, common: Buffer): Buffer {
  const path = Buffer.from(file.localPath ?? file.path)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(20, 4)
  common.copy(header, 6)
  header.writeUInt16LE(path.length, 26)
  header.writeUInt16LE(file.localExtra ?? 0, 28)
  return Buffer.concat([header, path, Buffer.alloc(file.localExtra ?? 0)])
}

function directoryHeader(file: Packed, common: Buffer, offset: number): Buffer {
  const path = Buffer.from(file.path)
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE(20, 4)
  header.writeUInt16LE(20, 6)
  common.copy(header, 8)
  header.writeUInt16LE(path.length, 28)
  header.writeUInt32LE(((file.mode ?? 0) << 16) >>> 0, 38)
  header.writeUInt32LE(file.offset ?? offset, 42)
  return Buffer.concat([header, path])
}
