import type { Random } from '../../samples/random.ts'
import type { RepositoryKind } from '../../src/repository/open-repository.ts'
import type { CatalogueRecord } from '../../src/sources/source.ts'
import type { LinkTarget } from './links.ts'

/** Where an item of a case lies: its zip may be too large for memory, and is then written by a function. */
export interface VolumeInput {
  readonly of: 'volume'
  readonly mets: Buffer | string | ((path: string) => void) | null
  readonly zip: Buffer | ((path: string) => void) | null
  /** A pairtree unless told. */
  readonly repository?: RepositoryKind
  /** What else lies in its folder, by path. */
  readonly files?: Readonly<Record<string, Buffer | string | { readonly link: LinkTarget }>>
  /** Its catalogue record; as text it comes from a file. */
  readonly record?: CatalogueRecord | string
  /** The text of the document, if it ends in one. */
  readonly text?: string
}

/** A file of a source, and the keys it must yield whatever else is wrong with it: item ids or record ids. */
export interface SourceInput {
  readonly of: 'hathifile' | 'records'
  readonly name: string
  readonly bytes: Buffer
  readonly intact?: readonly string[]
}

/** What the Solr of a catalogue answers, and the ids of records that it must yield whatever else is wrong with it. */
export interface AnswerInput {
  readonly of: 'catalogue answer'
  readonly status: number
  /** Media type. */
  readonly type: string
  readonly bytes: Buffer
  /** So many bytes are sent before the connection ends; without it all of them. */
  readonly sent?: number
  readonly intact?: readonly string[]
}

export type Input = VolumeInput | SourceInput | AnswerInput

/** A kind of hostile input: one row of docs/hostile-input.md. */
export interface Kind {
  readonly subject: string
  readonly name: string
  /** Of 1,000 and some cases. */
  readonly cases: number
  /** How each must end; without it `document`, `read`, `some bad` or any code of class item. */
  readonly ends?: readonly string[]
  /** As large as files get: bounded by `large` of limits.ts. */
  readonly isLarge?: true
  /** The same for the same random numbers. @param index from 0, to go through a list */
  make(random: Random, index: number): Input
}

/** Goes through a list, again and again. */
export const nth = <T>(list: readonly T[], index: number): T => list[index % list.length] as T
