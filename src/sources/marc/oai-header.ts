import { decodeReferences } from '../xml-references.ts'

/** The header that OAI-PMH puts before a record, or in place of one that was deleted. */
export interface OaiHeader {
  readonly identifier: string
  readonly isDeleted: boolean
}

/** A header is a few hundred characters. */
const longestHeader = 16 * 1024
const begin = /^<(?:[\w.-]+:)?record\b[^>]*>\s*<(?:[\w.-]+:)?header\b([^>]*)>(.*?)<\/(?:[\w.-]+:)?header\s*>/s
const identifierIn = /<(?:[\w.-]+:)?identifier\b[^>]*>([^<]*)</

/** The header with which a record element begins; null when it begins with none. */
export function oaiHeaderOf(record: string): OaiHeader | null {
  const [, attributes = '', content = ''] = begin.exec(record.slice(0, longestHeader)) ?? []
  const written = identifierIn.exec(content)?.[1]
  if (written === undefined) return null
  const isDeleted = /\sstatus\s*=\s*["']deleted["']/.test(attributes)
  try {
    return { identifier: decodeReferences(written, refuse).trim(), isDeleted }
  } catch (error) {
    if (error instanceof NoText) return null
    throw error
  }
}

/** What stands in an identifier behind the last colon or slash, where most repositories put the id of the record. */
export const lastPartOf = (identifier: string): string => identifier.replace(/^.*[:/]/s, '')

class NoText extends Error {}

const refuse = (reason: string): never => {
  throw new NoText(reason)
}
