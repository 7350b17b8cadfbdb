import { checkAtRest, type EngineContent, type Violation } from '../../src/state/audit/invariants.ts'
import { itemReport } from '../../src/state/audit/item.ts'
import { contentOf } from '../daemon/library.ts'
import type { Item } from './library/library.ts'
import { shards, target, type World } from './world.ts'

/** What is wrong with one item, and all that is known of it. */
export interface Finding {
  readonly htid: string
  readonly kind: 'lost' | 'doubled' | 'stale'
  readonly message: string
}

export interface Verdict {
  readonly items: number
  readonly revisions: number
  readonly findings: readonly Finding[]
  /** Other broken invariants, as sentences. */
  readonly broken: readonly string[]
}

/** Compares everything with everything, at rest: files, rights, queue, ledger, errors and the index. */
export async function judge(world: World): Promise<Verdict> {
  const { state, engine, library } = world
  const content: EngineContent[] = []
  for await (const document of contentOf(engine, shards)) content.push(document)
  const held = Map.groupBy(content, ({ id }) => id)
  const findings: Finding[] = []
  const inError = await unresolvedErrors(world)
  for (const item of library.items.values()) {
    const found = await compare(world, item, held.get(item.htid) ?? [], inError.get(item.htid))
    if (found !== null) findings.push({ htid: item.htid, ...found })
  }
  const violations = await checkAtRest(state.db, target, asStream(content))
  findings.push(...violations.flatMap(findingOf))
  const [sum] = await state.db.query<{ revisions: number }>('SELECT sum(rev) AS revisions FROM slip_rights')
  return {
    items: library.items.size,
    revisions: Number(sum?.revisions ?? 0),
    findings,
    broken: violations.filter((each) => findingOf(each).length === 0).map(asSentence),
  }
}

/** Of the invariants of single items these are what the three figures count. */
function findingOf({ invariant, htid, message }: Violation): Finding[] {
  const kind = ({ 1: 'lost', 3: 'doubled', 4: 'stale' } as const)[invariant]
  return kind === undefined ? [] : [{ htid, kind, message: `invariant ${invariant}: ${message}` }]
}

const asSentence = ({ invariant, htid, message }: Violation) => `invariant ${invariant}: ${htid}: ${message}`

/** The item as it is on disk against what the index holds of it. */
async function compare(
  { library }: World,
  item: Item,
  documents: readonly EngineContent[],
  error: string | undefined,
): Promise<Omit<Finding, 'htid'> | null> {
  if (documents.length > 1) return { kind: 'doubled', message: 'in more than one shard' }
  const [document] = documents
  if (!library.isWanted(item))
    return document === undefined ? null : { kind: 'stale', message: 'deleted, and the index still holds it' }
  if (item.broken)
    return error === undefined ? { kind: 'stale', message: 'its zip is broken, and it is in no error' } : null
  if (error !== undefined) return { kind: 'lost', message: `its files are sound, and it is in error ${error}` }
  if (document === undefined) return { kind: 'lost', message: 'wanted, and not in the index' }
  return document.digest === (await library.digestOf(item))
    ? null
    : { kind: 'stale', message: `the index holds another text than the files give (version ${item.version})` }
}

async function unresolvedErrors({ state }: World): Promise<Map<string, string>> {
  const rows = await state.db.query<{ htid: string; code: string }>(
    'SELECT htid, code FROM slip_errors WHERE resolved_at IS NULL AND target IS NOT NULL AND htid IS NOT NULL',
  )
  return new Map(rows.map(({ htid, code }) => [htid, code]))
}

/** All that is known of an item, line by line. */
export async function knownOf({ state, engine, library, journal }: World, htid: string): Promise<string[]> {
  const lines = [`  files: ${JSON.stringify(library.items.get(htid) ?? null)}`]
  lines.push(`  tables: ${JSON.stringify(await itemReport(state.db, htid))}`)
  for (let shard = 1; shard <= shards; shard++)
    lines.push(`  shard ${shard}: ${JSON.stringify(await engine.get(shard, [htid]))}`)
  return [...lines, ...journal.of(htid).map((note) => `  ${note}`)]
}

async function* asStream<T>(values: readonly T[]): AsyncGenerator<T> {
  yield* values
}
