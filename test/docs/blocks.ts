import { projectFiles, readProjectFile } from '../checks/source-files.ts'

export interface Block {
  /** Page from the root and line of the fence, for messages. */
  readonly place: string
  readonly page: string
  readonly text: string
}

/** The pages written by hand, as paths from the root. */
export const writtenPages = () =>
  projectFiles('README.md', 'docs/*.md').filter((page) => !readProjectFile(page).startsWith('<!-- Generated from '))

/** The fenced blocks of a language on the given pages, in order. */
export function blocksOf(language: string, pages: readonly string[]): Block[] {
  return pages.flatMap((page) => {
    const text = readProjectFile(page)
    return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map((match) => ({
      place: `${page}:${text.slice(0, match.index).split('\n').length}`,
      page,
      text: match[1] ?? '',
    }))
  })
}
