import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kinds } from './cases.ts'
import type { CaseResult } from './cases-process.ts'
import type { Kind } from './kind.ts'
import { limits } from './limits.ts'

/** One row of the table. */
export interface Summary {
  readonly subject: string
  readonly name: string
  readonly cases: number
  /** How they ended, one or the other. */
  readonly ends: readonly string[]
}

const file = join(import.meta.dirname, 'results.json')

/** The seed of `npm test`. */
export const seed = 1

export function summaryOf(results: readonly CaseResult[]): Summary[] {
  const byKind = Map.groupBy(results, ({ subject, name }) => `${subject}: ${name}`)
  return [...byKind.values()].map((cases) => {
    const { subject, name } = cases[0]!
    return { subject, name, cases: cases.length, ends: [...new Set(cases.map(({ end }) => end))].sort() }
  })
}

/** Keeps the rows of the kinds that were run, in place of those they had. */
export function record(results: readonly CaseResult[]): void {
  const [before, now] = [recorded(), summaryOf(results)]
  const rowOf = ({ subject, name }: Kind) => {
    const isOf = (row: Summary) => row.subject === subject && row.name === name
    return now.find(isOf) ?? before.find(isOf) ?? []
  }
  writeFileSync(file, `${JSON.stringify(kinds.flatMap(rowOf), null, 2)}\n`)
}

export const recorded = (): Summary[] => JSON.parse(readFileSync(file, 'utf8'))

const mebibytes = (bytes: number) => `${bytes / 2 ** 20} MiB`

/** docs/hostile-input.md, from what `node test/hostile/main.ts --record` wrote. */
export function hostileInputPage(): string {
  const all = recorded()
  const rows = all.map(({ subject, name, cases, ends }) => `| ${subject} | ${name} | ${cases} | ${ends.join(', ')} |`)
  const total = all.reduce((sum, { cases }) => sum + cases, 0)
  const codes = new Set(all.flatMap(({ ends }) => ends).filter((end) => /^[A-Z]/.test(end)))
  return `<!-- Generated from test/hostile/results.json by test/hostile/page.ts. -->
# Hostile input

What reaches SLIP from a library is not always what it should be. \`test/hostile\` makes ${total} cases of it from a seed and
gives each to the code that reads a real one: METS and zip of an item are assembled, files of sources and answers of a
catalogue are read record by record down to what each item has of it. Each of the ${total} ends in a document or in an error
with its own code ([errors.md](errors.md)), ${codes.size} codes in all; a source is read, with some of it bad or without.

Of each case is asserted:

- It ends as its kind must; never in an internal error or a crash, and only a server that answers so is told to be away.
- A zip that is damaged and gives a document gives the right text. Of a file of lines, no line is lost but the damaged one.
- At its peak it takes no more than ${mebibytes(limits.small.memory)} of memory beyond what the process had, the large ones ${mebibytes(limits.large.memory)}.
- It reads no more bytes than twice METS and zip without images and ${mebibytes(limits.small.read)}, the large ones ${mebibytes(limits.large.read)}.
- The process may read nothing but the program and the folder of the cases (Node's \`--permission\`); what lies there beside the item
  is found neither in a document nor in an error.

\`npm test\` runs seed ${seed}, of the large ones one of each kind, and compares the ends with this table. \`npm run test:soak -- --hostile N --seed S\` runs N others,
\`node test/hostile/main.ts --only 'METS: an entity bomb' --case 3\` one alone, \`--record\` writes what this page is made of.

| input | what is wrong | cases | end in |
|---|---|---|---|
${rows.join('\n')}
`
}
