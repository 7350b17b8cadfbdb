import { z } from 'zod'
import type { Analyse, AnalysedWord } from '../search/analysed.ts'
import type { CorePlace } from './core.ts'
import type { Cores } from './cores.ts'
import { askCore, askShard, formBody } from './request.ts'

/**
 * How words of the text are read. Not that of `ocr`, which joins common words with their neighbours so that phrases are
 * found fast: what it finds is the same, but it would mark two words as one.
 */
const fieldType = 'text'

/** Between two texts of one request: no word reaches across it. */
const between = '\n\n'

const wordShape = z.object({ text: z.string(), start: z.number(), end: z.number(), position: z.number() })
type Word = z.infer<typeof wordShape>

/** Name of a step and its words, by turns; the last are what is indexed, or asked for. */
const stepsShape = z.array(z.union([z.string(), z.array(wordShape)])).optional()

const analysed = z.object({
  analysis: z.object({
    field_types: z.record(z.string(), z.object({ index: stepsShape, query: stepsShape })),
  }),
})

/** The words that a core makes of text in a field of a type, where it is indexed and where it is asked for. */
export async function analyseText(
  core: CorePlace,
  type: string,
  { index, query }: { readonly index?: string; readonly query?: string },
): Promise<Record<'index' | 'query', readonly Word[]>> {
  const values = Object.entries({
    'analysis.fieldtype': type,
    ...(index === undefined ? {} : { 'analysis.fieldvalue': index }),
    ...(query === undefined ? {} : { 'analysis.query': query }),
    wt: 'json',
  })
  const { analysis } = await askCore(core, { path: '/analysis/field', ...formBody(values) }, analysed)
  const steps = analysis.field_types[type]
  return { index: lastOf(steps?.index), query: lastOf(steps?.query) }
}

function lastOf(steps: z.infer<typeof stepsShape>): readonly Word[] {
  const last = steps?.at(-1)
  return Array.isArray(last) ? last : []
}

/** Reads texts as the cores of an index do; the core of one shard is as good as any. */
export function analyser(cores: Cores, shard: number): Analyse {
  return async (texts, side) => {
    const text = { [side]: texts.join(between) }
    return parted(texts, (await askShard(cores, shard, (core) => analyseText(core, fieldType, text)))[side])
  }
}

/** The words of each text, with offsets in it. */
function parted(texts: readonly string[], words: readonly Word[]): AnalysedWord[][] {
  let begin = 0
  return texts.map((text) => {
    const [start, end] = [begin, begin + text.length]
    begin = end + between.length
    return words
      .filter((word) => word.start >= start && word.end <= end)
      .map((word) => ({ word: word.text, position: word.position, start: word.start - start, end: word.end - start }))
  })
}
