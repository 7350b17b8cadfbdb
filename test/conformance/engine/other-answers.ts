import type { OtherAnswers } from './subject.ts'

/**
 * What the embedded engine answers otherwise: it folds by rules of its own, knows no stems, and reads a field of the catalogue as
 * words, whatever stands in it (docs/engines.md).
 */
export const embeddedAnswers: OtherAnswers = {
  'native and full-width digits': ['123', '45'],
  'numbers with signs in them': ['1', '234'],
  'apostrophes of both kinds': ['homme'],
  'Korean words and phrases': ['교에'],
  stems: ['voyage', '"voyage and travel"'],
  'a whole title': ['the whale', 'moby dick'],
  'a whole Chinese title': ['漢字学会', '漢字'],
  'exact values': ['greek, modern', 'Greek'],
  'LCCN with blanks': ['85-2', '85-000002', 'LCCN: 85-2'],
  'LCCN with a prefix': ['n78-890351', '(DLC) N78890351', '78890351'],
  'LCCN with a suffix': ['75-425165', '75425165/AC/r932'],
  'LCCN of ten digits': ['2001-000002', '2001-2'],
  'ISBN of ten digits': [
    '0-19-852663-6',
    '9780198526636',
    'isbn-13: 978 0 19 852663 6',
    'ISBN10 0198526636',
    '198526636',
  ],
  'ISBN with X': ['0-8044-2957-x', '978-0-8044-2957-3', '0 8044 2957 X'],
  'ISBN of thirteen digits': ['9783161484100', '3-16-148410-X'],
  'ISBN of 979': ['9791090636071'],
  ISSN: ['00249319', 'ISSN 0024-9319', '0024'],
  OCLC: ['12345', 'ocm12345', 'OCLC 12345', '00012345'],
  'OCLC of ten digits': ['1234567890', '(OCoLC)1234567890'],
  'LC call number': ['QA 76.73 .J38 B59 2004', 'QA76.73.J38B59 2004', 'QA76.73'],
  'SuDoc number': ['A1.2:F76/4'],
  'a value without a number': ['no number'],
}

/**
 * What Solr and OpenSearch answer `slipctl search` otherwise than who asks them for the words: what is typed without blanks is a
 * phrase, and pairs of letters have one place less in a query than in the index.
 */
export const luceneAnswers: OtherAnswers = {
  'digits and Latin letters beside Chinese and Japanese ones': ['平成12年'],
}
