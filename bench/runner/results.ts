import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Figure, Runs } from './bench.ts'
import type { Machine } from './machine.ts'

/** What one call of a benchmark gave. */
export interface Result {
  readonly bench: string
  readonly description: string
  readonly machine: Machine
  readonly figures: readonly (Figure & { readonly runs: Runs })[]
}

const folder = join(import.meta.dirname, '../results')

/** Writes a result beside those of the other benchmarks; answers its path from the root. */
export function record(result: Result): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${result.bench}.json`), `${JSON.stringify(result, null, 2)}\n`)
  return `bench/results/${result.bench}.json`
}

/** What was recorded, by name of the benchmark. */
export function recorded(): Result[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return files.sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Result)
}
