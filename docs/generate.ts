// Pages that are wholly made from code. `npm run generate` writes them all; a test compares them.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { performancePage } from '../bench/page.ts'
import { configurationPage } from '../src/config/page.ts'
import { slipctlPage } from '../src/ctl/page.ts'
import { errorsPage } from '../src/errors/page.ts'
import { documentPage } from '../src/indexer/assemble/document-page.ts'
import { schemaPage } from '../src/shards/schema/page.ts'
import { hostileInputPage } from '../test/hostile/page.ts'

/** Path from the root → what makes the page. Its first line says from what. */
export const generatedPages: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/configuration.md': configurationPage,
  'docs/document.md': documentPage,
  'docs/errors.md': errorsPage,
  'docs/hostile-input.md': hostileInputPage,
  'docs/performance.md': performancePage,
  'docs/schema.md': schemaPage,
  'docs/slipctl.md': slipctlPage,
}

if (import.meta.main) {
  for (const [file, page] of Object.entries(generatedPages)) {
    writeFileSync(join(import.meta.dirname, '..', file), await page())
    console.log(file)
  }
}
