import { z } from 'zod'
import type { Analyse, AnalysedWord } from '../search/analysed.ts'
import { shardAlias } from './names.ts'
import { ask, type Server, withJson } from './server.ts'

const analysed = z.object({
  tokens: z.array(
    z.object({ token: z.string(), start_offset: z.number(), end_offset: z.number(), position: z.number() }),
  ),
})

/** Of a query word by word, for each is marked where it stands; a search asks for some joined with their neighbours. */
const analyzers = { index: 'ocr_index', query: 'ocr_words' }

/** The words that an analyzer of the index of a shard makes of text. */
export async function analyseText(
  server: Server,
  shard: number,
  analyzer: string,
  text: string,
): Promise<AnalysedWord[]> {
  const path = `/${shardAlias(server.index, shard)}/_analyze`
  const { tokens } = await ask(server, withJson('POST', path, { analyzer, text }), { shape: analysed, shard })
  return tokens.map(({ token, start_offset, end_offset, position }) => ({
    word: token,
    position,
    start: start_offset,
    end: end_offset,
  }))
}

/** One request a text: several would share the most words an answer may have, index.analyze.max_token_count. */
export const analyseBy =
  (server: Server, shard: number): Analyse =>
  (texts, side) =>
    Promise.all(texts.map((text) => analyseText(server, shard, analyzers[side], text)))
