import { chmodSync, renameSync, writeFileSync } from 'node:fs'

/**
 * The wall clock of some processes, set apart from the machine's at run time by Debian's libfaketime: it reads a file
 * before each answer. The monotonic clock is left alone, as a step of a real clock leaves it.
 */
export class Clock {
  /** Variables of the environment of whoever is to live by this clock. */
  readonly variables: readonly string[]
  readonly #file: string
  #highest = 0

  /** `library`: libfaketime, for programs with threads. */
  constructor(library: string, file: string) {
    this.#file = file
    this.variables = [
      `LD_PRELOAD=${library}`,
      `FAKETIME_TIMESTAMP_FILE=${file}`,
      'FAKETIME_NO_CACHE=1',
      'FAKETIME_DONT_FAKE_MONOTONIC=1',
    ]
    this.set(0)
  }

  /** `seconds`: how far from the machine's clock. */
  set(seconds: number): void {
    this.#highest = Math.max(this.#highest, seconds)
    // a reader never sees a half-written file
    writeFileSync(`${this.#file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`)
    chmodSync(`${this.#file}.new`, 0o644)
    renameSync(`${this.#file}.new`, this.#file)
  }

  /** As far ahead as it has ever been: so whatever was put off by this clock becomes due. */
  setAhead(): void {
    this.set(this.#highest)
  }
}
