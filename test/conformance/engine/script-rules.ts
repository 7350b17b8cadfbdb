import { describe, expect, test } from 'vitest'
import { document } from './documents.ts'
import { type Difference, type Subject, shards } from './subject.ts'

interface Sample {
  readonly script: string
  readonly text: string
  /** Query, and what is marked in the text for it. */
  readonly finds: readonly (readonly [query: string, marked: readonly string[]])[]
  readonly misses: readonly string[]
  /** What an engine with a difference marks for a query instead; nothing = it does not find it. */
  readonly differs?: Readonly<
    Partial<Record<Difference, readonly (readonly [query: string, marked: readonly string[]])[]>>
  >
}

const samples: readonly Sample[] = [
  {
    script: 'Latin with diacritics',
    text: 'Die große Straße führt naïve Reiſende zum Café; cœur, Ærø, Łódź, ﬁn.',
    finds: [
      ['grosse', ['große']],
      ['STRASSE', ['Straße']],
      ['fuhrt naive', ['führt', 'naïve']],
      ['reisende', ['Reiſende']],
      ['cafe\u0301', ['Café']],
      ['coeur', ['cœur']],
      ['lodz', ['Łódź']],
      ['fin', ['ﬁn']],
    ],
    misses: ['strass', 'fuehrt'],
  },
  {
    script: 'Greek',
    text: 'Ἐν ἀρχῇ ἦν ὁ λόγος, καὶ ὁ λόγος ἦν πρὸς τὸν θεόν',
    finds: [
      ['λογος', ['λόγος', 'λόγος']],
      ['ΛΌΓΟΣ', ['λόγος', 'λόγος']],
      ['"εν αρχη"', ['Ἐν', 'ἀρχῇ']],
    ],
    misses: ['λογοι'],
    differs: { 'iota subscript': [['"εν αρχη"', []]] },
  },
  {
    script: 'Cyrillic',
    text: 'Всё смешалось в доме Облонских: лёгкий край',
    finds: [
      ['все', ['Всё']],
      ['ОБЛОНСКИХ', ['Облонских']],
      ['"легкий край"', ['лёгкий', 'край']],
    ],
    misses: ['облонский'],
  },
  {
    script: 'Hebrew',
    text: 'בְּרֵאשִׁית בָּרָא אֱלֹהִים',
    finds: [
      ['בראשית', ['בְּרֵאשִׁית']],
      ['"ברא אלהים"', ['בָּרָא', 'אֱלֹהִים']],
    ],
    misses: ['בראשי'],
  },
  {
    script: 'Arabic',
    text: 'بِسْمِ اللَّهِ الرَّحْمٰنِ كتـــاب',
    finds: [
      ['بسم', ['بِسْمِ']],
      ['الرحمن', ['الرَّحْمٰنِ']],
      ['كتاب', ['كتـــاب']],
    ],
    misses: ['رحمن'],
  },
  {
    script: 'Chinese',
    text: '北京大学图书馆藏书，第三章。中国历史',
    finds: [
      ['图书馆', ['图书馆']],
      ['大学', ['大学']],
      ['馆', ['馆']],
      ['书', ['书', '书']],
      ['"中国历史" 北京', ['北京', '中国历史']],
    ],
    misses: ['京学', '书第', '馆图'],
  },
  {
    script: 'Japanese',
    text: '東京の図書館で、ﾌﾞﾗｳﾝさんはガラスの本を読む。',
    finds: [
      ['図書館', ['図書館']],
      ['ブラウン', ['ﾌﾞﾗｳﾝ']],
      ['ガラス', ['ガラス']],
    ],
    misses: ['カラス', '東館'],
    differs: { 'voiced kana': [['カラス', ['ガラス']]] },
  },
  {
    script: 'Korean',
    text: '서울도서관에서 책을 읽다',
    finds: [
      ['도서관', ['도서관']],
      ['도서관'.normalize('NFD'), ['도서관']],
      ['서울도서관에서', ['서울도서관에서']],
    ],
    misses: ['서책'],
    differs: {
      'Korean particles': [
        ['도서관', []],
        ['도서관'.normalize('NFD'), []],
      ],
    },
  },
]

/** Words of many scripts: folded alike in text and query, and marked where they stand. */
export function scriptRules(subject: Subject, differences: readonly Difference[]): void {
  describe.each(samples)('search in $script', (sample) => {
    const { script, text } = sample
    const id = `script.${script.replaceAll(' ', '-')}`
    const snippets = async (query: string) => {
      await subject.engine.post(shards.one, [document({ id, fence: 10, pages: ['first page', text] })])
      const { hits } = await subject.engine.search(query, { limit: 100, pagesPerHit: 5 })
      return hits.filter((hit) => hit.id === id).flatMap((hit) => hit.pages)
    }
    const marks = expectedMarks(sample, differences)

    test.each(marks.filter(([, marked]) => marked.length > 0))(
      '%j is found on its page and marked',
      async (query, marked) => {
        const pages = await snippets(query)
        expect(pages.map(({ order }) => order)).toEqual([2])
        const snippet = pages[0]?.snippet ?? ''
        expect([...snippet.matchAll(/<em>(.*?)<\/em>/g)].map((match) => match[1])).toEqual(marked)
        expect(snippet.replace(/<\/?em>/g, '')).toBe(text)
      },
    )

    test.each(marks.filter(([, marked]) => marked.length === 0))('%j is not found', async (query) => {
      expect(await snippets(query)).toEqual([])
    })
  })
}

/** What is marked for each query; nothing = it is not found. */
function expectedMarks({ finds, misses, differs = {} }: Sample, differences: readonly Difference[]) {
  return [
    ...new Map<string, readonly string[]>([
      ...finds,
      ...misses.map((query) => [query, []] as const),
      ...differences.flatMap((difference) => differs[difference] ?? []),
    ]),
  ]
}
