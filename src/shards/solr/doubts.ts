import { SolrRefusal } from './answers.ts'
import type { CorePlace } from './core.ts'
import { askCore, jsonBody } from './request.ts'

/**
 * Cores that failed at a write, as on a full disk. Such a core may have written half a record to its transaction log: what
 * it takes afterwards it acknowledges, and when it is killed it does not read the record behind the half one again. So a
 * success after a failure counts only once a commit has put it into the index.
 */
export class Doubts {
  readonly #cores = new Set<string>()

  /** Hears what a write met with. */
  raise(core: CorePlace, error: unknown): void {
    if (error instanceof SolrRefusal && error.status >= 500) this.#cores.add(keyOf(core))
  }

  /** After a success; throws what keeps it from being on disk. */
  async settle(core: CorePlace): Promise<void> {
    // whoever fails meanwhile raises it anew
    if (!this.#cores.delete(keyOf(core))) return
    const path = '/update?commit=true&openSearcher=false&commit_end_point=leaders&wt=json'
    try {
      await askCore(core, { path, ...jsonBody([]) })
    } catch (error) {
      this.#cores.add(keyOf(core))
      throw error
    }
  }
}

const keyOf = ({ node, name }: CorePlace): string => `${node.url}/${name}`
