// Figures in the sentences and tables of experiments.

// a share that rounding has left just below 0 is 0
export const percent = (share: number): string => `${(100 * share).toFixed(1).replace(/^-(0\.0)$/, '$1')} %`;

export const times = (factor: number): string => `${factor.toFixed(2)}x`;
