/**
 * The page features in a LABEL: split on a comma and blanks, empty ones dropped (`", COVER"` and `"RIGHT,COVER"` both
 * occur).
 */
export function featuresOf(label: string | null): string[] {
  if (!label) return []
  if (!label.includes(',')) return [label.trim()].filter((feature) => feature !== '')
  return label
    .split(',')
    .map((feature) => feature.trim())
    .filter((feature) => feature !== '')
}

/** Every feature of a volume once, in order of first appearance. */
export function unionOfFeatures(pages: readonly { readonly features: readonly string[] }[]): string[] {
  return [...new Set(pages.flatMap((page) => page.features))]
}
