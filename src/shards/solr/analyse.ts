import { z } from 'zod'
import type { Analyse, AnalysedWord } from '../search/analysed.ts'
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

/** Reads texts as the cores of an index do; the core of one shard is as good as any. */
export function analyser(cores: Cores, shard: number): Analyse {
  return async (texts, side) => {
    const joined = texts.join(between)
    const values = [
      ['analysis.fieldtype', fieldType],
      [side === 'index' ? 'analysis.fieldvalue' : 'analysis.query', joined],
      ['wt', 'json'],
    ] as const
    const { analysis } = await askShard(cores, shard, (core) =>
      askCore(core, { path: '/analysis/field', ...formBody(values) }, analysed),
    )
    const words = analysis.field_types[fieldType]?.[side]?.at(-1)
    return parted(texts, Array.isArray(words) ? words : [])
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
