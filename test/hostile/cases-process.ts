// node cases-process.ts FOLDER SEED COUNT [KINDS [NUMBER]]: runs cases, one line of JSON for each on standard output.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pairtreeName } from '../../src/repository/pairtree-name.ts'
import { type Case, caseOf, casesOf, kinds } from './cases.ts'
import { type End, secret } from './ends.ts'
import type { Kind } from './kind.ts'
import { limits } from './limits.ts'
import { runAnswer } from './run-answer.ts'
import { laySource, runSource } from './run-source.ts'
import { layVolume, runVolume } from './run-volume.ts'
import { type Cost, watch } from './watch.ts'

export interface CaseResult extends End, Cost {
  readonly subject: string
  readonly name: string
  readonly number: number
}

const good = ['document', 'read', 'some bad']
const [folder, seed, count, only, number] = process.argv.slice(2) as [string, string, string, string?, string?]
const root = join(folder, 'repository')
// another item, in a pairtree and in a folder
for (const neighbour of [pairtreeName('mdp.other').folder, 'mdp/other']) {
  mkdirSync(join(root, neighbour), { recursive: true })
  for (const name of ['other.mets.xml', 'other.zip', 'secret.txt']) writeFileSync(join(root, neighbour, name), secret)
}
writeFileSync(join(root, 'secret.txt'), secret)

async function runCase({ kind, number, make }: Case): Promise<CaseResult> {
  const { work, readable } = laid(make)
  if (kind.isLarge) globalThis.gc?.()
  const { result, cost } = await watch(work)
  const violation = result.violation ?? endViolation(kind, result.end) ?? costViolation(kind, cost, readable)
  const { subject, name } = kind
  return { subject, name, number, end: result.end, ...cost, ...(violation === null ? {} : { violation }) }
}

/** Writes the files of a case and lets go of them. */
function laid(make: Case['make']): { work: () => Promise<End>; readable: number } {
  const input = make()
  if (input.of === 'volume') {
    const size = layVolume(root, input)
    const told = { ...input, mets: null, zip: null, files: {} }
    return { work: () => runVolume(root, told), readable: 2 * size }
  }
  if (input.of === 'catalogue answer') return { work: () => runAnswer(input), readable: 4 * input.bytes.length }
  laySource(folder, input)
  const told = { ...input, bytes: Buffer.alloc(0) }
  return { work: () => runSource(folder, told), readable: input.bytes.length }
}

function endViolation({ ends }: Kind, end: string): string | null {
  const allowed = ends?.includes(end) || (ends?.includes('error') && !good.includes(end)) || ends === undefined
  return allowed ? null : `it ends in ${end}, not in ${ends.join(' or ')}`
}

function costViolation({ isLarge }: Kind, { memory, read }: Cost, readable: number): string | null {
  const most = isLarge ? limits.large : limits.small
  if (memory > most.memory) return `it took ${memory} bytes of memory`
  return read > readable + most.read ? `it read ${read} bytes of ${readable}` : null
}

const isWanted = ({ subject, name }: Kind) => `${subject}: ${name}`.startsWith(only ?? '')
const cases =
  number === undefined
    ? casesOf(Number(seed), Number(count))
    : kinds.filter(isWanted).map((kind) => caseOf(Number(seed), kind, Number(number)))
for (const each of cases) if (isWanted(each.kind)) console.log(JSON.stringify(await runCase(each)))
