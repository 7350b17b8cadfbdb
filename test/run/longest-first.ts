import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes longest, the longest first: files and folders below test/. */
export const longest = [
  'chaos/',
  'ctl/demo/',
  'shards/opensearch/limits',
  'services/opensearch',
  'hostile/',
  'conformance/',
  'services/solr',
  'daemon/',
  'shards/',
  'checks/tools',
]

/**
 * Begins with what takes longest, so that no worker is left alone with it at the end. Vitest itself goes by the durations
 * of the run before, which a new checkout does not have, else by the size of files, and by projects.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return longestFirst(await super.sort(files), (file) => relative(this.ctx.config.root, file.moduleId))
  }
}

/** The rest stays in the order it has. */
export function longestFirst<T>(files: readonly T[], pathOf: (file: T) => string): T[] {
  const rank = (file: T) => {
    const at = longest.findIndex((start) => pathOf(file).startsWith(`test/${start}`))
    return at < 0 ? longest.length : at
  }
  return files.toSorted((a, b) => rank(a) - rank(b))
}
