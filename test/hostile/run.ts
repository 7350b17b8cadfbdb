import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { root } from '../checks/run-tool.ts'
import type { CaseResult } from './cases-process.ts'
import { secret } from './ends.ts'
import { makeLinks } from './links.ts'

export interface HostileRun {
  readonly results: readonly CaseResult[]
  /** What is not as it should be, with the case to make again. */
  readonly violations: readonly string[]
}

/**
 * Runs the cases of a seed in a process that may read nothing but the program and the folder of the cases, and whose heap
 * is small. `only`: one kind, or one case of it.
 */
export async function runCases(seed: number, count: number, only: readonly string[] = []): Promise<HostileRun> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'slip-hostile-'))
  try {
    const cases = join(folder, 'cases')
    mkdirSync(cases)
    makeLinks(cases)
    writeFileSync(join(folder, 'secret.txt'), secret)
    return await runIn(cases, [cases, String(seed), String(count), ...only])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Options of node: it may read nothing but the program and the folder of the cases, where it writes. */
export function withLittleToRead(cases: string): string[] {
  const readable = [cases, root, realpathSync(join(root, 'node_modules')), '/proc']
  return [
    '--permission',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    ...[cases, '/proc'].map((path) => `--allow-fs-write=${path}`),
    '--disable-warning=SecurityWarning',
  ]
}

async function runIn(cases: string, args: readonly string[]): Promise<HostileRun> {
  // without a bound the young generation takes what memory a large machine has, and threads of the collector that have to wait
  // let go of it late: neither is a cost of the case
  const options = [
    ...withLittleToRead(cases),
    '--expose-gc',
    '--max-old-space-size=512',
    '--max-semi-space-size=16',
    '--single-threaded-gc',
  ]
  const program = join(import.meta.dirname, 'cases-process.ts')
  const child = spawn(process.execPath, [...options, program, ...args], { cwd: cases })
  const told = text(child.stderr)
  const ended = once(child, 'close')
  const results: CaseResult[] = []
  for await (const line of createInterface(child.stdout)) results.push(JSON.parse(line))
  const [code] = await ended
  const violations = results.flatMap(({ subject, name, number, violation }) =>
    violation === undefined ? [] : [`${subject}: ${name}, case ${number}: ${violation}`],
  )
  const last = results.at(-1)
  const after = last === undefined ? 'the start' : `${last.subject}: ${last.name}, case ${last.number}`
  if (code !== 0) violations.push(`the process ended with ${code} after ${after}: ${(await told).slice(-4_000)}`)
  return { results, violations }
}
