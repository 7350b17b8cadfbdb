import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './run-tool.ts'
import { projectFiles, readProjectFile } from './source-files.ts'

test('every relative link in the documentation leads to a file, and every anchor to a heading', () => {
  expect(projectFiles('*.md').flatMap(brokenLinks)).toEqual([])
})

function brokenLinks(page: string): string[] {
  const prose = withoutCode(readProjectFile(page))
  const links = [...prose.matchAll(/\]\(<?([^)<>\s]+)>?(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s*(\S+)/gm)].map(
    (match) => match[1] ?? match[2] ?? '',
  )
  return links.filter((link) => !/^[a-z]+:/i.test(link) && !leads(page, link)).map((link) => `${page}: ${link}`)
}

function leads(page: string, link: string): boolean {
  const [path = '', anchor] = decodeURIComponent(link).split('#')
  const target = path === '' ? page : relative(root, join(root, dirname(page), path))
  if (target.startsWith('..') || !existsSync(join(root, target))) return false
  return anchor === undefined || !target.endsWith('.md') || anchors(target).includes(anchor)
}

/** The anchors GitHub makes of the headings of a page: lower case, punctuation gone, blanks to hyphens, repeats numbered. */
function anchors(page: string): string[] {
  const seen = new Map<string, number>()
  return [...withoutFences(readProjectFile(page)).matchAll(/^#{1,6}\s+(.*?)\s*#*$/gm)].map((match) => {
    const slug = (match[1] ?? '')
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
      .replaceAll(' ', '-')
    const repeat = seen.get(slug) ?? 0
    seen.set(slug, repeat + 1)
    return repeat === 0 ? slug : `${slug}-${repeat}`
  })
}

const withoutFences = (page: string) => page.replace(/^(```|~~~)[\s\S]*?^\1/gm, '')
const withoutCode = (page: string) => withoutFences(page).replace(/`[^`\n]*`/g, '')
