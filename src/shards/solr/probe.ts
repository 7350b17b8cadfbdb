import type { SchemaDifference } from '../schema/difference.ts'
import { type Probe, probes, termsDifferences } from '../schema/probes.ts'
import { analyseText } from './analyse.ts'
import type { CorePlace } from './core.ts'

/** Has a core analyse the texts of the probes, of the types that it has: in what the terms are others. */
export async function probeCore(core: CorePlace, has: (type: string) => boolean): Promise<SchemaDifference[]> {
  const asked = probes.filter(({ kind }) => has(kind))
  return (await Promise.all(asked.map((probe) => tryOut(core, probe)))).flat()
}

async function tryOut(core: CorePlace, probe: Probe): Promise<SchemaDifference[]> {
  const { kind, text } = probe
  const { index, query } = await analyseText(core, kind, { index: text, query: text })
  const terms = { index: index.map((word) => word.text), query: query.map((word) => word.text) }
  return termsDifferences(probe, terms)
}
