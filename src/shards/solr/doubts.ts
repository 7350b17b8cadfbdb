import { acknowledged, SolrRefusal } from './answers.ts'
import type { CorePlace } from './core.ts'
import { askCore, jsonBody } from './request.ts'

/**
 * Cores that failed at a write, as on a full disk. Such a core may have written half a record to its transaction log: what
 * it takes afterwards it acknowledges, and when it is killed it does not read the record behind the half one again. So a
 * success after a failure counts only once a commit has put it into the index.
 */
export class Doubts {
  /** How often each has failed since a commit of it succeeded. */
  readonly #failures = new Map<string, number>()

  /** Hears what a write met with. */
  raise(core: CorePlace, error: unknown): void {
    if (!(error instanceof SolrRefusal) || error.status < 500) return
    this.#failures.set(keyOf(core), (this.#failures.get(keyOf(core)) ?? 0) + 1)
  }

  /**
   * After a success; throws what keeps it from being on disk. Who comes while another's commit is under way makes one of its
   * own: that one may have begun before this write, and may fail.
   */
  async settle(core: CorePlace): Promise<void> {
    const failures = this.#failures.get(keyOf(core))
    if (failures === undefined) return
    // `replicas` = this very core, though another leads by now
    const path = '/update?commit=true&openSearcher=false&commit_end_point=replicas&wt=json'
    await askCore(core, { path, ...jsonBody([]) }, acknowledged)
    // a failure meanwhile may have come after it
    if (this.#failures.get(keyOf(core)) === failures) this.#failures.delete(keyOf(core))
  }
}

const keyOf = ({ node, name }: CorePlace): string => `${node.url}/${name}`
