import { isUtf8 } from 'node:buffer'
import { SlipError } from '../errors/slip-error.ts'
import { type Answer, jsonOf, NotUnderstood } from '../http/answer.ts'
import { AnswerTooLarge, HttpFault } from '../http/fault.ts'
import { HttpNode } from '../http/node.ts'
import { isTooDeep, tooDeep } from './nesting.ts'
import { bad, mayBeUnstorable, recordEvent } from './record-events.ts'
import type { RecordEvent } from './source.ts'

export interface CatalogueOptions {
  /** http(s)://HOST:PORT/solr/NAME of a core or collection; user and password there or below. */
  readonly url: string
  readonly user?: string
  readonly password?: string
  /** PEM of the authorities that may have signed the certificate of the server. */
  readonly ca?: string
  /** Milliseconds until an answer must have begun. */
  readonly timeout: number
  /** What is asked of a record, beside id, ht_id and deleted. */
  readonly fields: readonly string[]
}

/** What is read: records and tombstones of this day and later (YYYYMMDD), or all; from a cursor on. */
export interface CatalogueQuestion {
  readonly since: string | null
  /** Of these only the records with one of some ids, or that name one of some items. */
  readonly only?: { readonly field: 'id' | 'ht_id'; readonly values: readonly string[] } | undefined
  /** `*`, or what the page before says. */
  readonly cursor: string
  readonly signal: AbortSignal
}

export interface CataloguePage {
  /** One for each record, in the order of their ids; the file of one that cannot be used names the record. */
  readonly events: readonly RecordEvent[]
  /** Where the next page begins; null = this was the last. */
  readonly next: string | null
}

/** A record is a few kilobytes, one with 947 items half a megabyte. */
const mostRows = 200
const mostBytes = 16 << 20
/** Whatever the handler of the catalogue has as defaults. */
const plain = { defType: 'lucene', wt: 'json', indent: 'off', facet: 'false', hl: 'false', group: 'false' } as const

/**
 * The catalogue's own Solr, read page by page in the order of the ids, so that what changes meanwhile moves no record from
 * a page to another: a record that comes in behind the cursor has a date of today, by which the next pass finds it.
 */
export class CatalogueSolr {
  /** Without user and password. */
  readonly url: string
  readonly #node: HttpNode
  readonly #fields: readonly string[]
  /** What the core has no field for, of what is asked by. */
  readonly #absent = new Set<string>()
  #rows = mostRows

  constructor({ fields, timeout, ...reached }: CatalogueOptions) {
    this.#node = new HttpNode({
      ...{ ...reached, connections: 1, compress: false, mostBytes },
      ...{ connectMs: 10_000, headersMs: timeout, bodyMs: timeout },
    })
    this.url = this.#node.url
    this.#fields = [...new Set(['id', 'ht_id', 'deleted', ...fields])]
  }

  /**
   * One page. Records so large that a page of them cannot be taken are asked for in smaller ones; one that cannot be taken
   * alone is a record that cannot be used. What changed is asked for by the fields that the core has: which these are its answers
   * tell, anew in each pass.
   *
   * @throws SlipError SOURCE_SERVER_UNAVAILABLE, SOURCE_ANSWER_INVALID
   */
  async page(question: CatalogueQuestion): Promise<CataloguePage> {
    if (question.cursor === '*') this.#absent.clear()
    for (;;) {
      try {
        const page = this.#read(question, await this.#ask(question, this.#fields))
        this.#rows = Math.min(mostRows, this.#rows * 2)
        return page
      } catch (error) {
        if (this.#isWithoutField(error)) continue
        if (!(error instanceof AnswerTooLarge)) throw this.#told(error)
        if (this.#rows === 1) return this.#tooLarge(question)
        this.#rows = Math.ceil(this.#rows / 4)
      }
    }
  }

  close(): Promise<void> {
    return this.#node.close()
  }

  /** The file that the errors of a record name. */
  fileOf(id: unknown): string {
    return `${this.url}#${typeof id === 'string' ? id.slice(0, 64) : '?'}`
  }

  /** Whether it was asked by a field that it has not, and was not known not to have. */
  #isWithoutField(error: unknown): boolean {
    const field =
      error instanceof NotUnderstood && error.status === 400
        ? /undefined field:? "?(\w+)/i.exec(error.message)?.[1]
        : null
    if (!field || !followedBy.has(field) || this.#absent.has(field)) return false
    this.#absent.add(field)
    return true
  }

  #queryOf(since: string | null): string {
    const query = queryOf(since, this.#absent)
    if (query !== null) return query
    const message = `${this.url} has neither a field ht_id_update nor time_of_index: what changed there cannot be asked for, only all of it`
    throw new SlipError('SOURCE_ANSWER_INVALID', message, { place: { url: this.url } })
  }

  #ask({ since, only, cursor, signal }: CatalogueQuestion, fields: readonly string[]): Promise<Answer> {
    const asked = {
      q: only === undefined ? this.#queryOf(since) : namedBy(only),
      sort: 'id asc',
      rows: String(this.#rows),
      cursorMark: cursor,
    }
    const form = new URLSearchParams({ ...plain, ...asked, fl: fields.join(',') })
    const type = 'application/x-www-form-urlencoded'
    return this.#node.request({ method: 'POST', path: '/select', body: Buffer.from(form.toString()), type, signal })
  }

  #read({ cursor }: CatalogueQuestion, answer: Answer): CataloguePage {
    const { docs, next } = pageOf(answer, cursor)
    const unstorable = mayBeUnstorable(answer.body)
    return { events: docs.map((doc, at) => this.#eventOf(doc, at + 1, unstorable)), next }
  }

  async #tooLarge(question: CatalogueQuestion): Promise<CataloguePage> {
    try {
      const { docs, next } = pageOf(await this.#ask(question, ['id']), question.cursor)
      const message = `The record cannot be used: it is larger than ${mostBytes >> 20} MiB.`
      const events = docs.map((doc, at) => ({
        ...{ kind: 'bad' as const, file: this.fileOf((doc as { id?: unknown } | null)?.id), line: at + 1 },
        ...{ message, text: '' },
      }))
      return { events, next }
    } catch (error) {
      throw this.#told(error)
    }
  }

  /** The fields in one order, whatever that of the answer: so that the same record has the same digest. */
  #eventOf(doc: unknown, line: number, unstorable: boolean): RecordEvent {
    const { id = null } = (doc ?? {}) as { readonly id?: unknown }
    // to be written as text it would take more of the stack than there is
    if (isTooDeep(doc)) return bad(this.fileOf(id), line, `The record cannot be used: ${tooDeep}.`, Buffer.alloc(0))
    const as = (value: unknown) =>
      recordEvent(this.fileOf(id), line, value, {
        bytes: () => Buffer.from(JSON.stringify(value)),
        mayBeUnstorable: () => unstorable,
      })
    if (typeof doc !== 'object' || doc === null || Array.isArray(doc)) return as(doc)
    const all = doc as Readonly<Record<string, unknown>>
    const record = Object.fromEntries(this.#fields.filter((name) => name in all).map((name) => [name, all[name]]))
    return as(record)
  }

  #told(error: unknown): unknown {
    if (error instanceof HttpFault) return this.#failed('SOURCE_SERVER_UNAVAILABLE', error)
    if (!(error instanceof NotUnderstood)) return error
    const isAway = error.status >= 500 || error.status === 429
    return this.#failed(isAway ? 'SOURCE_SERVER_UNAVAILABLE' : 'SOURCE_ANSWER_INVALID', error)
  }

  #failed(code: 'SOURCE_SERVER_UNAVAILABLE' | 'SOURCE_ANSWER_INVALID', cause: HttpFault | NotUnderstood): SlipError {
    const place = { url: this.url, ...(cause instanceof NotUnderstood ? { status: cause.status } : {}) }
    return new SlipError(code, `${this.url}: ${cause.message}`, { place, cause })
  }
}

const followedBy = new Set(['ht_id_update', 'deleted', 'time_of_index'])

/**
 * Tombstones have no ht_id_update; they are known by when they were written, in a core that does not tell this all of them are asked for. A
 * core without ht_id_update is asked for what was written. Null where it tells neither.
 */
function queryOf(since: string | null, absent: ReadonlySet<string>): string | null {
  if (since === null) return '*:*'
  const day = `${since.slice(0, 4)}-${since.slice(4, 6)}-${since.slice(6)}`
  const written = absent.has('time_of_index') ? null : `time_of_index:[${day}T00:00:00Z TO *]`
  if (absent.has('ht_id_update')) return written
  const dated = `ht_id_update:[${since} TO *]`
  if (absent.has('deleted')) return dated
  return `${dated} OR ${written === null ? 'deleted:true' : `(deleted:true AND ${written})`}`
}

function namedBy({ field, values }: NonNullable<CatalogueQuestion['only']>): string {
  const quoted = values.map((value) => `"${value.replace(/[\\"]/g, '\\$&')}"`)
  return `${field}:(${quoted.join(' OR ')})`
}

interface SelectAnswer {
  readonly responseHeader?: { readonly partialResults?: unknown }
  readonly response?: { readonly docs?: unknown }
  readonly nextCursorMark?: unknown
  readonly error?: { readonly msg?: unknown }
}

/** What an answer holds. Throws NotUnderstood for whatever a Solr does not say to a question with a cursor. */
function pageOf(answer: Answer, cursor: string): { docs: readonly unknown[]; next: string | null } {
  const { status, body } = answer
  const not = (message: string) => new NotUnderstood(answer, message)
  if (!isUtf8(body)) throw not(`answered ${status} with bytes that are not UTF-8`)
  const content = jsonOf(answer) as SelectAnswer | null
  if (status !== 200) {
    const words = content?.error?.msg
    throw not(`answered ${status}: ${typeof words === 'string' ? words : 'without a reason'}`)
  }
  if (content?.responseHeader?.partialResults) throw not('answered a part of what it holds: a shard of it is away')
  const docs = content?.response?.docs
  const next = content?.nextCursorMark
  if (!Array.isArray(docs)) throw not('answered 200 without response.docs')
  if (typeof next !== 'string') throw not('answered 200 without nextCursorMark')
  // a Solr says the same cursor again when there is no more, and then only
  if ((docs.length === 0) !== (next === cursor)) throw not(`answered ${docs.length} records and the cursor ${next}`)
  return { docs, next: docs.length === 0 ? null : next }
}
