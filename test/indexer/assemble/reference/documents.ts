import { existsSync, globSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { decodeReferences } from '../../../../src/sources/xml-references.ts'

const folder = '../shared/data/solr-docs'
export const isReferenceThere = existsSync(folder)

/** A document of HathiTrust's indexer, as it was sent to its Solr. */
export interface ReferenceDocument {
  readonly id: string
  readonly fields: ReadonlyMap<string, readonly string[]>
}

/** All of them, in the order of their files. */
export function referenceDocuments(): ReferenceDocument[] {
  return globSync(`${folder}/*.xml*`)
    .sort()
    .map((file) => {
      const bytes = readFileSync(file)
      const xml = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
      const fields = new Map<string, string[]>()
      for (const [, name, value] of xml.matchAll(/<field name="([^"]+)">([^<]*)<\/field>/g)) {
        fields.set(name!, [...(fields.get(name!) ?? []), decoded(value!)])
      }
      return { id: fields.get('id')![0]!, fields }
    })
}

/** A text as it was before it was put into quotation marks and its `&`, `<` and `>` escaped. */
export const whole = ({ fields }: ReferenceDocument, name: string): string =>
  decoded((fields.get(name)?.[0] ?? '').replace(/^"|"$/g, ''))

const decoded = (text: string): string =>
  decodeReferences(text, (reason) => {
    throw new Error(reason)
  })
