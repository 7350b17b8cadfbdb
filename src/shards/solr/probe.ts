import type { SchemaDifference } from '../schema/difference.ts'
import { type Probe, probes, termsDifferences } from '../schema/probes.ts'
import type { CorePlace } from './core.ts'
import { askCore, formBody } from './request.ts'

/** Name of a step and its words, by turns; the last are what is indexed, or asked for. */
type Steps = readonly (string | readonly { readonly text: string }[])[]

interface Analysed {
  readonly analysis: {
    readonly field_types: Readonly<Record<string, { readonly index?: Steps; readonly query?: Steps }>>
  }
}

/** Has a core analyse the texts of the probes, of the types that it has: in what the terms are others. */
export async function probeCore(core: CorePlace, has: (type: string) => boolean): Promise<SchemaDifference[]> {
  const asked = probes.filter(({ kind }) => has(kind))
  return (await Promise.all(asked.map((probe) => tryOut(core, probe)))).flat()
}

async function tryOut(core: CorePlace, probe: Probe): Promise<SchemaDifference[]> {
  const { kind, text } = probe
  const values = [
    ['analysis.fieldtype', kind],
    ['analysis.fieldvalue', text],
    ['analysis.query', text],
    ['wt', 'json'],
  ] as const
  const { analysis } = await askCore<Analysed>(core, { path: '/analysis/field', ...formBody(values) })
  const { index, query } = analysis.field_types[kind] ?? {}
  return termsDifferences(probe, { index: termsOf(index), query: termsOf(query) })
}

function termsOf(steps: Steps | undefined): string[] {
  const last = steps?.at(-1)
  return Array.isArray(last) ? last.map(({ text }) => text) : []
}
