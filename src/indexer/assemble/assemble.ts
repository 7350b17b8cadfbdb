import type { VolumeSource } from '../../repository/repository.ts'
import type { IndexDocument, PageSlice } from '../../shards/engine.ts'
import type { CatalogueRecord } from '../../sources/source.ts'
import { ByteSink } from '../text/byte-sink.ts'
import { type TextOptions, writePages } from '../text/pages.ts'
import { contentDigest } from './digest.ts'
import { documentFields } from './document.ts'
import { readVolume } from './volume-text.ts'

export interface AssemblyInput {
  readonly htid: string
  /** Numeric rights attribute of the item. */
  readonly attr: number
  /** Share one object between the items of a record: what is parsed of it is kept with it. */
  readonly record: CatalogueRecord
  readonly volume: VolumeSource
  readonly provenance: Provenance
  readonly text: TextOptions
  /** Pages whose file is not in the zip count as empty: a person waived the gap. */
  readonly gapsWaived?: boolean
}

/** Who made the document, of what and when; no part of its content. */
export interface Provenance {
  readonly rev: number
  readonly fence: number
  readonly codeVersion: string
  readonly schemaVersion: number
  readonly configDigest: string
  readonly host: string
  /** ISO 8601 UTC. */
  readonly assembledAt: string
}

export interface AssembledDocument extends IndexDocument {
  /** Bytes of `json`. */
  readonly bytes: number
  readonly counts: {
    /** Pages METS names. */
    readonly expected: number
    /** Pages whose file was read from the zip. */
    readonly read: number
    /** Pages without text, those without a file included. */
    readonly empty: number
    /** Byte sequences and references that were no character and became a space. */
    readonly invalidBytes: number
  }
}

/**
 * Makes the document of one item from its METS file, its pages, its catalogue record and its rights. The document is
 * written once, as bytes, into one Buffer. Throws the METS_, ZIP_ and PAGE_ codes, VOLUME_TOO_LARGE, RECORD_UNREADABLE
 * and REPOSITORY_UNAVAILABLE; never answers a document with a page left out, but where gaps are waived.
 */
export async function assemble(input: AssemblyInput): Promise<AssembledDocument> {
  const { mets, read, texts } = await readVolume(input.volume, input.gapsWaived ?? false)
  const fields = documentFields({ ...input, mets }).map(([name, value]) => [name, JSON.stringify(value)] as const)

  const sink = new ByteSink(16_384 + texts.reduce((sum, text) => sum + text.length + 8, 0))
  sink.write(`{${fields.map(([name, json]) => `"${name}":${json}`).join(',')},"ocr":`)
  const ocr = sink.length
  sink.write('"')
  const written = writePages(texts, sink, input.text)
  sink.write('"')
  const pages = mets.pages.map(({ order, label }, index) => ({ order, label, ...written.pages[index]! }))
  const digest = digestOf(fields, sink.written(ocr), pages)
  sink.write(`,${JSON.stringify(provenanceFields(input.provenance, digest)).slice(1)}`)

  const { rev, fence } = input.provenance
  const counts = {
    expected: mets.pages.length,
    read: read.filter((text) => text !== null).length,
    empty: written.empty,
    invalidBytes: written.invalidBytes,
  }
  return { id: input.htid, fence, rev, digest, json: sink.written(), pages, bytes: sink.length, counts }
}

/** The page list belongs to the content: an engine that keeps pages keeps their numbers. */
function digestOf(fields: readonly (readonly [string, string])[], ocr: Buffer, pages: readonly PageSlice[]): string {
  const content = new Map<string, Uint8Array>(fields.map(([name, json]) => [name, Buffer.from(json)]))
  content.set('ocr', ocr)
  content.set('pages', Buffer.from(JSON.stringify(pages.map(({ order, label, length }) => [order, label, length]))))
  return contentDigest(content)
}

function provenanceFields(provenance: Provenance, digest: string): Record<string, string | number> {
  return {
    rev: provenance.rev,
    fence: provenance.fence,
    digest,
    code_version: provenance.codeVersion,
    schema_version: provenance.schemaVersion,
    config_digest: provenance.configDigest,
    host: provenance.host,
    assembled_at: provenance.assembledAt,
  }
}
