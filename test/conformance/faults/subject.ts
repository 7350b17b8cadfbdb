import type { Engine } from '../../../src/shards/engine.ts'
import type { HttpProxy, Matches } from '../../chaos/http-proxy.ts'

export interface ServerUnderTest {
  /** Of the server, whose index is there, or is made by `create`. */
  readonly url: string
  /** Name of the target of the engines. */
  readonly target: string
  /** An engine on the index, by whatever way the URL says. */
  open(url: string, options?: Reach): Engine
  /** An engine of another kind at the same server. */
  openOther(url: string): Engine
  /** What that says when its index is to be made: a server that answers with pages may be anything. */
  readonly otherCode: 'ENGINE_KIND_DIFFERS' | 'ENGINE_UNAVAILABLE'
  /** What the server tells of its version, and what one that is too old would tell. */
  readonly version: { readonly told: RegExp; readonly old: string; readonly words: RegExp }
  readonly isWrite: Matches
  /** Reads by key what became of a write that was refused. */
  readonly isReadBack: Matches
  readonly isCommit: Matches
}

/** How a server is reached. */
export interface Reach {
  readonly user?: string
  readonly password?: string
  readonly ca?: string
  /** Milliseconds. */
  readonly timeout?: number
}

/** What the rules work with. */
export interface Subject extends ServerUnderTest {
  /** In front of the server. */
  readonly proxy: HttpProxy
  /** Through the proxy, with a user and a password that nobody may read. */
  readonly engine: Engine
  /** Past the proxy. */
  readonly direct: Engine
}

export const credentials = { user: 'librarian', password: 'geheim/ß' }
/** None of it may be in what a person reads. */
export const secrets = /librarian|geheim/
