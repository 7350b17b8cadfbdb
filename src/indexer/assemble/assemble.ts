import type { Admit, VolumeSource } from '../../repository/repository.ts'
import type { IndexDocument, PageSlice } from '../../shards/engine.ts'
import type { Memberships } from '../../sources/memberships/memberships.ts'
import type { CatalogueRecord } from '../../sources/source.ts'
import { ByteSink } from '../text/byte-sink.ts'
import { type TextOptions, writePages } from '../text/pages.ts'
import { contentDigest } from './digest.ts'
import { documentFields } from './document.ts'
import type { Checksums } from './page-checks.ts'
import { readVolume } from './volume-text.ts'

export interface AssemblyInput {
  readonly htid: string
  /** Numeric rights attribute of the item. */
  readonly attr: number
  /** Share one object between the items of a record: what is parsed of it is kept with it. */
  readonly record: CatalogueRecord
  /** What it belongs to; without it nothing was asked. */
  readonly memberships?: Memberships
  readonly volume: VolumeSource
  readonly provenance: Provenance
  readonly text: TextOptions
  /** Pages whose file is not there count as empty: a person waived the gap. */
  readonly gapsWaived?: boolean
  /** What of the page files is compared with what METS states. */
  readonly checksums?: Checksums
  /** Told of about the bytes of the document before its pages are read. */
  readonly admit?: Admit | undefined
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
  /** Fingerprint of what it is made of, for the ledger alone. */
  readonly inputs: string
}

export interface AssembledDocument extends IndexDocument {
  readonly made: Provenance
  /** Of the whole document. */
  readonly bytes: number
  readonly counts: {
    /** Pages METS names. */
    readonly expected: number
    /** Pages whose file was read. */
    readonly read: number
    /** Pages without text, those without a file included. */
    readonly empty: number
    /** Byte sequences and references that were no character and became a space. */
    readonly invalidBytes: number
    /** Fields of which a value is longer than an engine can match as it is, and was cut: one name for each value. */
    readonly cut: readonly string[]
  }
}

/** The same content as another write of it: for another target, or anew. The text is held once. */
export function stamped(document: AssembledDocument, write: Pick<Provenance, 'rev' | 'fence'>): AssembledDocument {
  const { rev, fence } = write
  const made = { ...document.made, rev, fence }
  const provenance = provenanceOf(made, document.digest, document.counts)
  return { ...document, rev, fence, made, provenance, bytes: document.json.length + provenance.length }
}

/** Bytes of a document beside its text, more than those of nearly all. */
const besideText = 16_384

/**
 * Makes the document of one item from its METS file, its pages, its catalogue record and its rights. The document is
 * written once, as bytes, into one Buffer. Throws the METS_, ZIP_ and PAGE_ codes, VOLUME_TOO_LARGE, RECORD_UNREADABLE
 * and REPOSITORY_UNAVAILABLE; never answers a document with a page left out, but where gaps are waived.
 */
export async function assemble(input: AssemblyInput): Promise<AssembledDocument> {
  const { gapsWaived = false, checksums = 'off', admit } = input
  const { dehyphenate } = input.text
  const admitDocument = admit && ((pages: number) => admit(pages + besideText))
  const reading = { gapsWaived, checksums, dehyphenate, admit: admitDocument }
  const { mets, read, texts } = await readVolume(input.volume, reading)
  const cut: string[] = []
  const fields = documentFields({ ...input, mets }, (field) => cut.push(field)).map(
    ([name, value]) => [name, JSON.stringify(value)] as const,
  )

  const sink = new ByteSink(besideText + texts.reduce((sum, text) => sum + text.length + 8, 0))
  sink.write(`{${fields.map(([name, json]) => `"${name}":${json}`).join(',')},"ocr":`)
  const ocr = sink.length
  sink.write('"')
  const written = writePages(texts, sink, input.text)
  sink.write('"')
  const pages = mets.pages.map(({ order, label }, index) => ({ order, label, ...written.pages[index]! }))
  const digest = digestOf(fields, sink.written(ocr), pages)
  const json = sink.written()
  const counts = {
    expected: mets.pages.length,
    read,
    empty: written.empty,
    invalidBytes: written.invalidBytes,
    cut,
  }
  const provenance = provenanceOf(input.provenance, digest, counts)
  const bytes = json.length + provenance.length
  const { rev, fence } = input.provenance
  return { id: input.htid, fence, rev, digest, json, provenance, made: input.provenance, pages, bytes, counts }
}

/** The page list belongs to the content: an engine that keeps pages keeps their numbers. */
function digestOf(fields: readonly (readonly [string, string])[], ocr: Buffer, pages: readonly PageSlice[]): string {
  const content = new Map<string, Uint8Array>(fields.map(([name, json]) => [name, Buffer.from(json)]))
  content.set('ocr', ocr)
  content.set('pages', Buffer.from(JSON.stringify(pages.map(({ order, label, length }) => [order, label, length]))))
  return contentDigest(content)
}

/** Counts say how the content was read, so they are none of it: a gap that was waived is an empty page. */
function provenanceOf(provenance: Provenance, digest: string, counts: AssembledDocument['counts']): Buffer {
  const fields = {
    rev: provenance.rev,
    fence: provenance.fence,
    digest,
    pages: counts.expected,
    read_pages: counts.read,
    empty_pages: counts.empty,
    invalid_bytes: counts.invalidBytes,
    code_version: provenance.codeVersion,
    schema_version: provenance.schemaVersion,
    config_digest: provenance.configDigest,
    host: provenance.host,
    assembled_at: provenance.assembledAt,
  }
  return Buffer.from(`,${JSON.stringify(fields).slice(1)}`)
}
