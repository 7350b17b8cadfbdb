import { Random } from '../../samples/random.ts'
import type { Input, Kind } from './kind.ts'
import { areaKinds } from './kinds/areas.ts'
import { catalogueAnswerKinds } from './kinds/catalogue-answers.ts'
import { largeKinds } from './kinds/large.ts'
import { marcKinds } from './kinds/marc.ts'
import { markupKinds } from './kinds/markup.ts'
import { metsKinds } from './kinds/mets.ts'
import { pageKinds } from './kinds/pages.ts'
import { recordKinds } from './kinds/record.ts'
import { recordFileKinds } from './kinds/record-files.ts'
import { referenceKinds } from './kinds/references.ts'
import { hathifileKinds } from './kinds/sources.ts'
import { tarKinds } from './kinds/tar.ts'
import { zipKinds } from './kinds/zip.ts'

export const kinds: readonly Kind[] = [
  ...metsKinds,
  ...referenceKinds,
  ...zipKinds,
  ...pageKinds,
  ...markupKinds,
  ...hathifileKinds,
  ...recordFileKinds,
  ...recordKinds,
  ...catalogueAnswerKinds,
  ...marcKinds,
  ...tarKinds,
  ...largeKinds,
  ...areaKinds,
]

/** How many cases a run of the usual size has. */
export const usual = kinds.reduce((sum, { cases }) => sum + cases, 0)

export interface Case {
  readonly kind: Kind
  readonly number: number
  make(): Input
}

/** One case of a seed, without those before it: however many a run has, it can be made again. */
export function caseOf(seed: number, kind: Kind, number: number): Case {
  const random = new Random(`${seed} ${kind.subject} ${kind.name} ${number}`)
  return { kind, number, make: () => kind.make(random, number) }
}

/** The cases of a seed, about `count` of them; of the large ones, which take a second each, all only in a larger run than usual. */
export function* casesOf(seed: number, count = usual): Generator<Case> {
  for (const kind of kinds) {
    const many = kind.isLarge ? (count > usual ? kind.cases : 1) : Math.ceil((kind.cases * count) / usual)
    for (let number = 0; number < many; number++) yield caseOf(seed, kind, number)
  }
}
