import { before, earlier, isTime, later } from '../foreign/times.ts'

/** How far a table of what changed was read, and what its watermark says of it. */
export interface Mark {
  /** The version to begin with, that one included; null = the first. */
  readonly from: string | null
  isPosition(version: string): boolean
  /** These versions were read, in order. Returns the watermark; null = nothing is known. */
  read(versions: readonly string[], last: boolean): string | null
}

/** A version, and how many rows of it were read; null where the reading was broken off within it. */
export interface NumberPosition {
  readonly version: string
  readonly rows: number | null
}

/**
 * Of versions that are numbers. More rows of a version may come after it was read, by a loader that writes them in parts.
 * So the watermark says how many there were, and the version is read anew when there are more, or fewer.
 */
export class NumberMark implements Mark {
  readonly from: string | null
  #version: string | null
  #rows: number

  /** @param rows how many the version has now */
  constructor(known: NumberPosition | null, rows: number) {
    const isWhole = known !== null && known.rows === rows
    this.from = known === null ? null : isWhole ? next(known.version) : known.version
    this.#version = known?.version ?? null
    this.#rows = isWhole ? rows : 0
  }

  /** The position that a watermark says; null for a text that says none. */
  static parse(watermark: string | null): NumberPosition | null {
    const match = /^(\d{1,18})(?: with (\d{1,15}) rows)?$/.exec(watermark ?? '')
    if (match === null) return null
    const [, version = '', rows] = match
    return { version, rows: rows === undefined ? null : Number(rows) }
  }

  isPosition(version: string): boolean {
    return /^\d{1,18}$/.test(version)
  }

  read(versions: readonly string[], last: boolean): string | null {
    for (const version of versions) {
      if (version !== this.#version) this.#rows = 0
      this.#version = version
      this.#rows++
    }
    if (this.#version === null) return null
    return last ? `${this.#version} with ${this.#rows} rows` : this.#version
  }
}

const next = (version: string): string => String(BigInt(version) + 1n)

export interface TimeReading {
  readonly watermark: string | null
  /** Of the database, before the first page. */
  readonly clock: string
  /** Milliseconds. */
  readonly overlap: number
  /** False = readings of a clock that nobody names, which may be behind UTC. */
  readonly isMoment: boolean
}

/** Of versions that are times: as those of a rights database, for the same reasons (rights-db.ts). */
export class TimeMark implements Mark {
  readonly from: string | null
  readonly #reading: TimeReading
  readonly #horizon: string
  #mark: string | null

  constructor(reading: TimeReading) {
    this.from = isTime(reading.watermark) ? reading.watermark : null
    this.#reading = reading
    this.#horizon = before(reading.clock, reading.overlap)
    this.#mark = this.from
  }

  isPosition(version: string): boolean {
    return isTime(version)
  }

  read(versions: readonly string[], last: boolean): string | null {
    const end = versions.at(-1)
    const { overlap, isMoment } = this.#reading
    if (end !== undefined) this.#mark = later(this.#mark, earlier(before(end, overlap), this.#horizon))
    if (last && isMoment) this.#mark = later(this.#mark, this.#horizon)
    return this.#mark
  }
}
