import type { Random } from '../../../samples/random.ts'
import type { Item, Library } from './library.ts'

/** Kinds of changes. Each changes the library; returned are ids that somebody wants anew, without a change. */
const changes = {
  title: (library: Library, random: Random) => {
    const records = some([...library.records.values()], 3, random)
    for (const record of records) {
      record.edition++
      // one that comes again is deleted no more
      record.deleted = false
    }
    library.changed({ records })
    return []
  },
  rights: (library: Library, random: Random) => {
    const rights = hotOrAny(library, 4, random)
    for (const item of rights) item.rights = random.pick(['pd', 'ic', 'und', 'pdus', 'nobody'])
    library.changed({ rights })
    return []
  },
  replace: (library: Library, random: Random) => {
    const volumes = hotOrAny(library, 6, random)
    for (const item of volumes) {
      item.version++
      item.broken = random.chance(0.1)
    }
    library.changed({ volumes })
    return []
  },
  mend: (library: Library) => {
    const volumes = [...library.items.values()].filter((item) => item.broken)
    for (const item of volumes) item.broken = false
    library.changed({ volumes })
    return []
  },
  delete: (library: Library, random: Random) => {
    const records = some([...library.records.values()], 2, random)
    for (const record of records) record.deleted = true
    library.changed({ records })
    return []
  },
  new: (library: Library, random: Random) => {
    const record = library.add(random.whole(1, 3))
    const items = record.items.map((htid) => library.items.get(htid)!)
    library.changed({ volumes: items, records: [record], rights: items })
    return []
  },
  request: (library: Library, random: Random) => {
    const items = some([...library.items.values()], 60, random)
    return items.map(({ htid }) => htid)
  },
}

export type ChangeKind = keyof typeof changes

/** As often as they stand here. */
const often: readonly ChangeKind[] = [
  ...(['title', 'title', 'rights', 'rights', 'rights', 'replace', 'replace', 'replace'] as const),
  ...(['mend', 'delete', 'new', 'request', 'request'] as const),
]

/** What ends a round: the last changes, one upon the other. */
export const burst: readonly ChangeKind[] = ['replace', 'replace', 'title', 'rights', 'replace', 'replace']

export const drawChange = (random: Random): ChangeKind => random.pick(often)

/** Carries out one change. Returns the ids to request besides those whose volumes change. */
export const applyChange = (kind: ChangeKind, library: Library, random: Random): readonly string[] =>
  changes[kind](library, random)

/**
 * Half of the time of a few items that are changed again and again, so that changes meet claims under way; else of all.
 */
function hotOrAny({ items }: Library, most: number, random: Random): Item[] {
  const all = [...items.values()]
  return some(random.chance(0.5) ? all.slice(0, hotItems) : all, most, random)
}

const hotItems = 12

function some<T>(values: readonly T[], most: number, random: Random): T[] {
  return random.shuffled(values).slice(0, random.whole(1, most))
}
