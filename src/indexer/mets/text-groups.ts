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
  readonly isText: (file: MetsEntry) => boolean
  /** For a message. */
  readonly name: string
}

/**
 * The group of a METS of Kitodo's kind that holds the text: `FULLTEXT`, else `ALTO`, of `ALTO3` and `ALTO4` the later, else an
 * `ocr` of markup. A group is called by its USE or its ID. Null where METS names no text. MIMETYPE of the first two is not asked: one library's ALTO is
 * called application/pdf.
 */
export function namedText({ files }: MetsFile): TextGroup | null {
  let version: number | null = null
  let hasOcr = false
  for (const file of files.values()) {
    if (file.use === 'FULLTEXT') return { isText: ({ use }) => use === 'FULLTEXT', name: 'FULLTEXT' }
    const found = altoVersion(file)
    if (found !== null && (version === null || found > version)) version = found
    hasOcr ||= isMarkupOcr(file)
  }
  if (version !== null) return { isText: (file) => altoVersion(file) === version, name: `ALTO${version || ''}` }
  return hasOcr ? { isText: isMarkupOcr, name: 'ocr' } : null
}

const isMarkupOcr = ({ use, mime }: MetsEntry): boolean => /^ocr$/i.test(use ?? '') && isXml(mime)
