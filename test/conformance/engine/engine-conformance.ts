import { afterAll, beforeAll, describe } from 'vitest'
import { analysisRules } from './analysis-rules.ts'
import { commitRules } from './commit-rules.ts'
import { fenceRules } from './fence-rules.ts'
import { limitRules } from './limit-rules.ts'
import { readRules } from './read-rules.ts'
import { restoreRules } from './restore-rules.ts'
import { schemaCheckRules } from './schema-check-rules.ts'
import { scriptRules } from './script-rules.ts'
import { searchRules } from './search-rules.ts'
import { type EngineUnderTest, type Subject, shards } from './subject.ts'
import { tombstoneRules } from './tombstone-rules.ts'
import { type Posted, usedEngine } from './used-engine.ts'

/** Every rule of the engine contract, for one engine. */
export function engineConformance(name: string, tested: EngineUnderTest): void {
  describe(`engine contract: ${name}`, () => {
    const subject = {} as { -readonly [Key in keyof Subject]: Subject[Key] }
    const closing: (() => Promise<void>)[] = []
    beforeAll(async () => {
      const [first, second] = [await tested.open(), await tested.open()]
      closing.push(first.close, second.close)
      const posted: Posted = new Map()
      subject.engine = usedEngine(first.engine, posted)
      subject.other = usedEngine(second.engine, posted)
      subject.uncommitted = first.engine
      subject.refused = tested.refused
      await subject.engine.create(Object.keys(shards).length)
    })
    afterAll(() => Promise.all(closing.map((close) => close())))
    fenceRules(subject)
    readRules(subject, tested.differences)
    commitRules(subject)
    limitRules(subject)
    searchRules(subject, tested.differences)
    scriptRules(subject, tested.differences)
    restoreRules(subject)
    tombstoneRules(subject)
    schemaCheckRules(subject)
    // last, for its documents have words of all rules
    analysisRules(subject, tested.otherwise)
  })
}
