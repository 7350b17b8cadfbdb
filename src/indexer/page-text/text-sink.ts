import { ByteSink } from '../text/byte-sink.ts'

const piece = 32 * 1024

/**
 * Takes the text of a page bit by bit, with one character for each byte of UTF-8. One string of millions of words is
 * millions of objects until it is done: a page of 50 MB took a gigabyte.
 */
export class TextSink {
  readonly #sink = new ByteSink(piece)
  #pending = ''

  add(text: string): void {
    this.#pending += text
    if (this.#pending.length > piece) this.#flush()
  }

  /** A view, valid until the sink is used again. */
  finish(): Buffer {
    this.#flush()
    return this.#sink.written()
  }

  /** The text out of indented markup: one blank between words, one line feed between lines. */
  finishTidy(): Buffer {
    const text = this.finish()
    let to = 0
    let between = 0
    for (let from = 0; from < text.length; from++) {
      const byte = text[from]!
      if (byte === lineFeed) between = lineFeed
      else if (byte === space || byte === tab || byte === carriageReturn) between ||= space
      else {
        if (between !== 0 && to > 0) text[to++] = between
        between = 0
        text[to++] = byte
      }
    }
    return text.subarray(0, to)
  }

  clear(): void {
    this.#pending = ''
    this.#sink.length = 0
  }

  #flush(): void {
    const sink = this.#sink
    sink.reserve(this.#pending.length)
    sink.length += sink.bytes.write(this.#pending, sink.length, 'latin1')
    this.#pending = ''
  }
}

const lineFeed = 0x0a
const carriageReturn = 0x0d
const tab = 0x09
const space = 0x20
