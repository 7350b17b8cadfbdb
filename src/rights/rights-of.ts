import type { RightsRow } from '../sources/source.ts'
import type { RightsContent } from '../state/rights/rights-row.ts'

/** What a source of rights says of an item. */
export type Rights = Pick<RightsContent, 'attr' | 'reason' | 'source' | 'accessProfile' | 'rightsTime'>

export const rightsOf = ({ attr, reason, source, accessProfile, rightsTime }: RightsRow): Rights => ({
  attr,
  reason,
  source,
  accessProfile,
  rightsTime,
})
