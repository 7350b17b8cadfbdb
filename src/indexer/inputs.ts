import { shortDigest } from '../repository/fingerprint.ts'
import type { ItemAnswer } from './asked-sources.ts'

/** What a document is made of, in the order of the parts of its fingerprint. */
const names = ['METS', 'pages', 'record', 'rights', 'holdings', 'collections'] as const
export type Input = (typeof names)[number]

export interface Inputs {
  /** As the repository tells it: METS and pages. */
  readonly files: string
  /** Over the share of the record that reaches the document. */
  readonly recordDigest: string | null
  readonly attr: number | null
  /** Of what holdings and collections say. */
  readonly digests: ItemAnswer['digests']
}

/** One text that changes with each of them: eight characters a part, parted by dots; a part of which there is nothing is empty. */
export function inputsFingerprint({ files, recordDigest, attr, digests }: Inputs): string {
  const { holdings = null, collections = null } = digests
  const others = [recordDigest, attr === null ? null : String(attr), holdings, collections]
  return [files, ...others.map((text) => (text === null ? '' : shortDigest(text)))].join('.')
}

/** Which of them differ between two fingerprints. */
export function differingInputs(one: string, other: string): Input[] {
  const [parts, others] = [one.split('.'), other.split('.')]
  return names.filter((_, index) => parts[index] !== others[index])
}
