import { beforeAll, describe, expect, test } from 'vitest'
import { searchCases } from '../schema/search-cases.ts'
import { type DocumentParts, document } from './documents.ts'
import { type OtherAnswers, type Subject, shards } from './subject.ts'

/** Who is found by what a person types, as it is typed: the cases of the schema, asked as `slipctl search` asks. */
export function analysisRules(subject: Subject, otherwise: OtherAnswers = {}): void {
  const idOf = (rule: string) => `analysis.${searchCases.findIndex((each) => each.rule === rule)}`

  describe('what is typed', () => {
    beforeAll(async () => {
      const documents = searchCases.map(({ rule, field, value }) => {
        const parts = field === 'ocr' ? { pages: [value] } : { [field]: value }
        return document({ id: idOf(rule), fence: 10, ...parts } as DocumentParts)
      })
      const outcomes = await subject.engine.post(shards.one, documents)
      expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['done']))
    })

    test.each(searchCases)('finds what is written, and no more: $rule', async ({ rule, field, finds, misses }) => {
      const scope = field === 'ocr' ? {} : { field }
      const found = async (query: string) => {
        const { hits } = await subject.engine.search(query, { limit: 100, pagesPerHit: 0, ...scope })
        return hits.some(({ id }) => id === idOf(rule))
      }
      const others = otherwise[rule] ?? []
      const answers: unknown[] = []
      for (const query of [...finds, ...misses]) answers.push([query, await found(query)])
      expect(answers).toEqual([
        ...finds.map((query) => [query, !others.includes(query)]),
        ...misses.map((query) => [query, others.includes(query)]),
      ])
    })
  })
}
