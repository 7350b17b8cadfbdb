/** A value in a field, and who finds it: what a person types, as typed. */
export interface SearchCase {
  readonly rule: string
  readonly field: string
  readonly value: string
  readonly finds: readonly string[]
  readonly misses: readonly string[]
}

const inText = (rule: string, value: string, finds: string[], misses: string[] = []): SearchCase => ({
  rule,
  field: 'ocr',
  value,
  finds,
  misses,
})
const inField = (field: string, rule: string, value: string, finds: string[], misses: string[] = []): SearchCase => ({
  rule,
  field,
  value,
  finds,
  misses,
})

const words: readonly SearchCase[] = [
  inText('case', 'Moby Dick', ['moby', 'MOBY DICK', '"mobY dick"'], ['mob', '"dick moby"']),
  inText('accents', 'Über die façade à Liège', ['uber', 'ÜBER', 'U\u0308ber', 'liege', 'facade'], ['ueber']),
  inText('combining accents', 'cafe\u0301', ['café', 'cafe', 'CAFÉ']),
  inText('German ß', 'Die große Straße', ['strasse', 'STRASSE', 'straße', 'grosse', 'GROẞE'], ['strase']),
  inText('long s', 'Congreſs ſhall', ['congress', 'shall', '"congress shall"'], ['congrefs']),
  inText('typographic ligatures', 'the ﬁrſt oﬃce ﬂame', ['first', 'office', 'flame', 'ﬁrst'], ['oce']),
  inText('æ, œ and ø', 'Ægypt œuvre Øre', ['aegypt', 'ægypt', 'oeuvre', 'ore'], ['egypt']),
  inText('letters with a stroke', 'Łódź', ['lodz', 'łódź']),
  inText('Turkish dots', 'İstanbul ılık', ['istanbul', 'ilik', 'ISTANBUL']),
  inText('Greek accents and final sigma', 'ΛΌΓΟΣ', ['λόγος', 'λογοσ', 'λογος']),
  inText('Cyrillic', 'Ещё мой чай', ['еще', 'ЕЩЕ', 'чай', 'чаи']),
  inText('Arabic vowels, tatweel and hamza', 'الكِتَابُ الـكـتاب أحمد', ['الكتاب', 'احمد', 'أحمد'], ['كتاب']),
  inText('Arabic presentation forms', 'ﻛﺘﺎﺏ', ['كتاب']),
  inText('Hebrew points', 'שָׁלוֹם עוֹלָם', ['שלום', 'שָׁלוֹם', '"שלום עולם"'], ['שלומ']),
  inText('native and full-width digits', '۱۲۳ １９８４ ४५', ['123', '۱۲۳', '1984', '45'], ['12']),
  inText('numbers with signs in them', '1,234.56 10-12', ['1,234.56', '10', '12', '"10 12"'], ['1', '234']),
  inText('hyphens', 'a well-known vis-à-vis', ['well-known', '"well known"', 'known', 'vis-a-vis'], ['wellknown']),
  inText('apostrophes of both kinds', 'l’homme', ["l'homme", 'l’homme', "L'HOMME"], ['homme']),
  inText('Thai', 'ภาษาไทยเป็นภาษา', ['ภาษาไทย', 'ไทย']),
  inText('Devanagari', 'हिन्दी भाषा', ['हिन्दी', '"हिन्दी भाषा"']),
]

const paired: readonly SearchCase[] = [
  inText('Chinese', '中華人民共和國', ['人民', '民共', '"人民共和"', '中華人民共和國'], ['民人', '中人', '中国']),
  inText('a single Chinese letter', '中華人民共和國', ['中', '民', '國'], ['国']),
  inText('Chinese letters set with blanks', '漢 字', ['"漢 字"', '漢'], ['漢字']),
  inText('kana and kanji', '本を読んでいる', ['読ん', '読んで', '"んでいる"'], ['読む']),
  inText('kana that are frequent', 'して いる その他', ['その', '"その他"', 'して いる'], ['るその']),
  inText('half-width kana', 'ｺﾝﾋﾟｭｰﾀ', ['コンピュータ', 'ピュー', 'ｺﾝﾋﾟｭｰﾀ'], ['コピ']),
  inText('combining sound marks', 'か\u3099', ['が', 'か\u3099']),
  inText('digits and Latin letters beside Chinese and Japanese ones', '12月刊 A級戦犯 Y染色体 平成12年', [
    '12月刊',
    '12月',
    'A級戦犯',
    '級戦',
    'Y染色体',
    '平成12年',
  ]),
  inText('common words beside Chinese letters', 'the漢字学会 of the 漢字学会', [
    'the 漢字',
    '漢字学会',
    '"漢字学会" of the',
  ]),
  inText('Korean words and phrases', '학교에서 공부', ['학교에서', '공부', '"학교에서 공부"'], ['교에']),
  inText('Korean in jamo', '학교'.normalize('NFD'), ['학교']),
  inField('title', 'Chinese in a title', '漢字学会', ['漢字', '字学', '漢'], ['会学']),
]

const phrases: readonly SearchCase[] = [
  inText(
    'common words in phrases',
    'the state of the art in the world',
    ['"state of the art"', '"of the"', '"the world"', '"in the world"', 'state-of-the-art'],
    ['"art of the state"', '"state the art"', '"the art of"'],
  ),
  inText('common words alone', 'the state of the art', ['the', 'of', 'art the', 'the of'], ['in']),
  inText(
    'phrases of nothing but common words',
    'to be or not to be',
    ['"to be or not to be"', '"not to"'],
    ['"be to"'],
  ),
  inText('folded common words', 'où l’on était', ['"où l’on était"', '"ou l\'on etait"'], ['"était l’on"']),
]

const catalogue: readonly SearchCase[] = [
  inField('topic', 'stems', 'Voyages and travels', ['voyage', '"voyage and travel"', 'VOYAGES'], ['voy']),
  inField('title', 'words without stems', 'Voyages and travels', ['voyages'], ['voyage']),
  inField(
    'title_a',
    'a whole title',
    'The whale: or, Moby-Dick!',
    ['the whale or moby dick', 'THE WHALE, OR, MOBY DICK'],
    ['the whale', 'moby dick'],
  ),
  inField('title_a', 'a whole Chinese title', '漢字　学会。', ['漢字学会'], ['漢字']),
  inField('language', 'exact values', 'Greek, Modern', ['Greek, Modern'], ['greek, modern', 'Greek']),
  inField(
    'lccn',
    'LCCN with blanks',
    '   85000002 ',
    ['85000002', '85-2', '85-000002', 'LCCN: 85-2'],
    ['85000003', '2'],
  ),
  inField('lccn', 'LCCN with a prefix', 'n  78890351 ', ['n78-890351', 'n 78890351', '(DLC) N78890351'], ['78890351']),
  inField('lccn', 'LCCN with a suffix', '   75425165 //r75', ['75-425165', '75425165/AC/r932'], ['75']),
  inField('lccn', 'LCCN of ten digits', '2001000002', ['2001-000002', '2001-2'], ['2001']),
  inField(
    'isbn',
    'ISBN of ten digits',
    '0198526636 (pbk.) :',
    ['0-19-852663-6', '9780198526636', 'isbn-13: 978 0 19 852663 6', 'ISBN10 0198526636', '198526636'],
    ['019852663', '0198526644', '9790198526636'],
  ),
  inField('isbn', 'ISBN with X', '080442957X', ['0-8044-2957-x', '978-0-8044-2957-3', '0 8044 2957 X'], ['0804429560']),
  inField(
    'isbn',
    'ISBN of thirteen digits',
    'ISBN 978-3-16-148410-0',
    ['9783161484100', '3-16-148410-X'],
    ['316148410'],
  ),
  inField('isbn', 'ISBN of 979', '979-10-90636-07-1', ['9791090636071'], ['1090636071']),
  inField('issn', 'ISSN', '0024-9319 (print)', ['00249319', 'ISSN 0024-9319'], ['0024', '0024-9310']),
  inField('oclc', 'OCLC', '(OCoLC)ocm00012345', ['12345', 'ocm12345', 'OCLC 12345', '00012345'], ['1234', '2345']),
  inField('oclc', 'OCLC of ten digits', 'on1234567890', ['1234567890', '(OCoLC)1234567890'], ['123456789']),
  inField(
    'callnumber',
    'LC call number',
    'QA76.73 .J38 B59 2004',
    ['qa76.73.j38 b59 2004', 'QA 76.73 .J38 B59 2004', 'QA76.73.J38B59 2004'],
    ['QA767.3 .J38 B59 2004', 'QA76.73', 'QA76.73 .J38 B592004'],
  ),
  inField('callnumber', 'Dewey number', '823.914 B59', ['823.914/B59'], ['8239.14 B59', '823914 B59']),
  inField('sudoc', 'SuDoc number', 'A 1.2:F 76/4', ['A1.2:F76/4', 'a 1.2 f 76/4'], ['A 12:F 76/4']),
  inField('isbn', 'a value without a number', 'no number', [], ['hello', '???', 'no number']),
]

export const searchCases: readonly SearchCase[] = [...words, ...paired, ...phrases, ...catalogue]
