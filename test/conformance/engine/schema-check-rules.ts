import { describe, expect, test } from 'vitest'
import { type Subject, shards } from './subject.ts'

/** What is told of an index that nobody has changed. */
export function schemaCheckRules(subject: Subject): void {
  describe('the schema check', () => {
    test('finds an index that was just made as the schema says, whatever it holds', async () => {
      for (const shard of [shards.one, shards.highest]) {
        const { place, differences } = await subject.engine.checkSchema(shard)
        expect([differences, place]).toEqual([[], expect.stringMatching(/\S/)])
      }
    })

    test('says of a shard that was never made that there is none, and what makes it', async () => {
      await expect(subject.engine.checkSchema(99)).rejects.toMatchObject({
        code: 'ENGINE_UNAVAILABLE',
        message: expect.stringMatching(/; slipctl targets apply makes it$/),
        place: { shard: 99 },
      })
    })
  })
}
