import type { MetsEntry, MetsFile } from './mets-file.ts'

const docWorksNames = /^(?:fulltext|content|text)$/i
const altoNames = /^alto(\d{0,3})$/i
const isMarkup = (mime: string | null): boolean => mime === null || /xml|html|text\/plain/i.test(mime)
const isXml = (mime: string | null): boolean => mime !== null && /xml|html/i.test(mime)

/** Text as docWorks has it: `ALTOGRP` is the ID that it gives its group, where this has no USE. */
export const isDocWorksText = ({ use, mime }: MetsEntry): boolean =>
  use !== null && (docWorksNames.test(use) || use === 'ALTOGRP') && isMarkup(mime)

/** Text as HathiTrust has it: plain. Of other libraries a group of this name holds ALTO or hOCR. */
export const isPlainOcr = ({ use, mime }: MetsEntry): boolean => use === 'ocr' && !isXml(mime)

/** The version in the name of a group of ALTO, 0 for `ALTO`; null for another group. */
function altoVersion({ use, groupId }: MetsEntry): number | null {
  const version = (altoNames.exec(use ?? '') ?? altoNames.exec(groupId ?? ''))?.[1]
  return version === undefined ? null : Number(version)
}

export interface TextGroup {
  /** True of a file that is the text of a page. */
  readonly isText: (file: MetsEntry) => boolean
  /** What it is called, for a message. */
  readonly name: string
}

/** The group of that USE. */
export const groupOf = (name: string): TextGroup => ({ isText: ({ use }) => use === name, name: `USE="${name}"` })

/**
 * The groups of a METS of Kitodo's kind that hold the text, the best first: `FULLTEXT`, `ALTO`, of `ALTO3` and `ALTO4` the later, an
 * `ocr` of markup. A group is called by its USE or its ID. None where METS names no text. MIMETYPE of the first two is not asked: one library's ALTO is
 * called application/pdf.
 */
export function namedGroups({ files }: MetsFile): TextGroup[] {
  const entries = [...files.values()]
  const versions = new Set(entries.map(altoVersion).filter((version) => version !== null))
  const alto = [...versions].sort((a, b) => b - a).map((version) => altoOf(version))
  const groups = [groupOf('FULLTEXT'), ...alto, { isText: isMarkupOcr, name: 'USE="ocr"' }]
  return groups.filter(({ isText }) => entries.some(isText))
}

const altoOf = (version: number): TextGroup => ({
  isText: (file) => altoVersion(file) === version,
  name: `USE="ALTO${version || ''}"`,
})

const isMarkupOcr = ({ use, mime }: MetsEntry): boolean => /^ocr$/i.test(use ?? '') && isXml(mime)
