/** What `node --cpu-prof` writes, as far as it is read. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string }
    readonly children?: readonly number[]
  }[]
  /** The node that was on top at each look. */
  readonly samples: readonly number[]
  /** Microseconds since the look before. */
  readonly timeDeltas: readonly number[]
}

/** Where a document is made; whoever is called from there works for it. */
const assembly = /\/src\/(repository|sources|indexer\/(assemble|mets|page-text|text))\//
/** Where modules are found, compiled and run for the first time. */
const start = /^node:internal\/(modules|bootstrap)\//

const works = ['assembly', 'start', 'other'] as const
type Work = (typeof works)[number]
type Kind = Work | 'idle' | 'as before'

/**
 * What a thread worked for, as shares of the time it worked. What the machine does by itself, collecting garbage most of
 * all, belongs to whoever worked before.
 */
export function timeShares({ nodes, samples, timeDeltas }: CpuProfile): Record<Work, number> {
  const kinds = kindsOf(nodes)
  const taken = { assembly: 0, start: 0, other: 0, idle: 0 }
  let before: Exclude<Kind, 'as before'> = 'other'
  for (const [at, node] of samples.entries()) {
    const kind = kinds.get(node) ?? 'other'
    if (kind !== 'as before') before = kind
    taken[before] += timeDeltas[at] ?? 0
  }
  const worked = works.reduce((sum, work) => sum + taken[work], 0)
  return { assembly: taken.assembly / worked, start: taken.start / worked, other: taken.other / worked }
}

function kindsOf(nodes: CpuProfile['nodes']): Map<number, Kind> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const kinds = new Map<number, Kind>()
  const visit = (id: number, inherited: Kind): void => {
    const node = byId.get(id)
    if (node === undefined) return
    const kind = inherited === 'assembly' || inherited === 'start' ? inherited : kindOf(node.callFrame)
    kinds.set(id, kind)
    for (const child of node.children ?? []) visit(child, kind)
  }
  const called = new Set(nodes.flatMap(({ children }) => children ?? []))
  for (const { id } of nodes) if (!called.has(id)) visit(id, 'other')
  return kinds
}

function kindOf({ functionName, url }: CpuProfile['nodes'][number]['callFrame']): Kind {
  if (assembly.test(url)) return 'assembly'
  if (start.test(url)) return 'start'
  if (functionName === '(idle)') return 'idle'
  return functionName === '(garbage collector)' || functionName === '(program)' ? 'as before' : 'other'
}
