import { afterAll } from 'vitest'
import { openEngine } from '../../../src/shards/open-engine.ts'
import { testDatabase } from '../../services/database.ts'
import { document } from './documents.ts'
import { engineConformance } from './engine-conformance.ts'
import { embeddedAnswers } from './other-answers.ts'

const database = await testDatabase()
afterAll(() => database.drop())

engineConformance('embedded', {
  async open() {
    const engine = openEngine('embedded', { url: database.url, target: 'main' })
    return { engine, close: () => engine.close() }
  },
  refused: (id, fence) => document({ id, fence, pages: ['a NUL \0 in the text'] }),
  differences: [],
  otherwise: embeddedAnswers,
})
