import { SlipError } from '../errors/slip-error.ts'

/** A file in a tar. Its content must be read before the next one is asked for; what is not read is passed over. */
export interface TarMember {
  /** With its folders, as it stands in the tar. */
  readonly name: string
  /** Why it is none that can be read, as the end of a sentence; null for a file. */
  readonly flaw: string | null
  readonly content: AsyncGenerator<Buffer>
}

const blockSize = 512
/** Of a header that says more of a member than its block has room for. */
const longestHeader = 1024 * 1024

/**
 * The files of a tar (ustar, pax or GNU) in its order, in bounded memory; folders are left out.
 *
 * @throws SlipError SOURCE_FILE_UNREADABLE where it is damaged, or ends before its end marker, after what came before.
 */
export async function* readTar(file: string, bytes: AsyncIterator<Buffer>): AsyncGenerator<TarMember> {
  const input = new Input(file, bytes)
  let told: Told = {}
  for (;;) {
    const header = await input.take(blockSize)
    if (header.every((byte) => byte === 0)) return
    if (!isHeader(header)) throw input.broken('is damaged, or no tar')
    const type = String.fromCharCode(header[156]!)
    const size = told.size ?? numberAt(header, 124, 12)
    if (size === null) throw input.broken('has a member without size')
    if (type in extensions) {
      if (size > longestHeader) throw input.broken('has a header that is too long')
      const text = (await input.take(size)).toString('utf8')
      await input.skip(padding(size))
      told = { ...told, ...extensions[type]?.(text) }
      continue
    }
    const name = told.name ?? nameIn(header)
    told = {}
    const isFile = type === '0' || type === '\0'
    const end = input.at + size
    if (type !== '5')
      yield { name, flaw: isFile ? null : 'is a link or another thing that is no file', content: input.chunks(size) }
    await input.skip(end - input.at + padding(size))
  }
}

/** What extended headers say of the next member. */
interface Told {
  readonly name?: string
  readonly size?: number
}

const extensions: Readonly<Record<string, (text: string) => Told>> = {
  L: (text) => ({ name: text.replace(/\0.*$/s, '') }),
  K: () => ({}),
  g: () => ({}),
  x: toldByPax,
}

/** Lines of `LENGTH KEY=VALUE`, the length in bytes with itself and the line end. */
function toldByPax(text: string): Told {
  const told: { name?: string; size?: number } = {}
  for (let rest = Buffer.from(text); rest.length > 0; ) {
    const length = Number.parseInt(rest.toString('latin1', 0, 20), 10)
    if (!(length > 0)) break
    const [, key, value] = /^\d+ ([^=]*)=(.*)\n$/s.exec(rest.toString('utf8', 0, length)) ?? []
    if (key === 'path') told.name = value as string
    if (key === 'size') told.size = Number(value)
    rest = rest.subarray(length)
  }
  return told
}

/** Whether the checksum is right: the sum of all bytes, with blanks where it stands itself. */
function isHeader(block: Buffer): boolean {
  const sum = block.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0)
  return numberAt(block, 148, 8) === sum
}

/** An octal number, or one in base 256; null for none. */
function numberAt(block: Buffer, from: number, length: number): number | null {
  if (block[from]! & 0x80) {
    const digits = block.subarray(from + 1, from + length)
    const number = digits.reduce((total, byte) => total * 256 + byte, block[from]! & 0x7f)
    return Number.isSafeInteger(number) ? number : null
  }
  const text = textAt(block, from, length).trim()
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : null
}

function nameIn(header: Buffer): string {
  const prefix = header.toString('latin1', 257, 262) === 'ustar' && header[263] !== 0x20 ? textAt(header, 345, 155) : ''
  const name = textAt(header, 0, 100)
  return prefix === '' ? name : `${prefix}/${name}`
}

function textAt(block: Buffer, from: number, length: number): string {
  return block.toString('utf8', from, from + length).replace(/\0.*$/s, '')
}

function padding(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize
}

/** The bytes of a tar, as many as are asked for. */
class Input {
  /** How many were taken. */
  at = 0
  readonly #file: string
  readonly #bytes: AsyncIterator<Buffer>
  #rest: Buffer = Buffer.alloc(0)

  constructor(file: string, bytes: AsyncIterator<Buffer>) {
    this.#file = file
    this.#bytes = bytes
  }

  async take(size: number): Promise<Buffer> {
    const parts: Buffer[] = []
    for await (const part of this.chunks(size)) parts.push(part)
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  }

  async skip(size: number): Promise<void> {
    for await (const _ of this.chunks(size)) {
      // passed over
    }
  }

  async *chunks(size: number): AsyncGenerator<Buffer> {
    for (let left = size; left > 0; ) {
      if (this.#rest.length === 0) {
        const next = await this.#bytes.next()
        if (next.done) throw this.broken('ends before its end marker: it was cut')
        this.#rest = next.value
      }
      const part = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(part.length)
      this.at += part.length
      left -= part.length
      yield part
    }
  }

  broken(what: string): SlipError {
    const message = `The file ${this.#file} ${what} (byte ${this.at}).`
    return new SlipError('SOURCE_FILE_UNREADABLE', message, { place: { file: this.#file } })
  }
}
