import { type BibField, distinct, headings, values } from './extract.ts'
import { geographicNames } from './geographic-names.ts'
import { joined, subfieldOf } from './marc-record.ts'
import { trimPunctuation } from './punctuation.ts'

// Of a heading of subject by MARC 21, all that names it: not e and u, who someone is to the book, i and w, which say what
// stands beside them, and no figure, which is a code.
const heading = 'abcdfghjklmnopqrstvxyz'

/** What a book is about; headings that a machine has made of others (FAST) say nothing new. */
export function subjectsOf(fields: readonly BibField[]): Record<string, readonly string[]> {
  const subjects = fields.filter(({ tag, field }) => /^6\d\d$/.test(tag) && !isMadeOfOthers(field))
  const areas = values(fields, { '043': 'a' })
  return {
    topicStr: topicsOf(subjects),
    genre: headings(subjects, { 655: 'ab' }),
    geographicStr: distinct(areas.map((code) => geographicNames.get(code.replace(/-+$/, '')) ?? '')),
    era: erasOf(subjects),
  }
}

/** What a heading begins with counts by itself, then the whole of it. */
function topicsOf(subjects: readonly BibField[]): string[] {
  const about = subjects.filter(({ tag }) => /^6(?:[0-6]\d|90)$/.test(tag))
  const texts = about.flatMap(({ field }) => [
    ...field.subfields.filter(([code]) => code === 'a').map(([, text]) => text),
    joined(field, heading),
  ])
  return distinct(texts.map(trimPunctuation))
}

/** Chronological subdivision; in the fields 690–699, which MARC leaves to libraries, they write it in y or z. */
function erasOf(subjects: readonly BibField[]): string[] {
  const texts = subjects.flatMap(({ tag, field }) => {
    const codes = tag.startsWith('69') ? 'yz' : 'y'
    return field.subfields.filter(([code]) => codes.includes(code)).map(([, text]) => text)
  })
  return distinct(texts)
}

function isMadeOfOthers(field: BibField['field']): boolean {
  return field.indicators[1] === '7' && (subfieldOf(field, '2')?.includes('fast') ?? false)
}
