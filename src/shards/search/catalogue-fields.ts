/**
 * The fields of the catalogue in which a phrase is looked for, each by its own analysis: those without stems where there
 * is a choice.
 */
export const catalogueFields = ['titleProper', 'author', 'publishDate', 'volume_enumcron', 'allfieldsProper'] as const
