import type { Breakers } from '../daemon/breakers.ts'
import { hostName } from '../daemon/identity.ts'
import { SlipError } from '../errors/slip-error.ts'
import type { Repository } from '../repository/repository.ts'

/** Of the column it is kept in. */
const longestName = 255

/**
 * Whether the repository can be read from this host. While it cannot, no item that needs it is claimed, so that none is
 * moved about for nothing; deletes go on. Another host may well reach it: a mount is known by its host.
 */
export class Mount {
  readonly name: string
  readonly #repository: Repository
  readonly #breakers: Breakers

  constructor(repository: Repository, root: string, breakers: Breakers) {
    this.name = `${hostName}:${root}`.slice(0, longestName)
    this.#repository = repository
    this.#breakers = breakers
  }

  /** What keeps it from being read now, looked at before each batch; null = it can be. */
  async away(): Promise<SlipError | null> {
    const gate = await this.#breakers.gate('mount', this.name)
    if (gate === 'suspended') {
      const reason = this.#breakers.reason('mount', this.name)
      return new SlipError('REPOSITORY_UNAVAILABLE', `The repository is suspended: ${reason}`)
    }
    try {
      await this.#repository.check()
      return null
    } catch (error) {
      if (!(error instanceof SlipError)) throw error
      this.#breakers.failed('mount', this.name, error)
      return error
    }
  }
}
