import { type Kind, nth } from '../kind.ts'
import { bytesOf, placeIn, withByteChanged, withPieceMoved, xmlSpans } from '../places.ts'
import { soundMets, volume } from './sound.ts'

const spans = xmlSpans(soundMets())
const sound = bytesOf(spans)
const withProlog = (prolog: string, body = (xml: string) => xml) => volume({ mets: body(soundMets({ prolog })) })

/** `levels` entities of ten each of the one before: a billion of the first with nine. */
function laughs(levels: number, parameter: boolean): string {
  const mark = parameter ? '% ' : ''
  const use = (name: string) => (parameter ? `%${name};` : `&${name};`)
  const entities = Array.from({ length: levels }, (_, level) => {
    const value = level === 0 ? 'lol' : use(`e${level - 1}`).repeat(10)
    return `<!ENTITY ${mark}e${level} "${value}">`
  })
  return `<!DOCTYPE m [${entities.join('')}${parameter ? use(`e${levels - 1}`) : ''}]>`
}

const secret = '../../../../../secret.txt'
const targets = [
  'file:///etc/passwd',
  secret,
  `file://${secret}`,
  'http://192.0.2.1/x',
  '//192.0.2.1/x',
  'jar:file:x!/y',
  'data:,x',
]

/** A name for `used` in a label of the first page. */
const inLabel = (used: string) => (xml: string) => xml.replace('ORDERLABEL="iii"', `ORDERLABEL="${used}"`)
const inText = (used: string) => (xml: string) => xml.replace('a&amp;b', used)

const encodings: readonly Buffer[] = [
  Buffer.from(soundMets().replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-16"?>')),
  Buffer.from(soundMets().replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="UTF-7"?>')),
  Buffer.from(soundMets().replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="x-user-defined"?>é')),
  Buffer.from(soundMets().replace('<?xml version="1.0"?>', '<?xml version="1.0" encoding="\u0000"?>')),
  Buffer.from(inLabel('\xff\xfe')(soundMets()), 'latin1'),
  Buffer.from(inLabel('\xed\xa0\x80')(soundMets()), 'latin1'),
  Buffer.from(inLabel('\xc0\xaf')(soundMets()), 'latin1'),
  Buffer.from(inLabel('\xf8\x88\x80\x80\x80')(soundMets()), 'latin1'),
  Buffer.from(soundMets(), 'utf16le'),
  Buffer.from(`\uFEFF${soundMets()}`, 'utf16le').subarray(0, -1),
  Buffer.from(`\uFEFF${inLabel('\ud800')(soundMets())}`, 'utf16le'),
  Buffer.concat([Buffer.from('\uFEFF'), Buffer.from(`\uFEFF${soundMets()}`, 'utf16le')]),
  Buffer.alloc(0),
  Buffer.alloc(1),
  Buffer.alloc(4096),
  Buffer.from('<'),
  Buffer.from('\uFEFF'),
  Buffer.from([0xff, 0xfe]),
  Buffer.from('<!DOCTYPE html><html><body>404 Not Found</body></html>'),
  Buffer.from('{"error": "no METS"}'),
]

const namespaceTricks: readonly ((xml: string) => string)[] = [
  (xml) => xml.replaceAll('http://www.loc.gov/METS/', 'http://www.loc.gov/METS'),
  (xml) => xml.replaceAll('http://www.loc.gov/METS/', ' http://www.loc.gov/METS/ '),
  (xml) => xml.replace('xmlns:METS=', 'xmlns:mets='),
  (xml) => xml.replace('<METS:fileSec>', '<METS:fileSec xmlns:METS="urn:other">'),
  (xml) => xml.replace('<METS:fileSec>', '<METS:fileSec xmlns:xl="urn:other">'),
  (xml) => xml.replace('xmlns:xl=', 'xmlns:xml='),
  (xml) => xml.replace('xmlns:xl=', 'xmlns:xmlns='),
  (xml) => xml.replace('<METS:fileSec>', '<METS:fileSec xmlns:METS="">'),
  (xml) => xml.replace('<METS:fileSec>', '<METS:fileSec xmlns:__proto__="urn:x" __proto__:a="1" constructor="2">'),
  (xml) => xml.replaceAll('xl:href', 'href'),
]

const lengths: readonly ((xml: string) => string)[] = [
  inLabel('i'.repeat(2 ** 20)),
  inLabel('&#65;'.repeat(50_000)),
  (xml) => xml.replace('FRONT_COVER', ','.repeat(100_000)),
  (xml) => xml.replace('FRONT_COVER', Array.from({ length: 20_000 }, (_, index) => `F${index}`).join(',')),
  inText('x'.repeat(2 ** 20)),
  (xml) =>
    xml.replace('<METS:fileSec>', `<METS:fileSec ${Array.from({ length: 20_000 }, (_, n) => `a${n}="1"`).join(' ')}>`),
  (xml) =>
    xml.replace(
      '<METS:fileSec>',
      `<METS:fileSec ${Array.from({ length: 2_000 }, (_, n) => `xmlns:a${n}="u${n}"`).join(' ')}>`,
    ),
  (xml) => xml.replace('OBJID="mdp.case"', `OBJID="${'x'.repeat(2 ** 20)}"`),
  (xml) => xml.replace(/PROFILE="[^"]*"/, `PROFILE="${'x'.repeat(2 ** 20)}"`),
  (xml) => xml.replace('<METS:fileSec>', `${'<!-- -->'.repeat(50_000)}<METS:fileSec>`),
  (xml) => xml.replace('<METS:fileSec>', `<METS:x${'y'.repeat(2 ** 20)}/><METS:fileSec>`),
  (xml) => xml.replace('<METS:fileSec>', `${'<x>'.repeat(20_000)}${'</x>'.repeat(20_000)}<METS:fileSec>`),
]

/** What XML itself can be: cut, damaged, of another encoding, with entities. */
export const metsKinds: readonly Kind[] = [
  {
    subject: 'METS',
    name: 'cut in every kind of place',
    cases: 110,
    ends: ['METS_UNREADABLE'],
    make: (random, index) => volume({ mets: sound.subarray(0, placeIn(spans, random, index)) }),
  },
  {
    subject: 'METS',
    name: 'a byte changed in every kind of place',
    cases: 132,
    make: (random, index) => volume({ mets: withByteChanged(sound, placeIn(spans, random, index), random) }),
  },
  {
    subject: 'METS',
    name: 'a piece taken out, put in twice, put elsewhere',
    cases: 60,
    make: (random) => volume({ mets: withPieceMoved(sound, random) }),
  },
  {
    subject: 'METS',
    name: 'an entity bomb',
    cases: 20,
    ends: ['METS_UNREADABLE'],
    make(random, index) {
      const levels = random.whole(2, 30)
      if (index % 4 === 0) return withProlog(laughs(levels, true))
      if (index % 4 === 1) return withProlog(laughs(levels, false), inLabel(`&e${levels - 1};`))
      if (index % 4 === 2) return withProlog('<!DOCTYPE m [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', inText('&a;'))
      const quadratic = `<!DOCTYPE m [<!ENTITY a "${'a'.repeat(10_000)}">]>`
      return withProlog(quadratic, inText('&a;'.repeat(random.whole(10, 2_000))))
    },
  },
  {
    subject: 'METS',
    name: 'an external entity, or one that nobody defined',
    cases: 28,
    ends: ['METS_UNREADABLE'],
    make(_random, index) {
      const target = nth(targets, index)
      if (index % 4 === 0) return withProlog(`<!DOCTYPE m [<!ENTITY e SYSTEM "${target}">]>`, inText('&e;'))
      if (index % 4 === 1) return withProlog(`<!DOCTYPE m [<!ENTITY % e SYSTEM "${target}">%e;]>`)
      if (index % 4 === 2) return withProlog(`<!DOCTYPE m [<!ENTITY e PUBLIC "x" "${target}">]>`, inLabel('&e;'))
      return withProlog(`<!DOCTYPE m SYSTEM "${target}">`, inText('&e;'))
    },
  },
  {
    subject: 'METS',
    name: 'a DTD that is not fetched, an XInclude that is not followed',
    cases: 14,
    ends: ['document'],
    make(_random, index) {
      const target = nth(targets, index)
      if (index % 2 === 0) return withProlog(`<!DOCTYPE m SYSTEM "${target}">`)
      const include = `<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="${target}" parse="text"/>`
      return volume({ mets: soundMets().replace('<METS:fileSec>', `${include}<METS:fileSec>`) })
    },
  },
  {
    subject: 'METS',
    name: 'an encoding that lies, or no XML at all',
    cases: 20,
    make: (_random, index) => volume({ mets: nth(encodings, index) }),
  },
  {
    subject: 'METS',
    name: 'a trick with namespaces',
    cases: 10,
    make: (_random, index) => volume({ mets: nth(namespaceTricks, index)(soundMets()) }),
  },
  {
    subject: 'METS',
    name: 'a name, value or number of things far too long',
    cases: 12,
    make: (_random, index) => volume({ mets: nth(lengths, index)(soundMets()) }),
  },
]
