import { SlipError } from '../../errors/slip-error.ts'
import type { MetsDiv } from './mets-file.ts'

/**
 * The number of each page: its ORDER; its place in the file where no page has one. METS has ORDER among siblings: where two
 * pages have the same, below different divs, as those of an issue and of its supplement, they are numbered in the order of
 * these. Throws METS_PAGE_ORDER.
 */
export function pageNumbers(divs: readonly MetsDiv[]): number[] {
  if (divs.every(({ order }) => order === null)) return divs.map((_, index) => index + 1)
  const orders = divs.map(orderOf)
  if (new Set(orders).size === orders.length) return orders
  const places = new Map(pagesInOrder(divs).map((div, index) => [div, index + 1]))
  return divs.map((div) => places.get(div)!)
}

function orderOf({ order }: MetsDiv): number {
  if (isNumber(order)) return Number(order)
  throw failed(`ORDER "${order ?? ''}" is no number.`, order ?? '')
}

const isNumber = (order: string | null): boolean => order !== null && /^\d{1,9}$/.test(order)

function pagesInOrder(divs: readonly MetsDiv[]): MetsDiv[] {
  const below = new Map<MetsDiv | null, Set<MetsDiv>>()
  for (const page of divs) {
    for (let div: MetsDiv | null = page; div !== null; div = div.above) {
      const siblings = below.get(div.above) ?? new Set()
      below.set(div.above, siblings.add(div))
    }
  }
  const within = (div: MetsDiv): MetsDiv[] => {
    const children = below.get(div)
    return children === undefined ? [div] : inOrder([...children]).flatMap(within)
  }
  const roots = [...below.get(null)!]
  // Two structMaps have the same pages, not one the next of the other.
  return roots.length === 1 ? within(roots[0]!) : inOrder([...divs])
}

/** Divs above pages that have no ORDER are in that of the file. */
function inOrder(siblings: MetsDiv[]): MetsDiv[] {
  if (!siblings.every(({ order }) => isNumber(order))) return siblings
  siblings.sort((a, b) => Number(a.order) - Number(b.order))
  for (const [index, { order }] of siblings.entries()) {
    const next = siblings[index + 1]
    if (next !== undefined && Number(next.order) === Number(order)) {
      throw failed(`Two pages, or the divs they are in, have ORDER ${Number(order)}.`, Number(order))
    }
  }
  return siblings
}

const failed = (message: string, order: string | number): SlipError =>
  new SlipError('METS_PAGE_ORDER', message, { place: { order } })
