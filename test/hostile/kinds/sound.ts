import { metsOf, type TestMets } from '../../indexer/mets/mets-file.ts'
import type { VolumeInput } from '../kind.ts'
import { type Packed, zipBytes } from '../zip-bytes.ts'

/** The item that every volume is laid as. */
export const htid = 'mdp.case'

const texts = ['Call me Ishmael.', 'Some years ago – never mind how long', 'having little or no money']
const soundText = texts.join(' ')
/** A text long enough that something of it can be damaged when it is packed. */
export const soundPages: readonly Packed[] = texts.map((data, index) => ({ path: `case/${index + 1}.txt`, data }))
export const soundZip = zipBytes(soundPages)

const pages = texts.map((_, index) => ({
  order: index + 1,
  file: `${index + 1}.txt`,
  label: index === 2 ? 'iii' : null,
  features: index === 0 ? 'FRONT_COVER, IMAGE_ON_PAGE' : null,
}))

/** A METS file with something of everything that XML has. */
export const soundMets = (change: Partial<TestMets> = {}): string =>
  metsOf({
    pages,
    objid: htid,
    prolog: '<!DOCTYPE METS:mets SYSTEM "mets.dtd"><!-- made for a test --><?editor none?>',
    gbs: '<g:readingOrder><![CDATA[left-to-right]]></g:readingOrder><g:coverTag>a&amp;b</g:coverTag>',
    ...change,
  })

/** A volume that is sound but for what is given. */
export const volume = (change: Partial<VolumeInput>): VolumeInput => ({
  of: 'volume',
  mets: soundMets(),
  zip: soundZip,
  text: soundText,
  ...change,
})

/** METS of pages `1.txt` to `N.txt`, and no more than that: short for its number of pages. */
export const plainMets = (count: number, name = (order: number) => `${order}.txt`): string =>
  metsOf({
    pages: Array.from({ length: count }, (_, index) => ({ order: index + 1, file: name(index + 1) })),
    objid: htid,
  })
