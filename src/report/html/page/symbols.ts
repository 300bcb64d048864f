// Marks by their shape: what hues tell apart, shapes do for who does not see them.

const SHAPES = ['circle', 'square', 'triangle', 'diamond', 'star', 'cross', 'wye'] as const;

/** As Plot calls it. */
export type Symbol = (typeof SHAPES)[number];

/** By place; eight hues and seven shapes come together again after 56. */
export const symbolOf = (i: number): Symbol => SHAPES[i % SHAPES.length]!;
