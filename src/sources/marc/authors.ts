import { type BibField, distinct, headings, ofTags, type Taken, values } from './extract.ts'
import { subfieldOf } from './marc-record.ts'
import { trimPunctuation } from './punctuation.ts'

// What names someone, by MARC 21: a name, b numeration or unit, c titles or place, d dates, e unit of a meeting, j what an
// unnamed artist is attributed by, n number of a meeting, q fuller form.
const person = 'abcdjq'
const body = 'abcdn'
const meeting = 'acdenq'
const mainNames: Taken = { 100: person, 110: body, 111: meeting }
const addedNames: Taken = { 700: person, 710: body, 711: meeting }

// With what they did, e, where they belong, u, and their address among the authorities, 0, as the catalogue has it. The work
// that an added entry names is no name.
const inFull: Taken = {
  ...ofTags('100 700', `${person}eu0`),
  ...ofTags('110 710', `${body}eu0`),
  ...ofTags('111 711', `${meeting}ju0`),
  // a name that nobody has brought into a form; authors of works that continue, translate or accompany this one
  ...ofTags('720 760 762 765 767 770 772 773 774 775 776 777 780 785 786 787', 'a'),
  // as it stands on the title page
  245: 'c',
}

/** Who is named in the contents note. */
const inContents: Taken = { 505: 'r' }

/** Names of persons and bodies; not the one that a supplier of records signs all of them with. */
export function authorsOf(all: readonly BibField[]): Record<string, readonly string[]> {
  const fields = all.filter(({ field }) => !(field.tag === '710' && subfieldOf(field, '9')?.includes('WaSeSS')))
  const author = headings(fields, { ...mainNames, ...addedNames })
  return {
    mainauthor: headings(fields, mainNames),
    author,
    // a body that is the main entry is a contributor besides
    author2: headings(fields, { 110: body, 111: meeting, ...addedNames }),
    author_top: headings(fields, inFull),
    author_rest: values(fields, inContents),
    author_sortkey: distinct(author.slice(0, 1).map(nameKey)),
  }
}

// Letters that Unicode does not take apart, as the rules below want them.
const plain: ReadonlyMap<string, string> = new Map(
  'æ-ae œ-oe ø-o đ-d ð-d þ-th ł-l ı-i ß-ss ơ-o ư-u ℓ-l'.split(' ').map((pair) => {
    const [letter = '', letters = ''] = pair.split('-')
    return [letter, letters]
  }),
)

/**
 * A name by the Authority File Comparison Rules of NACO, in lower case: without accents, apostrophes and brackets, other
 * punctuation a blank, but for `& # + @ ♭ ♯` and the first comma, which stands between the parts of a name.
 */
function nameKey(name: string): string {
  const letters = name
    .normalize('NFKD')
    .replace(/[\p{M}'’‘ʹʺʻʼʾʿ[\]]/gu, '')
    .toLowerCase()
  const [first = '', ...rest] = [...letters]
    .map((letter) => plain.get(letter) ?? letter)
    .join('')
    .split(',')
  const parts = rest.length === 0 ? [first] : [first, rest.join(' ')]
  const words = parts.map((part) => part.replace(/[^\p{L}\p{N}&#+@♭♯]+/gu, ' ').trim())
  return trimPunctuation(words.join(', ').replace(/, $/, ''))
}
