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

type Kind = 'assembly' | 'other' | 'idle' | 'as before'

/**
 * The share of assembly in the time a thread worked. What the machine does by itself, collecting garbage most of all,
 * belongs to whoever worked before.
 */
export function assemblyShare({ nodes, samples, timeDeltas }: CpuProfile): number {
  const kinds = kindsOf(nodes)
  const taken = { assembly: 0, other: 0, idle: 0 }
  let before: 'assembly' | 'other' | 'idle' = 'other'
  for (const [at, node] of samples.entries()) {
    const kind = kinds.get(node) ?? 'other'
    if (kind !== 'as before') before = kind
    taken[before] += timeDeltas[at] ?? 0
  }
  return taken.assembly / (taken.assembly + taken.other)
}

function kindsOf(nodes: CpuProfile['nodes']): Map<number, Kind> {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const kinds = new Map<number, Kind>()
  const visit = (id: number, inherited: Kind): void => {
    const node = byId.get(id)
    if (node === undefined) return
    const kind = inherited === 'assembly' ? inherited : kindOf(node.callFrame)
    kinds.set(id, kind)
    for (const child of node.children ?? []) visit(child, kind)
  }
  const called = new Set(nodes.flatMap(({ children }) => children ?? []))
  for (const { id } of nodes) if (!called.has(id)) visit(id, 'other')
  return kinds
}

function kindOf({ functionName, url }: CpuProfile['nodes'][number]['callFrame']): Kind {
  if (assembly.test(url)) return 'assembly'
  if (functionName === '(idle)') return 'idle'
  return functionName === '(garbage collector)' || functionName === '(program)' ? 'as before' : 'other'
}
