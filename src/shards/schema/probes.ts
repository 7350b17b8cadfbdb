import { SlipError } from '../../errors/slip-error.ts'
import type { AnalyzedKind } from './analysis.ts'
import { differenceText, type SchemaDifference } from './difference.ts'

/**
 * Texts whose terms tell whether an engine analyses as the schema says: the steps may be named right and a module of the
 * server be another.
 */
export interface Probe {
  readonly kind: AnalyzedKind
  readonly text: string
  /** The terms of the index, in no order. */
  readonly index: readonly string[]
  /** Those that are asked for, of a phrase in quotation marks. */
  readonly query: readonly string[]
}

const words = 'Élan Straße 漢字 of the Whales'
const folded = ['elan', 'strasse']
const unigrams = ['字', '漢', '漢字']

export const probes: readonly Probe[] = [
  {
    kind: 'text',
    text: words,
    index: [...folded, ...unigrams, 'of', 'the', 'whales'],
    query: [...folded, '漢字', 'of', 'the', 'whales'],
  },
  {
    kind: 'stemmed',
    text: words,
    index: ['elan', 'strass', ...unigrams, 'of', 'the', 'whale'],
    query: ['elan', 'strass', '漢字', 'of', 'the', 'whale'],
  },
  {
    kind: 'ocr',
    text: words,
    index: [...folded, ...unigrams, '字_of', 'of', 'of_the', 'the', 'the_whales', 'whales'],
    query: [...folded, '漢字_of', 'of_the', 'the_whales'],
  },
  both('exact', 'Ä. B–c!', 'abc'),
  both('standardNumber', 'ISBN 0-306-40615-2 (pbk.)', '030640615'),
  both('lccn', 'n 78-890351', 'n78890351'),
  both('oclc', '(OCoLC)ocm00012345', '12345'),
  both('callNumber', 'QA 76.73 .J38', 'qa76.73j38'),
]

function both(kind: AnalyzedKind, text: string, ...terms: string[]): Probe {
  return { kind, text, index: terms, query: terms }
}

/** What an engine made of the text of a probe, where it is not what the schema says. */
export function termsDifferences(
  { kind, text, ...expected }: Probe,
  found: Pick<Probe, 'index' | 'query'>,
): SchemaDifference[] {
  const what = { index: `terms of “${text}” as ${kind}`, query: `terms asked for by “${text}” as ${kind}` }
  return (['index', 'query'] as const).flatMap((side) => {
    const [is, shouldBe] = [termsText(found[side]), termsText(expected[side])]
    return is === shouldBe ? [] : { what: what[side], is, shouldBe, needs: side === 'index' ? 'rebuild' : 'reload' }
  })
}

/** Throws ENGINE_INDEX_UNFIT where an index makes other terms than the schema says. */
export function assertAnalyses(
  differences: readonly SchemaDifference[],
  { urls, ...place }: { readonly target: string; readonly shard: number; readonly urls: readonly string[] },
): void {
  const [first] = differences
  if (first === undefined) return
  const message = `${urls.join(', ')}: the index of shard ${place.shard} analyses otherwise than its schema says: ${differenceText(first)}`
  throw new SlipError('ENGINE_INDEX_UNFIT', message, { place })
}

/** Engines give the terms of one place in different orders. */
const termsText = (terms: readonly string[]): string => [...terms].sort().join(' ')
