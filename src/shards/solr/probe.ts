import { z } from 'zod'
import type { SchemaDifference } from '../schema/difference.ts'
import { type Probe, probes, termsDifferences } from '../schema/probes.ts'
import type { CorePlace } from './core.ts'
import { askCore, formBody } from './request.ts'

/** Name of a step and its words, by turns; the last are what is indexed, or asked for. */
const stepsShape = z.array(z.union([z.string(), z.array(z.object({ text: z.string() }))])).optional()

const analysed = z.object({
  analysis: z.object({
    field_types: z.record(z.string(), z.object({ index: stepsShape, query: stepsShape })),
  }),
})

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
  const { analysis } = await askCore(core, { path: '/analysis/field', ...formBody(values) }, analysed)
  const { index, query } = analysis.field_types[kind] ?? {}
  return termsDifferences(probe, { index: termsOf(index), query: termsOf(query) })
}

function termsOf(steps: z.infer<typeof stepsShape>): string[] {
  const last = steps?.at(-1)
  return Array.isArray(last) ? last.map(({ text }) => text) : []
}
