import { describe, expect, test } from 'vitest'
import { document } from './documents.ts'
import { type Subject, shards } from './subject.ts'

interface Sample {
  readonly script: string
  readonly text: string
  /** Query, and what is marked in the text for it. */
  readonly finds: readonly (readonly [query: string, marked: readonly string[]])[]
  readonly misses: readonly string[]
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
  },
  {
    script: 'Korean',
    text: '서울도서관에서 책을 읽다',
    finds: [
      ['도서관', ['도서관']],
      ['도서관'.normalize('NFD'), ['도서관']],
    ],
    misses: ['서책'],
  },
]

/** Words of many scripts: folded alike in text and query, and marked where they stand. */
export function scriptRules(subject: Subject): void {
  describe.each(samples)('search in $script', ({ script, text, finds, misses }) => {
    const id = `script.${script.replaceAll(' ', '-')}`
    const snippets = async (query: string) => {
      await subject.engine.post(shards.one, [document({ id, fence: 10, pages: ['first page', text] })])
      const { hits } = await subject.engine.search(query, { limit: 100, pagesPerHit: 5 })
      return hits.filter((hit) => hit.id === id).flatMap((hit) => hit.pages)
    }

    test.each(finds)('%j is found on its page and marked', async (query, marked) => {
      const pages = await snippets(query)
      expect(pages.map(({ order }) => order)).toEqual([2])
      const snippet = pages[0]?.snippet ?? ''
      expect([...snippet.matchAll(/<em>(.*?)<\/em>/g)].map((match) => match[1])).toEqual(marked)
      expect(snippet.replace(/<\/?em>/g, '')).toBe(text)
    })

    test.each(misses)('%j is not found', async (query) => {
      expect(await snippets(query)).toEqual([])
    })
  })
}
